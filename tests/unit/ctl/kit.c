// SPDX-License-Identifier: GPL-2.0
#include "kit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define QUEUE	16

static struct {
	struct {
		void *data;
		size_t len;
		int err;
	} queue[QUEUE];
	unsigned int in, out, requests;
	bool keep_seq;
	uint64_t joined;
	char sent[NETRAM_SEND_SIZE] __attribute__((aligned(8)));
} kit;

static unsigned int open_transports;

void kit_reset(void)
{
	while (kit.out < kit.in)
		free(kit.queue[kit.out++].data);
	memset(&kit, 0, sizeof(kit));
}

void kit_queue(const void *datagram, size_t len)
{
	assert_true(kit.in < QUEUE);
	kit.queue[kit.in].data = malloc(len ? len : 1);
	memcpy(kit.queue[kit.in].data, datagram, len);
	kit.queue[kit.in++].len = len;
}

/* It is empty then. */
void kit_queue_msg(struct kit_msg *m)
{
	kit_queue(m->buf, m->len);
	memset(m, 0, sizeof(*m));
}

void kit_queue_errno(int err)
{
	assert_true(kit.in < QUEUE);
	kit.queue[kit.in++].err = err;
}

/* Leave sequence numbers as the test wrote them. */
void kit_keep_seq(bool keep)
{
	kit.keep_seq = keep;
}

const struct nlmsghdr *kit_sent(void)
{
	return (const void *)kit.sent;
}

unsigned int kit_requests(void)
{
	return kit.requests;
}

unsigned int kit_open_transports(void)
{
	return open_transports;
}

bool kit_joined(uint32_t group)
{
	return kit.joined >> group & 1;
}

/* ---- the transport */

static int kit_send(void *ctx, const void *buf, size_t len)
{
	(void)ctx;
	assert_true(len <= sizeof(kit.sent));
	memcpy(kit.sent, buf, len);
	kit.requests++;
	return 0;
}

static void answer_seq(void *buf, size_t got)
{
	struct nlmsghdr *nlh = buf;
	int len = got;

	if (kit.keep_seq)
		return;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		nlh->nlmsg_seq = kit_sent()->nlmsg_seq;
}

static ssize_t kit_recv(void *ctx, void *buf, size_t len)
{
	size_t got;

	(void)ctx;
	if (kit.out == kit.in)
		return -ENODATA;
	if (kit.queue[kit.out].err)
		return kit.queue[kit.out++].err;
	got = kit.queue[kit.out].len;
	assert_true(got <= len);
	memcpy(buf, kit.queue[kit.out].data, got);
	free(kit.queue[kit.out++].data);
	answer_seq(buf, got);
	return got;
}

static int kit_join(void *ctx, uint32_t group)
{
	(void)ctx;
	kit.joined |= 1ULL << group;
	return 0;
}

/* Readable at any time. */
static int kit_fd(void *ctx)
{
	static int fd = -1;

	(void)ctx;
	if (fd < 0)
		fd = eventfd(1, EFD_CLOEXEC);
	return fd;
}

static void kit_close(void *ctx)
{
	(void)ctx;
	open_transports--;
}

static const struct netram_transport kit_transport = {
	.send = kit_send,
	.recv = kit_recv,
	.join = kit_join,
	.fd = kit_fd,
	.close = kit_close,
};

/* Takes the place of the library's, so that whole commands can be run. */
int netram_transport_open(const struct netram_transport **ops, void **ctx)
{
	*ops = &kit_transport;
	*ctx = NULL;
	open_transports++;
	return 0;
}

/* ---- messages */

static struct nlmsghdr *next_header(struct kit_msg *m, uint16_t type,
				    uint16_t flags)
{
	m->last = mnl_nlmsg_put_header(m->buf + m->len);
	m->last->nlmsg_type = type;
	m->last->nlmsg_flags = flags;
	return m->last;
}

void kit_begin(struct kit_msg *m, uint16_t type, uint16_t flags, uint8_t cmd)
{
	struct genlmsghdr *genl;

	next_header(m, type, flags);
	genl = mnl_nlmsg_put_extra_header(m->last, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
}

void kit_end(struct kit_msg *m)
{
	m->len += MNL_ALIGN(m->last->nlmsg_len);
	assert_true(m->len < sizeof(m->buf));
}

void kit_ack(struct kit_msg *m, int err, const char *text)
{
	struct nlmsghdr *nlh = next_header(m, NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = err;
	if (text) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	}
	kit_end(m);
}

/* As kernels without NETLINK_CAP_ACK do: the request is repeated in front. */
void kit_ack_echo(struct kit_msg *m, int err, const char *text,
		  uint32_t echoed)
{
	struct nlmsghdr *nlh = next_header(m, NLMSG_ERROR, NLM_F_ACK_TLVS);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = err;
	e->msg.nlmsg_len = echoed;
	if (echoed < 256)
		mnl_nlmsg_put_extra_header(nlh, echoed - sizeof(e->msg));
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	kit_end(m);
}

void kit_done(struct kit_msg *m, int err, const char *text)
{
	struct nlmsghdr *nlh = next_header(m, NLMSG_DONE, NLM_F_MULTI);
	int *payload = mnl_nlmsg_put_extra_header(nlh, sizeof(*payload));

	*payload = err;
	if (text) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	}
	kit_end(m);
}

/* What nlctrl says of a family, asked or not. */
void kit_nlctrl(struct kit_msg *m, uint8_t cmd, const char *name, uint16_t id)
{
	struct nlattr *groups, *group;

	kit_begin(m, GENL_ID_CTRL, 0, cmd);
	mnl_attr_put_strz(m->last, CTRL_ATTR_FAMILY_NAME, name);
	mnl_attr_put_u16(m->last, CTRL_ATTR_FAMILY_ID, id);
	groups = mnl_attr_nest_start(m->last, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(m->last, 1);
	mnl_attr_put_u32(m->last, CTRL_ATTR_MCAST_GRP_ID, KIT_GROUP);
	mnl_attr_put_strz(m->last, CTRL_ATTR_MCAST_GRP_NAME,
			  NETRAM_GENL_MCGRP);
	mnl_attr_nest_end(m->last, group);
	mnl_attr_nest_end(m->last, groups);
	kit_end(m);
}

void kit_family(struct kit_msg *m)
{
	kit_nlctrl(m, CTRL_CMD_NEWFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	kit_ack(m, 0, NULL);
}

/* All anew, and what a handle asks for first. */
void kit_reset_family(void)
{
	struct kit_msg m = { 0 };

	kit_reset();
	kit_family(&m);
	kit_queue(m.buf, m.len);
}

/* 1.5 % overhead, and numbers that can be told apart. */
static void put_traffic(struct nlmsghdr *h, uint16_t attr)
{
	static const uint64_t bytes[] = { 1000000, 1000000, 20000, 3000, 4000,
					  500000, 3000, 1500000, 1030000 };
	struct nlattr *nest = mnl_attr_nest_start(h, attr);
	size_t i;

	for (i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		mnl_attr_put_u64(h, NETRAM_TRAFFIC_A_PAYLOAD + i, bytes[i]);
	mnl_attr_nest_end(h, nest);
}

void kit_put_node(struct kit_msg *m, const char *name, uint8_t state)
{
	kit_put_node_extents(m, name, state, 3);
}

void kit_put_node_extents(struct kit_msg *m, const char *name, uint8_t state,
			  uint64_t extents)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(10809),
		.sin_addr.s_addr = htonl(0xc0000201),
	};
	struct nlmsghdr *h = m->last;
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_A_NODE);

	mnl_attr_put_strz(h, NETRAM_NODE_A_NAME, name);
	mnl_attr_put(h, NETRAM_NODE_A_ENDPOINT, sizeof(in), &in);
	mnl_attr_put_strz(h, NETRAM_NODE_A_REGION, "default");
	mnl_attr_put_strz(h, NETRAM_NODE_A_ZONE, "rack1");
	mnl_attr_put_u32(h, NETRAM_NODE_A_WEIGHT, 100);
	mnl_attr_put_u8(h, NETRAM_NODE_A_STATE, state);
	mnl_attr_put_u8(h, NETRAM_NODE_A_DRAIN, state == NETRAM_NODE_DRAINING);
	mnl_attr_put_u32(h, NETRAM_NODE_A_VOLUMES, 1);
	mnl_attr_put_u64(h, NETRAM_NODE_A_EXTENTS, extents);
	mnl_attr_put_u64(h, NETRAM_NODE_A_PAGES, extents * 1000);
	mnl_attr_put_u64(h, NETRAM_NODE_A_TX_BYTES, 1ULL << 40);
	mnl_attr_put(h, NETRAM_NODE_A_PAD, 0, NULL);
	mnl_attr_put_u64(h, NETRAM_NODE_A_RX_BYTES, 5);
	mnl_attr_put_u64(h, NETRAM_NODE_A_RECONNECTS, 1);
	mnl_attr_put_u64(h, NETRAM_NODE_A_ERRORS, 2);
	if (state == NETRAM_NODE_DOWN)
		mnl_attr_put_strz(h, NETRAM_NODE_A_LAST_ERROR,
				  "connection refused\033[2J");
	put_traffic(h, NETRAM_NODE_A_TRAFFIC);
	mnl_attr_nest_end(h, nest);
}

static void put_session(struct nlmsghdr *h, const char *node, uint8_t state,
			uint64_t stale)
{
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_VOLUME_A_SESSION);

	mnl_attr_put_strz(h, NETRAM_SESSION_A_NODE, node);
	mnl_attr_put_u8(h, NETRAM_SESSION_A_STATE, state);
	mnl_attr_put_u64(h, NETRAM_SESSION_A_EPOCH, 9);
	mnl_attr_put_u32(h, NETRAM_SESSION_A_CONNECTIONS, 2);
	mnl_attr_put_u64(h, NETRAM_SESSION_A_EXTENTS, 3);
	mnl_attr_put_u64(h, NETRAM_SESSION_A_STALE, stale);
	mnl_attr_put_u64(h, NETRAM_SESSION_A_PAGES, 3000);
	if (state != NETRAM_SESSION_UP)
		mnl_attr_put_u64(h, NETRAM_SESSION_A_ONLY_PAGES, 12);
	mnl_attr_put_strz(h, NETRAM_SESSION_A_INSTANCE, "abcd");
	mnl_attr_nest_end(h, nest);
}

static void put_verify(struct nlmsghdr *h, const struct netram_verify *v)
{
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_VOLUME_A_VERIFY);
	const struct netram_bad *bad;
	struct nlattr *one;

	mnl_attr_put_u64(h, NETRAM_VERIFY_A_RUN, v->run);
	mnl_attr_put_u8(h, NETRAM_VERIFY_A_ACTION, v->action);
	mnl_attr_put_u8(h, NETRAM_VERIFY_A_STATE, v->state);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_PAGES, v->pages);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_TOTAL, v->total);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_COMPARED, v->compared);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_BY_SUM, v->by_sum);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_WRONG, v->wrong);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_REPAIRED, v->repaired);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_MISSING, v->missing);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_UNREADABLE, v->unreadable);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_LOST, v->lost);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_UNDECIDED, v->undecided);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_SKIPPED, v->skipped);
	mnl_attr_put_u64(h, NETRAM_VERIFY_A_FOUND, v->found);
	for (bad = v->bad; bad; bad = bad->next) {
		one = mnl_attr_nest_start(h, NETRAM_VERIFY_A_BAD);
		mnl_attr_put_u64(h, NETRAM_BAD_A_OFFSET, bad->offset);
		mnl_attr_put_u8(h, NETRAM_BAD_A_KIND, bad->kind);
		if (bad->node[0])
			mnl_attr_put_strz(h, NETRAM_BAD_A_NODE, bad->node);
		mnl_attr_nest_end(h, one);
	}
	mnl_attr_nest_end(h, nest);
}

static void put_volume(struct kit_msg *m, const char *name, uint32_t index,
		       uint8_t state, uint64_t stale,
		       const struct netram_verify *verify)
{
	static const uint8_t uuid[16] = {
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff
	};
	struct nlmsghdr *h = m->last;
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_A_VOLUME);

	mnl_attr_put_strz(h, NETRAM_VOLUME_A_NAME, name);
	mnl_attr_put_u64(h, NETRAM_VOLUME_A_SIZE, 1ULL << 32);
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_EXTENT_SIZE, 1 << 22);
	mnl_attr_put_u8(h, NETRAM_VOLUME_A_CHECKSUM, 1);
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_CONNECTIONS, 2);
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_QUEUE_DEPTH, 128);
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_REPLICAS, 2);
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_INDEX, index);
	mnl_attr_put(h, NETRAM_VOLUME_A_UUID, sizeof(uuid), uuid);
	mnl_attr_put_u8(h, NETRAM_VOLUME_A_ON_LOSS, NETRAM_ON_LOSS_WAIT);
	mnl_attr_put_u8(h, NETRAM_VOLUME_A_STATE, state);
	if (state >= NETRAM_VOLUME_WAITING)
		mnl_attr_put_strz(h, NETRAM_VOLUME_A_REASON, "n2 is away");
	mnl_attr_put_u32(h, NETRAM_VOLUME_A_OPENERS, 1);
	mnl_attr_put_u64(h, NETRAM_VOLUME_A_EXTENTS, 3);
	mnl_attr_put_u64(h, NETRAM_VOLUME_A_DEGRADED,
			 state == NETRAM_VOLUME_DEGRADED ? 2 : 0);
	mnl_attr_put_u64(h, NETRAM_VOLUME_A_PAGES, 3000);
	mnl_attr_put_u64(h, NETRAM_VOLUME_A_LOST_PAGES, 0);
	put_traffic(h, NETRAM_VOLUME_A_TRAFFIC);
	if (verify)
		put_verify(h, verify);
	put_session(h, "n1", NETRAM_SESSION_UP, stale);
	put_session(h, "n2", NETRAM_SESSION_CONNECTING, 2);
	mnl_attr_nest_end(h, nest);
}

void kit_put_volume(struct kit_msg *m, const char *name, uint32_t index,
		    uint8_t state)
{
	put_volume(m, name, index, state, 0, NULL);
}

void kit_put_volume_stale(struct kit_msg *m, const char *name, uint64_t stale)
{
	put_volume(m, name, 0, NETRAM_VOLUME_OK, stale, NULL);
}

void kit_put_verified(struct kit_msg *m, const char *name,
		      const struct netram_verify *verify)
{
	put_volume(m, name, 0, NETRAM_VOLUME_OK, 0, verify);
}

void kit_queue_verified(const struct netram_verify *v)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_verified(&m, "v1", v);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue_msg(&m);
}

/* One read in each of the first buckets, two writes in each. */
void kit_put_latency(struct kit_msg *m, const char *volume, const char *node,
		     size_t reads, size_t writes)
{
	struct nlattr *nest = mnl_attr_nest_start(m->last, NETRAM_A_LATENCY);
	uint64_t ones[256], twos[256];
	size_t i;

	for (i = 0; i < 256; i++) {
		ones[i] = 1;
		twos[i] = 2;
	}
	mnl_attr_put_strz(m->last, NETRAM_LATENCY_A_VOLUME, volume);
	if (node)
		mnl_attr_put_strz(m->last, NETRAM_LATENCY_A_NODE, node);
	mnl_attr_put(m->last, NETRAM_LATENCY_A_READS, reads * 8, ones);
	mnl_attr_put(m->last, NETRAM_LATENCY_A_WRITES, writes * 8, twos);
	mnl_attr_nest_end(m->last, nest);
}

static void put_copy(struct nlmsghdr *h, const char *node, uint8_t state,
		     uint8_t up, uint32_t missing)
{
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_EXTENT_A_COPY);

	mnl_attr_put_strz(h, NETRAM_COPY_A_NODE, node);
	mnl_attr_put_u8(h, NETRAM_COPY_A_STATE, state);
	mnl_attr_put_u8(h, NETRAM_COPY_A_UP, up);
	mnl_attr_put_u32(h, NETRAM_COPY_A_MISSING, missing);
	mnl_attr_nest_end(h, nest);
}

/* With up to five copies; the second one lacks something and is away. */
void kit_put_extent(struct kit_msg *m, uint64_t index, unsigned int copies)
{
	static const char *const nodes[] = { "n1", "n2", "n3", "n4", "n5" };
	struct nlmsghdr *h = m->last;
	struct nlattr *nest = mnl_attr_nest_start(h, NETRAM_A_EXTENT);
	unsigned int i;

	mnl_attr_put_u64(h, NETRAM_EXTENT_A_INDEX, index);
	mnl_attr_put_u32(h, NETRAM_EXTENT_A_PAGES, copies ? 100 : 0);
	mnl_attr_put_u32(h, NETRAM_EXTENT_A_LOST_PAGES, copies ? 3 : 0);
	mnl_attr_put_u32(h, NETRAM_EXTENT_A_BACKUP_PAGES, 0);
	for (i = 0; i < copies; i++)
		put_copy(h, nodes[i], i == 1 ? NETRAM_COPY_STALE :
						NETRAM_COPY_INSYNC,
			 i != 1, i == 1 ? 12 : 0);
	mnl_attr_nest_end(h, nest);
}

void kit_put_event(struct kit_msg *m, uint8_t type, const char *node)
{
	struct nlattr *nest = mnl_attr_nest_start(m->last, NETRAM_A_EVENT);

	mnl_attr_put_u8(m->last, NETRAM_EVENT_A_TYPE, type);
	mnl_attr_put_u64(m->last, NETRAM_EVENT_A_TIME, 1700000000123456789ULL);
	mnl_attr_put_strz(m->last, NETRAM_EVENT_A_NODE, node);
	mnl_attr_put_u8(m->last, NETRAM_EVENT_A_STATE, NETRAM_SESSION_UP);
	if (type == NETRAM_EVENT_WEIGHT)
		mnl_attr_put_u32(m->last, NETRAM_EVENT_A_VALUE, 42);
	mnl_attr_nest_end(m->last, nest);
}

/* A handle that has found its family; the queue is empty then. */
struct netram *kit_open(void)
{
	struct kit_msg m = { 0 };
	struct netram *nt;

	kit_reset();
	kit_family(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_open(&nt), 0);
	return nt;
}

/* ---- commands */

char kit_output[65536];
char kit_errors[4096];

/**
 * struct stream - a standard stream on its way into a buffer
 * @fd: STDOUT_FILENO or STDERR_FILENO
 * @saved: what it was
 * @file: what it is
 */
struct stream {
	int fd;
	int saved;
	FILE *file;
};

static struct stream catch(int fd)
{
	struct stream s = { .fd = fd, .saved = dup(fd), .file = tmpfile() };

	assert_non_null(s.file);
	dup2(fileno(s.file), fd);
	return s;
}

static void let_go(const struct stream *s, char *text, size_t size)
{
	size_t len;

	dup2(s->saved, s->fd);
	close(s->saved);
	rewind(s->file);
	len = fread(text, 1, size - 1, s->file);
	text[len] = '\0';
	fclose(s->file);
}

/* Run a command; everything it needs is queued. */
int kit_run(const struct ctl_command *cmd, const struct ctl_call *call)
{
	struct stream out, err;
	int ret;

	fflush(stdout);
	out = catch(STDOUT_FILENO);
	err = catch(STDERR_FILENO);
	ret = cmd->run(call);
	fflush(stdout);
	let_go(&err, kit_errors, sizeof(kit_errors));
	let_go(&out, kit_output, sizeof(kit_output));
	return ret;
}

/* Of a good command line. */
void kit_parse(const struct ctl_command *cmd, char **argv,
	       struct ctl_call *call)
{
	bool help;

	assert_int_equal(ctl_opts_parse(cmd, argv, call, &help), CTL_OK);
}
