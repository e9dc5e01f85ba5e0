// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what a server tells of the checksums of pages: answers to BLOCK_STATUS in
 * the meta context x-netram:crc32c. All of it is hostile until it has passed
 * through here. Pure: no locks, no allocation, no socket, also built in userspace for
 * the fuzzer.
 */
#include "sums.h"
#include "wire.h"
#include <netram/limits.h>

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif

/**
 * netram_sums_head() - what comes behind the head of an answer
 * @head: the head
 * @cookie: of the request
 * @pages: that were asked for, at most NETRAM_SUMS_MAX
 * @why: a phrase for the user, set where something is wrong
 *
 * Return: bytes of payload, at most NETRAM_SUMS_PAYLOAD, or -1: the connection is of
 * no more use.
 */
int netram_sums_head(const struct nbd_structured_reply *head, u64 cookie,
		     u32 pages, const char **why)
{
	u32 len = be32_to_cpu(head->length), rest;
	u16 type = be16_to_cpu(head->type);

	if (be32_to_cpu(head->magic) != NBD_STRUCTURED_REPLY_MAGIC ||
	    be64_to_cpu(head->cookie) != cookie) {
		*why = "answer to a request for checksums that was never made";
		return -1;
	}
	if (type == NBD_REPLY_TYPE_ERROR || type == NBD_REPLY_TYPE_ERROR_OFFSET) {
		*why = "server answers a request for checksums with an error";
		return -1;
	}
	rest = len - sizeof(struct nbd_block_status);
	if (type != NBD_REPLY_TYPE_BLOCK_STATUS ||
	    !(be16_to_cpu(head->flags) & NBD_REPLY_FLAG_DONE) ||
	    len <= sizeof(struct nbd_block_status) ||
	    rest % sizeof(struct nbd_block_descriptor) ||
	    rest / sizeof(struct nbd_block_descriptor) > pages) {
		*why = "malformed answer to a request for checksums";
		return -1;
	}
	return len;
}

/**
 * netram_sums_take() - the checksums in an answer
 * @payload: as long as netram_sums_head() said
 * @len: bytes of it
 * @context: id of the meta context
 * @pages: that were asked for
 * @sums: where to put one for each page, as they are on the wire
 * @why: a phrase for the user, set where something is wrong
 *
 * Return: for how many of the pages it tells one, from the first on; at least 1, and
 * perhaps fewer than were asked for. -1: the connection is of no more use.
 */
int netram_sums_take(const void *payload, u32 len, u32 context, u32 pages,
		     u32 *sums, const char **why)
{
	const struct nbd_block_status *head = payload;
	const struct nbd_block_descriptor *d = payload + sizeof(*head);
	u32 left = (len - sizeof(*head)) / sizeof(*d), told = 0, n, status;

	*why = "malformed answer to a request for checksums";
	if (be32_to_cpu(head->context) != context)
		return -1;
	for (; left; left--, d++) {
		n = be32_to_cpu(d->length);
		/* Only the last may reach beyond what was asked for. */
		if (!n || n % NETRAM_PAGE_SIZE || told == pages)
			return -1;
		status = be32_to_cpu(d->status);
		for (n >>= NETRAM_PAGE_SHIFT; n && told < pages; n--)
			sums[told++] = status;
	}
	*why = NULL;
	return told;
}
