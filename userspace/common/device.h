/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/netramN: finding it, and finding out who uses it. */
#ifndef NETRAM_COMMON_DEVICE_H
#define NETRAM_COMMON_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEVICE_SIZE	32

/**
 * enum content - what a device begins with
 * @CONTENT_NOTHING: nothing known
 * @CONTENT_SWAP: a swap signature
 * @CONTENT_OTHER: a file system, a partition table or something like it
 */
enum content {
	CONTENT_NOTHING,
	CONTENT_SWAP,
	CONTENT_OTHER,
};

/* device.c */
void device_path(uint32_t index, char path[DEVICE_SIZE]);
bool device_index(const char *operand, uint32_t *index);
int device_wait(uint32_t index, int timeout_ms);

/**
 * struct mounts_how - what a device is mounted as
 * @type: the file system
 * @own: options of this mount
 * @super: options of the file system
 */
struct mounts_how {
	char type[32];
	char own[128];
	char super[512];
};

/* mounts.c */
bool mounts_parse(const char *text, unsigned int major, unsigned int minor,
		  char *where, size_t size);
bool mounts_parse_how(const char *text, unsigned int major, unsigned int minor,
		      struct mounts_how *how);
bool mounts_find(const char *device, char *where, size_t size);
bool mounts_find_how(const char *device, struct mounts_how *how);
bool mounts_on_top(const char *where, dev_t device);

/* content.c */
int content_probe(const char *device, enum content *content,
		  char *type, size_t size);

/* program.c: 0 or -errno, and then why, in a line */
int program_run(const char *const *args, const char *package, char *why,
		size_t size);

/* mkswap.c */
int mkswap_run(const char *device, const char *label, bool force, char *why,
	       size_t size);

#endif /* NETRAM_COMMON_DEVICE_H */
