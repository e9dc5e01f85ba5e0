// SPDX-License-Identifier: GPL-2.0
/* Addresses: what is taken, what is refused and with which words. */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "kit.h"

#define BROKEN	"broken.test"

static int broken_errno;

/* In the place of libc's: of one host the resolver says that the system has failed. */
int getaddrinfo(const char *host, const char *service,
		const struct addrinfo *hints, struct addrinfo **found)
{
	int (*real)(const char *host, const char *service,
		    const struct addrinfo *hints, struct addrinfo **found) =
		dlsym(RTLD_NEXT, "getaddrinfo");

	if (strcmp(host, BROKEN))
		return real(host, service, hints, found);
	errno = broken_errno;
	return EAI_SYSTEM;
}

static void test_accepted(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1:10809" },
		{ "192.0.2.1:1", "192.0.2.1:1" },
		{ "127.0.0.1:65535", "127.0.0.1:65535" },
		{ "::1", "[::1]:10809" },
		{ "2001:db8::1", "[2001:db8::1]:10809" },
		{ "[2001:db8::1]", "[2001:db8::1]:10809" },
		{ "[2001:db8::1]:999", "[2001:db8::1]:999" },
		{ "fe80::1%lo", "[fe80::1%lo]:10809" },
		{ "[fe80::1%lo]:2000", "[fe80::1%lo]:2000" },
		{ "[::ffff:192.0.2.1]:7", "[::ffff:192.0.2.1]:7" },
	};
	char text[NETRAM_ENDPOINT_SIZE], why[256];
	struct sockaddr_storage ep;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(netram_endpoint_parse(cases[i].text, &ep, why,
						       sizeof(why)), 0);
		netram_endpoint_format(&ep, text, sizeof(text));
		assert_string_equal(text, cases[i].canonical);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "not an address" },
		{ ":10809", "not an address" },
		{ "[]", "not an address" },
		{ "[::1", "not an address" },
		{ "[::1]x", "not an address" },
		{ "[::1]10809", "not an address" },
		{ "[127.0.0.1]:1", "not an IPv6 address" },
		{ "1:2:3", "not an IPv6 address" },
		/* none that could come */
		{ "fe80::1%", "of an interface of this host" },
		{ "fe80::1%a-name-of-16-char", "of an interface of this host" },
		{ "2001:db8::1%nosuchif", "of an interface of this host" },
		{ "fe80::x%nosuchif", "of an interface of this host" },
		{ "fe80::1", "needs its interface" },
		{ "192.0.2.1:", "not a port" },
		{ "192.0.2.1:0", "not a port" },
		{ "192.0.2.1:65536", "not a port" },
		{ "192.0.2.1:-1", "not a port" },
		{ "192.0.2.1:+1", "not a port" },
		{ "192.0.2.1:1a", "not a port" },
		{ "192.0.2.1:000001", "not a port" },
	};
	struct sockaddr_storage ep;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(netram_endpoint_parse(cases[i].text, &ep, why,
						       sizeof(why)), -EINVAL);
		assert_non_null(strstr(why, cases[i].why));
		assert_null(strchr(why, '\n'));
	}
}

static void test_unknown_host(void **state)
{
	struct sockaddr_storage ep;
	char why[256];
	int err;

	(void)state;
	err = netram_endpoint_parse("nosuchhost.invalid:1", &ep, why,
				    sizeof(why));
	assert_true(err == -ENOENT || err == -EAGAIN);
	assert_non_null(strstr(why, "cannot resolve 'nosuchhost.invalid'"));
}

static void test_broken_resolver(void **state)
{
	struct sockaddr_storage ep;
	char why[256];

	(void)state;
	broken_errno = EMFILE;
	assert_int_equal(netram_endpoint_parse(BROKEN, &ep, why, sizeof(why)),
			 -EMFILE);
	assert_non_null(strstr(why, "cannot resolve '" BROKEN "'"));
	broken_errno = 0;
	assert_int_equal(netram_endpoint_parse(BROKEN, &ep, why, sizeof(why)),
			 -EIO);
}

/* It may come up later, as a name may be resolved later. */
static void test_unknown_interface(void **state)
{
	static const char *const texts[] = {
		"fe80::1%nosuchif", "[fe80::1%nosuchif]:2000",
	};
	struct sockaddr_storage ep;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(netram_endpoint_parse(texts[i], &ep, why,
						       sizeof(why)), -ENXIO);
		assert_string_equal(why, "this host has no interface 'nosuchif' for 'fe80::1%nosuchif'");
	}
}

static void test_long_host(void **state)
{
	struct sockaddr_storage ep;
	char host[1024], why[64];

	(void)state;
	memset(host, 'a', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_int_equal(netram_endpoint_parse(host, &ep, why, sizeof(why)),
			 -EINVAL);
}

static void test_other_family(void **state)
{
	const struct sockaddr_storage ep = { .ss_family = AF_UNIX };
	char text[NETRAM_ENDPOINT_SIZE];

	(void)state;
	netram_endpoint_format(&ep, text, sizeof(text));
	assert_string_equal(text, "?:0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unknown_host),
		cmocka_unit_test(test_broken_resolver),
		cmocka_unit_test(test_unknown_interface),
		cmocka_unit_test(test_long_host),
		cmocka_unit_test(test_other_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
