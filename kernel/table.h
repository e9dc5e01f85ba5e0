/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_TABLE_H
#define NETRAM_TABLE_H

#include "cmd.h"

/**
 * struct netram_table - all commands of a volume, by index
 * @len: places
 * @cmds: the commands, NULL where a place is free
 *
 * A reply names its command by the index. Places that are filled are emptied only
 * after the disk is gone, so that looking one up needs no lock.
 */
struct netram_table {
	u32			len;
	struct netram_cmd	**cmds;
};

int netram_table_init(struct netram_table *table, u32 len);
void netram_table_exit(struct netram_table *table);
void netram_table_add(struct netram_table *table, u32 index,
		      struct netram_cmd *cmd);
void netram_table_exchange(const struct netram_table *table,
			   struct netram_cmd *a, struct netram_cmd *b);
void netram_table_del(struct netram_table *table, struct netram_cmd *cmd);

#endif /* NETRAM_TABLE_H */
