/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/netramN: finding it, and finding out who uses it. */
#ifndef NETRAM_CTL_DEVICE_H
#define NETRAM_CTL_DEVICE_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CTL_DEVICE_SIZE	32

/**
 * enum ctl_content - what a device begins with
 * @CTL_CONTENT_NOTHING: nothing known
 * @CTL_CONTENT_SWAP: a swap signature
 * @CTL_CONTENT_OTHER: a file system, a partition table or something like it
 */
enum ctl_content {
	CTL_CONTENT_NOTHING,
	CTL_CONTENT_SWAP,
	CTL_CONTENT_OTHER,
};

/* device.c */
void ctl_device_path(uint32_t index, char path[CTL_DEVICE_SIZE]);
bool ctl_device_index(const char *operand, uint32_t *index);
int ctl_device_wait(uint32_t index, int timeout_ms);
int ctl_device_find(struct netram *nt, const char *operand,
		    struct netram_volume **volume);

/* mounts.c */
bool ctl_mounts_parse(const char *text, unsigned int major, unsigned int minor,
		      char *where, size_t size);
bool ctl_mounts_find(const char *device, char *where, size_t size);

/* content.c */
int ctl_content_probe(const char *device, enum ctl_content *content,
		      char *type, size_t size);

/* mkswap.c */
int ctl_mkswap(const char *device, const char *label, bool force);

#endif /* NETRAM_CTL_DEVICE_H */
