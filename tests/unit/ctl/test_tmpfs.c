// SPDX-License-Identifier: GPL-2.0
/* netramctl tmpfs: which mounts are ours, and what is behind a new one. */
#include <string.h>
#include <sys/sysmacros.h>

#include "kit.h"
#include "ctl/tmpfs.h"

#define MIB	1024ULL		/* in kB */

static const char mountinfo[] =
	"22 1 0:5 / / rw shared:1 - ext4 /dev/sda1 rw\n"
	"30 22 0:33 / /mnt/a rw,noatime shared:9 master:3 - tmpfs netram rw,size=8k\n"
	"31 22 0:34 / /run rw - tmpfs tmpfs rw\n"
	"32 22 0:35 / /mnt/with\\040blank\\134 rw - tmpfs netram rw\n"
	"33 22 0:36 / /mnt/other rw - ext4 netram rw\n"
	"34 22 0:37 / /mnt/-_tmpfs_netram rw - proc proc rw\n"
	"35 22 0:38 / /cut rw -\n"
	"36 22 0:39 / /last rw - tmpfs netram rw";

static void test_parse(void **state)
{
	struct tmpfs_list list;

	(void)state;
	assert_int_equal(tmpfs_parse(mountinfo, &list), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.mounts[0].path, "/mnt/a");
	assert_true(list.mounts[0].device == makedev(0, 33));
	assert_string_equal(list.mounts[1].path, "/mnt/with blank\\");
	assert_string_equal(list.mounts[2].path, "/last");
	assert_true(list.mounts[2].device == makedev(0, 39));
	tmpfs_free(&list);
	assert_int_equal(tmpfs_parse("", &list), 0);
	assert_int_equal(list.count, 0);
	assert_int_equal(tmpfs_parse("garbage\n\n - tmpfs netram\n", &list), 0);
	assert_int_equal(list.count, 0);
}

static const struct {
	uint64_t size_mib, free0_mib, free1_mib, promised_mib;
	uint64_t unbacked_mib;
} cases[] = {
	{ 100, 100, 0, 0, 0 },
	{ 101, 100, 0, 0, 1 },
	{ 150, 100, 50, 0, 0 },
	{ 100, 100, 50, 50, 0 },
	{ 100, 100, 50, 60, 10 },
	{ 100, 0, 0, 0, 100 },
	/* those that are there have promised more than there is */
	{ 100, 100, 0, 900, 100 },
};

static void test_room(void **state)
{
	struct swap areas[] = {
		{ "/dev/netram0", 1000 * MIB, 0, 5 },
		{ "/dev/sda2", 5000 * MIB, 0, 1 },
		{ "/dev/netram13", 1000 * MIB, 0, 5 },
	};
	const struct swaps swaps = { areas, 3 };
	struct tmpfs mount = { .used = 7 << 20 };
	const struct tmpfs_list list = { &mount, 1 };
	struct tmpfs_room room;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		areas[0].used_kb = (1000 - cases[i].free0_mib) * MIB;
		areas[2].used_kb = (1000 - cases[i].free1_mib) * MIB;
		mount.size = mount.used + (cases[i].promised_mib << 20);
		tmpfs_room(cases[i].size_mib * MIB, &swaps, &list, &room);
		assert_int_equal(room.areas, 2);
		assert_int_equal(room.promised_kb, cases[i].promised_mib * MIB);
		assert_int_equal(room.unbacked_kb, cases[i].unbacked_mib * MIB);
	}
}

static void test_no_swap(void **state)
{
	struct swap disk = { "/dev/sda2", 5000 * MIB, 0, 1 };
	const struct swaps swaps = { &disk, 1 };
	const struct tmpfs_list none = { 0 };
	struct tmpfs_room room;

	(void)state;
	tmpfs_room(MIB, &swaps, &none, &room);
	assert_int_equal(room.areas, 0);
	assert_int_equal(room.unbacked_kb, MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_no_swap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
