// SPDX-License-Identifier: GPL-2.0
/* Requests have the bytes of the contract; answers are believed only whole. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <netram/latency.h>
#include <string.h>

#include "kit.h"

static const struct nlattr *nest_of(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *nest;
	size_t head = sizeof(struct genlmsghdr);

	assert_int_equal(netram_attr_find(mnl_nlmsg_get_payload_offset(nlh,
								       head),
					  mnl_nlmsg_get_payload_len(nlh) - head,
					  type, &nest), 0);
	return nest;
}

static const struct nlattr *inside(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;
	int err = netram_attr_find(mnl_attr_get_payload(nest),
				   mnl_attr_get_payload_len(nest), type, &attr);

	return err ? NULL : attr;
}

static void test_node_add(void **state)
{
	char buf[NETRAM_SEND_SIZE], why[64];
	struct netram_node_spec spec = {
		.name = "n1", .zone = "z", .weight = 7, .export_name = "",
	};
	const struct nlattr *nest, *attr;
	struct netram_message msg;

	(void)state;
	assert_int_equal(netram_endpoint_parse("[::1]:5", &spec.endpoint, why,
					       sizeof(why)), 0);
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_NODE_ADD, 1, 0);
	netram_node_encode_add(&msg, &spec);
	assert_false(msg.overflow);
	nest = nest_of(msg.nlh, NETRAM_A_NODE);
	assert_true(nest->nla_type & NLA_F_NESTED);
	assert_string_equal(mnl_attr_get_str(inside(nest, NETRAM_NODE_A_NAME)),
			    "n1");
	attr = inside(nest, NETRAM_NODE_A_ENDPOINT);
	assert_int_equal(mnl_attr_get_payload_len(attr), 28);
	assert_int_equal(mnl_attr_get_u32(inside(nest, NETRAM_NODE_A_WEIGHT)),
			 7);
	assert_int_equal(mnl_attr_get_payload_len(
				inside(nest, NETRAM_NODE_A_EXPORT)), 1);
	assert_null(inside(nest, NETRAM_NODE_A_REGION));
}

static void test_node_add_ipv4(void **state)
{
	struct netram_node_spec spec = { .name = "n" };
	char buf[NETRAM_SEND_SIZE], why[64];
	struct netram_message msg;
	const struct nlattr *nest;

	(void)state;
	netram_endpoint_parse("192.0.2.1", &spec.endpoint, why, sizeof(why));
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_NODE_ADD, 1, 0);
	netram_node_encode_add(&msg, &spec);
	nest = nest_of(msg.nlh, NETRAM_A_NODE);
	assert_int_equal(mnl_attr_get_payload_len(
				inside(nest, NETRAM_NODE_A_ENDPOINT)), 16);
	assert_null(inside(nest, NETRAM_NODE_A_WEIGHT));
	assert_null(inside(nest, NETRAM_NODE_A_EXPORT));
}

static void test_volume_add(void **state)
{
	struct netram_volume_spec spec = { .name = "v", .size = 1ULL << 33 };
	char buf[NETRAM_SEND_SIZE];
	struct netram_message msg;
	const struct nlattr *nest;

	(void)state;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_true(mnl_attr_get_u64(inside(nest, NETRAM_VOLUME_A_SIZE)) ==
		    1ULL << 33);
	assert_null(inside(nest, NETRAM_VOLUME_A_CHECKSUM));
	assert_null(inside(nest, NETRAM_VOLUME_A_EXTENT_SIZE));
	spec.no_checksum = true;
	spec.extent_size = 1 << 20;
	spec.connections = 3;
	spec.queue_depth = 4;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_int_equal(mnl_attr_get_u8(inside(nest,
						NETRAM_VOLUME_A_CHECKSUM)), 0);
	assert_int_equal(mnl_attr_get_u32(inside(nest,
						 NETRAM_VOLUME_A_CONNECTIONS)),
			 3);
	assert_null(inside(nest, NETRAM_VOLUME_A_REPLICAS));
	spec.replicas = 4;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_int_equal(mnl_attr_get_u32(inside(nest,
						 NETRAM_VOLUME_A_REPLICAS)), 4);
	assert_null(inside(nest, NETRAM_VOLUME_A_UUID));
	assert_null(inside(nest, NETRAM_VOLUME_A_TAKEOVER));
	assert_null(inside(nest, NETRAM_VOLUME_A_ON_LOSS));
	assert_null(inside(nest, NETRAM_VOLUME_A_CLAIM));
	spec.uuid = (const uint8_t *)"0123456789abcdef";
	spec.claim = (const uint8_t *)"fedcba9876543210";
	spec.takeover = true;
	spec.on_loss = NETRAM_ON_LOSS_WAIT;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_int_equal(mnl_attr_get_payload_len(inside(nest,
						NETRAM_VOLUME_A_UUID)), 16);
	assert_memory_equal(mnl_attr_get_payload(inside(nest,
						NETRAM_VOLUME_A_UUID)),
			    spec.uuid, 16);
	assert_int_equal(mnl_attr_get_payload_len(inside(nest,
						NETRAM_VOLUME_A_CLAIM)), 16);
	assert_memory_equal(mnl_attr_get_payload(inside(nest,
						NETRAM_VOLUME_A_CLAIM)),
			    spec.claim, 16);
	assert_int_equal(mnl_attr_get_u8(inside(nest,
						NETRAM_VOLUME_A_TAKEOVER)), 1);
	assert_int_equal(mnl_attr_get_u8(inside(nest,
						NETRAM_VOLUME_A_ON_LOSS)),
			 NETRAM_ON_LOSS_WAIT);
}

static void test_volume_set(void **state)
{
	struct netram_volume_change change = { 0 };
	char buf[NETRAM_SEND_SIZE];
	struct netram_message msg;
	const struct nlattr *nest;

	(void)state;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_SET, 1,
			     0);
	netram_volume_encode_set(&msg, "v", &change);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_string_equal(mnl_attr_get_str(inside(nest,
						    NETRAM_VOLUME_A_NAME)),
			    "v");
	assert_null(inside(nest, NETRAM_VOLUME_A_REPLICAS));
	change.replicas = 2;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_SET, 1,
			     0);
	netram_volume_encode_set(&msg, "v", &change);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_int_equal(mnl_attr_get_u32(inside(nest,
						 NETRAM_VOLUME_A_REPLICAS)), 2);
	assert_null(inside(nest, NETRAM_VOLUME_A_ON_LOSS));
	change.set_on_loss = true;
	change.on_loss = NETRAM_ON_LOSS_ERROR;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_SET, 1,
			     0);
	netram_volume_encode_set(&msg, "v", &change);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	assert_int_equal(mnl_attr_get_u8(inside(nest,
						NETRAM_VOLUME_A_ON_LOSS)),
			 NETRAM_ON_LOSS_ERROR);
}

static void test_node_drain(void **state)
{
	char buf[NETRAM_SEND_SIZE];
	struct netram_message msg;
	const struct nlattr *nest, *attr;
	int on;

	(void)state;
	for (on = 0; on < 2; on++) {
		netram_message_start(&msg, buf, KIT_FAMILY,
				     NETRAM_CMD_NODE_SET, 1, 0);
		netram_node_encode_drain(&msg, "n1", on);
		nest = nest_of(msg.nlh, NETRAM_A_NODE);
		assert_string_equal(mnl_attr_get_str(
					inside(nest, NETRAM_NODE_A_NAME)),
				    "n1");
		attr = inside(nest, NETRAM_NODE_A_DRAIN);
		assert_int_equal(mnl_attr_get_payload_len(attr), 1);
		assert_int_equal(mnl_attr_get_u8(attr), on);
	}
}

static void test_node_weight(void **state)
{
	char buf[NETRAM_SEND_SIZE];
	struct netram_message msg;
	const struct nlattr *nest, *attr;

	(void)state;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_NODE_SET, 1, 0);
	netram_node_encode_weight(&msg, "n1", 42);
	nest = nest_of(msg.nlh, NETRAM_A_NODE);
	assert_string_equal(mnl_attr_get_str(inside(nest, NETRAM_NODE_A_NAME)),
			    "n1");
	attr = inside(nest, NETRAM_NODE_A_WEIGHT);
	assert_int_equal(mnl_attr_get_payload_len(attr), 4);
	assert_int_equal(mnl_attr_get_u32(attr), 42);
	assert_null(inside(nest, NETRAM_NODE_A_DRAIN));
}

/* A caller's overlong string must not run over the buffer. */
static void test_overflow(void **state)
{
	struct netram_node_spec spec = { .endpoint.ss_family = AF_INET };
	char *buf = malloc(NETRAM_SEND_SIZE), *name = malloc(9000);
	struct netram_message msg;

	(void)state;
	memset(name, 'a', 8999);
	name[8999] = '\0';
	spec.name = name;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_NODE_ADD, 1, 0);
	netram_node_encode_add(&msg, &spec);
	assert_true(msg.overflow);
	free(name);
	free(buf);
}

static void test_node_decode(void **state)
{
	struct netram_node node = { 0 };
	struct kit_msg m = { 0 };

	(void)state;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_DOWN);
	assert_int_equal(netram_node_decode(nest_of(m.last, NETRAM_A_NODE),
					    &node), 0);
	assert_string_equal(node.name, "n1");
	assert_int_equal(netram_endpoint_port(&node.endpoint), 10809);
	assert_string_equal(node.zone, "rack1");
	assert_true(node.tx_bytes == 1ULL << 40);
	assert_false(node.has_export);
	assert_false(node.drain);
	/* what a terminal would obey is gone */
	assert_string_equal(node.last_error, "connection refused?[2J");
	memset(&m, 0, sizeof(m));
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_DRAINING);
	assert_int_equal(netram_node_decode(nest_of(m.last, NETRAM_A_NODE),
					    &node), 0);
	assert_true(node.drain);
}

static void test_volume_decode(void **state)
{
	struct netram_volume *v = calloc(1, sizeof(*v));
	struct kit_msg m = { 0 };

	(void)state;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 3, NETRAM_VOLUME_DEGRADED);
	assert_int_equal(netram_volume_decode(nest_of(m.last, NETRAM_A_VOLUME),
					      v), 0);
	assert_int_equal(v->index, 3);
	assert_int_equal(v->uuid[15], 0xff);
	assert_int_equal(v->replicas, 2);
	assert_int_equal(v->degraded, 2);
	assert_int_equal(v->sessions->stale, 0);
	assert_int_equal(v->sessions->next->stale, 2);
	assert_string_equal(v->sessions->node, "n1");
	assert_string_equal(v->sessions->next->node, "n2");
	assert_int_equal(v->sessions->next->state, NETRAM_SESSION_CONNECTING);
	assert_null(v->sessions->next->next);
	netram_volume_free(v);
}

static void test_backup_encode(void **state)
{
	struct netram_volume_spec spec = { .name = "v", .size = 1ULL << 33 };
	char buf[NETRAM_SEND_SIZE], path[256];
	const struct nlattr *nest, *backup;
	struct netram_message msg;

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	assert_null(inside(nest_of(msg.nlh, NETRAM_A_VOLUME),
			   NETRAM_VOLUME_A_BACKUP));
	spec.backup_path = path;
	spec.backup_mode = NETRAM_BACKUP_BEHIND;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	assert_false(msg.overflow);
	nest = nest_of(msg.nlh, NETRAM_A_VOLUME);
	backup = inside(nest, NETRAM_VOLUME_A_BACKUP);
	assert_non_null(backup);
	assert_string_equal(mnl_attr_get_str(inside(backup,
						    NETRAM_BACKUP_A_PATH)),
			    path);
	assert_int_equal(mnl_attr_get_u8(inside(backup, NETRAM_BACKUP_A_MODE)),
			 NETRAM_BACKUP_BEHIND);
	assert_null(inside(backup, NETRAM_BACKUP_A_FORCE));
	spec.backup_force = true;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_ADD, 1,
			     0);
	netram_volume_encode_add(&msg, &spec);
	backup = inside(nest_of(msg.nlh, NETRAM_A_VOLUME),
			NETRAM_VOLUME_A_BACKUP);
	assert_int_equal(mnl_attr_get_u8(inside(backup, NETRAM_BACKUP_A_FORCE)),
			 1);
}

/* @last: the last attribute is there, too */
static const struct nlattr *put_backup(struct nlmsghdr *nlh, bool last)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NETRAM_VOLUME_A_BACKUP);

	mnl_attr_put_strz(nlh, NETRAM_BACKUP_A_PATH, "/dev/vg0/\33v1");
	mnl_attr_put_u8(nlh, NETRAM_BACKUP_A_MODE, NETRAM_BACKUP_BEHIND);
	mnl_attr_put_u8(nlh, NETRAM_BACKUP_A_STATE, NETRAM_BACKUP_FAILED);
	mnl_attr_put_u8(nlh, NETRAM_BACKUP_A_SERVING, 1);
	mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_ONLY_PAGES, 1);
	mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_LAG_PAGES, 2);
	mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_READS, 3);
	mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_WRITES, 4);
	mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_ERRORS, 5);
	if (last)
		mnl_attr_put_u64(nlh, NETRAM_BACKUP_A_RETURNS, 6);
	mnl_attr_nest_end(nlh, nest);
	return nest;
}

static void test_backup_decode(void **state)
{
	struct netram_backup b = { 0 };
	char buf[NETRAM_SEND_SIZE];
	struct netram_message msg;

	(void)state;
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_GET, 1,
			     0);
	assert_int_equal(netram_backup_decode(put_backup(msg.nlh, true), &b),
			 0);
	assert_string_equal(b.path, "/dev/vg0/?v1");
	assert_int_equal(b.mode, NETRAM_BACKUP_BEHIND);
	assert_int_equal(b.state, NETRAM_BACKUP_FAILED);
	assert_true(b.serving);
	assert_int_equal(b.only_pages, 1);
	assert_int_equal(b.lag_pages, 2);
	assert_int_equal(b.reads, 3);
	assert_int_equal(b.writes, 4);
	assert_int_equal(b.errors, 5);
	assert_int_equal(b.returns, 6);
	netram_message_start(&msg, buf, KIT_FAMILY, NETRAM_CMD_VOLUME_GET, 1,
			     0);
	assert_int_equal(netram_backup_decode(put_backup(msg.nlh, false), &b),
			 -EBADMSG);
}

static int decode_latency(size_t reads, size_t writes, const char *node,
			  struct netram_latency *l)
{
	struct kit_msg m = { 0 };

	memset(l, 0, sizeof(*l));
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_LATENCY_GET);
	kit_put_latency(&m, "v1", node, reads, writes);
	return netram_latency_decode(nest_of(m.last, NETRAM_A_LATENCY), l);
}

static void test_latency_decode(void **state)
{
	const size_t all = NETRAM_LATENCY_BUCKETS;
	struct netram_latency l;

	(void)state;
	assert_int_equal(decode_latency(0, 0, NULL, &l), 0);
	assert_string_equal(l.volume, "v1");
	assert_string_equal(l.node, "");
	assert_true(netram_latency_total(l.reads) == 0);
	assert_int_equal(decode_latency(3, all, "n1", &l), 0);
	assert_string_equal(l.node, "n1");
	assert_true(l.reads[2] == 1 && l.reads[3] == 0);
	assert_true(l.writes[all - 1] == 2);
	/* more than there are buckets, and no names */
	assert_int_equal(decode_latency(all + 1, 0, NULL, &l), -EBADMSG);
	assert_int_equal(decode_latency(0, all + 1, NULL, &l), -EBADMSG);
	assert_int_equal(decode_latency(0, 0, "\033", &l), -EBADMSG);
}

/* One node attribute with a value of its own; the rest as it should be. */
static int decode_with(uint16_t type, const void *value, size_t len)
{
	struct netram_node node = { 0 };
	struct kit_msg m = { 0 };
	struct nlattr *nest;

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_UP);
	nest = (struct nlattr *)nest_of(m.last, NETRAM_A_NODE);
	mnl_attr_put(m.last, type, len, value);
	mnl_attr_nest_end(m.last, nest);
	return netram_node_decode(nest, &node);
}

static void test_hostile_values(void **state)
{
	struct sockaddr_storage unix_socket = { .ss_family = AF_UNIX };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char text[300];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(decode_with(NETRAM_NODE_A_WEIGHT, text, 4), 0);
	assert_int_equal(decode_with(NETRAM_NODE_A_WEIGHT, text, 3), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_WEIGHT, text, 0), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_PAGES, text, 4), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_STATE, text, 4), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_DRAIN, text, 1), 0);
	assert_int_equal(decode_with(NETRAM_NODE_A_DRAIN, text, 4), -EBADMSG);
	/* strings: without an end, too long, empty, no name */
	assert_int_equal(decode_with(NETRAM_NODE_A_NAME, "n1", 2), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_NAME, "", 0), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_NAME, "", 1), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_NAME, "a\033", 3), -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_EXPORT, "", 1), 0);
	assert_int_equal(decode_with(NETRAM_NODE_A_EXPORT, text, 300),
			 -EBADMSG);
	text[299] = '\0';
	assert_int_equal(decode_with(NETRAM_NODE_A_EXPORT, text, 300),
			 -EBADMSG);
	/* a text for people is cut instead */
	assert_int_equal(decode_with(NETRAM_NODE_A_LAST_ERROR, text, 300), 0);
	assert_int_equal(decode_with(NETRAM_NODE_A_ENDPOINT, &unix_socket, 28),
			 -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_ENDPOINT, &in6, 16),
			 -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_ENDPOINT, &in6, 1),
			 -EBADMSG);
	assert_int_equal(decode_with(NETRAM_NODE_A_ENDPOINT, &in6, 28), 0);
	/* from a newer module */
	assert_int_equal(decode_with(NETRAM_NODE_A_MAX + 1, text, 9), 0);
	assert_int_equal(decode_with(200, text, 9), 0);
}

static void test_missing(void **state)
{
	struct netram_node node = { 0 };
	struct kit_msg m = { 0 };
	struct nlattr *nest;

	(void)state;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	nest = mnl_attr_nest_start(m.last, NETRAM_A_NODE);
	mnl_attr_put_strz(m.last, NETRAM_NODE_A_NAME, "n1");
	mnl_attr_nest_end(m.last, nest);
	assert_int_equal(netram_node_decode(nest, &node), -EBADMSG);
}

/* Copies to the heap, to the byte, so that ASAN sees one byte too far. */
static void decode_copy(const void *payload, size_t len)
{
	struct netram_event_info event = { 0 };
	struct netram_latency latency = { 0 };
	struct netram_node node = { 0 };
	struct netram_volume *v = calloc(1, sizeof(*v));
	void *copy = malloc(len ? len : 1);
	const struct nlattr *nest;

	memcpy(copy, payload, len);
	if (!netram_attr_find(copy, len, NETRAM_A_NODE, &nest))
		netram_node_decode(nest, &node);
	if (!netram_attr_find(copy, len, NETRAM_A_VOLUME, &nest))
		netram_volume_decode(nest, v);
	if (!netram_attr_find(copy, len, NETRAM_A_EVENT, &nest))
		netram_event_decode(nest, &event);
	if (!netram_attr_find(copy, len, NETRAM_A_LATENCY, &nest))
		netram_latency_decode(nest, &latency);
	netram_volume_free(v);
	free(copy);
}

static void all_objects(struct kit_msg *m)
{
	kit_begin(m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_node(m, "n1", NETRAM_NODE_DOWN);
	kit_put_volume(m, "v1", 3, NETRAM_VOLUME_OK);
	kit_put_event(m, NETRAM_EVENT_SESSION, "n1");
	kit_put_latency(m, "v1", "n1", 3, 2);
}

static void test_every_truncation(void **state)
{
	struct kit_msg m = { 0 };
	char *payload;
	size_t len;

	(void)state;
	all_objects(&m);
	payload = mnl_nlmsg_get_payload_offset(m.last,
					       sizeof(struct genlmsghdr));
	len = mnl_nlmsg_get_payload_len(m.last) - sizeof(struct genlmsghdr);
	while (len--)
		decode_copy(payload, len);
}

static void test_flipped_bytes(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x03, 0x7f, 0x80, 0xff };
	struct kit_msg m = { 0 };
	uint8_t *payload, old;
	size_t len, i, j;

	(void)state;
	all_objects(&m);
	payload = mnl_nlmsg_get_payload_offset(m.last,
					       sizeof(struct genlmsghdr));
	len = mnl_nlmsg_get_payload_len(m.last) - sizeof(struct genlmsghdr);
	for (i = 0; i < len; i++) {
		old = payload[i];
		for (j = 0; j < sizeof(values); j++) {
			payload[i] = values[j];
			decode_copy(payload, len);
		}
		payload[i] = old;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_node_add),
		cmocka_unit_test(test_node_add_ipv4),
		cmocka_unit_test(test_volume_add),
		cmocka_unit_test(test_volume_set),
		cmocka_unit_test(test_node_drain),
		cmocka_unit_test(test_node_weight),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_node_decode),
		cmocka_unit_test(test_volume_decode),
		cmocka_unit_test(test_backup_encode),
		cmocka_unit_test(test_backup_decode),
		cmocka_unit_test(test_latency_decode),
		cmocka_unit_test(test_hostile_values),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_flipped_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
