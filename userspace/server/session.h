/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One connection's conversation, without its socket: bytes go in, replies come
 * out of session->out, and the store changes in between. The loop moves the
 * bytes; tests and fuzzers do so in its place. Never blocks, never allocates.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "export.h"
#include "name.h"
#include "out.h"
#include "proto.h"
#include "stats.h"

/* Holds the largest option, and a good batch of requests. */
#define SESSION_IN	(NBD_MAX_OPTION + 4096U)

/* A payload is received into at most so many bytes of pages at a time. */
#define SESSION_WINDOW	(1U << 20)

/*
 * After a WRITE of so many bytes the next is expected to be as long. Its header
 * is then received by itself, so that its payload is not, into the buffer.
 */
#define SESSION_BULK	(16U << 10)

/* So many bytes of memory are worked on, then others have their turn. */
#define SESSION_SLICE	(32U << 20)

/* What a request costs beside its bytes, in bytes. */
#define SESSION_REQUEST_COST	4096U

/**
 * struct service - what all sessions of this server share
 * @table: exports
 * @description: NBD_INFO_DESCRIPTION
 */
struct service {
	struct export_table *table;
	const char *description;
};

enum session_phase {
	SESSION_FLAGS,		/* greeting is out, the client's flags awaited */
	SESSION_OPTIONS,
	SESSION_LIST,		/* in the middle of answering NBD_OPT_LIST */
	SESSION_SKIP,		/* dropping the data of an option too big */
	SESSION_FENCE,		/* GO waits until older sessions are gone */
	SESSION_REQUESTS,
	SESSION_PAYLOAD,	/* of a WRITE, into pages */
	SESSION_DISCARD,	/* of a WRITE that has failed already */
	SESSION_SLICES,		/* a long TRIM or WRITE_ZEROES */
	SESSION_OVER,		/* nothing more is read; what is queued goes out */
};

/**
 * struct session
 * @phase: what the next byte is
 * @no_zeroes: negotiated
 * @wants_input: it can go on only with more bytes
 * @wants_turn: it can go on without any: call session_run() again
 * @in_place: the receive begun goes into pages, then into @in
 * @bulk: the last request was a long WRITE
 * @draining: the server is stopping: no request begins any more
 * @mode: negotiated, see proto.h
 * @service: shared
 * @stats: its thread's
 * @user: its hold on the export
 * @option: being answered (LIST, SKIP, GO while waiting)
 * @meta_name: export the selected meta context is for
 * @cursor: of NBD_OPT_LIST
 * @req: being worked on (PAYLOAD, DISCARD, SLICES)
 * @at: offset of its next byte
 * @left: bytes of it still to come or to do
 * @budget: bytes it may still work on in this turn
 * @window: bytes from @at on that lie in pinned pages
 * @pinned: bytes from @pinned_at on that were pinned for the window
 * @start: first unread byte of @in
 * @end: first free byte of @in
 */
struct session {
	enum session_phase phase;
	bool no_zeroes;
	bool wants_input;
	bool wants_turn;
	bool in_place;
	bool bulk;
	bool draining;
	struct proto_mode mode;
	const struct service *service;
	struct stats *stats;
	struct export_user user;

	struct proto_option option;
	char meta_name[NETRAM_EXPORT_MAX + 1];
	unsigned int cursor;

	struct proto_request req;
	uint64_t at;
	uint32_t left;
	int64_t budget;
	uint32_t window;
	uint32_t pinned;
	uint64_t pinned_at;

	uint32_t start;
	uint32_t end;
	struct out out;
	uint8_t in[SESSION_IN];
};

void session_init(struct session *s, const struct service *service,
		  struct stats *stats,
		  void (*wake)(struct export_user *user));
/* Leaves the export. */
void session_exit(struct session *s);

/* Does all that can be done with what is here. */
void session_run(struct session *s);

/* Where the next bytes go; 1 or 2 entries of @iov. If session->wants_input. */
int session_recv_iov(struct session *s, struct iovec *iov);
void session_received(struct session *s, size_t len);

/* With fewer bytes than this nothing worth a turn can be done. */
uint32_t session_needs(const struct session *s);

/* Next bytes to send in session->out.iov; 0: none. */
uint32_t session_gather(struct session *s);
void session_sent(struct session *s, size_t len);

/* The peer will send no more. */
void session_eof(struct session *s);

static inline struct space *session_space(struct session *s)
{
	return s->user.export ? s->user.export->space : NULL;
}

static inline bool session_negotiating(const struct session *s)
{
	return s->phase <= SESSION_FENCE;
}

static inline bool session_finished(const struct session *s)
{
	return s->phase == SESSION_OVER && out_empty(&s->out);
}

/* Is it between two requests, with nothing half done? */
static inline bool session_idle(const struct session *s)
{
	return s->phase == SESSION_REQUESTS && s->start == s->end &&
	       out_empty(&s->out);
}

/* handshake.c: one step of negotiating; false: needs more input or room. */
bool handshake_step(struct session *s);

/* session.c, for handshake.c: is so much unread input there? */
static inline bool session_has(const struct session *s, uint32_t len)
{
	return s->end - s->start >= len;
}

#endif /* SESSION_H */
