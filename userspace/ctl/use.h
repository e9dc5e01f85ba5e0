/* SPDX-License-Identifier: GPL-2.0 */
/* Steps that more than one subcommand makes, to use a volume and to stop that. */
#ifndef NETRAM_CTL_USE_H
#define NETRAM_CTL_USE_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/device.h"
#include "common/swaps.h"

/* Each returns an exit code and has said what went wrong. */

/* volume_create.c */
int ctl_volume_make(struct netram *nt, const struct netram_volume_spec *spec,
		    struct netram_volume **volume);
int ctl_volume_free_name(struct netram *nt, const char *name);

/* volume_delete.c */
int ctl_volume_unmake(struct netram *nt, const char *name);

/* swapon.c */
int ctl_swap_enable(const struct netram_volume *volume,
		    struct swapon_spec *spec, bool json);

/* swapoff.c */
int ctl_swap_check(const char *device, bool force, uint64_t *used_kb);
int ctl_swap_disable(const char *device, uint64_t used_kb);

/* unmount.c */
int ctl_unmount_check(const char *where, dev_t device);
int ctl_unmount(const char *where, dev_t device);

#endif /* NETRAM_CTL_USE_H */
