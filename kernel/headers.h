/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_HEADERS_H
#define NETRAM_HEADERS_H

#include <linux/bvec.h>
#include <linux/mm.h>
#include <netram/nbd.h>

#define NETRAM_HEADERS_PER_PAGE \
	((unsigned int)(PAGE_SIZE / sizeof(struct nbd_request)))

/* Of a batch for which there is no page. */
#define NETRAM_HEADERS_SPARE	32U

/**
 * struct netram_headers - memory a sender writes the headers of requests to
 * @page: NULL while there is none to be had
 * @first: place of the batch's first header
 * @next: place of the next one
 * @spare: used instead of @page; must be copied
 */
struct netram_headers {
	struct page		*page;
	unsigned int		first;
	unsigned int		next;
	struct nbd_request	spare[NETRAM_HEADERS_SPARE];
};

bool netram_headers_begin(struct netram_headers *h, bool kept);
void netram_headers_exit(struct netram_headers *h);

/**
 * netram_headers_room() - is there room for one more header of this batch
 * @h: begun
 *
 * Context: any.
 * Return: whether there is; there always is for the first one.
 */
static inline bool netram_headers_room(const struct netram_headers *h)
{
	return h->next < (likely(h->page) ? NETRAM_HEADERS_PER_PAGE :
					    NETRAM_HEADERS_SPARE);
}

/**
 * netram_headers_add() - memory for one more header of this batch
 * @h: begun, with room
 * @bv: where it is
 *
 * Context: any.
 * Return: the header, to be filled in.
 */
static inline struct nbd_request *
netram_headers_add(struct netram_headers *h, struct bio_vec *bv)
{
	struct nbd_request *header = likely(h->page) ? page_address(h->page) :
						       h->spare;

	header += h->next++;
	bv->bv_page = likely(h->page) ? h->page : virt_to_page(header);
	bv->bv_offset = offset_in_page(header);
	bv->bv_len = sizeof(*header);
	return header;
}

#endif /* NETRAM_HEADERS_H */
