/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_VOLUME_TELL_H
#define NETRAM_VOLUME_TELL_H

#include "router.h"
#include "session.h"

struct netram_backup;

extern const struct netram_session_ops netram_volume_session_ops;

void netram_volume_tell_given_up(struct netram_session *s, u64 lost);
void netram_volume_hear(struct netram_router *r);
void netram_volume_hear_backup(struct netram_backup *b);

#endif /* NETRAM_VOLUME_TELL_H */
