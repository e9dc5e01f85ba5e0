// SPDX-License-Identifier: GPL-2.0
#include "resolver.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"

/* What is not known is asked for again after that. */
#define RETRY_MS	3000

/**
 * struct lookup - a thread and what it is to find out
 * @next: the next one, or NULL
 * @thread: the thread
 * @wake: of the resolver
 * @done: it has ended but for that
 * @address: as in the file
 * @endpoint: the answer, if @err is 0
 * @err: 0 or -errno
 * @why: why
 */
struct lookup {
	struct lookup *next;
	pthread_t thread;
	int wake;
	bool done;
	char address[CONFIG_PATH_SIZE];
	struct sockaddr_storage endpoint;
	int err;
	char why[CONFIG_WHY_SIZE];
};

static void *run(void *arg)
{
	const uint64_t one = 1;
	struct lookup *l = arg;

	l->err = netram_endpoint_parse(l->address, &l->endpoint, l->why,
				       sizeof(l->why));
	__atomic_store_n(&l->done, true, __ATOMIC_RELEASE);
	if (write(l->wake, &one, sizeof(one)) != sizeof(one))
		return arg;
	return NULL;
}

/* ---- answers */

/* Return: whether it is another one than before. */
static bool answer(struct config_node *node, const struct lookup *l)
{
	bool same = l->err && node->looked_up && !strcmp(node->why, l->why);

	node->looked_up = true;
	node->resolved = !l->err;
	node->endpoint = l->endpoint;
	node->retry_ms = clock_ms() + RETRY_MS;
	strcpy(node->why, l->why);
	return !same;
}

static bool waits_for(const struct config_node *node, const struct lookup *l)
{
	return !node->resolved && !strcmp(node->address, l->address);
}

/* The file may be another one than when it was asked. */
static bool take(struct lookup *l, struct config *config)
{
	bool news = false;
	size_t i;

	pthread_join(l->thread, NULL);
	for (i = 0; i < config->nr_nodes; i++)
		if (waits_for(&config->nodes[i], l))
			news |= answer(&config->nodes[i], l);
	free(l);
	return news;
}

static bool collect(struct resolver *r, struct config *config)
{
	struct lookup **at = &r->lookups, *l;
	bool news = false;
	uint64_t count;

	/* before they are looked at: who comes later wakes us again */
	if (read(r->wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return false;
	while (*at) {
		l = *at;
		if (!__atomic_load_n(&l->done, __ATOMIC_ACQUIRE)) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		news |= take(l, config);
	}
	return news;
}

/* ---- questions */

static bool is_asked(const struct resolver *r, const struct config_node *node)
{
	const struct lookup *l;

	for (l = r->lookups; l; l = l->next)
		if (!strcmp(l->address, node->address))
			return true;
	return false;
}

static void ask(struct resolver *r, struct config_node *node)
{
	struct lookup *l = calloc(1, sizeof(*l));

	node->retry_ms = clock_ms() + RETRY_MS;
	if (!l)
		return;
	l->wake = r->wake;
	strcpy(l->address, node->address);
	if (pthread_create(&l->thread, NULL, run, l)) {
		free(l);
		return;
	}
	l->next = r->lookups;
	r->lookups = l;
}

static void look_at(struct resolver *r, struct config_node *node)
{
	if (node->resolved || node->remove || is_asked(r, node))
		return;
	if (clock_ms() >= node->retry_ms)
		ask(r, node);
	if (!is_asked(r, node) && node->retry_ms < r->next_ms)
		r->next_ms = node->retry_ms;
}

/**
 * resolver_look() - see what has been found, and ask for what is not known
 * @r: the resolver
 * @config: the nodes; their addresses are put there
 *
 * Does not wait for any answer.
 *
 * Return: whether there is another one than before.
 */
bool resolver_look(struct resolver *r, struct config *config)
{
	bool news = collect(r, config);
	size_t i;

	r->next_ms = UINT64_MAX;
	for (i = 0; i < config->nr_nodes; i++)
		look_at(r, &config->nodes[i]);
	return news;
}

/**
 * resolver_wait() - the same, and wait for all that are asked for
 * @r: the resolver
 * @config: the nodes
 * @timeout_ms: but so long at most
 */
void resolver_wait(struct resolver *r, struct config *config, int timeout_ms)
{
	struct pollfd fd = { .fd = r->wake, .events = POLLIN };
	uint64_t end = clock_ms() + timeout_ms, now;

	resolver_look(r, config);
	for (;;) {
		now = clock_ms();
		if (!r->lookups || now >= end ||
		    poll(&fd, 1, (int)(end - now)) < 0)
			return;
		collect(r, config);
	}
}

/* ---- beginning and end */

int resolver_init(struct resolver *r)
{
	*r = (struct resolver){ .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	return r->wake < 0 ? -errno : 0;
}

/* Who still waits for an answer does so until netramd has ended. */
void resolver_exit(struct resolver *r)
{
	struct config none = { 0 };

	collect(r, &none);
}
