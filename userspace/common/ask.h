/* SPDX-License-Identifier: GPL-2.0 */
/* Asking a program of netram's how it is, over its status socket. */
#ifndef NETRAM_COMMON_ASK_H
#define NETRAM_COMMON_ASK_H

#include <json-c/json.h>

int ask_status(const char *path, struct json_object **status);

#endif /* NETRAM_COMMON_ASK_H */
