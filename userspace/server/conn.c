// SPDX-License-Identifier: GPL-2.0
/*
 * A connection has at most one receive and one send in the kernel. It ends in
 * two steps: conn_close() shuts the socket down and cancels what is in the
 * kernel; when the last of that has come back, conn_free() lets go of pages and
 * export. Between the two, nothing that arrives is looked at.
 */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"

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

static void arm_send(struct conn *c, uint32_t nr)
{
	struct io_uring_sqe *sqe = loop_sqe(c->loop);

	c->send_msg.msg_iov = c->session.out.iov;
	c->send_msg.msg_iovlen = nr;
	/* WAITALL: the kernel goes on by itself when the socket has room. */
	io_uring_prep_sendmsg(sqe, c->fd, &c->send_msg,
			      MSG_NOSIGNAL | MSG_WAITALL);
	loop_tag(sqe, c, TAG_SEND);
	c->send_busy = true;
}

static void arm_recv(struct conn *c)
{
	int nr = session_recv_iov(&c->session, c->recv_iov);
	struct io_uring_sqe *sqe = loop_sqe(c->loop);

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
	loop_tag(sqe, c, TAG_RECV);
	c->recv_busy = true;
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

void conn_uncount(struct loop *loop)
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
	conn_uncount(loop);
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
		loop_cancel(c->loop, c, TAG_RECV);
	if (c->send_busy)
		loop_cancel(c->loop, c, TAG_SEND);
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
void conn_progress(struct conn *c)
{
	if (!c->closing && export_fenced(&c->session.user))
		conn_close(c);
	if (!c->closing)
		conn_advance(c);
	if (c->closing)
		conn_try_free(c);
}

void conn_on_recv(struct conn *c, const struct io_uring_cqe *cqe)
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

void conn_on_send(struct conn *c, int res)
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
void conn_start(struct loop *loop, int fd)
{
	struct conn *c = aligned_alloc(64, sizeof(*c));

	if (!c) {
		close(fd);
		conn_uncount(loop);
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
	loop_arm_tick(loop);
	conn_progress(c);
}

/* The clock's part in stopping and in negotiating. */
static void conn_tick(struct conn *c, int64_t now)
{
	struct loop *loop = c->loop;
	int64_t stopping = loop->stop_since ? now - loop->stop_since : 0;

	if (session_negotiating(&c->session)) {
		if (now >= c->deadline || loop->stop_since)
			conn_close(c);
		loop_arm_tick(loop);
	}
	if (stopping >= LOOP_STOP_BEGIN_MS)
		c->session.draining = true;
	if (stopping >= LOOP_STOP_END_MS ||
	    (loop->stop_since && conn_drained(c)))
		conn_close(c);
}

void conn_tick_all(struct loop *loop)
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
		loop_arm_tick(loop);
}

void conn_progress_all(struct loop *loop)
{
	struct conn *c, *next;

	for (c = loop->conns; c; c = next) {
		next = c->next;
		conn_progress(c);
	}
}

/* Each gets one turn; who wants another is put on the new list. */
void conn_take_turns(struct loop *loop)
{
	struct conn *c = loop->turns, *next;

	loop->turns = NULL;
	for (; c; c = next) {
		next = c->next_turn;
		c->in_turns = false;
		conn_progress(c);
	}
}
