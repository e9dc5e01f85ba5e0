/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What waits to be sent on a connection: bytes written here (heads), and pages
 * named by their place in the export, which are looked up, pinned and sent from
 * where they lie only when their turn comes.
 *
 * Two halves: one is being sent, the other being filled. Both are of fixed
 * size, so a peer that does not read costs no more memory than this.
 */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "store.h"

#define OUT_BYTES	(16U << 10)
#define OUT_SEGS	256U
#define OUT_REPLY_MAX	(4U << 10)	/* bytes of one reply without its data */
#define OUT_IOVS	256U
#define OUT_GATHER	(1U << 20)	/* bytes of pages in one send */

struct out_seg {
	uint64_t at;		/* index into bytes, or offset in the space */
	uint32_t len;
	bool data;
};

struct out_half {
	uint32_t nr_segs;
	uint32_t nr_bytes;
	struct out_seg segs[OUT_SEGS];
	uint8_t bytes[OUT_BYTES];
};

/**
 * struct out - queue of one connection
 * @fill: index of the half being filled; the other is being sent
 * @seg: first segment not wholly sent
 * @done: bytes of it that are
 * @nr_iov: entries of @iov a send is using; its pages are pinned
 * @gathered: bytes of those
 */
struct out {
	unsigned int fill;
	uint32_t seg;
	uint32_t done;
	uint32_t nr_iov;
	uint32_t gathered;
	struct iovec iov[OUT_IOVS];
	struct out_half half[2];
};

void out_init(struct out *out);

/* Is there room for one more reply? */
bool out_room(const struct out *out);
bool out_empty(const struct out *out);

/* Where to write up to OUT_REPLY_MAX bytes; out_add() says how many it were. */
void *out_tail(struct out *out);
void out_add(struct out *out, size_t len);
void out_add_data(struct out *out, uint64_t off, uint32_t len);

/*
 * Fills out->iov with what comes next and pins its pages; 0: nothing waits.
 * Followed by one out_sent() when the send has returned.
 */
uint32_t out_gather(struct out *out, struct space *sp);
void out_sent(struct out *out, struct space *sp, size_t len);

#endif /* OUT_H */
