// SPDX-License-Identifier: GPL-2.0
/* The set of loops: starting, stopping, counting. */
#include "loops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "loop.h"

int loops_probe(void)
{
	struct io_uring ring;
	int ret = loop_ring_init(&ring);

	if (!ret)
		io_uring_queue_exit(&ring);
	return ret;
}

static struct loop *loop_create(struct loops *all,
				const struct service *service)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->inbox = calloc(all->max_connections, sizeof(int));
	loop->wake_fd = eventfd(0, EFD_CLOEXEC);
	if (!loop->inbox || loop->wake_fd < 0) {
		free(loop->inbox);
		free(loop);
		return NULL;
	}
	loop->all = all;
	loop->service = service;
	busy_poll_init(&loop->busy_poll, all->busy_poll_us);
	loop->start_result = 1;
	pthread_mutex_init(&loop->inbox_lock, NULL);
	pthread_mutex_init(&loop->start_lock, NULL);
	pthread_cond_init(&loop->start_cond, NULL);
	return loop;
}

static void loop_destroy(struct loop *loop)
{
	while (loop->nr_inbox)
		close(loop->inbox[--loop->nr_inbox]);
	close(loop->wake_fd);
	free(loop->inbox);
	free(loop);
}

static int loop_start(struct loop *loop)
{
	int ret = pthread_create(&loop->thread, NULL, loop_main, loop);

	if (ret)
		return -ret;
	pthread_mutex_lock(&loop->start_lock);
	while (loop->start_result > 0)
		pthread_cond_wait(&loop->start_cond, &loop->start_lock);
	pthread_mutex_unlock(&loop->start_lock);
	if (loop->start_result)
		pthread_join(loop->thread, NULL);
	return loop->start_result;
}

static void give_listeners(struct loop *loop, const int *fds, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		loop->listeners[i] = (struct listener){ loop, fds[i], false };
	loop->nr_listeners = nr;
}

static int create_all(struct loops *l, const struct service *service)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++) {
		l->loop[i] = loop_create(l, service);
		if (!l->loop[i])
			return -ENOMEM;
	}
	return 0;
}

/* The first is started last: it accepts, and places on all the others. */
int loops_start(struct loops *l, const struct service *service,
		const int *listeners, unsigned int nr_listeners)
{
	unsigned int i;
	int ret = create_all(l, service);

	if (ret)
		return ret;
	give_listeners(l->loop[0], listeners, nr_listeners);
	for (i = l->nr; i-- > 0;) {
		ret = loop_start(l->loop[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static void tell_to_stop(struct loop *loop)
{
	__atomic_store_n(&loop->stop, true, __ATOMIC_RELEASE);
	loop_wake(loop);
}

/* The acceptor first: then nothing is placed on the others any more. */
void loops_stop(struct loops *l)
{
	unsigned int i;

	for (i = 0; i < l->nr; i++)
		tell_to_stop(l->loop[i]);
	for (i = 0; i < l->nr; i++)
		pthread_join(l->loop[i]->thread, NULL);
	for (i = 0; i < l->nr; i++)
		loop_destroy(l->loop[i]);
}

void loops_stats(const struct loops *l, struct stats *sum)
{
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < l->nr; i++) {
		const struct stats *s = &l->loop[i]->stats;

		sum->reads += stats_get(&s->reads);
		sum->writes += stats_get(&s->writes);
		sum->trims += stats_get(&s->trims);
		sum->zeroes += stats_get(&s->zeroes);
		sum->errors += stats_get(&s->errors);
		sum->enospc += stats_get(&s->enospc);
		sum->bytes_read += stats_get(&s->bytes_read);
		sum->bytes_written += stats_get(&s->bytes_written);
	}
}
