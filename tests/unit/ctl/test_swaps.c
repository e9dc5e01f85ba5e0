// SPDX-License-Identifier: GPL-2.0
/* /proc/swaps, /proc/meminfo, mountinfo, and whether swapoff may go ahead. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kit.h"
#include "common/device.h"
#include "common/swaps.h"
#include "common/text.h"

#define MIB	1024	/* in kB */

static const char head[] =
	"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

static void test_swaps(void **state)
{
	static const char text[] =
		"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		"/dev/netram0                            partition\t1048572\t\t51200\t\t-2\n"
		"/swap\\040file\\134x                       file\t\t2097148\t\t0\t\t10\n";
	const struct swap *swap;
	struct swaps swaps;

	(void)state;
	assert_int_equal(swaps_parse(text, &swaps), 0);
	assert_int_equal(swaps.count, 2);
	swap = swaps_find(&swaps, "/dev/netram0");
	assert_non_null(swap);
	assert_int_equal(swap->size_kb, 1048572);
	assert_int_equal(swap->used_kb, 51200);
	assert_int_equal(swap->priority, -2);
	assert_non_null(swaps_find(&swaps, "/swap file\\x"));
	assert_null(swaps_find(&swaps, "/dev/netram1"));
	swaps_free(&swaps);
}

/* Anybody's swap file may have such a path, and the other areas count. */
static void test_swaps_long(void **state)
{
	char text[2048];
	struct swaps swaps;

	(void)state;
	snprintf(text, sizeof(text), "%s/%01000d file 1000 0 10\n"
		 "/dev/netram0 partition 1048572 51200 -2\n", head, 0);
	assert_int_equal(swaps_parse(text, &swaps), 0);
	assert_int_equal(swaps.count, 2);
	assert_non_null(swaps_find(&swaps, "/dev/netram0"));
	swaps_free(&swaps);
}

static void test_swaps_empty(void **state)
{
	struct swaps swaps;

	(void)state;
	assert_int_equal(swaps_parse(head, &swaps), 0);
	assert_int_equal(swaps.count, 0);
	assert_int_equal(swaps_parse("", &swaps), 0);
	assert_int_equal(swaps.count, 0);
}

static void test_swaps_odd(void **state)
{
	static const char *const lines[] = {
		"/dev/netram0 partition 100\n",
		"/dev/netram0 partition 100 x 3\n",
		"/dev/netram0 partition 100 101 3\n",
		"garbage\n",
	};
	struct swaps swaps;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(text, sizeof(text), "%s/ok file 8 0 1\n%s", head,
			 lines[i]);
		assert_int_equal(swaps_parse(text, &swaps), -EBADMSG);
		assert_null(swaps.areas);
	}
}

static void test_meminfo(void **state)
{
	struct meminfo mem;

	(void)state;
	assert_int_equal(meminfo_parse("MemTotal:        2035468 kB\n"
					   "MemFree:          100000 kB\n"
					   "MemAvailable:    1500000 kB\n",
					   &mem), 0);
	assert_int_equal(mem.total_kb, 2035468);
	assert_int_equal(mem.available_kb, 1500000);
	assert_int_equal(meminfo_parse("MemTotal: 1 kB\n", &mem), -EBADMSG);
	assert_int_equal(meminfo_parse("MemTotal: x kB\n", &mem), -EBADMSG);
	assert_int_equal(meminfo_parse("", &mem), -EBADMSG);
}

struct preflight_case {
	uint64_t used, total, available, other_size, other_used;
	uint64_t reserve, short_by;
};

/* All in MiB. */
static const struct preflight_case preflight_cases[] = {
	/* nothing to move always fits */
	{ 0, 512, 0, 0, 0, 64, 0 },
	/* memory alone: 364 - 64 of reserve */
	{ 300, 512, 364, 0, 0, 64, 0 },
	{ 301, 512, 364, 0, 0, 64, 1 },
	/* another swap area takes the rest */
	{ 812, 512, 364, 1024, 512, 64, 0 },
	{ 813, 512, 364, 1024, 512, 64, 1 },
	/* a full one takes nothing */
	{ 400, 512, 364, 1024, 1024, 64, 100 },
	/* five per cent of a large host */
	{ 1000, 20480, 2024, 0, 0, 1024, 0 },
	{ 1001, 20480, 2024, 0, 0, 1024, 1 },
	/* less available than the reserve is nothing, not minus something */
	{ 10, 512, 32, 0, 0, 64, 10 },
};

static void test_preflight(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(preflight_cases) / sizeof(*preflight_cases);
	     i++) {
		const struct preflight_case *c = &preflight_cases[i];
		struct swap areas[2] = {
			{ .size_kb = 4096 * MIB, .used_kb = c->used * MIB },
			{ .size_kb = c->other_size * MIB,
			  .used_kb = c->other_used * MIB },
		};
		const struct swaps swaps = { areas, 2 };
		const struct meminfo mem = {
			c->total * MIB, c->available * MIB
		};
		struct preflight pre;

		preflight_swapoff(&swaps, &areas[0], &mem, &pre);
		assert_int_equal(pre.used_kb, c->used * MIB);
		assert_int_equal(pre.reserve_kb, c->reserve * MIB);
		assert_int_equal(pre.short_kb, c->short_by * MIB);
	}
}

/* Free zram is no room beside the memory that it would take. */
static void test_preflight_zram(void **state)
{
	struct swap areas[3] = {
		{ "/dev/netram0", 4096 * MIB, 400 * MIB, 5 },
		{ "/dev/zram0", 4096 * MIB, 0, 100 },
		{ "/dev/sda2", 50 * MIB, 0, 1 },
	};
	const struct swaps swaps = { areas, 3 };
	const struct meminfo mem = { 512 * MIB, 364 * MIB };
	struct preflight pre;

	(void)state;
	preflight_swapoff(&swaps, &areas[0], &mem, &pre);
	assert_int_equal(pre.other_kb, 50 * MIB);
	assert_int_equal(pre.short_kb, 50 * MIB);
}

static void test_unescape(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "/mnt", "/mnt" },
		{ "a\\040b\\011c\\012d\\134e", "a b\tc\nd\\e" },
		/* what it has undone is not looked at again */
		{ "\\134040", "\\040" },
		/* cut off, and no octal number */
		{ "a\\04", "a\\04" },
		{ "a\\", "a\\" },
		{ "\\089", "\\089" },
	};
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), "%s", cases[i].text);
		unescape(text);
		assert_string_equal(text, cases[i].want);
	}
}

static void test_mounts(void **state)
{
	static const char text[] =
		"22 1 0:20 / / rw,relatime - overlay overlay rw\n"
		"36 22 259:1 / /mnt rw,noatime shared:1 - ext4 /dev/netram0 rw\n"
		"37 22 259:12 / /mnt2 rw - xfs /dev/netram1 rw\n"
		"38 22 259:3 / /mnt/with\\040blank rw - xfs /dev/netram2 rw\n";
	struct mounts_entry e;

	(void)state;
	assert_true(mounts_parse(text, makedev(259, 1), &e));
	assert_string_equal(e.where, "/mnt");
	assert_true(mounts_parse(text, makedev(259, 12), &e));
	assert_string_equal(e.where, "/mnt2");
	assert_true(mounts_parse(text, makedev(259, 3), &e));
	assert_string_equal(e.where, "/mnt/with blank");
	assert_false(mounts_parse(text, makedev(259, 2), &e));
	assert_false(mounts_parse("", makedev(0, 0), &e));
	assert_false(mounts_parse("garbage\n", makedev(0, 0), &e));
	assert_false(mounts_parse(NULL, makedev(259, 1), &e));
}

static void test_mounts_how(void **state)
{
	static const char text[] =
		"22 1 0:20 / / rw,relatime - overlay overlay rw\n"
		"36 22 259:1 / /mnt rw,noatime shared:1 master:2 - ext4 /dev/netram0 ro,discard\n"
		"37 22 259:2 / /mnt2 ro,nosuid - xfs /dev/netram1 rw,attr2\n"
		"38 22 259:3 / /mnt3 rw\n";
	struct mounts_entry how;

	(void)state;
	assert_true(mounts_parse(text, makedev(259, 1), &how));
	assert_string_equal(how.type, "ext4");
	assert_string_equal(how.own, "rw,noatime");
	assert_string_equal(how.source, "/dev/netram0");
	assert_string_equal(how.super, "ro,discard");
	assert_true(mounts_parse(text, makedev(259, 2), &how));
	assert_string_equal(how.type, "xfs");
	assert_string_equal(how.own, "ro,nosuid");
	assert_string_equal(how.super, "rw,attr2");
	assert_false(mounts_parse(text, makedev(259, 3), &how));
	assert_false(mounts_parse(text, makedev(259, 4), &how));
	assert_false(mounts_parse("", makedev(259, 4), &how));
}

static void test_device_index(void **state)
{
	static const char *const no[] = {
		"netram0", "/dev/netram", "/dev/netram01", "/dev/netram0p1",
		"/dev/netram-1", "/dev/netram 1", "/dev/netram4294967296",
		"/dev/sda", "",
	};
	uint32_t index;
	size_t i;

	(void)state;
	assert_true(device_index("/dev/netram0", &index));
	assert_int_equal(index, 0);
	assert_true(device_index("/dev/netram255", &index));
	assert_int_equal(index, 255);
	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(device_index(no[i], &index));
}

static void test_real_files(void **state)
{
	struct meminfo mem;
	struct swaps swaps;

	(void)state;
	assert_int_equal(meminfo_read(&mem), 0);
	assert_true(mem.total_kb >= mem.available_kb);
	assert_int_equal(swaps_read(&swaps), 0);
	swaps_free(&swaps);
}

static void test_min_free(void **state)
{
	(void)state;
	assert_int_equal(vm_min_free_kb(344000), 10750);
	assert_int_equal(vm_min_free_kb(2 << 20), 65536);
	assert_int_equal(vm_min_free_kb(1ULL << 30), 65536);
	assert_int_equal(vm_min_free_kb(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_swaps),
		cmocka_unit_test(test_swaps_empty),
		cmocka_unit_test(test_swaps_long),
		cmocka_unit_test(test_swaps_odd),
		cmocka_unit_test(test_meminfo),
		cmocka_unit_test(test_preflight),
		cmocka_unit_test(test_preflight_zram),
		cmocka_unit_test(test_min_free),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_mounts_how),
		cmocka_unit_test(test_device_index),
		cmocka_unit_test(test_real_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
