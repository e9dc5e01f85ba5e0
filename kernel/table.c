// SPDX-License-Identifier: GPL-2.0
/* The command table: what finds a command by the name that its reply has. */
#include "table.h"

#include <linux/random.h>
#include <linux/slab.h>

/**
 * netram_table_init() - make room for commands
 * @table: zeroed
 * @len: how many, at most 2^24
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_table_exit() is due in both cases.
 */
int netram_table_init(struct netram_table *table, u32 len)
{
	table->len = len;
	table->cmds = kvcalloc(len, sizeof(*table->cmds), GFP_KERNEL);
	return table->cmds ? 0 : -ENOMEM;
}

/**
 * netram_table_exit() - counterpart of netram_table_init()
 * @table: no command is in it any more
 */
void netram_table_exit(struct netram_table *table)
{
	kvfree(table->cmds);
}

/**
 * netram_table_add() - give a command its place
 * @table: the table
 * @index: a free place
 * @cmd: a new command
 *
 * May run beside receivers. Its first generation is random: replies cannot be
 * guessed by a server that was not asked.
 */
void netram_table_add(struct netram_table *table, u32 index,
		      struct netram_cmd *cmd)
{
	cmd->index = index;
	cmd->home = index;
	cmd->generation = get_random_u32();
	/* pairs with find_cmd() in conn_rx.c */
	smp_store_release(&table->cmds[index], cmd);
}

/**
 * netram_table_del() - counterpart of netram_table_add()
 * @table: the table
 * @cmd: a command that is not under way
 */
void netram_table_del(struct netram_table *table, struct netram_cmd *cmd)
{
	table->cmds[cmd->index] = NULL;
}

/**
 * netram_table_exchange() - two commands change places
 * @table: the table
 * @a: a command
 * @b: another
 *
 * With the place goes what makes its cookies unlike earlier ones. A receiver that
 * looks one of them up meanwhile must not find it on its own connection.
 */
void netram_table_exchange(const struct netram_table *table,
			   struct netram_cmd *a, struct netram_cmd *b)
{
	swap(a->index, b->index);
	swap(a->generation, b->generation);
	/* pairs with find_cmd() in conn_rx.c */
	smp_store_release(&table->cmds[a->index], a);
	/* likewise */
	smp_store_release(&table->cmds[b->index], b);
}
