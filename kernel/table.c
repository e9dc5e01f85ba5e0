// SPDX-License-Identifier: GPL-2.0
/*
 * The command table, and the memory NBD requests are written to. TCP may take
 * that memory without copying and hold it for a while, so each page of it has a
 * count of its own, which the memory of blk-mq's tags has not.
 */
#include "table.h"

#include <linux/gfp.h>
#include <linux/random.h>
#include <linux/slab.h>

#define WIRE_SIZE	(NETRAM_CMD_RUNS * sizeof(struct nbd_request))
#define PER_PAGE	((u32)(PAGE_SIZE / WIRE_SIZE))

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
	u32 pages = DIV_ROUND_UP(len, PER_PAGE);

	table->len = len;
	table->cmds = kvcalloc(len, sizeof(*table->cmds), GFP_KERNEL);
	table->wire = kvcalloc(pages, sizeof(*table->wire), GFP_KERNEL);
	return table->cmds && table->wire ? 0 : -ENOMEM;
}

/**
 * netram_table_reserve() - make room for the NBD requests of some places
 * @table: initialised
 * @first: the first place
 * @count: how many
 *
 * Context: process, may sleep; one caller at a time.
 * Return: 0 or -ENOMEM.
 */
int netram_table_reserve(struct netram_table *table, u32 first, u32 count)
{
	u32 last = (first + count - 1) / PER_PAGE, i;

	for (i = first / PER_PAGE; i <= last; i++) {
		if (!table->wire[i])
			table->wire[i] = (void *)get_zeroed_page(GFP_KERNEL);
		if (!table->wire[i])
			return -ENOMEM;
	}
	return 0;
}

/**
 * netram_table_exit() - counterpart of netram_table_init()
 * @table: no command is in it any more, no socket open
 */
void netram_table_exit(struct netram_table *table)
{
	u32 pages = DIV_ROUND_UP(table->len, PER_PAGE), i;

	for (i = 0; table->wire && i < pages; i++)
		free_page((unsigned long)table->wire[i]);
	kvfree(table->wire);
	kvfree(table->cmds);
}

/**
 * netram_table_add() - give a command its place
 * @table: the table
 * @index: a free place, reserved
 * @cmd: a new command
 *
 * May run beside receivers. Its first generation is random: replies cannot be guessed by a server that
 * was not asked.
 */
void netram_table_add(struct netram_table *table, u32 index,
		      struct netram_cmd *cmd)
{
	cmd->index = index;
	cmd->home = index;
	cmd->generation = get_random_u32();
	cmd->wire = table->wire[index / PER_PAGE] +
		    index % PER_PAGE * WIRE_SIZE;
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
 * With the place go what makes its cookies unlike earlier ones and the memory of
 * its requests, which TCP may still read. A receiver that looks one of them up
 * meanwhile must not find it on its own connection.
 */
void netram_table_exchange(const struct netram_table *table,
			   struct netram_cmd *a, struct netram_cmd *b)
{
	swap(a->index, b->index);
	swap(a->generation, b->generation);
	swap(a->wire, b->wire);
	/* pairs with find_cmd() in conn_rx.c */
	smp_store_release(&table->cmds[a->index], a);
	/* likewise */
	smp_store_release(&table->cmds[b->index], b);
}
