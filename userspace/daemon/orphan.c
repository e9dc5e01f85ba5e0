// SPDX-License-Identifier: GPL-2.0
/*
 * The little of NBD that it takes to trim an export, as Documentation/protocol.md has it
 * under "What a host leaves behind". It cannot harm what lives: the server lets in only
 * who has the claim of an owner that is not connected, and here all is left alone
 * unless the server says that it is netram's. Not by libnbd: of a refusal it does not pass on
 * the server's words, which tell an owner that is connected from an export that is another's.
 */
#include "orphan.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netram/limits.h>
#include <netram/nbd.h>
#include <netram/netram.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

/* A server answers within that, or is asked again later. */
#define TIMEOUT_MS	5000
/* A request's length is 32 bits, and it has to be done in time. */
#define TRIM_MAX	(1ULL << 30)
/* A server tells four things of an export. */
#define ANSWERS_MAX	16
/* No session of that owner can come after it. */
#define EPOCH		"18446744073709551615"

/**
 * struct talk - a connection
 * @fd: the socket
 * @until_ms: when what is being waited for has to be there
 * @size: bytes of the export, once told
 * @flags: of the export, once told
 * @is_ours: the server is netram's
 */
struct talk {
	int fd;
	uint64_t until_ms;
	uint64_t size;
	uint16_t flags;
	bool is_ours;
};

/* ---- bytes */

static void give_time(struct talk *t)
{
	t->until_ms = clock_ms() + TIMEOUT_MS;
}

static bool wait_until(const struct talk *t, short events)
{
	struct pollfd fd = { .fd = t->fd, .events = events };
	uint64_t now = clock_ms();

	return now < t->until_ms &&
	       poll(&fd, 1, (int)(t->until_ms - now)) > 0;
}

/* The end of what the server says is -EPIPE. */
static int take(struct talk *t, void *buf, size_t len)
{
	ssize_t got;

	while (len) {
		if (!wait_until(t, POLLIN))
			return -ETIMEDOUT;
		got = recv(t->fd, buf, len, MSG_DONTWAIT);
		if (got <= 0)
			return -EPIPE;
		buf = (char *)buf + got;
		len -= got;
	}
	return 0;
}

/* It is less than a socket has room for. */
static int give(struct talk *t, const void *buf, size_t len)
{
	ssize_t sent = send(t->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent == (ssize_t)len ? 0 : -EPIPE;
}

static int reach(struct talk *t, const struct sockaddr_storage *node)
{
	socklen_t len = node->ss_family == AF_INET6 ?
				sizeof(struct sockaddr_in6) :
				sizeof(struct sockaddr_in);
	int err = 0;
	socklen_t size = sizeof(err);

	t->fd = socket(node->ss_family,
		       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return -errno;
	if (!connect(t->fd, (const struct sockaddr *)node, len))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	if (!wait_until(t, POLLOUT))
		return -ETIMEDOUT;
	getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &err, &size);
	return -err;
}

/* ---- the handshake */

static int greet(struct talk *t)
{
	struct nbd_greeting hello;
	uint32_t flags = htobe32(NBD_FLAG_C_FIXED_NEWSTYLE |
				 NBD_FLAG_C_NO_ZEROES);
	int err = take(t, &hello, sizeof(hello));

	if (err)
		return err;
	if (be64toh(hello.magic) != NBD_MAGIC ||
	    be64toh(hello.opt_magic) != NBD_IHAVEOPT)
		return -EPROTO;
	return give(t, &flags, sizeof(flags));
}

static size_t export_name(const uint8_t uuid[16], const uint8_t claim[16],
			  char *name, size_t size)
{
	char uuid_text[NETRAM_UUID_SIZE], claim_text[33];
	size_t i;

	netram_uuid_format(uuid, uuid_text);
	for (i = 0; i < 16; i++)
		snprintf(&claim_text[2 * i], 3, "%02x", claim[i]);
	return (size_t)snprintf(name, size,
				"%s?client=netramd&epoch=" EPOCH "&claim=%s&orphan=1",
				uuid_text, claim_text);
}

/* The name with its length, and no requests for more than is told anyway. */
static int ask(struct talk *t, const uint8_t uuid[16], const uint8_t claim[16])
{
	char text[NETRAM_EXPORT_MAX + 1];
	uint32_t len = (uint32_t)export_name(uuid, claim, text, sizeof(text));
	struct nbd_option head = {
		.magic = htobe64(NBD_IHAVEOPT),
		.option = htobe32(NBD_OPT_GO),
		.length = htobe32(sizeof(len) + len + sizeof(uint16_t)),
	};
	char buf[sizeof(head) + sizeof(len) + sizeof(text) + sizeof(uint16_t)];
	char *at = buf;
	uint32_t wire_len = htobe32(len);

	at = mempcpy(at, &head, sizeof(head));
	at = mempcpy(at, &wire_len, sizeof(wire_len));
	at = mempcpy(at, text, len);
	at = mempcpy(at, &(uint16_t){ 0 }, sizeof(uint16_t));
	return give(t, buf, (size_t)(at - buf));
}

static void take_info(struct talk *t, const char *data, size_t len)
{
	static const char ours[] = "netram-server ";
	struct nbd_info_export export;
	uint16_t type;

	if (len < sizeof(type))
		return;
	memcpy(&type, data, sizeof(type));
	type = be16toh(type);
	if (type == NBD_INFO_EXPORT && len == sizeof(export)) {
		memcpy(&export, data, sizeof(export));
		t->size = be64toh(export.size);
		t->flags = be16toh(export.flags);
	} else if (type == NBD_INFO_DESCRIPTION) {
		t->is_ours = !strncmp(data + sizeof(type), ours,
				      sizeof(ours) - 1);
	}
}

static enum orphan_result refusal(uint32_t reply, const char *why)
{
	static const char held[] = "in-session=";

	if (reply == NBD_REP_ERR_UNKNOWN)
		return ORPHAN_NONE;
	if (reply != NBD_REP_ERR_POLICY)
		return ORPHAN_AWAY;
	return strncmp(why, held, sizeof(held) - 1) ? ORPHAN_NONE :
						      ORPHAN_HELD;
}

/* True: that was the last one, and @result what it said; FREED: come in. */
static bool take_answer(struct talk *t, enum orphan_result *result)
{
	struct nbd_option_reply head;
	char data[NBD_MAX_STRING + 1] = "";
	uint32_t reply, len;

	*result = ORPHAN_AWAY;
	if (take(t, &head, sizeof(head)))
		return true;
	reply = be32toh(head.reply);
	len = be32toh(head.length);
	if (be64toh(head.magic) != NBD_REP_MAGIC || len > NBD_MAX_STRING ||
	    take(t, data, len))
		return true;
	if (reply == NBD_REP_ACK)
		*result = ORPHAN_FREED;
	else if (reply == NBD_REP_INFO)
		take_info(t, data, len);
	else
		*result = refusal(reply, data);
	return reply != NBD_REP_INFO;
}

static enum orphan_result enter(struct talk *t, const uint8_t uuid[16],
				const uint8_t claim[16])
{
	enum orphan_result result = ORPHAN_AWAY;
	unsigned int i;

	if (greet(t) || ask(t, uuid, claim))
		return ORPHAN_AWAY;
	for (i = 0; i < ANSWERS_MAX && !take_answer(t, &result); i++)
		;
	if (result != ORPHAN_FREED)
		return result;
	/* A foreign server takes any name, and what it has is nobody's orphan. */
	return t->is_ours && t->flags & NBD_FLAG_SEND_TRIM &&
		       t->size <= NETRAM_VOLUME_SIZE_MAX ?
		       ORPHAN_FREED : ORPHAN_NONE;
}

/* ---- requests */

static int request(struct talk *t, uint16_t type, uint64_t offset,
		   uint32_t length)
{
	const struct nbd_request r = {
		.magic = htobe32(NBD_REQUEST_MAGIC),
		.type = htobe16(type),
		.cookie = htobe64(offset),
		.offset = htobe64(offset),
		.length = htobe32(length),
	};

	give_time(t);
	return give(t, &r, sizeof(r));
}

static int trim(struct talk *t, uint64_t offset, uint32_t length)
{
	struct nbd_simple_reply reply;
	int err = request(t, NBD_CMD_TRIM, offset, length);

	if (!err)
		err = take(t, &reply, sizeof(reply));
	if (err)
		return err;
	if (be32toh(reply.magic) != NBD_SIMPLE_REPLY_MAGIC ||
	    be64toh(reply.cookie) != offset)
		return -EPROTO;
	return be32toh(reply.error) == NBD_SUCCESS ? 0 : -EIO;
}

static int trim_all(struct talk *t)
{
	uint64_t at = 0, length;
	int err = 0;

	for (; at < t->size && !err; at += length) {
		length = t->size - at < TRIM_MAX ? t->size - at : TRIM_MAX;
		err = trim(t, at, (uint32_t)length);
	}
	return err;
}

/* Until the server has let go of the export too: somebody may want to have it now. */
static void leave(struct talk *t)
{
	char rest;

	if (!request(t, NBD_CMD_DISC, 0, 0))
		take(t, &rest, 1);
}

static enum orphan_result clear(struct talk *t, const uint8_t uuid[16],
				const uint8_t claim[16])
{
	enum orphan_result result = enter(t, uuid, claim);

	if (result == ORPHAN_FREED && trim_all(t))
		result = ORPHAN_AWAY;
	if (result == ORPHAN_FREED)
		leave(t);
	return result;
}

/**
 * orphan_clear() - have a node forget the pages of a volume that is dead
 * @node: its address
 * @uuid: the volume's
 * @claim: likewise
 *
 * It takes some seconds at most, and longer only while the node gets on.
 *
 * Return: what came of it.
 */
enum orphan_result orphan_clear(const struct sockaddr_storage *node,
				const uint8_t uuid[16],
				const uint8_t claim[16])
{
	enum orphan_result result = ORPHAN_AWAY;
	struct talk t = { .fd = -1 };

	give_time(&t);
	if (!reach(&t, node))
		result = clear(&t, uuid, claim);
	if (t.fd >= 0)
		close(t.fd);
	return result;
}
