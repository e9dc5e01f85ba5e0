// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "group.h"

static char root[32];
static struct groups g;

static const char *path_of(const char *folder, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s/%s", root, folder, file);
	return path;
}

static void put(const char *folder, const char *file, const char *text)
{
	FILE *f = fopen(path_of(folder, file), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The machine's / has nothing, /a no memory.stat, /a/b all, /a/b/c has no limit. */
static int setup(void **state)
{
	strcpy(root, "/tmp/netram-group-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(mkdir(path_of("/a", ""), 0700), 0);
	assert_int_equal(mkdir(path_of("/a/b", ""), 0700), 0);
	assert_int_equal(mkdir(path_of("/a/b/c", ""), 0700), 0);
	put("/a", "memory.max", "8589934592\n");
	put("/a", "memory.current", "0\n");
	put("/a/b", "memory.max", "4294967296\n");
	put("/a/b", "memory.current", "0\n");
	put("/a/b", "memory.stat", "anon 1\nfile 99999999999\n");
	put("/a/b/c", "memory.max", "max\n");
	put("/a/b/c", "memory.current", "99999999999\n");
	groups_open(&g, root, "1:name=systemd:/x\n0::/a/b/c\n");
	assert_int_equal(g.nr, 3);
	return 0;
}

static int teardown(void **state)
{
	char command[64];
	unsigned int i;

	for (i = 0; i < g.nr; i++) {
		close(g.at[i].max);
		close(g.at[i].current);
		close(g.at[i].stat);
	}
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void limits(void **state)
{
	assert_int_equal(groups_limit(&g), 4ULL << 30);
	put("/a", "memory.max", "1048576\n");
	assert_int_equal(groups_limit(&g), 1 << 20);
	put("/a", "memory.max", "max\n");
	put("/a/b", "memory.max", "max\n");
	assert_int_equal(groups_limit(&g), UINT64_MAX);
	assert_true(groups_spare(&g));
}

/* Of 4 GiB, 64 MiB and 16 MiB are left to others. */
static void own_group(void **state)
{
	assert_true(groups_spare(&g));
	put("/a/b", "memory.current", "4211081215\n");
	assert_true(groups_spare(&g));
	put("/a/b", "memory.current", "4211081216\n");
	assert_false(groups_spare(&g));
	/* What can be read from disk again is as good as free. */
	put("/a/b", "memory.stat", "anon 1\nactive_file 0\ninactive_file 1\n");
	assert_true(groups_spare(&g));
	put("/a/b", "memory.stat", "anon 1\ninactive_file 0\nactive_file 1\n");
	assert_true(groups_spare(&g));
	put("/a/b", "memory.max", "1048576\n");
	put("/a/b", "memory.current", "0\n");
	assert_false(groups_spare(&g));
}

static void group_above(void **state)
{
	put("/a", "memory.current", "8589934592\n");
	assert_false(groups_spare(&g));
	put("/a", "memory.max", "max\n");
	assert_true(groups_spare(&g));
}

/* Whoever has no descriptors left is told no less. */
static void no_files(void **state)
{
	struct rlimit r, none;

	put("/a/b", "memory.current", "4294967296\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
	none = r;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(groups_limit(&g), 4ULL << 30);
	assert_false(groups_spare(&g));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
}

/* In a container the group is the root of what it sees. */
static void others(void **state)
{
	struct groups other;

	put("", "memory.max", "5\n");
	put("", "memory.current", "0\n");
	groups_open(&other, root, "0::/\n");
	assert_int_equal(other.nr, 1);
	assert_int_equal(groups_limit(&other), 5);
	assert_false(groups_spare(&other));
	close(other.at[0].max);
	close(other.at[0].current);
	groups_open(&other, root, "0::/not/there\n");
	assert_int_equal(other.nr, 1);
	close(other.at[0].max);
	close(other.at[0].current);
	groups_open(&other, root, "4:memory:/a\n");
	assert_int_equal(other.nr, 0);
	assert_int_equal(groups_limit(&other), UINT64_MAX);
	assert_true(groups_spare(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(own_group, setup, teardown),
		cmocka_unit_test_setup_teardown(group_above, setup, teardown),
		cmocka_unit_test_setup_teardown(no_files, setup, teardown),
		cmocka_unit_test_setup_teardown(others, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_group", tests, NULL, NULL);
}
