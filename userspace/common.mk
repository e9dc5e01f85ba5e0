# SPDX-License-Identifier: GPL-2.0
# Flags every userspace part shares. SANITIZE=1 builds with ASAN and UBSAN.
TOP      := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..
BUILD    ?= $(TOP)/build
PREFIX   ?= /usr/local
# Where a distribution puts things elsewhere, it says so.
LIBDIR     ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec
UNITDIR    ?= $(PREFIX)/lib/systemd/system
UDEVDIR    ?= $(PREFIX)/lib/udev
ZSHDIR     ?= $(PREFIX)/share/zsh/site-functions
# How programs find libnetram, from where they are, in the build tree and in PREFIX.
RPATH      ?= -Wl,-rpath,'$$ORIGIN/../lib'
VERSION  := $(shell cat $(TOP)/VERSION)
CC       ?= gcc
V        ?= 0
Q        := $(if $(filter 1,$(V)),,@)
CPPFLAGS += -I$(TOP)/include -I$(TOP)/include/uapi -D_GNU_SOURCE
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	    -Wpointer-arith -Wvla -Werror=implicit-function-declaration -MMD -MP
ifeq ($(SANITIZE),1)
CFLAGS   += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS  += -fsanitize=address,undefined
endif

# $(call install-filled,NAME,FOLDER,MODE): of packaging/systemd, its paths filled in
define install-filled
install -d $(DESTDIR)$(2)
sed -e 's|@bindir@|$(PREFIX)/bin|' -e 's|@libexecdir@|$(LIBEXECDIR)/netram|' \
	$(TOP)/packaging/systemd/$(1) > $(DESTDIR)$(2)/$(1)
chmod $(3) $(DESTDIR)$(2)/$(1)
endef
install-unit = $(call install-filled,$(1),$(UNITDIR),644)
