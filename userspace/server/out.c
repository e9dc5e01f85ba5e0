// SPDX-License-Identifier: GPL-2.0
#include "out.h"

void out_init(struct out *out)
{
	out->fill = 0;
	out->seg = 0;
	out->done = 0;
	out->nr_iov = 0;
	out->gathered = 0;
	out->half[0].nr_segs = out->half[0].nr_bytes = 0;
	out->half[1].nr_segs = out->half[1].nr_bytes = 0;
}

static struct out_half *filling(struct out *out)
{
	return &out->half[out->fill];
}

static struct out_half *sending(struct out *out)
{
	return &out->half[!out->fill];
}

bool out_room(const struct out *out)
{
	const struct out_half *h = &out->half[out->fill];

	return h->nr_segs + 2 <= OUT_SEGS &&
	       h->nr_bytes + OUT_REPLY_MAX <= OUT_BYTES;
}

bool out_empty(const struct out *out)
{
	return !out->half[0].nr_segs && !out->half[1].nr_segs;
}

void *out_tail(struct out *out)
{
	struct out_half *h = filling(out);

	return h->bytes + h->nr_bytes;
}

/* Heads that follow each other lie side by side: one segment. */
void out_add(struct out *out, size_t len)
{
	struct out_half *h = filling(out);

	if (h->nr_segs && !h->segs[h->nr_segs - 1].data)
		h->segs[h->nr_segs - 1].len += (uint32_t)len;
	else
		h->segs[h->nr_segs++] = (struct out_seg){
			.at = h->nr_bytes, .len = (uint32_t)len };
	h->nr_bytes += (uint32_t)len;
}

void out_add_data(struct out *out, uint64_t off, uint32_t len)
{
	struct out_half *h = filling(out);

	h->segs[h->nr_segs++] = (struct out_seg){
		.at = off, .len = len, .data = true };
}

static void put_iov(struct out *out, const void *base, uint32_t len)
{
	out->iov[out->nr_iov++] = (struct iovec){
		.iov_base = (void *)base, .iov_len = len };
	out->gathered += len;
}

/* One run of pages or of holes; returns its length. */
static uint32_t gather_run(struct out *out, struct space *sp, uint64_t off,
			   uint32_t len)
{
	bool present;
	uint32_t n = space_read_begin(sp, off, len, &present);

	if (present)
		put_iov(out, space_at(sp, off), n);
	else
		put_iov(out, sp->store->zeroes, n);
	return n;
}

/* Returns how many bytes of the segment fitted. */
static uint32_t gather_data(struct out *out, struct space *sp, uint64_t off,
			    uint32_t len, uint32_t budget)
{
	uint32_t want = len < budget ? len : budget, got = 0;

	while (got < want && out->nr_iov < OUT_IOVS)
		got += gather_run(out, sp, off + got, want - got);
	return got;
}

static void swap_halves(struct out *out)
{
	struct out_half *h = sending(out);

	h->nr_segs = h->nr_bytes = 0;
	out->seg = 0;
	out->done = 0;
	out->fill = !out->fill;
}

uint32_t out_gather(struct out *out, struct space *sp)
{
	struct out_half *h = sending(out);
	uint32_t i, skip, budget = OUT_GATHER;

	if (out->seg == h->nr_segs) {
		swap_halves(out);
		h = sending(out);
	}
	skip = out->done;
	out->nr_iov = 0;
	out->gathered = 0;
	for (i = out->seg; i < h->nr_segs && out->nr_iov < OUT_IOVS; i++) {
		const struct out_seg *seg = &h->segs[i];
		uint32_t len = seg->len - skip, got = len;

		if (seg->data) {
			got = gather_data(out, sp, seg->at + skip, len, budget);
			budget -= got;
		} else {
			put_iov(out, h->bytes + seg->at + skip, len);
		}
		if (got < len)
			break;
		skip = 0;
	}
	return out->nr_iov;
}

static bool in_space(const struct space *sp, const uint8_t *p)
{
	return sp && p >= sp->map && p < sp->map + sp->size;
}

static void unpin_all(struct out *out, struct space *sp)
{
	uint32_t i;

	for (i = 0; i < out->nr_iov; i++) {
		const uint8_t *p = out->iov[i].iov_base;

		if (in_space(sp, p))
			space_unpin(sp, (uint64_t)(p - sp->map),
				    (uint32_t)out->iov[i].iov_len);
	}
	out->nr_iov = 0;
}

void out_sent(struct out *out, struct space *sp, size_t len)
{
	struct out_half *h = sending(out);

	unpin_all(out, sp);
	while (len) {
		uint32_t left = h->segs[out->seg].len - out->done;

		if (len < left) {
			out->done += (uint32_t)len;
			return;
		}
		len -= left;
		out->done = 0;
		out->seg++;
	}
	if (out->seg == h->nr_segs)
		h->nr_segs = h->nr_bytes = out->seg = 0;
}
