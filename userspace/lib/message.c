// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages: building them, and taking them apart again without trusting a
 * length, a width or a string in them. Here and nowhere else.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "internal.h"

void netram_message_start(struct netram_message *msg, void *buf,
			  uint16_t type, uint8_t cmd, uint8_t version,
			  uint16_t flags)
{
	struct genlmsghdr *genl;

	msg->nlh = mnl_nlmsg_put_header(buf);
	msg->nlh->nlmsg_type = type;
	msg->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	msg->overflow = false;
	msg->unknown = false;
	genl = mnl_nlmsg_put_extra_header(msg->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
}

/* A caller made for a later library may ask for what this one knows nothing of. */
void netram_message_reserved(struct netram_message *msg,
			     const uint64_t reserved[NETRAM_RESERVED])
{
	size_t i;

	for (i = 0; i < NETRAM_RESERVED; i++)
		if (reserved[i])
			msg->unknown = true;
}

struct nlattr *netram_message_nest(struct netram_message *msg, uint16_t attr)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(msg->nlh, NETRAM_SEND_SIZE, attr);
	if (!nest)
		msg->overflow = true;
	return nest;
}

void netram_message_nest_end(struct netram_message *msg, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(msg->nlh, nest);
}

void netram_message_bytes(struct netram_message *msg, uint16_t attr,
			  const void *v, size_t len)
{
	if (!mnl_attr_put_check(msg->nlh, NETRAM_SEND_SIZE, attr, len, v))
		msg->overflow = true;
}

void netram_message_u8(struct netram_message *msg, uint16_t attr, uint8_t v)
{
	netram_message_bytes(msg, attr, &v, sizeof(v));
}

void netram_message_u32(struct netram_message *msg, uint16_t attr, uint32_t v)
{
	netram_message_bytes(msg, attr, &v, sizeof(v));
}

void netram_message_u64(struct netram_message *msg, uint16_t attr, uint64_t v)
{
	netram_message_bytes(msg, attr, &v, sizeof(v));
}

void netram_message_string(struct netram_message *msg, uint16_t attr,
			   const char *v)
{
	netram_message_bytes(msg, attr, v, strlen(v) + 1);
}

/* Call fn for each attribute; -EBADMSG as soon as one runs over the end. */
int netram_attr_walk(const void *payload, size_t len, netram_attr_fn fn,
		     void *arg)
{
	const char *at = payload;
	size_t step;
	int err;

	while (len) {
		const struct nlattr *attr = (const void *)at;

		if (len < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
		    attr->nla_len > len)
			return -EBADMSG;
		err = fn(attr, arg);
		if (err)
			return err;
		step = MNL_ALIGN(attr->nla_len);
		if (step >= len)
			return 0;
		at += step;
		len -= step;
	}
	return 0;
}

int netram_attr_nested(const struct nlattr *nest, netram_attr_fn fn, void *arg)
{
	return netram_attr_walk(mnl_attr_get_payload(nest),
				mnl_attr_get_payload_len(nest), fn, arg);
}

struct find {
	uint16_t type;
	const struct nlattr *found;
};

static int find_one(const struct nlattr *attr, void *arg)
{
	struct find *find = arg;

	if (mnl_attr_get_type(attr) == find->type)
		find->found = attr;
	return 0;
}

/* -EBADMSG as well when the attribute is not there. */
int netram_attr_find(const void *payload, size_t len, uint16_t type,
		     const struct nlattr **found)
{
	struct find find = { .type = type };
	int err;

	err = netram_attr_walk(payload, len, find_one, &find);
	if (err)
		return err;
	*found = find.found;
	return find.found ? 0 : -EBADMSG;
}

static int field_number(const struct netram_field *f, const void *data,
			size_t len, void *member)
{
	if (len != f->size)
		return -EBADMSG;
	memcpy(member, data, len);
	return 0;
}

static int field_counts(const struct netram_field *f, const void *data,
			size_t len, void *member)
{
	if (len > f->size || len % sizeof(uint64_t))
		return -EBADMSG;
	memcpy(member, data, len);
	return 0;
}

static int field_bool(const void *data, size_t len, bool *member)
{
	if (len != 1)
		return -EBADMSG;
	*member = *(const uint8_t *)data != 0;
	return 0;
}

/* The length of the string in data, or -EBADMSG when it has no end. */
static ssize_t field_strlen(const void *data, size_t len)
{
	size_t n = strnlen(data, len);

	return n == len ? -EBADMSG : (ssize_t)n;
}

static int field_string(const struct netram_field *f, const void *data,
			size_t len, char *member)
{
	ssize_t n = field_strlen(data, len);

	if (n < 0 || (size_t)n >= f->size)
		return -EBADMSG;
	memcpy(member, data, n + 1);
	return 0;
}

static int field_name(const struct netram_field *f, const void *data,
		      size_t len, char *member)
{
	int err = field_string(f, data, len, member);

	if (err)
		return err;
	return netram_name_valid(member) ? 0 : -EBADMSG;
}

static int field_text(const struct netram_field *f, const void *data,
		      size_t len, char *member)
{
	ssize_t i, n = field_strlen(data, len);
	const unsigned char *text = data;

	if (n < 0)
		return -EBADMSG;
	if ((size_t)n >= f->size)
		n = f->size - 1;
	for (i = 0; i < n; i++)
		member[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	member[n] = '\0';
	return 0;
}

static int field_endpoint(const void *data, size_t len,
			  struct sockaddr_storage *member)
{
	sa_family_t family;
	size_t want;

	if (len < sizeof(family))
		return -EBADMSG;
	memcpy(&family, data, sizeof(family));
	if (family != AF_INET && family != AF_INET6)
		return -EBADMSG;
	want = family == AF_INET ? sizeof(struct sockaddr_in) :
				   sizeof(struct sockaddr_in6);
	if (len < want)
		return -EBADMSG;
	memset(member, 0, sizeof(*member));
	memcpy(member, data, want);
	return 0;
}

static int field_decode(const struct netram_field *f,
			const struct nlattr *attr, void *member)
{
	const void *data = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	switch (f->kind) {
	case NETRAM_FIELD_U8:
	case NETRAM_FIELD_U16:
	case NETRAM_FIELD_U32:
	case NETRAM_FIELD_U64:
	case NETRAM_FIELD_BYTES:
		return field_number(f, data, len, member);
	case NETRAM_FIELD_COUNTS:
		return field_counts(f, data, len, member);
	case NETRAM_FIELD_BOOL:
		return field_bool(data, len, member);
	case NETRAM_FIELD_NAME:
		return field_name(f, data, len, member);
	case NETRAM_FIELD_STRING:
		return field_string(f, data, len, member);
	case NETRAM_FIELD_TEXT:
		return field_text(f, data, len, member);
	case NETRAM_FIELD_ENDPOINT:
		return field_endpoint(data, len, member);
	}
	return -EBADMSG;
}

struct decode {
	const struct netram_field *fields;
	size_t count;
	char *object;
	uint64_t seen;
};

/* An attribute no field names comes from a newer module: leave it. */
static int decode_one(const struct nlattr *attr, void *arg)
{
	struct decode *d = arg;
	uint16_t type = mnl_attr_get_type(attr);
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct netram_field *f = &d->fields[i];

		if (f->attr != type)
			continue;
		d->seen |= 1ULL << type;
		return field_decode(f, attr, d->object + f->offset);
	}
	return 0;
}

/* Fill object from nest; seen gets one bit for each attribute found. */
int netram_fields_decode(const struct netram_field *fields, size_t count,
			 const struct nlattr *nest, void *object,
			 uint64_t *seen)
{
	struct decode d = {
		.fields = fields,
		.count = count,
		.object = object,
	};
	size_t i;
	int err;

	err = netram_attr_nested(nest, decode_one, &d);
	if (err)
		return err;
	for (i = 0; i < count; i++)
		if (fields[i].required && !(d.seen >> fields[i].attr & 1))
			return -EBADMSG;
	*seen = d.seen;
	return 0;
}
