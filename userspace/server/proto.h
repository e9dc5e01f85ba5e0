/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file set of the server that touches wire bytes. What comes in is
 * checked here once and wholly; whoever gets a parsed struct may trust it.
 * Nothing here keeps state or allocates. Parsers return 0 or -EPROTO (the
 * stream makes no sense: hang up) or -EINVAL (answer with an error).
 */
#ifndef PROTO_H
#define PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netram/limits.h>
#include <netram/nbd.h>

#define PROTO_FLAGS_SIZE	4U	/* of the client's handshake flags */

struct proto_option {
	uint32_t option;
	uint32_t length;
};

/* Name and what follows it; pointers into the message. */
struct proto_go {
	const char *name;
	uint32_t name_len;
};

struct proto_meta {
	const char *name;
	uint32_t name_len;
	uint32_t nr_queries;
	const uint8_t *queries;
};

/**
 * struct proto_request - one request of the transmission phase
 * @cookie: as it came, not swapped
 * @error: NBD_SUCCESS, or what to answer; the other fields are then only good
 *         for skipping a payload
 */
struct proto_request {
	uint64_t cookie;
	uint64_t offset;
	uint32_t length;
	uint16_t type;
	uint16_t flags;
	uint32_t error;
};

/* Meta contexts; the bits of sets of them. */
enum proto_meta_id {
	PROTO_META_ALLOCATION,
	PROTO_META_CRC32C,
	PROTO_META_NR,
};

/**
 * struct proto_mode - what was negotiated
 * @size: bytes of the export
 * @structured: structured replies
 * @readonly: nothing may be changed
 * @meta: a bit for each meta context that was selected
 */
struct proto_mode {
	uint64_t size;
	bool structured;
	bool readonly;
	unsigned int meta;
};

int proto_client_flags(const void *buf, bool *no_zeroes);
int proto_option(const void *buf, struct proto_option *opt);
int proto_go(const void *data, uint32_t len, struct proto_go *go);
int proto_meta(const void *data, uint32_t len, struct proto_meta *meta);
/* Takes the next query off a checked message; false when there is none. */
bool proto_meta_next(struct proto_meta *meta, const char **query,
		     uint32_t *len);
/* The context of this name, or all of its namespace; a bit for each. */
unsigned int proto_meta_named(const char *query, uint32_t len);
unsigned int proto_meta_space(const char *query, uint32_t len);
int proto_request(const void *buf, const struct proto_mode *mode,
		  struct proto_request *req);

static inline bool proto_has_payload(const struct proto_request *req)
{
	return req->type == NBD_CMD_WRITE;
}

/* Writers: all return the bytes written; the caller has seen to the room. */
size_t proto_put_greeting(void *to);
size_t proto_put_option_reply(void *to, uint32_t opt, uint32_t reply,
			      const void *data, uint32_t len);
size_t proto_put_server(void *to, const char *name);
size_t proto_put_info_export(void *to, uint32_t opt,
			     const struct proto_mode *mode);
size_t proto_put_info_block_size(void *to, uint32_t opt);
size_t proto_put_info_text(void *to, uint32_t opt, uint16_t info,
			   const char *text);
size_t proto_put_meta_context(void *to, uint32_t opt, enum proto_meta_id id);
size_t proto_put_export_name(void *to, const struct proto_mode *mode,
			     bool no_zeroes);

size_t proto_put_simple(void *to, uint64_t cookie, uint32_t error);
size_t proto_put_error(void *to, uint64_t cookie, uint32_t error);
/* Head of a chunk that ends the reply and carries @len bytes read at @off. */
size_t proto_put_data_head(void *to, uint64_t cookie, uint64_t off,
			   uint32_t len);
size_t proto_put_hole(void *to, uint64_t cookie, uint64_t off, uint32_t len);
/* One context's chunk; @nr extents follow: proto_put_extent() each. */
size_t proto_put_status_head(void *to, uint64_t cookie, enum proto_meta_id id,
			     uint32_t nr, bool last);
size_t proto_put_extent(void *to, uint32_t len, uint32_t status);

/* Bytes of such a chunk. */
#define PROTO_STATUS_SIZE(nr) \
	(sizeof(struct nbd_structured_reply) + sizeof(struct nbd_block_status) + \
	 (nr) * sizeof(struct nbd_block_descriptor))

#endif /* PROTO_H */
