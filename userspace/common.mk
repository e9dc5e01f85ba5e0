# SPDX-License-Identifier: GPL-2.0
# Flags every userspace part shares. SANITIZE=1 builds with ASAN and UBSAN.
TOP      := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..
BUILD    ?= $(TOP)/build
PREFIX   ?= /usr/local
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
