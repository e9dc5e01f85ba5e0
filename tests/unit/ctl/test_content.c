// SPDX-License-Identifier: GPL-2.0
/* What is on a device, on files in its place; mkswap writes what probe finds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/device.h"
#include "kit.h"

#define SIZE	(16 << 20)

static char path[64];
static char why[128];

static int setup(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/netram-content.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || ftruncate(fd, SIZE))
		return -1;
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_at(long offset, const void *data, size_t len)
{
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	fseek(file, offset, SEEK_SET);
	assert_int_equal(fwrite(data, 1, len, file), len);
	fclose(file);
}

static int mkswap(const char *device, const char *label, bool force)
{
	return mkswap_run(device, label, force, why, sizeof(why));
}

static void expect(enum content content, const char *type)
{
	enum content found;
	char text[64] = "";

	assert_int_equal(content_probe(path, &found, text, sizeof(text)),
			 0);
	assert_int_equal(found, content);
	assert_string_equal(text, type);
}

static void test_nothing(void **state)
{
	(void)state;
	expect(CONTENT_NOTHING, "");
}

static void test_swap(void **state)
{
	(void)state;
	assert_int_equal(mkswap(path, "a-name-of-more-than-fifteen", false), 0);
	expect(CONTENT_SWAP, "swap");
}

static void test_partitions(void **state)
{
	uint8_t mbr[66] = { [2] = 0, [64] = 0x55, [65] = 0xaa };

	(void)state;
	/* one Linux partition from sector 2048, of 4096 sectors */
	mbr[4] = 0x83;
	mbr[9] = 0x08;
	mbr[13] = 0x10;
	write_at(446, mbr, sizeof(mbr));
	expect(CONTENT_OTHER, "dos partition table");
	assert_int_equal(mkswap(path, "v1", false),  0);
}

static void test_filesystem(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -F %s", path);
	if (system(command))
		skip();
	expect(CONTENT_OTHER, "ext4");
	assert_int_equal(mkswap(path, "v1", true),  0);
	expect(CONTENT_SWAP, "swap");
}

static void test_no_device(void **state)
{
	enum content content;
	char type[8];

	(void)state;
	assert_int_equal(content_probe("/nonexistent", &content, type,
				       sizeof(type)), -ENOENT);
	assert_int_equal(mkswap("/nonexistent", "v1", false), -EIO);
	assert_string_equal(why, "mkswap has failed: cannot open /nonexistent: No such file or directory");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_swap),
		TEST(test_partitions),
		TEST(test_filesystem),
		TEST(test_no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
