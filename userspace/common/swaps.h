/* SPDX-License-Identifier: GPL-2.0 */
/* Swap areas: what /proc says of them and of memory, what follows for swapoff; swapon. */
#ifndef NETRAM_COMMON_SWAPS_H
#define NETRAM_COMMON_SWAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct swap - a line of /proc/swaps
 * @path: as given to swapon, escapes resolved
 * @size_kb: usable
 * @used_kb: in use
 * @priority: higher is used first
 */
struct swap {
	char path[4096];
	uint64_t size_kb;
	uint64_t used_kb;
	int priority;
};

/**
 * struct swaps - all areas
 * @areas: in the file's order
 * @count: how many
 */
struct swaps {
	struct swap *areas;
	size_t count;
};

/**
 * struct meminfo - from /proc/meminfo
 * @total_kb: MemTotal
 * @available_kb: MemAvailable
 */
struct meminfo {
	uint64_t total_kb;
	uint64_t available_kb;
};

/**
 * struct preflight - can the pages of one area go anywhere else
 * @used_kb: to be moved
 * @reserve_kb: memory left alone, so that the host stays alive
 * @memory_kb: memory that may be filled: available less the reserve
 * @other_kb: free in the other swap areas that are not in memory themselves
 * @short_kb: how much is missing; 0: it fits
 */
struct preflight {
	uint64_t used_kb;
	uint64_t reserve_kb;
	uint64_t memory_kb;
	uint64_t other_kb;
	uint64_t short_kb;
};

/**
 * typedef note_fn - tells the person in charge something, as printf()
 * @fmt: one line, without a newline
 */
typedef void (*note_fn)(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

#define SWAP_PRIORITY_UNSET	(-1)

/**
 * struct swapon_spec - a device to swap on
 * @device: its path
 * @label: for a signature that has to be written
 * @priority: 0 to SWAP_FLAG_PRIO_MASK, or SWAP_PRIORITY_UNSET: below all others
 * @force: write a new signature, whatever is on the device now
 * @keep_vm: leave the kernel's settings alone, see vm.c
 * @how_to_force: what to use to overwrite something, for who is not allowed to
 * @note: is told what is changed there
 */
struct swapon_spec {
	const char *device;
	const char *label;
	int priority;
	bool force;
	bool keep_vm;
	const char *how_to_force;
	note_fn note;
};

/* swaps.c */
int swaps_parse(const char *text, struct swaps *swaps);
int swaps_read(struct swaps *swaps);
void swaps_free(struct swaps *swaps);
const struct swap *swaps_find(const struct swaps *swaps,
			      const char *device);

/* meminfo.c */
int meminfo_parse(const char *text, struct meminfo *mem);
int meminfo_read(struct meminfo *mem);

/* preflight.c */
void preflight_swapoff(const struct swaps *swaps, const struct swap *off,
		       const struct meminfo *mem, struct preflight *pre);

/* vm.c */
uint64_t vm_min_free_kb(uint64_t total_kb);
void vm_prepare(note_fn note);

/* swapon.c: 0 or -errno, and then why, in a line */
int swapon_check(const struct swapon_spec *spec, bool *sign, char *why,
		 size_t size);
int swapon_volume(const struct swapon_spec *spec, char *why, size_t size);

/* file.c */
int file_read(const char *path, char **text);

#endif /* NETRAM_COMMON_SWAPS_H */
