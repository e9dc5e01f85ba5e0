/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_EVENT_H
#define NETRAM_EVENT_H

#include <linux/netram.h>

struct genl_family;

void netram_event_open(const struct genl_family *family);
void netram_event_close(void);
void netram_event_object(enum netram_event type, const char *name);
void netram_event_session(const char *label, enum netram_session_state state);
void netram_event_sync(const char *volume, bool all);
void netram_event_verify(const char *volume, enum netram_verify_state how);
void netram_event_lost(const char *label);
void netram_event_none_lost(const char *volume);
void netram_event_corrupt(const char *label, u64 page, enum netram_corrupt how);
void netram_event_backup_corrupt(const char *volume, u64 page,
				 enum netram_corrupt how);
void netram_event_waiting(const char *volume, bool on);
void netram_event_backup(const char *volume, bool on);
void netram_event_backup_failed(const char *volume, bool failed);
void netram_event_taken(const char *label);
void netram_event_drain(const char *node, bool on);
void netram_event_drained(const char *node);
void netram_event_weight(const char *node, u32 weight);
void netram_event_replicas(const char *volume, u32 replicas);
void netram_event_on_loss(const char *volume, enum netram_on_loss on_loss);

#endif /* NETRAM_EVENT_H */
