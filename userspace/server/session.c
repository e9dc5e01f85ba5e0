// SPDX-License-Identifier: GPL-2.0
/*
 * The transmission phase. Requests are taken one after the other; each step
 * either uses up input and makes a reply, or says what it lacks: input
 * (wants_input), a turn (wants_turn), or room in the reply queue (neither:
 * session_sent() brings it). Receiving stops while there is no room, which is
 * what bounds the memory of a peer that does not read.
 *
 * A WRITE's payload goes straight to its pages: what is in the buffer already
 * is copied, the rest is received in place, a window at a time. The pages of
 * the open window are pinned; session_exit() closes it if the peer never does.
 */
#include "session.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "checksum.h"

void session_init(struct session *s, const struct service *service,
		  struct stats *stats,
		  void (*wake)(struct export_user *user))
{
	/* Not the buffers: their pages are touched when they are used. */
	memset(s, 0, offsetof(struct session, out));
	out_init(&s->out);
	s->service = service;
	s->stats = stats;
	s->user.wake = wake;
	s->phase = SESSION_FLAGS;
	s->wants_input = true;
	out_add(&s->out, proto_put_greeting(out_tail(&s->out)));
}

static void close_window(struct session *s)
{
	if (s->pinned)
		space_unpin(session_space(s), s->pinned_at, s->pinned);
	s->pinned = 0;
	s->window = 0;
}

void session_exit(struct session *s)
{
	close_window(s);
	export_leave(s->service->table, &s->user);
}

/* Not what is past the end, which is answered likewise. */
static uint32_t no_memory(struct session *s)
{
	stats_add(&s->stats->enospc, 1);
	return NBD_ENOSPC;
}

/* Only READ and BLOCK_STATUS must answer in chunks; the rest stay short. */
static bool in_chunks(const struct session *s)
{
	return s->mode.structured && (s->req.type == NBD_CMD_READ ||
				      s->req.type == NBD_CMD_BLOCK_STATUS);
}

static void reply(struct session *s, uint32_t error)
{
	void *to = out_tail(&s->out);

	if (error)
		stats_add(&s->stats->errors, 1);
	if (error && in_chunks(s))
		out_add(&s->out, proto_put_error(to, s->req.cookie, error));
	else
		out_add(&s->out, proto_put_simple(to, s->req.cookie, error));
}

static bool all_hole(struct session *s)
{
	bool present;
	uint32_t n = space_run(session_space(s), s->req.offset, s->req.length,
			       &present);

	return !present && n == s->req.length;
}

static void do_read(struct session *s)
{
	struct proto_request *r = &s->req;
	void *to = out_tail(&s->out);

	stats_add(&s->stats->reads, 1);
	stats_add(&s->stats->bytes_read, r->length);
	if (s->mode.structured && all_hole(s)) {
		out_add(&s->out, proto_put_hole(to, r->cookie, r->offset,
						r->length));
		return;
	}
	if (s->mode.structured)
		out_add(&s->out, proto_put_data_head(to, r->cookie, r->offset,
						     r->length));
	else
		out_add(&s->out, proto_put_simple(to, r->cookie, NBD_SUCCESS));
	out_add_data(&s->out, r->offset, r->length);
}

/* Work done for this connection that others on the thread waited for. */
static void charge(struct session *s, uint32_t bytes)
{
	s->budget -= bytes;
}

/* Extents of a chunk, and pages that a checksum is computed of for it. */
#define STATUS_EXTENTS	250U
#define STATUS_SUMS	256U

static_assert(PROTO_META_NR * PROTO_STATUS_SIZE(STATUS_EXTENTS) <= OUT_REPLY_MAX,
	      "the chunks of all contexts are one reply");

/* Of the page at @at; pinned, as touching one that goes would bring it back. */
static uint32_t crc32c_at(struct session *s, uint64_t at, uint32_t *sums)
{
	struct space *sp = session_space(s);
	uint64_t page = at - at % NETRAM_PAGE_SIZE;
	uint32_t crc = NBD_NETRAM_CRC32C_ABSENT;
	bool present;

	space_read_begin(sp, page, NETRAM_PAGE_SIZE, &present);
	if (present) {
		crc = checksum_page(space_at(sp, page));
		space_unpin(sp, page, NETRAM_PAGE_SIZE);
		++*sums;
	}
	return crc;
}

/* How many bytes from @at on, of @left, have a status, and which. */
static uint32_t status_at(struct session *s, enum proto_meta_id id, uint64_t at,
			  uint32_t left, uint32_t *sums, uint32_t *status)
{
	bool present;
	uint32_t n;

	if (id == PROTO_META_CRC32C) {
		*status = crc32c_at(s, at, sums);
		n = NETRAM_PAGE_SIZE - at % NETRAM_PAGE_SIZE;
		return n < left ? n : left;
	}
	n = space_run(session_space(s), at, left, &present);
	*status = present ? 0 : NBD_STATE_HOLE | NBD_STATE_ZERO;
	return n;
}

/* The chunk of one context. Neighbours of the same status are one extent. */
static size_t put_status(struct session *s, uint8_t *to, enum proto_meta_id id,
			 bool last)
{
	uint32_t max = s->req.flags & NBD_CMD_FLAG_REQ_ONE ? 1 : STATUS_EXTENTS;
	uint32_t left = s->req.length, nr = 0, sums = 0, len = 0, n, now, was = 0;
	uint64_t at = s->req.offset;
	uint8_t *p = to;

	for (; left && sums < STATUS_SUMS; at += n, left -= n) {
		n = status_at(s, id, at, left, &sums, &now);
		if (nr && now == was) {
			len += n;
		} else if (nr == max) {
			break;
		} else {
			p = to + PROTO_STATUS_SIZE(nr++);
			len = n;
			was = now;
		}
		proto_put_extent(p, len, was);
	}
	proto_put_status_head(to, s->req.cookie, id, nr, last);
	/* It looked at a word for each page, and at all of some. */
	charge(s, (s->req.length - left) / 64 + sums * NETRAM_PAGE_SIZE);
	return PROTO_STATUS_SIZE(nr);
}

static void do_block_status(struct session *s)
{
	unsigned int left = s->mode.meta, id;
	uint8_t *head = out_tail(&s->out);
	size_t len = 0;

	for (id = 0; left; id++) {
		if (!(left & 1U << id))
			continue;
		left &= ~(1U << id);
		len += put_status(s, head + len, id, !left);
	}
	out_add(&s->out, len);
}

/* Everything with a body that takes time: remember it, the phase does it. */
static void begin(struct session *s, enum session_phase phase)
{
	s->at = s->req.offset;
	s->left = s->req.length;
	s->phase = phase;
}

static void begin_write(struct session *s)
{
	stats_add(&s->stats->writes, 1);
	begin(s, SESSION_PAYLOAD);
	/*
	 * A long payload takes its pages window by window; see now whether
	 * the last ones would be refused, rather than fill memory in vain.
	 */
	if (s->left > SESSION_WINDOW &&
	    !space_has_room(session_space(s), s->at, s->left)) {
		s->req.error = no_memory(s);
		s->phase = SESSION_DISCARD;
	}
}

static void refuse(struct session *s)
{
	if (proto_has_payload(&s->req))
		begin(s, SESSION_DISCARD);
	else
		reply(s, s->req.error);
}

static void dispatch(struct session *s)
{
	if (s->req.error) {
		refuse(s);
		return;
	}
	switch (s->req.type) {
	case NBD_CMD_READ:
		do_read(s);
		break;
	case NBD_CMD_WRITE:
		begin_write(s);
		break;
	case NBD_CMD_TRIM:
		stats_add(&s->stats->trims, 1);
		begin(s, SESSION_SLICES);
		break;
	case NBD_CMD_WRITE_ZEROES:
		stats_add(&s->stats->zeroes, 1);
		begin(s, SESSION_SLICES);
		break;
	case NBD_CMD_BLOCK_STATUS:
		do_block_status(s);
		break;
	case NBD_CMD_DISC:
		s->phase = SESSION_OVER;
		break;
	default:	/* FLUSH, CACHE: all is in memory already */
		reply(s, NBD_SUCCESS);
	}
}

static bool step_request(struct session *s)
{
	if (!session_has(s, sizeof(struct nbd_request))) {
		s->wants_input = true;
		return false;
	}
	if (s->draining || !out_room(&s->out))
		return false;
	if (s->budget <= 0) {
		s->wants_turn = true;
		return false;
	}
	if (proto_request(s->in + s->start, &s->mode, &s->req)) {
		s->phase = SESSION_OVER;
		return false;
	}
	s->start += sizeof(struct nbd_request);
	s->bulk = proto_has_payload(&s->req) && s->req.length >= SESSION_BULK;
	charge(s, SESSION_REQUEST_COST);
	dispatch(s);
	return true;
}

static uint32_t next_window(const struct session *s)
{
	uint32_t n = SESSION_WINDOW - s->at % SESSION_WINDOW;

	return n < s->left ? n : s->left;
}

/* So many bytes of the window have arrived. */
static void advance(struct session *s, uint32_t len)
{
	s->window -= len;
	s->left -= len;
	s->at += len;
	if (!s->window)
		close_window(s);
}

static uint32_t buffered(const struct session *s, uint32_t most)
{
	uint32_t n = s->end - s->start;

	return n < most ? n : most;
}

static void finish_write(struct session *s)
{
	stats_add(&s->stats->bytes_written, s->req.length);
	reply(s, NBD_SUCCESS);
	s->phase = SESSION_REQUESTS;
}

static bool open_window(struct session *s)
{
	uint32_t n = next_window(s);

	if (space_write_begin(session_space(s), s->at, n))
		return false;
	s->window = n;
	s->pinned = n;
	s->pinned_at = s->at;
	return true;
}

static bool step_payload(struct session *s)
{
	uint32_t n;

	if (!s->window && !open_window(s)) {
		s->req.error = no_memory(s);
		s->phase = SESSION_DISCARD;
		return true;
	}
	n = buffered(s, s->window);
	if (!n) {
		s->wants_input = true;
		return false;
	}
	memcpy(space_at(session_space(s), s->at), s->in + s->start, n);
	s->start += n;
	advance(s, n);
	charge(s, n);
	if (!s->left)
		finish_write(s);
	return true;
}

static bool step_discard(struct session *s)
{
	uint32_t n = buffered(s, s->left);

	s->start += n;
	s->left -= n;
	if (s->left) {
		s->wants_input = true;
		return false;
	}
	reply(s, s->req.error);
	s->phase = SESSION_REQUESTS;
	return true;
}

static uint32_t do_slice(struct session *s, uint32_t len)
{
	struct space *sp = session_space(s);
	bool allocate = s->req.flags & NBD_CMD_FLAG_NO_HOLE;

	if (s->req.type == NBD_CMD_TRIM)
		space_trim(sp, s->at, len);
	else if (space_zero(sp, s->at, len, allocate))
		return no_memory(s);
	return NBD_SUCCESS;
}

/*
 * Slices end where pages do, or TRIM would keep the page in between. Pages are made
 * as few at a time as for a WRITE: the host is asked whether it has more than
 * its reserve, not whether it has so many.
 */
static uint32_t next_slice(const struct session *s)
{
	uint32_t most = s->req.flags & NBD_CMD_FLAG_NO_HOLE ? SESSION_WINDOW :
							      SESSION_SLICE;
	uint32_t n = most - s->at % most;

	return n < s->left ? n : s->left;
}

static bool step_slices(struct session *s)
{
	uint32_t n = next_slice(s);
	uint32_t error = do_slice(s, n);

	charge(s, n);
	s->at += n;
	s->left -= n;
	if (s->left && !error) {
		s->wants_turn = s->budget <= 0;
		return !s->wants_turn;
	}
	reply(s, error);
	s->phase = SESSION_REQUESTS;
	return true;
}

static bool step(struct session *s)
{
	switch (s->phase) {
	case SESSION_REQUESTS:
		return step_request(s);
	case SESSION_PAYLOAD:
		return step_payload(s);
	case SESSION_DISCARD:
		return step_discard(s);
	case SESSION_SLICES:
		return step_slices(s);
	case SESSION_OVER:
		return false;
	default:
		return handshake_step(s);
	}
}

void session_run(struct session *s)
{
	s->wants_input = false;
	s->wants_turn = false;
	s->budget = SESSION_SLICE;
	while (step(s))
		;
}

/* Between receives the rest may move to the front. */
static void make_space(struct session *s)
{
	uint32_t n = s->end - s->start;

	if (!s->start)
		return;
	memmove(s->in, s->in + s->start, n);
	s->start = 0;
	s->end = n;
}

/* How much may be received into the buffer, which is then copied. */
static uint32_t in_room(const struct session *s)
{
	uint32_t here = s->end - s->start, head = sizeof(struct nbd_request);

	if (s->bulk && here < head && (s->phase == SESSION_REQUESTS ||
				       s->phase == SESSION_PAYLOAD))
		return head - here;
	return SESSION_IN - s->end;
}

int session_recv_iov(struct session *s, struct iovec *iov)
{
	int nr = 0;

	make_space(s);
	s->in_place = s->phase == SESSION_PAYLOAD && s->window;
	if (s->in_place) {
		iov[nr].iov_base = space_at(session_space(s), s->at);
		iov[nr++].iov_len = s->window;
		/* More payload behind the window would land in the buffer. */
		if (s->window < s->left)
			return nr;
	}
	iov[nr].iov_base = s->in + s->end;
	iov[nr++].iov_len = in_room(s);
	return nr;
}

void session_received(struct session *s, size_t len)
{
	uint32_t n = (uint32_t)len;

	if (s->in_place) {
		uint32_t direct = n < s->window ? n : s->window;

		advance(s, direct);
		n -= direct;
		if (!s->left)
			finish_write(s);
	}
	s->in_place = false;
	s->end += n;
}

uint32_t session_needs(const struct session *s)
{
	return s->phase == SESSION_PAYLOAD && s->window >= SESSION_BULK ?
	       s->window : 1;
}

uint32_t session_gather(struct session *s)
{
	return out_gather(&s->out, session_space(s));
}

void session_sent(struct session *s, size_t len)
{
	out_sent(&s->out, session_space(s), len);
}

void session_eof(struct session *s)
{
	close_window(s);
	s->phase = SESSION_OVER;
}
