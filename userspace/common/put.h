/* SPDX-License-Identifier: GPL-2.0 */
/* Keys of a JSON object. */
#ifndef NETRAM_COMMON_PUT_H
#define NETRAM_COMMON_PUT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

void put_object(struct json_object *object, const char *key,
		struct json_object *value);
void put_text(struct json_object *object, const char *key, const char *value);
void put_u64(struct json_object *object, const char *key, uint64_t value);
void put_share(struct json_object *object, const char *key, double share);
void put_bool(struct json_object *object, const char *key, bool value);

#endif /* NETRAM_COMMON_PUT_H */
