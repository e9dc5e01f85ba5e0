// SPDX-License-Identifier: GPL-2.0
/*
 * One turn of a loop: submit what the last turn prepared and wait, in one system
 * call; then let every completion feed its session, run it, and prepare its next
 * send and receive. A connection has at most one of each in the kernel.
 *
 * From outside (other threads' fences, new connections, stopping) a loop is told
 * by loop_wake(): a flag, and an eventfd that the ring reads. What is to be done
 * is found by looking, so nothing is lost and no message can outlive its object.
 *
 * A connection ends in two steps: conn_close() shuts the socket down and cancels
 * what is in the kernel; when the last of that has come back, conn_free() lets
 * go of pages and export. Between the two, nothing that arrives is looked at.
 */
#include "loop.h"

#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "listen.h"
#include "log.h"

#define RING_ENTRIES	256
#define CQ_ENTRIES	4096
#define TICK_MS		1000
#define TICK_STOP_MS	50

/* What a completion is about: low bits of user_data; the rest is a pointer. */
enum tag {
	TAG_NONE,		/* nobody cares */
	TAG_ACCEPT,
	TAG_WAKE,
	TAG_TICK,
	TAG_RECV,
	TAG_SEND,
	TAG_MASK = 7,
};

struct conn {
	struct loop *loop;
	struct conn *prev;
	struct conn *next;
	struct conn *next_turn;
	int fd;
	bool recv_busy;
	bool send_busy;
	bool more_here;		/* the last receive left bytes in the socket */
	bool closing;
	bool in_turns;
	bool quiet;		/* while stopping: idle at the last tick */
	int64_t deadline;	/* of negotiating */
	struct msghdr recv_msg;
	struct msghdr send_msg;
	struct iovec recv_iov[2];
	struct session session;
} __attribute__((aligned(64)));

struct listener {
	struct loop *loop;
	int fd;
	bool armed;
} __attribute__((aligned(8)));

struct loop {
	struct io_uring ring;
	struct loops *all;
	const struct service *service;
	struct stats stats;
	pthread_t thread;
	struct listener listeners[LISTEN_MAX];
	unsigned int nr_listeners;
	bool single_accept;	/* kernel without multishot accept */

	struct conn *conns;
	struct conn *turns;
	unsigned int nr_conns;	/* written by any thread: placed here */
	bool tick_armed;
	struct __kernel_timespec tick;
	int64_t stop_since;	/* 0: not stopping */

	int wake_fd;
	uint64_t wake_value;
	bool woken;		/* atomic; a wake is on its way */
	bool stop;		/* atomic */

	pthread_mutex_t inbox_lock;	/* leaf; guards inbox */
	int *inbox;		/* sockets placed here by the acceptor */
	unsigned int nr_inbox;

	pthread_mutex_t start_lock;
	pthread_cond_t start_cond;
	int start_result;	/* 1 until the thread knows */
};

static const unsigned int ring_flags[] = {
	IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
		IORING_SETUP_DEFER_TASKRUN,
	IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN,
	IORING_SETUP_CQSIZE,
};

/* The best the kernel knows; anything but "unknown flag" is final. */
static int ring_init(struct io_uring *ring)
{
	size_t i;
	int ret = -EINVAL;

	for (i = 0; i < sizeof(ring_flags) / sizeof(*ring_flags); i++) {
		struct io_uring_params p = { .flags = ring_flags[i],
					     .cq_entries = CQ_ENTRIES };

		ret = io_uring_queue_init_params(RING_ENTRIES, ring, &p);
		if (ret != -EINVAL)
			break;
	}
	return ret;
}

int loops_probe(void)
{
	struct io_uring ring;
	int ret = ring_init(&ring);

	if (!ret)
		io_uring_queue_exit(&ring);
	return ret;
}

static struct io_uring_sqe *get_sqe(struct loop *loop)
{
	struct io_uring_sqe *sqe;

	while (!(sqe = io_uring_get_sqe(&loop->ring)))
		io_uring_submit(&loop->ring);
	return sqe;
}

static void tag_sqe(struct io_uring_sqe *sqe, const void *p, enum tag tag)
{
	io_uring_sqe_set_data64(sqe, (uint64_t)(uintptr_t)p | tag);
}

static void *untag(uint64_t data)
{
	return (void *)(uintptr_t)(data & ~(uint64_t)TAG_MASK);
}

static void loop_wake(struct loop *loop)
{
	uint64_t one = 1;

	if (__atomic_exchange_n(&loop->woken, true, __ATOMIC_ACQ_REL))
		return;
	while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void arm_wake(struct loop *loop)
{
	struct io_uring_sqe *sqe = get_sqe(loop);

	io_uring_prep_read(sqe, loop->wake_fd, &loop->wake_value,
			   sizeof(loop->wake_value), 0);
	tag_sqe(sqe, loop, TAG_WAKE);
}

static void arm_tick(struct loop *loop)
{
	long ms = loop->stop_since ? TICK_STOP_MS : TICK_MS;
	struct io_uring_sqe *sqe;

	if (loop->tick_armed)
		return;
	loop->tick_armed = true;
	loop->tick.tv_sec = ms / 1000;
	loop->tick.tv_nsec = ms % 1000 * 1000000;
	sqe = get_sqe(loop);
	io_uring_prep_timeout(sqe, &loop->tick, 0, 0);
	tag_sqe(sqe, loop, TAG_TICK);
}

static void arm_accept(struct listener *l)
{
	struct io_uring_sqe *sqe = get_sqe(l->loop);

	if (l->loop->single_accept)
		io_uring_prep_accept(sqe, l->fd, NULL, NULL, SOCK_CLOEXEC);
	else
		io_uring_prep_multishot_accept(sqe, l->fd, NULL, NULL,
					       SOCK_CLOEXEC);
	tag_sqe(sqe, l, TAG_ACCEPT);
	l->armed = true;
}

static void arm_send(struct conn *c, uint32_t nr)
{
	struct io_uring_sqe *sqe = get_sqe(c->loop);

	c->send_msg.msg_iov = c->session.out.iov;
	c->send_msg.msg_iovlen = nr;
	/* WAITALL: the kernel goes on by itself when the socket has room. */
	io_uring_prep_sendmsg(sqe, c->fd, &c->send_msg,
			      MSG_NOSIGNAL | MSG_WAITALL);
	tag_sqe(sqe, c, TAG_SEND);
	c->send_busy = true;
}

static void arm_recv(struct conn *c)
{
	int nr = session_recv_iov(&c->session, c->recv_iov);
	struct io_uring_sqe *sqe = get_sqe(c->loop);

	if (nr == 1) {
		io_uring_prep_recv(sqe, c->fd, c->recv_iov[0].iov_base,
				   c->recv_iov[0].iov_len, 0);
	} else {
		c->recv_msg.msg_iov = c->recv_iov;
		c->recv_msg.msg_iovlen = (size_t)nr;
		io_uring_prep_recvmsg(sqe, c->fd, &c->recv_msg, 0);
	}
	/* Spare the attempt that would find the socket empty. */
	if (!c->more_here)
		sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
	tag_sqe(sqe, c, TAG_RECV);
	c->recv_busy = true;
}

static void cancel(struct conn *c, enum tag tag)
{
	struct io_uring_sqe *sqe = get_sqe(c->loop);

	io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)c | tag, 0);
	tag_sqe(sqe, NULL, TAG_NONE);
}

static void unlink_conn(struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		c->loop->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

static void drop_count(struct loop *loop)
{
	__atomic_fetch_sub(&loop->nr_conns, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&loop->all->nr_connections, 1, __ATOMIC_RELAXED);
}

/* Nothing of it is in the kernel. */
static void conn_free(struct conn *c)
{
	struct loop *loop = c->loop;

	unlink_conn(c);
	session_exit(&c->session);
	close(c->fd);
	free(c);
	drop_count(loop);
}

static void conn_try_free(struct conn *c)
{
	if (!c->recv_busy && !c->send_busy && !c->in_turns)
		conn_free(c);
}

static void conn_close(struct conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	shutdown(c->fd, SHUT_RDWR);
	if (c->recv_busy)
		cancel(c, TAG_RECV);
	if (c->send_busy)
		cancel(c, TAG_SEND);
}

static bool socket_empty(const struct conn *c)
{
	int n = 0;

	return ioctl(c->fd, FIONREAD, &n) || !n;
}

/*
 * While stopping: has it nothing more to finish? What it sent may be in a
 * completion not yet seen, so it has to look idle at two ticks in a row.
 */
static bool conn_drained(struct conn *c)
{
	const struct session *s = &c->session;
	bool quiet = c->quiet;

	if (c->send_busy)
		return false;
	if (s->draining)
		return s->phase == SESSION_REQUESTS && out_empty(&s->out);
	c->quiet = session_idle(s) && socket_empty(c);
	return quiet && c->quiet;
}

static void add_turn(struct conn *c)
{
	if (c->in_turns)
		return;
	c->in_turns = true;
	c->next_turn = c->loop->turns;
	c->loop->turns = c;
}

static void try_send(struct conn *c)
{
	uint32_t nr;

	if (c->send_busy)
		return;
	nr = session_gather(&c->session);
	if (nr)
		arm_send(c, nr);
}

/*
 * Take the session as far as it goes. Gathering frees the half of the queue
 * that was sent, so a session that stopped for lack of room goes on once more.
 */
static void conn_advance(struct conn *c)
{
	struct session *s = &c->session;

	session_run(s);
	try_send(c);
	if (!s->wants_input && !s->wants_turn && out_room(&s->out)) {
		session_run(s);
		try_send(c);
	}
	if (s->wants_input && !c->recv_busy)
		arm_recv(c);
	if (s->wants_turn)
		add_turn(c);
	if (session_finished(s) && !c->send_busy)
		conn_close(c);
}

/* Afterwards @c may be gone. */
static void conn_progress(struct conn *c)
{
	if (!c->closing && export_fenced(&c->session.user))
		conn_close(c);
	if (!c->closing)
		conn_advance(c);
	if (c->closing)
		conn_try_free(c);
}

static void on_recv(struct conn *c, const struct io_uring_cqe *cqe)
{
	int res = cqe->res;

	c->recv_busy = false;
	c->quiet = false;
	c->more_here = cqe->flags & IORING_CQE_F_SOCK_NONEMPTY;
	if (c->closing)
		;
	else if (res > 0)
		session_received(&c->session, (size_t)res);
	else if (res == 0)
		session_eof(&c->session);
	else if (res != -EINTR && res != -EAGAIN)
		conn_close(c);
	conn_progress(c);
}

static void on_send(struct conn *c, int res)
{
	c->send_busy = false;
	session_sent(&c->session, res > 0 ? (size_t)res : 0);
	if (res <= 0 && res != -EINTR && res != -EAGAIN)
		conn_close(c);
	conn_progress(c);
}

static void user_wake(struct export_user *user)
{
	struct session *s = (struct session *)
		((char *)user - offsetof(struct session, user));
	struct conn *c = (struct conn *)
		((char *)s - offsetof(struct conn, session));

	loop_wake(c->loop);
}

/* The connection is counted already. */
static void conn_start(struct loop *loop, int fd)
{
	struct conn *c = aligned_alloc(64, sizeof(*c));

	if (!c) {
		close(fd);
		drop_count(loop);
		return;
	}
	memset(c, 0, offsetof(struct conn, session));
	c->loop = loop;
	c->fd = fd;
	c->deadline = clock_ms() + LOOP_HANDSHAKE_MS;
	c->next = loop->conns;
	if (c->next)
		c->next->prev = c;
	loop->conns = c;
	listen_tune(fd);
	session_init(&c->session, loop->service, &loop->stats, user_wake);
	arm_tick(loop);
	conn_progress(c);
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
static void on_accept(struct listener *l, const struct io_uring_cqe *cqe)
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
		arm_tick(l->loop);
}

static void rearm_accepts(struct loop *loop)
{
	unsigned int i;

	for (i = 0; i < loop->nr_listeners && !loop->stop_since; i++)
		if (!loop->listeners[i].armed)
			arm_accept(&loop->listeners[i]);
}

static void take_inbox(struct loop *loop)
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

static void stop_listening(struct loop *loop)
{
	unsigned int i;

	for (i = 0; i < loop->nr_listeners; i++) {
		struct io_uring_sqe *sqe = get_sqe(loop);

		io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)
				       &loop->listeners[i] | TAG_ACCEPT, 0);
		tag_sqe(sqe, NULL, TAG_NONE);
		/* Refuse newcomers now; the ring holds its own reference. */
		shutdown(loop->listeners[i].fd, SHUT_RDWR);
		close(loop->listeners[i].fd);
	}
	loop->nr_listeners = 0;
}

static void begin_stop(struct loop *loop)
{
	if (loop->stop_since || !__atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE))
		return;
	loop->stop_since = clock_ms();
	stop_listening(loop);
	arm_tick(loop);
}

/* The clock's part in stopping and in negotiating. */
static void conn_tick(struct conn *c, int64_t now)
{
	struct loop *loop = c->loop;
	int64_t stopping = loop->stop_since ? now - loop->stop_since : 0;

	if (session_negotiating(&c->session)) {
		if (now >= c->deadline || loop->stop_since)
			conn_close(c);
		arm_tick(loop);
	}
	if (stopping >= LOOP_STOP_BEGIN_MS)
		c->session.draining = true;
	if (stopping >= LOOP_STOP_END_MS ||
	    (loop->stop_since && conn_drained(c)))
		conn_close(c);
}

static void tick_all(struct loop *loop)
{
	struct conn *c, *next;
	int64_t now = clock_ms();

	for (c = loop->conns; c; c = next) {
		next = c->next;
		conn_tick(c, now);
		if (loop->stop_since)
			conn_progress(c);
		else if (c->closing)
			conn_try_free(c);
	}
	if (loop->stop_since)
		arm_tick(loop);
}

static void progress_all(struct loop *loop)
{
	struct conn *c, *next;

	for (c = loop->conns; c; c = next) {
		next = c->next;
		conn_progress(c);
	}
}

static void on_wake(struct loop *loop)
{
	(void)__atomic_exchange_n(&loop->woken, false, __ATOMIC_ACQ_REL);
	arm_wake(loop);
	begin_stop(loop);
	take_inbox(loop);
	progress_all(loop);
}

static void on_tick(struct loop *loop)
{
	loop->tick_armed = false;
	rearm_accepts(loop);
	tick_all(loop);
}

static void on_cqe(struct loop *loop, const struct io_uring_cqe *cqe)
{
	void *p = untag(cqe->user_data);

	switch (cqe->user_data & TAG_MASK) {
	case TAG_RECV:
		on_recv(p, cqe);
		break;
	case TAG_SEND:
		on_send(p, cqe->res);
		break;
	case TAG_ACCEPT:
		on_accept(p, cqe);
		break;
	case TAG_WAKE:
		on_wake(loop);
		break;
	case TAG_TICK:
		on_tick(loop);
		break;
	}
}

/* Each gets one turn; who wants another is put on the new list. */
static void take_turns(struct loop *loop)
{
	struct conn *c = loop->turns, *next;

	loop->turns = NULL;
	for (; c; c = next) {
		next = c->next_turn;
		c->in_turns = false;
		conn_progress(c);
	}
}

/* With turns to take, waiting must end at once: a NOP sees to that. */
static void submit_and_wait(struct loop *loop)
{
	if (loop->turns) {
		struct io_uring_sqe *sqe = get_sqe(loop);

		io_uring_prep_nop(sqe);
		tag_sqe(sqe, NULL, TAG_NONE);
	}
	io_uring_submit_and_wait(&loop->ring, 1);
}

static void turn(struct loop *loop)
{
	struct io_uring_cqe *cqe;
	unsigned int head, nr = 0;

	submit_and_wait(loop);
	io_uring_for_each_cqe(&loop->ring, head, cqe) {
		on_cqe(loop, cqe);
		nr++;
	}
	io_uring_cq_advance(&loop->ring, nr);
	take_turns(loop);
}

static int loop_setup(struct loop *loop)
{
	unsigned int i;
	int ret = ring_init(&loop->ring);

	if (ret)
		return ret;
	arm_wake(loop);
	for (i = 0; i < loop->nr_listeners; i++)
		arm_accept(&loop->listeners[i]);
	return 0;
}

static void report_start(struct loop *loop, int result)
{
	pthread_mutex_lock(&loop->start_lock);
	loop->start_result = result;
	pthread_cond_signal(&loop->start_cond);
	pthread_mutex_unlock(&loop->start_lock);
}

/* The ring is made here: it belongs to the thread that submits. */
static void *loop_main(void *arg)
{
	struct loop *loop = arg;
	int ret = loop_setup(loop);

	report_start(loop, ret);
	if (ret)
		return NULL;
	while (!loop->stop_since || loop->conns)
		turn(loop);
	io_uring_queue_exit(&loop->ring);
	return NULL;
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
