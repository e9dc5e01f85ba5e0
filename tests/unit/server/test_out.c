// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "out.h"

static struct store store;
static struct space sp;
static struct out out;

static int setup(void **state)
{
	assert_int_equal(store_init(&store, 4096 * PAGE, NULL), 0);
	assert_int_equal(space_init(&sp, &store, 4096 * PAGE, "unit"), 0);
	out_init(&out);
	return 0;
}

static int teardown(void **state)
{
	/* No pin is left behind. */
	space_trim(&sp, 0, 4096 * PAGE);
	assert_int_equal(store_present(&store), 0);
	space_exit(&sp);
	store_exit(&store);
	return 0;
}

static void fill(uint64_t off, uint32_t len, int byte)
{
	assert_int_equal(space_write_begin(&sp, off, len), 0);
	memset(space_at(&sp, off), byte, len);
	space_unpin(&sp, off, len);
}

static void head(const char *text)
{
	memcpy(out_tail(&out), text, strlen(text));
	out_add(&out, strlen(text));
}

/* Sends @most bytes at a time until nothing waits; returns what was sent. */
static size_t drain(uint8_t *to, size_t most)
{
	size_t total = 0;
	uint32_t nr, i;

	while ((nr = out_gather(&out, &sp))) {
		size_t sent = 0;

		assert_in_range(nr, 1, OUT_IOVS);
		for (i = 0; i < nr && sent < most; i++) {
			size_t n = out.iov[i].iov_len;

			if (n > most - sent)
				n = most - sent;
			memcpy(to + total + sent, out.iov[i].iov_base, n);
			sent += n;
		}
		out_sent(&out, &sp, sent);
		total += sent;
	}
	assert_true(out_empty(&out));
	return total;
}

static void heads_merge(void **state)
{
	uint8_t got[64];

	assert_true(out_empty(&out));
	head("one");
	head("two");
	assert_int_equal(out_gather(&out, &sp), 1);
	out_sent(&out, &sp, 0);
	assert_int_equal(drain(got, 64), 6);
	assert_memory_equal(got, "onetwo", 6);
}

/* However the sends are cut, the same bytes come, holes and all. */
static void any_cut(void **state)
{
	static const size_t cuts[] = { 1 << 30, 100000, 5001, 4096, 777 };
	const uint32_t len = 40 * PAGE;
	uint8_t *want = calloc(1, len + 100), *got = malloc(len + 100);
	size_t i;

	fill(3 * PAGE, 2 * PAGE, 'a');
	fill(9 * PAGE + 5, 1, 'b');
	fill(30 * PAGE, 20 * PAGE, 'c');
	memcpy(want, "H1", 2);
	memset(want + 2 + 3 * PAGE - 7, 'a', 2 * PAGE);
	want[2 + 9 * PAGE + 5 - 7] = 'b';
	memset(want + 2 + 30 * PAGE - 7, 'c', 10 * PAGE + 7);
	memcpy(want + 2 + len, "H2", 2);
	for (i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		head("H1");
		out_add_data(&out, 7, len);
		head("H2");
		assert_int_equal(drain(got, cuts[i]), len + 4);
		assert_memory_equal(got, want, len + 4);
	}
	free(want);
	free(got);
}

/* Every other page is there: more pieces than one send can name. */
static void many_pieces(void **state)
{
	const uint32_t len = 2000 * PAGE;
	uint8_t *got = malloc(len);
	uint64_t page;

	for (page = 0; page < 2000; page += 2)
		fill(page * PAGE, PAGE, 'm');
	out_add_data(&out, 0, len);
	assert_int_equal(drain(got, SIZE_MAX), len);
	for (page = 0; page < 2000; page++)
		assert_int_equal(got[page * PAGE + 9], page % 2 ? 0 : 'm');
	free(got);
}

static void bounded(void **state)
{
	uint8_t *got = malloc(4 * MIB);
	unsigned int n = 0, m = 0;

	while (out_room(&out)) {
		head("0123456789abcdef");
		out_add_data(&out, 0, PAGE);
		n++;
	}
	assert_in_range(n, 100, OUT_SEGS);
	/* While one half is being sent there is the other; then no more. */
	assert_true(out_gather(&out, &sp) > 0);
	while (out_room(&out)) {
		head("0123456789abcdef");
		m++;
	}
	assert_in_range(m, 100, OUT_BYTES / 16);
	out_sent(&out, &sp, 0);
	assert_false(out_room(&out));
	assert_int_equal(drain(got, SIZE_MAX), n * (16 + PAGE) + m * 16);
	assert_true(out_room(&out));
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(heads_merge, setup, teardown),
		cmocka_unit_test_setup_teardown(any_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(many_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(bounded, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_out", tests, NULL, NULL);
}
