/* SPDX-License-Identifier: GPL-2.0 */
/* Doing what a plan says. */
#ifndef NETRAMD_APPLY_H
#define NETRAMD_APPLY_H

#include "memory.h"
#include "reconcile.h"

int apply_step(struct netram *nt, const struct step *step,
	       const struct memory *memory, const struct memory_volume *as,
	       char *why, size_t size);

/* mount.c */
#define MOUNT_OPTIONS_SIZE	(CONFIG_PATH_SIZE + sizeof(",discard,_netdev"))

void mount_options(const struct config_volume *volume, char *text, size_t size);
int mount_volume(const struct config_volume *volume, const char *device,
		 char *why, size_t size);

#endif /* NETRAMD_APPLY_H */
