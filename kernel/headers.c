// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the headers of requests. TCP may take it without copying, and then
 * refers to it for as long as it likes: also when the connection has been given up
 * and the requests are done. With a server on this host it is our memory that waits
 * in the server's socket, and what it is read as when the server gets to it is what
 * is there then. So a header that TCP was given is never written to again while
 * anybody refers to its page.
 *
 * Headers lie one behind the other in a page. When it is full, or when nobody else
 * refers to it any more, which is usual before the next batch unless there are many
 * requests under way, the sender begins at its start: with another page, or the same.
 *
 * No request waits for this memory. A page, for 146 headers, is taken from where
 * TCP takes what it needs for each segment: without reclaim, from the reserves if
 * need be. They are given back when TCP lets go of the pages sent with the headers,
 * so there are no more of them under way than there are segments, and two. If
 * there is none, the batch is written to memory that was allocated with the connection,
 * and TCP copies it, headers and pages. It is for want of memory as well that a page
 * is taken even from the reserves: to copy what it saves from being copied takes
 * a hundred times as much.
 */
#include "headers.h"

#include <linux/gfp.h>

static void refill(struct netram_headers *h)
{
	/* Whoever else had a reference has read what it wanted to. */
	bool ours = h->page && page_ref_count(h->page) == 1;

	if (h->page && !ours && h->next < NETRAM_HEADERS_PER_PAGE)
		return;
	h->next = 0;
	if (ours)
		return;
	if (h->page)
		put_page(h->page);
	h->page = alloc_page(GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOWARN);
}

/**
 * netram_headers_begin() - begin a batch
 * @h: the memory
 * @kept: the batch before, or a part of it, was given to TCP without copying
 *
 * The headers of the batch before must not be needed any more but by who refers
 * to their pages.
 *
 * Context: any.
 * Return: whether this one may be; if not, it must be copied.
 */
bool netram_headers_begin(struct netram_headers *h, bool kept)
{
	if (!kept)
		h->next = h->first;
	refill(h);
	h->first = h->next;
	return h->page;
}

/**
 * netram_headers_exit() - let go of the memory
 * @h: zeroed, or used; not any more
 */
void netram_headers_exit(struct netram_headers *h)
{
	if (h->page)
		put_page(h->page);
	h->page = NULL;
}
