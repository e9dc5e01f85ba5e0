// SPDX-License-Identifier: GPL-2.0
/*
 * A connection's bytes are moved by plain calls that do not block, made when
 * the ring tells of something to read, or of room to write after there was
 * none. That is fewer instructions for a request than a receive and a send
 * through the ring: one multishot poll lasts as long as the connection, and a
 * reply is gone when the call returns, so there is no completion to wait for.
 *
 * A connection ends in two steps: conn_close() shuts the socket down and cancels
 * its polls; when the last of those has come back, conn_free() lets go of pages
 * and export. Between the two, nothing that arrives is looked at.
 */
#include "conn.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"

/*
 * @readable: a receive may bring something, and no poll will tell of it again
 * @hung_up: so it stays until a receive has found the end
 */
struct conn {
	struct loop *loop;
	struct conn *prev;
	struct conn *next;
	struct conn *next_turn;
	int fd;
	int low_mark;		/* bytes the socket tells of; fewer stay quiet */
	bool poll_in;		/* in the kernel */
	bool poll_out;		/* likewise: the socket had no room */
	bool readable;
	bool hung_up;
	bool closing;
	bool in_turns;
	int64_t deadline;	/* of negotiating */
	struct session session;
} __attribute__((aligned(64)));

static void arm_poll_in(struct conn *c)
{
	struct io_uring_sqe *sqe = loop_sqe(c->loop);

	io_uring_prep_poll_multishot(sqe, c->fd, POLLIN | POLLRDHUP);
	loop_tag(sqe, c, TAG_IN);
	c->poll_in = true;
}

static void arm_poll_out(struct conn *c)
{
	struct io_uring_sqe *sqe = loop_sqe(c->loop);

	io_uring_prep_poll_add(sqe, c->fd, POLLOUT);
	loop_tag(sqe, c, TAG_OUT);
	c->poll_out = true;
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

/*
 * Memory of its own: on the heap the hole that one leaves below what stays, an export
 * for instance, is too small for the next, by what aligning asks for more.
 */
static struct conn *conn_alloc(void)
{
	void *p = mmap(NULL, sizeof(struct conn), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Nothing of it is in the kernel. */
static void conn_free(struct conn *c)
{
	struct loop *loop = c->loop;

	unlink_conn(c);
	session_exit(&c->session);
	close(c->fd);
	munmap(c, sizeof(*c));
	conn_uncount(loop);
}

static void conn_try_free(struct conn *c)
{
	if (!c->poll_in && !c->poll_out && !c->in_turns)
		conn_free(c);
}

static void conn_close(struct conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	shutdown(c->fd, SHUT_RDWR);
	if (c->poll_in)
		loop_cancel(c->loop, c, TAG_IN);
	if (c->poll_out)
		loop_cancel(c->loop, c, TAG_OUT);
}

static bool socket_empty(const struct conn *c)
{
	int n = 0;

	return ioctl(c->fd, FIONREAD, &n) || !n;
}

/* While stopping: has it nothing more to finish? */
static bool conn_drained(struct conn *c)
{
	const struct session *s = &c->session;

	if (s->draining)
		return s->phase == SESSION_REQUESTS && out_empty(&s->out);
	return session_idle(s) && socket_empty(c);
}

static void add_turn(struct conn *c)
{
	if (c->in_turns)
		return;
	c->in_turns = true;
	c->next_turn = c->loop->turns;
	c->loop->turns = c;
}

static ssize_t send_now(struct conn *c, uint32_t nr)
{
	struct iovec *iov = c->session.out.iov;
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = nr };

	if (nr == 1)
		return send(c->fd, iov->iov_base, iov->iov_len,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
	return sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* All that waits, in one send; what the socket has no room for, when it has. */
static void try_send(struct conn *c)
{
	bool sent_all = false;
	uint32_t nr;
	ssize_t n;

	if (c->poll_out || c->closing)
		return;
	nr = session_gather(&c->session);
	if (!nr)
		return;
	n = send_now(c, nr);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		conn_close(c);
	else if (n < (ssize_t)c->session.out.gathered)
		arm_poll_out(c);
	else
		sent_all = true;
	session_sent(&c->session, n > 0 ? (size_t)n : 0);
	/* A send has its bounds, and then others have their turn. */
	if (sent_all && !out_empty(&c->session.out))
		add_turn(c);
}

static ssize_t receive_now(struct conn *c, size_t *room)
{
	struct iovec iov[2];
	int nr = session_recv_iov(&c->session, iov);
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)nr };

	*room = iov[0].iov_len;
	if (nr == 1)
		return recv(c->fd, iov->iov_base, iov->iov_len, MSG_DONTWAIT);
	*room += iov[1].iov_len;
	return recvmsg(c->fd, &msg, MSG_DONTWAIT);
}

/* A receive that is not full has emptied the socket: the poll tells of more. */
static void try_receive(struct conn *c)
{
	size_t room;
	ssize_t n = receive_now(c, &room);

	c->readable = n == (ssize_t)room || (n > 0 && c->hung_up);
	if (n > 0)
		session_received(&c->session, (size_t)n);
	else if (!n)
		session_eof(&c->session);
	else if (errno != EINTR && errno != EAGAIN)
		conn_close(c);
}

/* Receives of a turn before what was received is answered. */
#define RECEIVES 4

static bool can_receive(const struct conn *c)
{
	return c->session.wants_input && c->readable && !c->closing;
}

/* More than once only while that was little work: others have their turn. */
static void receive_and_run(struct conn *c)
{
	struct session *s = &c->session;
	int left = RECEIVES;

	if (can_receive(c))
		try_receive(c);
	session_run(s);
	while (--left && can_receive(c) && s->budget > SESSION_SLICE / 2) {
		try_receive(c);
		session_run(s);
	}
}

/* So much of a payload is waited for at once; then others may be served. */
#define LOW_MARK_MAX	(256 << 10)

/* Before sleeping: not to be woken for each segment of a long payload. */
static void set_low_mark(struct conn *c)
{
	uint32_t n = session_needs(&c->session);
	int mark = n < LOW_MARK_MAX ? (int)n : LOW_MARK_MAX;

	if (mark != c->low_mark)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof(mark));
	c->low_mark = mark;
}

/* Take the session as far as it goes, in one turn. */
static void conn_advance(struct conn *c)
{
	struct session *s = &c->session;
	bool full;

	receive_and_run(c);
	full = !out_room(&s->out);
	try_send(c);
	if (c->closing)
		return;
	if (s->wants_input && !c->poll_in)
		arm_poll_in(c);
	if (s->wants_turn || can_receive(c) ||
	    (full && out_room(&s->out)))
		add_turn(c);
	else if (s->wants_input)
		set_low_mark(c);
	if (session_finished(s))
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

void conn_on_poll_in(struct conn *c, const struct io_uring_cqe *cqe)
{
	if (!(cqe->flags & IORING_CQE_F_MORE))
		c->poll_in = false;
	c->readable = true;
	if (cqe->res < 0 || cqe->res & (POLLRDHUP | POLLHUP | POLLERR))
		c->hung_up = true;
	conn_progress(c);
}

void conn_on_poll_out(struct conn *c)
{
	c->poll_out = false;
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
	struct conn *c = conn_alloc();

	if (!c) {
		close(fd);
		conn_uncount(loop);
		return;
	}
	c->loop = loop;
	c->fd = fd;
	c->low_mark = 1;
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
