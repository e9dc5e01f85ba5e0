// SPDX-License-Identifier: GPL-2.0
#include "proto.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* Ids on the wire begin with 1: in a list they are 0. */
#define META_ID(id)	((id) + 1U)

static const struct meta {
	const char *space;
	const char *name;
} metas[PROTO_META_NR] = {
	[PROTO_META_ALLOCATION]	= { NBD_META_BASE, NBD_META_BASE_ALLOCATION },
	[PROTO_META_CRC32C]	= { NBD_META_NETRAM, NBD_META_NETRAM_CRC32C },
};

#define FLAGS_ALL	(NBD_CMD_FLAG_FUA | NBD_CMD_FLAG_NO_HOLE | \
			 NBD_CMD_FLAG_DF | NBD_CMD_FLAG_REQ_ONE | \
			 NBD_CMD_FLAG_FAST_ZERO)

static uint32_t get32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint16_t get16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static void *put16(void *p, uint16_t v)
{
	v = htobe16(v);
	return mempcpy(p, &v, sizeof(v));
}

static void *put32(void *p, uint32_t v)
{
	v = htobe32(v);
	return mempcpy(p, &v, sizeof(v));
}

static void *put64(void *p, uint64_t v)
{
	v = htobe64(v);
	return mempcpy(p, &v, sizeof(v));
}

int proto_client_flags(const void *buf, bool *no_zeroes)
{
	uint32_t flags = get32(buf);

	if (flags & ~(NBD_FLAG_C_FIXED_NEWSTYLE | NBD_FLAG_C_NO_ZEROES))
		return -EPROTO;
	*no_zeroes = flags & NBD_FLAG_C_NO_ZEROES;
	return 0;
}

int proto_option(const void *buf, struct proto_option *opt)
{
	const struct nbd_option *o = buf;

	if (be64toh(o->magic) != NBD_IHAVEOPT)
		return -EPROTO;
	opt->option = be32toh(o->option);
	opt->length = be32toh(o->length);
	return 0;
}

/* u32 length, name: checked against @len, but not for what the name says. */
static int take_name(const uint8_t *p, uint32_t len, const char **name,
		     uint32_t *name_len)
{
	if (len < 4)
		return -EINVAL;
	*name_len = get32(p);
	if (*name_len > len - 4 || *name_len > NBD_MAX_STRING)
		return -EINVAL;
	*name = (const char *)p + 4;
	return 0;
}

int proto_go(const void *data, uint32_t len, struct proto_go *go)
{
	const uint8_t *p = data;
	uint32_t rest;

	if (take_name(p, len, &go->name, &go->name_len))
		return -EINVAL;
	p += 4 + go->name_len;
	rest = len - 4 - go->name_len;
	if (rest < 2 || rest - 2 != 2U * get16(p))
		return -EINVAL;
	return 0;
}

static int check_queries(const uint8_t *p, uint32_t len, uint32_t nr)
{
	while (nr--) {
		uint32_t n;

		if (len < 4)
			return -EINVAL;
		n = get32(p);
		if (n > len - 4 || n > NBD_MAX_STRING)
			return -EINVAL;
		p += 4 + n;
		len -= 4 + n;
	}
	return len ? -EINVAL : 0;
}

int proto_meta(const void *data, uint32_t len, struct proto_meta *meta)
{
	const uint8_t *p = data;
	uint32_t rest;

	if (take_name(p, len, &meta->name, &meta->name_len))
		return -EINVAL;
	p += 4 + meta->name_len;
	rest = len - 4 - meta->name_len;
	if (rest < 4)
		return -EINVAL;
	meta->nr_queries = get32(p);
	meta->queries = p + 4;
	return check_queries(p + 4, rest - 4, meta->nr_queries);
}

bool proto_meta_next(struct proto_meta *meta, const char **query,
		     uint32_t *len)
{
	if (!meta->nr_queries)
		return false;
	meta->nr_queries--;
	*len = get32(meta->queries);
	*query = (const char *)meta->queries + 4;
	meta->queries += 4 + *len;
	return true;
}

static bool query_is(const char *query, uint32_t len, const char *what)
{
	return len == strlen(what) && !memcmp(query, what, len);
}

unsigned int proto_meta_named(const char *query, uint32_t len)
{
	unsigned int i, found = 0;

	for (i = 0; i < PROTO_META_NR; i++)
		if (query_is(query, len, metas[i].name))
			found |= 1U << i;
	return found;
}

unsigned int proto_meta_space(const char *query, uint32_t len)
{
	unsigned int i, found = 0;

	for (i = 0; i < PROTO_META_NR; i++)
		if (query_is(query, len, metas[i].space))
			found |= 1U << i;
	return found;
}

static bool in_range(const struct proto_request *req, uint64_t size)
{
	return req->offset <= size && req->length <= size - req->offset;
}

static bool changes(const struct proto_request *req)
{
	return req->type == NBD_CMD_WRITE || req->type == NBD_CMD_TRIM ||
	       req->type == NBD_CMD_WRITE_ZEROES;
}

static uint32_t check_request(const struct proto_request *req,
			      const struct proto_mode *mode)
{
	if (req->flags & ~FLAGS_ALL)
		return NBD_EINVAL;
	if (req->flags & NBD_CMD_FLAG_DF && !mode->structured)
		return NBD_EINVAL;

	switch (req->type) {
	case NBD_CMD_DISC:
	case NBD_CMD_FLUSH:
		return NBD_SUCCESS;
	case NBD_CMD_READ:
	case NBD_CMD_WRITE:
		if (req->length > NBD_MAX_REQUEST)
			return NBD_EINVAL;
		break;
	case NBD_CMD_BLOCK_STATUS:
		if (!mode->meta)
			return NBD_EINVAL;
		break;
	case NBD_CMD_TRIM:
	case NBD_CMD_CACHE:
	case NBD_CMD_WRITE_ZEROES:
		break;
	default:
		return NBD_EINVAL;
	}

	if (mode->readonly && changes(req))
		return NBD_EPERM;
	if (!req->length)
		return NBD_EINVAL;
	if (in_range(req, mode->size))
		return NBD_SUCCESS;
	return req->type == NBD_CMD_WRITE || req->type == NBD_CMD_WRITE_ZEROES ?
	       NBD_ENOSPC : NBD_EINVAL;
}

int proto_request(const void *buf, const struct proto_mode *mode,
		  struct proto_request *req)
{
	const struct nbd_request *r = buf;

	if (be32toh(r->magic) != NBD_REQUEST_MAGIC)
		return -EPROTO;
	req->flags = be16toh(r->flags);
	req->type = be16toh(r->type);
	req->cookie = r->cookie;
	req->offset = be64toh(r->offset);
	req->length = be32toh(r->length);
	req->error = check_request(req, mode);
	return 0;
}

size_t proto_put_greeting(void *to)
{
	struct nbd_greeting *g = to;

	g->magic = htobe64(NBD_MAGIC);
	g->opt_magic = htobe64(NBD_IHAVEOPT);
	g->flags = htobe16(NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES);
	return sizeof(*g);
}

static void *option_head(void *to, uint32_t opt, uint32_t reply, uint32_t len)
{
	struct nbd_option_reply *r = to;

	r->magic = htobe64(NBD_REP_MAGIC);
	r->option = htobe32(opt);
	r->reply = htobe32(reply);
	r->length = htobe32(len);
	return r + 1;
}

static size_t written(const void *from, const void *end)
{
	return (size_t)((const uint8_t *)end - (const uint8_t *)from);
}

size_t proto_put_option_reply(void *to, uint32_t opt, uint32_t reply,
			      const void *data, uint32_t len)
{
	void *p = option_head(to, opt, reply, len);

	return written(to, len ? mempcpy(p, data, len) : p);
}

size_t proto_put_server(void *to, const char *name)
{
	uint32_t n = (uint32_t)strlen(name);
	void *p = option_head(to, NBD_OPT_LIST, NBD_REP_SERVER, 4 + n);

	return written(to, mempcpy(put32(p, n), name, n));
}

static uint16_t export_flags(const struct proto_mode *mode)
{
	uint16_t flags = NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH |
			 NBD_FLAG_SEND_FUA | NBD_FLAG_SEND_TRIM |
			 NBD_FLAG_SEND_WRITE_ZEROES | NBD_FLAG_CAN_MULTI_CONN |
			 NBD_FLAG_SEND_CACHE | NBD_FLAG_SEND_FAST_ZERO;

	if (mode->structured)
		flags |= NBD_FLAG_SEND_DF;
	if (mode->readonly)
		flags |= NBD_FLAG_READ_ONLY;
	return flags;
}

size_t proto_put_info_export(void *to, uint32_t opt,
			     const struct proto_mode *mode)
{
	struct nbd_info_export *i;

	i = option_head(to, opt, NBD_REP_INFO, sizeof(*i));
	i->type = htobe16(NBD_INFO_EXPORT);
	i->size = htobe64(mode->size);
	i->flags = htobe16(export_flags(mode));
	return written(to, i + 1);
}

size_t proto_put_info_block_size(void *to, uint32_t opt)
{
	struct nbd_info_block_size *i;

	i = option_head(to, opt, NBD_REP_INFO, sizeof(*i));
	i->type = htobe16(NBD_INFO_BLOCK_SIZE);
	i->minimum = htobe32(1);
	i->preferred = htobe32(NETRAM_PAGE_SIZE);
	i->maximum = htobe32(NBD_MAX_REQUEST);
	return written(to, i + 1);
}

size_t proto_put_info_text(void *to, uint32_t opt, uint16_t info,
			   const char *text)
{
	uint32_t n = (uint32_t)strlen(text);
	void *p = option_head(to, opt, NBD_REP_INFO, 2 + n);

	return written(to, mempcpy(put16(p, info), text, n));
}

size_t proto_put_meta_context(void *to, uint32_t opt, enum proto_meta_id id)
{
	uint32_t n = (uint32_t)strlen(metas[id].name);
	void *p = option_head(to, opt, NBD_REP_META_CONTEXT, 4 + n);

	/* Listing selects nothing, so it has no id. */
	p = put32(p, opt == NBD_OPT_SET_META_CONTEXT ? META_ID(id) : 0);
	return written(to, mempcpy(p, metas[id].name, n));
}

size_t proto_put_export_name(void *to, const struct proto_mode *mode,
			     bool no_zeroes)
{
	uint8_t *p = put16(put64(to, mode->size), export_flags(mode));

	if (!no_zeroes)
		p = (uint8_t *)memset(p, 0, NBD_EXPORT_NAME_PAD) +
		    NBD_EXPORT_NAME_PAD;
	return written(to, p);
}

size_t proto_put_simple(void *to, uint64_t cookie, uint32_t error)
{
	struct nbd_simple_reply *r = to;

	r->magic = htobe32(NBD_SIMPLE_REPLY_MAGIC);
	r->error = htobe32(error);
	r->cookie = cookie;
	return sizeof(*r);
}

static void *chunk_head(void *to, uint64_t cookie, uint16_t type, uint32_t len)
{
	struct nbd_structured_reply *r = to;

	r->magic = htobe32(NBD_STRUCTURED_REPLY_MAGIC);
	r->flags = htobe16(NBD_REPLY_FLAG_DONE);
	r->type = htobe16(type);
	r->cookie = cookie;
	r->length = htobe32(len);
	return r + 1;
}

size_t proto_put_error(void *to, uint64_t cookie, uint32_t error)
{
	void *p = chunk_head(to, cookie, NBD_REPLY_TYPE_ERROR, 6);

	return written(to, put16(put32(p, error), 0));
}

size_t proto_put_data_head(void *to, uint64_t cookie, uint64_t off,
			   uint32_t len)
{
	void *p = chunk_head(to, cookie, NBD_REPLY_TYPE_OFFSET_DATA, 8 + len);

	return written(to, put64(p, off));
}

size_t proto_put_hole(void *to, uint64_t cookie, uint64_t off, uint32_t len)
{
	void *p = chunk_head(to, cookie, NBD_REPLY_TYPE_OFFSET_HOLE, 12);

	return written(to, put32(put64(p, off), len));
}

size_t proto_put_status_head(void *to, uint64_t cookie, enum proto_meta_id id,
			     uint32_t nr, bool last)
{
	struct nbd_structured_reply *r = to;
	void *p = chunk_head(to, cookie, NBD_REPLY_TYPE_BLOCK_STATUS,
			     4 + 8 * nr);

	if (!last)
		r->flags = 0;
	return written(to, put32(p, META_ID(id)));
}

size_t proto_put_extent(void *to, uint32_t len, uint32_t status)
{
	return written(to, put32(put32(to, len), status));
}
