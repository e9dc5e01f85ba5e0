// SPDX-License-Identifier: GPL-2.0
/* Looking up names while nobody waits: a name server that answers when it is told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/resolver.h"

#define PATIENCE_MS	60000

static sem_t may_answer;
static int asked, says;

int getaddrinfo(const char *host, const char *service,
		const struct addrinfo *hints, struct addrinfo **found)
{
	struct {
		struct addrinfo info;
		struct sockaddr_in in;
	} *a;

	(void)host;
	(void)service;
	(void)hints;
	__atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	sem_wait(&may_answer);
	if (says)
		return says;
	a = calloc(1, sizeof(*a));
	a->in.sin_family = AF_INET;
	a->in.sin_addr.s_addr = htonl(0xc0000207);
	a->info.ai_addr = (struct sockaddr *)&a->in;
	a->info.ai_addrlen = sizeof(a->in);
	*found = &a->info;
	return 0;
}

void freeaddrinfo(struct addrinfo *found)
{
	free(found);
}

static struct resolver resolver;

/* The answer to the one that is asked. Return: whether it is another one. */
static bool answer(struct config *config, int with)
{
	struct pollfd fd = { .fd = resolver.wake, .events = POLLIN };

	says = with;
	sem_post(&may_answer);
	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	return resolver_look(&resolver, config);
}

static void test_names(void **state)
{
	struct config_node nodes[4] = {
		{ .name = "n1", .address = "one.test:9" },
		{ .name = "n2", .address = "192.0.2.1", .resolved = true },
		{ .name = "n3", .address = "gone.test", .remove = true },
		{ .name = "n4", .address = "one.test:9" },
	};
	struct config config = { .nodes = nodes, .nr_nodes = 4 };
	char text[NETRAM_ENDPOINT_SIZE];

	(void)state;
	assert_int_equal(resolver_init(&resolver), 0);
	assert_false(resolver_look(&resolver, &config));
	assert_false(resolver_look(&resolver, &config));
	assert_false(nodes[0].looked_up);

	/* not known: said once, and not asked for again at once */
	assert_true(answer(&config, EAI_NONAME));
	assert_true(nodes[0].looked_up && nodes[3].looked_up);
	assert_false(nodes[0].resolved);
	assert_non_null(strstr(nodes[0].why, "cannot resolve 'one.test'"));
	assert_true(resolver.next_ms == nodes[0].retry_ms);
	assert_int_equal(asked, 1);
	nodes[0].retry_ms = 0;
	assert_false(resolver_look(&resolver, &config));
	assert_true(resolver.next_ms == UINT64_MAX);
	assert_false(answer(&config, EAI_NONAME));
	nodes[0].retry_ms = 0;
	resolver_look(&resolver, &config);
	assert_true(answer(&config, EAI_AGAIN));

	nodes[0].retry_ms = 0;
	resolver_look(&resolver, &config);
	assert_true(answer(&config, 0));
	assert_true(nodes[0].resolved && nodes[3].resolved);
	netram_endpoint_format(&nodes[3].endpoint, text, sizeof(text));
	assert_string_equal(text, "192.0.2.7:9");
	assert_int_equal(asked, 4);
	assert_true(resolver.next_ms == UINT64_MAX);

	/* an answer for a file that is gone, and one that comes in time */
	nodes[0].resolved = false;
	nodes[0].retry_ms = 0;
	resolver_look(&resolver, &config);
	config.nr_nodes = 0;
	assert_false(answer(&config, 0));
	config.nr_nodes = 1;
	nodes[0].retry_ms = 0;
	sem_post(&may_answer);
	resolver_wait(&resolver, &config, PATIENCE_MS);
	assert_true(nodes[0].resolved);

	/* one that does not: neither waiting nor the end does for long */
	nodes[0].resolved = false;
	nodes[0].retry_ms = 0;
	resolver_wait(&resolver, &config, 1);
	assert_false(nodes[0].resolved);
	resolver_exit(&resolver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	sem_init(&may_answer, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
