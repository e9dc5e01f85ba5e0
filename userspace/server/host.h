/* SPDX-License-Identifier: GPL-2.0 */
/* What the server asks of the machine it runs on. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First of all: opens what is asked of the kernel later. */
void host_open(void);

/* Bytes of memory the machine has, or the control groups we are in may use. */
uint64_t host_memory(void);

/*
 * Is more than the last reserve left, without swapping anything out? From what the
 * kernel says, in the form of /proc/meminfo.
 */
bool host_spares_memory(const char *text);

/*
 * The same of the machine as it is, and of the control groups we are in. No, too, if
 * the kernel said something at the start and does not now.
 */
bool host_has_memory(void);

/*
 * May write(2) to a memfd allocate huge pages? From what the kernel says of
 * shmem, in the form of /sys/kernel/mm/transparent_hugepage/shmem_enabled.
 */
bool host_huge_setting(const char *text);
bool host_huge_writes(void);

/*
 * Try to be what others can lean on under memory pressure: not swapped (with
 * @lock), late in the OOM killer's list, not throttled by the swap we are.
 * What is refused is a warning. @limit: bytes that will be mapped at least.
 */
void host_prepare(bool lock, uint64_t limit);

/* As many open files as @nr connections and exports need; a warning if not. */
void host_raise_files(uint64_t nr);

/**
 * struct host_stall - what memory that is short costs
 * @avg10: percent of the last ten seconds
 * @total_us: microseconds since boot
 */
struct host_stall {
	double avg10;
	uint64_t total_us;
};

/**
 * struct host_pressure - /proc/pressure/memory
 * @some: while at least one task waited for memory
 * @full: while all did
 */
struct host_pressure {
	struct host_stall some;
	struct host_stall full;
};

/* 0, or -ENOENT: the kernel does not tell (no PSI). */
int host_pressure(struct host_pressure *pressure);

/* @len random bytes. */
int host_random(void *to, size_t len);

#endif /* HOST_H */
