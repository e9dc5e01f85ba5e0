# SPDX-License-Identifier: GPL-2.0
# A thin door: every target is one command somewhere else. `make help` lists them.
#   KDIR=... builds the module against another kernel; BUILD=... moves the output.
KVER    ?= $(shell uname -r)
KDIR    ?= /lib/modules/$(KVER)/build
BUILD   ?= $(CURDIR)/build
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
export BUILD PREFIX DESTDIR V

.PHONY: help all module userspace demo check check-% stress soak pressure bench bench-scale bench-server \
	bench-check deps deb install clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make demo         swap a real program onto other machines' RAM, in a guest
demo: deps
	@tests/vm/demo

## make check        tests of every part (installs what is missing); SUITE=unit for one
check: deps
	@tests/run $(SUITE)

## make check-full   the same with more rounds, and on 6.12 what runs on 6.1
check-full: deps
	@NETRAM_FULL=1 tests/run $(SUITE)

## make check-debug  the guest tests on a kernel with KASAN, lockdep, kmemleak
check-debug: deps
	@tests/run debug

## make stress       mixed load under verification on the debug kernel, SECONDS=600
SECONDS ?= 600
stress: deps
	@NETRAM_STRESS_SECONDS=$(SECONDS) tests/run debug/stress

## make pressure     swap without memory to spare, beside the kernel's nbd, MINUTES=30
MINUTES ?= 30
pressure: deps
	@tests/pressure/run $(MINUTES)

## make check-faults each fault under each load, with a table of it; KERNEL=6.12 CELLS="kill/read ..."
check-faults: deps
	@tests/faults $(KERNEL)

## make soak         random faults under random load, all verified; MINUTES=60 SEED= KERNEL=6.1|6.12|debug
soak: MINUTES = 60
soak: deps
	@tests/soak $(MINUTES) "$(SEED)" $(KERNEL)

## make bench        cost per operation beside nbd and nvme-tcp, in an icount guest
bench: deps
	@tests/bench/run

## make bench-scale  the same as nodes, volumes, sizes and connections grow
bench-scale: deps
	@tests/bench/scale

## make bench-server cost per operation of the page server alone, beside nbdkit and nbd-server
bench-server: deps
	@tests/bench/server

## make bench-check  fail where netram's 4k operations cost more than they did
bench-check: deps
	@tests/bench/check

## make all          module for KDIR (the running kernel) and userspace
all: module userspace

## make module       build/module/*.ko for KDIR
module:
	@scripts/build-module $(KDIR) $(BUILD)/module

## make userspace    build/bin/: netram-server, netramctl, netramd; build/lib/libnetram.so
userspace:
	@$(MAKE) --no-print-directory -C userspace

## make deps         install the Debian packages that building and testing need: Documentation/testing.md
deps:
	@scripts/deps

## make install      all into DESTDIR/PREFIX: Documentation/install.md
install: userspace
	@$(MAKE) --no-print-directory -C userspace install
	@$(MAKE) --no-print-directory -C packaging/dkms install

## make deb          Debian packages, in build/deb (installs what building them needs, no more)
deb:
	@scripts/deps deb
	@scripts/build-deb $(BUILD)/deb

## make check-packages  install and purge them in a chroot, use them in a guest (needs root)
check-packages: deps
	@tests/packages/run

## make clean        remove build/
clean:
	rm -rf $(BUILD)
