/* SPDX-License-Identifier: GPL-2.0 */
/* What netramd tells of nodes and volumes in its status, for netramctl: see Documentation/json.md. */
#ifndef NETRAM_CTL_NETRAMD_H
#define NETRAM_CTL_NETRAMD_H

#include <json-c/json.h>
#include <stdint.h>

/* Where netramd.service has it. */
#define NETRAMD_SOCKET	"/run/netramd/status.sock"

const char *netramd_text(struct json_object *o, const char *key);
uint64_t netramd_u64(struct json_object *o, const char *key);
struct json_object *netramd_nodes(struct json_object *status);
struct json_object *netramd_volumes(struct json_object *status);
struct json_object *netramd_find(struct json_object *list, const char *name);

#endif /* NETRAM_CTL_NETRAMD_H */
