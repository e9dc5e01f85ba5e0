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
 * struct mounts_entry - something that is mounted
 * @device: its number, also of what is no device
 * @where: the folder
 * @own: options of this mount
 * @type: the file system
 * @source: what it is made of, its beginning
 * @super: options of the file system
 */
struct mounts_entry {
	dev_t device;
	char where[256];
	char own[128];
	char type[32];
	char source[32];
	char super[512];
};

/* mounts.c */
const char *mounts_next(const char *text, struct mounts_entry *e);
bool mounts_parse(const char *text, dev_t device, struct mounts_entry *e);
bool mounts_find(const char *device, struct mounts_entry *e);
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
