// SPDX-License-Identifier: GPL-2.0
/*
 * The first loop accepts for all and gives each connection to the loop that has
 * the fewest: with a handful of connections, which is what a host makes, the
 * kernel's own spreading by hash would often put all on one thread.
 */
#include "accept.h"

#include <errno.h>
#include <unistd.h>

#include "conn.h"

static void arm_accept(struct listener *l)
{
	struct io_uring_sqe *sqe = loop_sqe(l->loop);

	if (l->loop->single_accept)
		io_uring_prep_accept(sqe, l->fd, NULL, NULL, SOCK_CLOEXEC);
	else
		io_uring_prep_multishot_accept(sqe, l->fd, NULL, NULL,
					       SOCK_CLOEXEC);
	loop_tag(sqe, l, TAG_ACCEPT);
	l->armed = true;
}

static struct loop *least_busy(const struct loops *all)
{
	struct loop *best = all->loop[0];
	unsigned int i, n, least = UINT32_MAX;

	for (i = 0; i < all->nr; i++) {
		n = __atomic_load_n(&all->loop[i]->nr_conns, __ATOMIC_RELAXED);
		if (n < least) {
			least = n;
			best = all->loop[i];
		}
	}
	return best;
}

static void post(struct loop *to, int fd)
{
	pthread_mutex_lock(&to->inbox_lock);
	to->inbox[to->nr_inbox++] = fd;
	pthread_mutex_unlock(&to->inbox_lock);
	loop_wake(to);
}

/* Only the accepting thread counts up, so the bound holds, and inboxes fit. */
static void place(struct loop *loop, int fd)
{
	struct loops *all = loop->all;
	struct loop *to;

	if (__atomic_load_n(&all->nr_connections, __ATOMIC_RELAXED) >=
	    all->max_connections || loop->stop_since) {
		close(fd);
		return;
	}
	to = least_busy(all);
	__atomic_fetch_add(&all->nr_connections, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&to->nr_conns, 1, __ATOMIC_RELAXED);
	if (to == loop)
		conn_start(loop, fd);
	else
		post(to, fd);
}

/*
 * An error (no more files, say) would come back at once: wait for the tick
 * before trying again.
 */
void accept_on_cqe(struct listener *l, const struct io_uring_cqe *cqe)
{
	int res = cqe->res;

	if (!(cqe->flags & IORING_CQE_F_MORE))
		l->armed = false;
	if (res >= 0)
		place(l->loop, res);
	if (l->armed || l->loop->stop_since)
		return;
	if (res == -EINVAL && !l->loop->single_accept) {
		l->loop->single_accept = true;
		res = 0;
	}
	if (res >= 0 || res == -ECONNABORTED || res == -EINTR)
		arm_accept(l);
	else
		loop_arm_tick(l->loop);
}

void accept_arm(struct loop *loop)
{
	unsigned int i;

	for (i = 0; i < loop->nr_listeners && !loop->stop_since; i++)
		if (!loop->listeners[i].armed)
			arm_accept(&loop->listeners[i]);
}

void accept_take_inbox(struct loop *loop)
{
	pthread_mutex_lock(&loop->inbox_lock);
	while (loop->nr_inbox) {
		int fd = loop->inbox[--loop->nr_inbox];

		/* conn_start() may take the export lock: not under ours. */
		pthread_mutex_unlock(&loop->inbox_lock);
		conn_start(loop, fd);
		pthread_mutex_lock(&loop->inbox_lock);
	}
	pthread_mutex_unlock(&loop->inbox_lock);
}

void accept_stop(struct loop *loop)
{
	unsigned int i;

	for (i = 0; i < loop->nr_listeners; i++) {
		loop_cancel(loop, &loop->listeners[i], TAG_ACCEPT);
		/* Refuse newcomers now; the ring holds its own reference. */
		shutdown(loop->listeners[i].fd, SHUT_RDWR);
		close(loop->listeners[i].fd);
	}
	loop->nr_listeners = 0;
}
