/* SPDX-License-Identifier: GPL-2.0 */
/* What netramd tells of nodes in its status, for netramctl: see Documentation/json.md. */
#ifndef NETRAM_CTL_NETRAMD_H
#define NETRAM_CTL_NETRAMD_H

#include <json-c/json.h>

/* Where netramd.service has it. */
#define NETRAMD_SOCKET	"/run/netramd/status.sock"

const char *netramd_text(struct json_object *o, const char *key);
struct json_object *netramd_nodes(struct json_object *status);

#endif /* NETRAM_CTL_NETRAMD_H */
