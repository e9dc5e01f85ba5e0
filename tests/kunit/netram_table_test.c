// SPDX-License-Identifier: GPL-2.0
/* Suite netram_table: places for commands. */
#include <kunit/test.h>

#include "../../kernel/table.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

static const u32 lens[] = {
	1, 2, 17, 18, 19, 36, 37, 100, 516, 4104,
	NETRAM_CONNECTIONS_MAX * (NETRAM_QUEUE_DEPTH_MAX + 1) + 4,
};

static void len_name(const u32 *len, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u", *len);
}

KUNIT_ARRAY_PARAM(len, lens, len_name);

struct commands {
	struct netram_table table;
	struct netram_cmd *cmds;
};

static struct commands *make(struct kunit *test)
{
	u32 len = *(const u32 *)test->param_value, i;
	struct commands *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->cmds = kvcalloc(len, sizeof(*c->cmds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c->cmds);
	KUNIT_ASSERT_EQ(test, netram_table_init(&c->table, len), 0);
	for (i = 0; i < len; i++)
		netram_table_add(&c->table, i, &c->cmds[i]);
	return c;
}

static void end(struct commands *c)
{
	netram_table_exit(&c->table);
	kvfree(c->cmds);
}

static void found_by_index(struct kunit *test)
{
	struct commands *c = make(test);
	u32 i, bad = 0;

	KUNIT_EXPECT_EQ(test, c->table.len, *(const u32 *)test->param_value);
	for (i = 0; i < c->table.len; i++)
		bad += c->table.cmds[i] != &c->cmds[i] || c->cmds[i].index != i;
	KUNIT_EXPECT_EQ(test, bad, 0);
	end(c);
}

static void deleted_is_gone(struct kunit *test)
{
	struct commands *c = make(test);
	u32 last = c->table.len - 1, i;

	netram_table_del(&c->table, &c->cmds[last]);
	KUNIT_EXPECT_PTR_EQ(test, c->table.cmds[last],
			    (struct netram_cmd *)NULL);
	for (i = 0; i < last; i++)
		KUNIT_ASSERT_NOT_NULL(test, c->table.cmds[i]);
	/* the place may be taken again */
	netram_table_add(&c->table, last, &c->cmds[last]);
	KUNIT_EXPECT_PTR_EQ(test, c->table.cmds[last], &c->cmds[last]);
	end(c);
}

/* Of a hundred random numbers not all are the same. */
static void generations_differ(struct kunit *test)
{
	struct netram_table table = {};
	struct netram_cmd *cmd;
	u32 first = 0, differ = 0, i;

	cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cmd);
	KUNIT_ASSERT_EQ(test, netram_table_init(&table, 1), 0);
	for (i = 0; i < 100; i++) {
		netram_table_add(&table, 0, cmd);
		if (!i)
			first = cmd->generation;
		differ += cmd->generation != first;
		netram_table_del(&table, cmd);
	}
	KUNIT_EXPECT_GT(test, differ, 90);
	netram_table_exit(&table);
}

static void exit_of_zeroes(struct kunit *test)
{
	struct netram_table table = {};

	netram_table_exit(&table);
	table.len = 10;	/* failed before there was any memory */
	netram_table_exit(&table);
}

/* All that a late reply may name goes together. */
static void exchanged(struct kunit *test)
{
	struct netram_cmd cmds[3] = { }, a, b;
	struct netram_table table = { };
	u32 i;

	KUNIT_ASSERT_EQ(test, netram_table_init(&table, 3), 0);
	for (i = 0; i < 3; i++)
		netram_table_add(&table, i, &cmds[i]);
	a = cmds[0];
	b = cmds[2];
	netram_table_exchange(&table, &cmds[0], &cmds[2]);
	KUNIT_EXPECT_PTR_EQ(test, table.cmds[0], &cmds[2]);
	KUNIT_EXPECT_PTR_EQ(test, table.cmds[1], &cmds[1]);
	KUNIT_EXPECT_PTR_EQ(test, table.cmds[2], &cmds[0]);
	KUNIT_EXPECT_EQ(test, cmds[0].index, 2);
	KUNIT_EXPECT_EQ(test, cmds[0].home, 0);
	KUNIT_EXPECT_EQ(test, cmds[0].generation, b.generation);
	KUNIT_EXPECT_EQ(test, cmds[2].index, 0);
	KUNIT_EXPECT_EQ(test, cmds[2].home, 2);
	KUNIT_EXPECT_EQ(test, cmds[2].generation, a.generation);
	netram_table_del(&table, &cmds[0]);
	KUNIT_EXPECT_NULL(test, table.cmds[2]);
	KUNIT_EXPECT_PTR_EQ(test, table.cmds[0], &cmds[2]);
	netram_table_exit(&table);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(found_by_index, len_gen_params),
	KUNIT_CASE_PARAM(deleted_is_gone, len_gen_params),
	KUNIT_CASE(generations_differ),
	KUNIT_CASE(exchanged),
	KUNIT_CASE(exit_of_zeroes),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_table",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
