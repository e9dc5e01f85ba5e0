/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says about swap and memory, and what follows for swapoff. */
#ifndef NETRAM_CTL_SWAPS_H
#define NETRAM_CTL_SWAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ctl_swap - a line of /proc/swaps
 * @path: as given to swapon, escapes resolved
 * @size_kb: usable
 * @used_kb: in use
 * @priority: higher is used first
 */
struct ctl_swap {
	char path[256];
	uint64_t size_kb;
	uint64_t used_kb;
	int priority;
};

/**
 * struct ctl_swaps - all areas
 * @areas: in the file's order
 * @count: how many
 */
struct ctl_swaps {
	struct ctl_swap *areas;
	size_t count;
};

/**
 * struct ctl_meminfo - from /proc/meminfo
 * @total_kb: MemTotal
 * @available_kb: MemAvailable
 */
struct ctl_meminfo {
	uint64_t total_kb;
	uint64_t available_kb;
};

/**
 * struct ctl_preflight - can the pages of one area go anywhere else
 * @used_kb: to be moved
 * @reserve_kb: memory left alone, so that the host stays alive
 * @memory_kb: memory that may be filled: available less the reserve
 * @other_kb: free in the other swap areas
 * @short_kb: how much is missing; 0: it fits
 */
struct ctl_preflight {
	uint64_t used_kb;
	uint64_t reserve_kb;
	uint64_t memory_kb;
	uint64_t other_kb;
	uint64_t short_kb;
};

/* swaps.c */
int ctl_swaps_parse(const char *text, struct ctl_swaps *swaps);
int ctl_swaps_read(struct ctl_swaps *swaps);
void ctl_swaps_free(struct ctl_swaps *swaps);
const struct ctl_swap *ctl_swaps_find(const struct ctl_swaps *swaps,
				      const char *device);

/* meminfo.c */
int ctl_meminfo_parse(const char *text, struct ctl_meminfo *mem);
int ctl_meminfo_read(struct ctl_meminfo *mem);

/* preflight.c */
void ctl_preflight(const struct ctl_swaps *swaps, const struct ctl_swap *off,
		   const struct ctl_meminfo *mem, struct ctl_preflight *pre);

/* vm.c */
uint64_t ctl_vm_min_free_kb(uint64_t total_kb);
void ctl_vm_prepare(void);

/* file.c */
int ctl_file_read(const char *path, char **text);

#endif /* NETRAM_CTL_SWAPS_H */
