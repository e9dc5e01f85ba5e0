/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_WRITE_H
#define NETRAM_WRITE_H

#include "router.h"

bool netram_write_start(struct netram_router *r, struct netram_cmd *cmd);

#endif /* NETRAM_WRITE_H */
