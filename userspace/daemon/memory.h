/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netramd remembers of volumes it has created, in a file that outlives the host.
 * Everything else it can look up again; but what a volume that is gone has left
 * on nodes, and on its backup's device, nobody can tell from what is another host's,
 * unless he knows its claim, and its uuid.
 */
#ifndef NETRAMD_MEMORY_H
#define NETRAMD_MEMORY_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hexadecimal digits of an id of systemd's, and a NUL. */
#define MEMORY_ID_SIZE	33

/*
 * So often in a row the module says that it has no such volume before that is believed: a
 * list that is asked for while others come and go may be without one that is there.
 */
#define MEMORY_LOOKS	3

/**
 * struct memory_volume - a volume that was created, or was about to be
 * @name: its name then
 * @uuid: what nodes call it
 * @claim: what they tell it by from others of that uuid
 * @size: bytes
 * @boot: the boot of this host it was created in
 * @backup: it has a backup, and none of its name had one since
 * @cleared: no node has anything of it: it is remembered for its backup's device only
 * @unborn: in this boot, and it came to nothing: it may be tried again as it is
 * @missed: how often in a row the module was asked and did not have it
 */
struct memory_volume {
	char name[NETRAM_NAME_SIZE];
	uint8_t uuid[16];
	uint8_t claim[16];
	uint64_t size;
	char boot[MEMORY_ID_SIZE];
	bool backup;
	bool cleared;
	bool unborn;
	unsigned int missed;
};

/**
 * struct memory - all of it
 * @dir: the folder, NULL: nothing is remembered
 * @machine: id of this machine
 * @boot: id of this boot
 * @volumes: of any boot
 * @nr: how many
 * @unsaved: that the file could not be written was told
 */
struct memory {
	const char *dir;
	char machine[MEMORY_ID_SIZE];
	char boot[MEMORY_ID_SIZE];
	struct memory_volume *volumes;
	size_t nr;
	bool unsaved;
};

void memory_open(struct memory *m, const char *dir);
void memory_load(struct memory *m, const char *dir, const char *machine,
		 const char *boot);
void memory_free(struct memory *m);
struct memory_volume *memory_begin(struct memory *m, const char *name,
				   uint64_t size, const uint8_t *uuid,
				   bool backup);
void memory_born(struct memory *m, struct memory_volume *v);
bool memory_is_current(const struct memory *m, const struct memory_volume *v);
void memory_compare(struct memory *m, const struct netram_volume *there);
bool memory_is_dead(const struct memory *m, const struct memory_volume *v);
bool memory_has_dead(const struct memory *m, const uint8_t uuid[16]);
bool memory_left_backup(const struct memory *m, const uint8_t uuid[16]);
void memory_forget(struct memory *m, struct memory_volume *v);

#endif /* NETRAMD_MEMORY_H */
