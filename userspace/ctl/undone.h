/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes, before something is done, that netramd will undo it, where its file says other
 * than that. Each asks the netramd of netramd.service, and waits for a second at most:
 * where none answers, or the file has nothing against it, nothing is said.
 */
#ifndef NETRAM_CTL_UNDONE_H
#define NETRAM_CTL_UNDONE_H

#include <stdbool.h>
#include <stdint.h>

void ctl_undone_delete(const char *volume);
void ctl_undone_swapoff(const char *operand);
void ctl_undone_set(const char *volume, uint64_t replicas,
		    const char *on_loss);
void ctl_undone_remove(const char *node);
void ctl_undone_drain(const char *node, bool drain);
void ctl_undone_weight(const char *node, uint64_t weight);

#endif /* NETRAM_CTL_UNDONE_H */
