// SPDX-License-Identifier: GPL-2.0
/*
 * One turn of a loop: submit what the last turn prepared and wait, in one system
 * call; then let every connection that has something to read, or room to write
 * again, go as far as it can.
 *
 * From outside (other threads' fences, new connections, stopping) a loop is told
 * by loop_wake(): a flag, and an eventfd that the ring reads. What is to be done
 * is found by looking, so nothing is lost and no message can outlive its object.
 */
#include "loop.h"

#include <errno.h>
#include <unistd.h>

#include "accept.h"
#include "common/clock.h"
#include "conn.h"

#define RING_ENTRIES	256
#define CQ_ENTRIES	4096
#define TICK_MS		1000
#define TICK_STOP_MS	50

static const unsigned int ring_flags[] = {
	IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
		IORING_SETUP_DEFER_TASKRUN,
	IORING_SETUP_CQSIZE | IORING_SETUP_COOP_TASKRUN,
	IORING_SETUP_CQSIZE,
};

/* The best the kernel knows; anything but "unknown flag" is final. */
int loop_ring_init(struct io_uring *ring)
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

struct io_uring_sqe *loop_sqe(struct loop *loop)
{
	struct io_uring_sqe *sqe;

	while (!(sqe = io_uring_get_sqe(&loop->ring)))
		io_uring_submit(&loop->ring);
	return sqe;
}

void loop_tag(struct io_uring_sqe *sqe, const void *p, enum tag tag)
{
	io_uring_sqe_set_data64(sqe, (uint64_t)(uintptr_t)p | tag);
}

void loop_cancel(struct loop *loop, const void *p, enum tag tag)
{
	struct io_uring_sqe *sqe = loop_sqe(loop);

	io_uring_prep_cancel64(sqe, (uint64_t)(uintptr_t)p | tag, 0);
	loop_tag(sqe, NULL, TAG_NONE);
}

static void *untag(uint64_t data)
{
	return (void *)(uintptr_t)(data & ~(uint64_t)TAG_MASK);
}

void loop_wake(struct loop *loop)
{
	uint64_t one = 1;

	if (__atomic_exchange_n(&loop->woken, true, __ATOMIC_ACQ_REL))
		return;
	while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void arm_wake(struct loop *loop)
{
	struct io_uring_sqe *sqe = loop_sqe(loop);

	io_uring_prep_read(sqe, loop->wake_fd, &loop->wake_value,
			   sizeof(loop->wake_value), 0);
	loop_tag(sqe, loop, TAG_WAKE);
}

void loop_arm_tick(struct loop *loop)
{
	long ms = loop->stop_since ? TICK_STOP_MS : TICK_MS;
	struct io_uring_sqe *sqe;

	if (loop->tick_armed)
		return;
	loop->tick_armed = true;
	loop->tick.tv_sec = ms / 1000;
	loop->tick.tv_nsec = ms % 1000 * 1000000;
	sqe = loop_sqe(loop);
	io_uring_prep_timeout(sqe, &loop->tick, 0, 0);
	loop_tag(sqe, loop, TAG_TICK);
}

static void begin_stop(struct loop *loop)
{
	if (loop->stop_since || !__atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE))
		return;
	loop->stop_since = clock_ms();
	accept_stop(loop);
	loop_arm_tick(loop);
}

static void on_wake(struct loop *loop)
{
	(void)__atomic_exchange_n(&loop->woken, false, __ATOMIC_ACQ_REL);
	arm_wake(loop);
	begin_stop(loop);
	accept_take_inbox(loop);
	conn_progress_all(loop);
}

static void on_tick(struct loop *loop)
{
	loop->tick_armed = false;
	accept_arm(loop);
	conn_tick_all(loop);
}

static void on_cqe(struct loop *loop, const struct io_uring_cqe *cqe)
{
	void *p = untag(cqe->user_data);

	switch (cqe->user_data & TAG_MASK) {
	case TAG_IN:
		conn_on_poll_in(p, cqe);
		break;
	case TAG_OUT:
		conn_on_poll_out(p);
		break;
	case TAG_ACCEPT:
		accept_on_cqe(p, cqe);
		break;
	case TAG_WAKE:
		on_wake(loop);
		break;
	case TAG_TICK:
		on_tick(loop);
		break;
	}
}

/* Looks for completions until there is one or it has looked for long enough. */
static bool busy_poll(struct loop *loop)
{
	uint64_t end = clock_ns() + loop->busy_poll.ns;
	bool came;

	do {
		io_uring_submit_and_get_events(&loop->ring);
		came = io_uring_cq_ready(&loop->ring);
	} while (!came && clock_ns() < end);
	busy_poll_ended(&loop->busy_poll, came);
	return came;
}

/* How long is what tells whether to look again next time. */
static void sleep_by_clock(struct loop *loop)
{
	uint64_t begin = clock_ns();

	io_uring_submit_and_wait(&loop->ring, 1);
	busy_poll_slept(&loop->busy_poll, clock_ns() - begin);
}

/* With turns to take there is nothing to wait for. */
static void submit_and_wait(struct loop *loop)
{
	if (loop->turns)
		io_uring_submit_and_get_events(&loop->ring);
	else if (loop->busy_poll.ns && !busy_poll_wanted(&loop->busy_poll))
		sleep_by_clock(loop);
	else if (!loop->busy_poll.ns || !busy_poll(loop))
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
	conn_take_turns(loop);
}

static int loop_setup(struct loop *loop)
{
	int ret = loop_ring_init(&loop->ring);

	if (ret)
		return ret;
	/* Each wait looks the ring up faster; it does without where it must. */
	(void)io_uring_register_ring_fd(&loop->ring);
	arm_wake(loop);
	accept_arm(loop);
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
void *loop_main(void *arg)
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
