/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as JSON, in the shapes that Documentation/json.md has. */
#ifndef NETRAM_COMMON_JSON_H
#define NETRAM_COMMON_JSON_H

#include <json-c/json.h>
#include <netram/netram.h>

#include "common/put.h"

struct json_object *shape_node(const struct netram_node *node);
struct json_object *shape_nodes(const struct netram_node *first);
struct json_object *shape_verify(const char *volume,
				 const struct netram_verify *verify);
struct json_object *shape_volume(const struct netram_volume *volume);
struct json_object *shape_volumes(const struct netram_volume *first);
const char *shape_event_state(const struct netram_event_info *event);
struct json_object *shape_event(const struct netram_event_info *event);
struct json_object *shape_traffic(const struct netram_traffic *traffic);
struct json_object *shape_extent(const struct netram_extent *extent);
struct json_object *shape_latency(const __u64 *counts);

#endif /* NETRAM_COMMON_JSON_H */
