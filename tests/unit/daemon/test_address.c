// SPDX-License-Identifier: GPL-2.0
/* Addresses to listen on, and to ask: link-local ones with their interface above all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "common/address.h"

#define MISSING	"netram-none"
#define LONGEST	"fifteen-of-them"

static void expect(const char *text, const char *formatted)
{
	struct address addr;
	char is[ADDRESS_SIZE];

	assert_int_equal(address_parse(text, 80, &addr), 0);
	address_format(&addr, is, sizeof(is));
	assert_string_equal(is, formatted);
	assert_int_equal(address_parse(is, 0, &addr), 0);
}

static void test_written(void **state)
{
	struct address addr;

	(void)state;
	expect("192.0.2.1", "192.0.2.1:80");
	expect("[2001:db8::1]:0", "[2001:db8::1]:0");
	/* there or not */
	expect("[fe80::1%lo]", "[fe80::1%lo]:80");
	expect("[fe80::1%" MISSING "]:65535", "[fe80::1%" MISSING "]:65535");
	expect("[fe80:1111:2222:3333:4444:5555:6666:7777%" LONGEST "]:65535",
	       "[fe80:1111:2222:3333:4444:5555:6666:7777%" LONGEST "]:65535");
	assert_int_equal(address_parse("[fe80::1%]", 80, &addr), -EINVAL);
	assert_int_equal(address_parse("[fe80::1%" LONGEST "x]", 80, &addr),
			 -EINVAL);
	assert_int_equal(address_parse("[%lo]", 80, &addr), -EINVAL);
	assert_int_equal(address_parse("[::1%lo]", 80, &addr), -EINVAL);
	assert_int_equal(address_parse("127.0.0.1%lo", 80, &addr), -EINVAL);
}

static bool lacks_interface(const char *text)
{
	struct address addr;

	assert_int_equal(address_parse(text, 80, &addr), 0);
	return address_lacks_interface(&addr);
}

static void test_lacking(void **state)
{
	(void)state;
	assert_true(lacks_interface("[fe80::1]"));
	assert_false(lacks_interface("[fe80::1%lo]"));
	assert_false(lacks_interface("[2001:db8::1]"));
	assert_false(lacks_interface("169.254.0.1"));
}

static void test_found(void **state)
{
	struct sockaddr_storage sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&sa;
	struct address addr;

	(void)state;
	assert_int_equal(address_parse("[fe80::1%lo]", 80, &addr), 0);
	assert_int_equal(address_find(&addr, &sa), 0);
	assert_int_equal(in6->sin6_scope_id, if_nametoindex("lo"));
	assert_int_equal(in6->sin6_port, htons(80));
	/* that is no mistake of whoever wrote it: it may come */
	assert_int_equal(address_parse("[fe80::1%" MISSING "]", 80, &addr), 0);
	assert_int_equal(address_find(&addr, &sa), -ENXIO);
	assert_int_equal(address_listen(&addr, 1), -ENXIO);
	assert_non_null(strstr(address_error(-ENXIO), "no such interface"));
}

/* Whoever asks calls the link by a name of his own, or leaves it out. */
static void test_same(void **state)
{
	struct address here, there;

	(void)state;
	assert_int_equal(address_parse("[fe80::1%lo]", 80, &here), 0);
	assert_int_equal(address_parse("[fe80::1]:81", 80, &there), 0);
	assert_true(address_same_host(&here, &there));
	assert_int_equal(address_parse("[fe80::2%lo]", 80, &there), 0);
	assert_false(address_same_host(&here, &there));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
