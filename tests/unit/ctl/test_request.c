// SPDX-License-Identifier: GPL-2.0
/* Questions and answers over the stand-in kernel. */
#include <errno.h>
#include <string.h>

#include "kit.h"

static struct netram *nt;

static int setup(void **state)
{
	(void)state;
	nt = kit_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	netram_close(nt);
	assert_int_equal(kit_open_transports(), 0);
	kit_reset();
	return 0;
}

static void expect_error(const char *part)
{
	char text[NETRAM_ERROR_SIZE];

	netram_error(nt, text, sizeof(text));
	assert_non_null(strstr(text, part));
}

static void queue_ack(int err, const char *text)
{
	struct kit_msg m = { 0 };

	kit_ack(&m, err, text);
	kit_queue(m.buf, m.len);
}

static void queue_nodes(uint16_t flags, const char *a, const char *b)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI | flags, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, a, NETRAM_NODE_UP);
	kit_end(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, b, NETRAM_NODE_UP);
	kit_end(&m);
	kit_queue(m.buf, m.len);
}

static void queue_done(int err, const char *text)
{
	struct kit_msg m = { 0 };

	kit_done(&m, err, text);
	kit_queue(m.buf, m.len);
}

/* All that there are, ours among them under this number unless it is 0. */
static void queue_families(uint16_t ours)
{
	struct kit_msg m = { 0 };

	kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, "nlctrl", GENL_ID_CTRL);
	kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, NETRAM_GENL_NAME "2", KIT_FAMILY);
	if (ours)
		kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, NETRAM_GENL_NAME, ours);
	kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, "netra", KIT_FAMILY);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void test_family(void **state)
{
	(void)state;
	assert_int_equal(nt->family, KIT_FAMILY);
	assert_int_equal(nt->group, KIT_GROUP);
}

static void test_remove(void **state)
{
	const struct genlmsghdr *genl;

	(void)state;
	queue_ack(0, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), 0);
	assert_int_equal(kit_sent()->nlmsg_type, KIT_FAMILY);
	assert_int_equal(kit_sent()->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	genl = mnl_nlmsg_get_payload(kit_sent());
	assert_int_equal(genl->cmd, NETRAM_CMD_NODE_DEL);
	assert_int_equal(genl->version, NETRAM_GENL_VERSION);
}

static uint8_t sent_cmd(void)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(kit_sent());

	return genl->cmd;
}

static void test_changes(void **state)
{
	const struct netram_volume_change change = { .replicas = 3 };

	(void)state;
	queue_ack(0, NULL);
	assert_int_equal(netram_node_drain(nt, "n1", true), 0);
	assert_int_equal(kit_sent()->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(sent_cmd(), NETRAM_CMD_NODE_SET);
	queue_ack(-ENOENT, "no node of this name");
	assert_int_equal(netram_node_drain(nt, "n1", false), -ENOENT);
	expect_error("no node of this name");
	queue_ack(0, NULL);
	assert_int_equal(netram_volume_set(nt, "v1", &change), 0);
	assert_int_equal(sent_cmd(), NETRAM_CMD_VOLUME_SET);
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(netram_volume_set(nt, "v1", &change), -ENOENT);
	expect_error("no volume of this name");
}

static void test_module_text(void **state)
{
	(void)state;
	queue_ack(-EBUSY, "volumes keep pages on n1: delete them first");
	assert_int_equal(netram_node_remove(nt, "n1"), -EBUSY);
	expect_error("volumes keep pages on n1: delete them first");
	queue_ack(-EPERM, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), -EPERM);
	expect_error("run as root");
	/* no family has this number, but one has */
	queue_ack(-ENOENT, NULL);
	queue_families(KIT_FAMILY);
	assert_int_equal(netram_node_remove(nt, "n1"), -ENOENT);
	expect_error("No such file");
}

/* The module was loaded anew: what it had the old number for is asked of it again. */
static void test_loaded_anew(void **state)
{
	struct netram_node *first;

	(void)state;
	queue_ack(-ENOENT, NULL);
	queue_families(KIT_FAMILY + 1);
	queue_ack(0, NULL);
	assert_int_equal(netram_node_drain(nt, "n1", true), 0);
	assert_int_equal(kit_sent()->nlmsg_type, KIT_FAMILY + 1);
	assert_int_equal(sent_cmd(), NETRAM_CMD_NODE_SET);
	queue_ack(-ENOENT, NULL);
	queue_families(KIT_FAMILY);
	queue_nodes(0, "n1", "n2");
	queue_done(0, NULL);
	assert_int_equal(netram_node_list(nt, &first), 0);
	assert_string_equal(first->next->name, "n2");
	netram_node_free(first);
	/* of the new one's own there is no doubt */
	queue_ack(-ENOENT, "no node of this name");
	assert_int_equal(netram_node_remove(nt, "n1"), -ENOENT);
	expect_error("no node of this name");
}

static void test_unloaded(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		queue_ack(-ENOENT, NULL);
		queue_families(0);
		assert_int_equal(netram_node_remove(nt, "n1"), -ENODEV);
		expect_error("not loaded any more");
	}
	/* looked for, not asked for by its name, which would load it */
	assert_int_equal(kit_sent()->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(kit_sent()->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	queue_ack(-ENOENT, NULL);
	queue_families(KIT_FAMILY + 7);
	queue_ack(0, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), 0);
}

static void test_text_behind_echo(void **state)
{
	struct kit_msg m = { 0 };

	(void)state;
	kit_ack_echo(&m, -EINVAL, "behind the request", 64);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_node_remove(nt, "n1"), -EINVAL);
	expect_error("behind the request");
	memset(&m, 0, sizeof(m));
	kit_ack_echo(&m, -EINVAL, "nowhere", 4000000000U);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_node_remove(nt, "n1"), -EINVAL);
	expect_error("Invalid argument");
}

static void test_long_text(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[5] = '\033';
	text[sizeof(text) - 1] = '\0';
	queue_ack(-EINVAL, text);
	assert_int_equal(netram_node_remove(nt, "n1"), -EINVAL);
	expect_error("xxxxx?xxxxx");
}

static void test_list(void **state)
{
	struct netram_node *first;

	(void)state;
	queue_nodes(0, "n1", "n2");
	queue_nodes(0, "n3", "n4");
	queue_done(0, NULL);
	assert_int_equal(netram_node_list(nt, &first), 0);
	assert_int_equal(kit_sent()->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_string_equal(first->name, "n1");
	assert_string_equal(first->next->next->next->name, "n4");
	assert_null(first->next->next->next->next);
	netram_node_free(first);
}

static void test_list_empty(void **state)
{
	struct netram_volume *first = (void *)1;

	(void)state;
	queue_done(0, NULL);
	assert_int_equal(netram_volume_list(nt, &first), 0);
	assert_null(first);
}

static void test_list_interrupted(void **state)
{
	unsigned int before = kit_requests();
	struct netram_node *first;

	(void)state;
	queue_nodes(NLM_F_DUMP_INTR, "n1", "n2");
	queue_done(0, NULL);
	queue_nodes(0, "n1", "n3");
	queue_done(0, NULL);
	assert_int_equal(netram_node_list(nt, &first), 0);
	assert_int_equal(kit_requests() - before, 2);
	assert_string_equal(first->next->name, "n3");
	assert_null(first->next->next);
	netram_node_free(first);
}

static void test_list_fails_at_end(void **state)
{
	struct netram_node *first = (void *)1;

	(void)state;
	queue_nodes(0, "n1", "n2");
	queue_done(-ENOMEM, "no memory for the list");
	assert_int_equal(netram_node_list(nt, &first), -ENOMEM);
	assert_null(first);
	expect_error("no memory for the list");
}

/* The rest of a dump is read although one message of it was bad. */
static void test_list_bad_message(void **state)
{
	struct netram_node *first;

	(void)state;
	queue_nodes(0, "n1", "bad name");
	queue_nodes(0, "n3", "n4");
	queue_done(0, NULL);
	assert_int_equal(netram_node_list(nt, &first), -EBADMSG);
	assert_null(first);
	expect_error("cannot be understood");
	queue_ack(0, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), 0);
}

static void queue_volumes(int count)
{
	struct kit_msg m = { 0 };

	while (count--) {
		kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
		kit_put_volume(&m, "v1", count, NETRAM_VOLUME_OK);
		kit_end(&m);
	}
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void test_create(void **state)
{
	const struct netram_volume_spec spec = { .name = "v1", .size = 1 << 20 };
	struct netram_volume *volume;

	(void)state;
	queue_volumes(1);
	assert_int_equal(netram_volume_create(nt, &spec, &volume), 0);
	assert_string_equal(volume->name, "v1");
	netram_volume_free(volume);
	queue_volumes(0);
	assert_int_equal(netram_volume_create(nt, &spec, &volume), -EBADMSG);
	assert_null(volume);
	queue_volumes(2);
	assert_int_equal(netram_volume_create(nt, &spec, &volume), -EBADMSG);
	assert_null(volume);
}

/* What only a later library knows is refused before anything is sent. */
static void test_reserved(void **state)
{
	const struct netram_node_spec node = { .name = "n1", .reserved = { 1 } };
	const struct netram_volume_spec spec = { .name = "v1", .reserved = { [7] = 1 } };
	const struct netram_volume_change change = { .reserved = { [3] = 1 } };
	const struct netram_verify_spec verify = { .reserved = { [1] = 1 } };
	struct netram_volume *volume;
	unsigned int requests = kit_requests();
	char why[NETRAM_TEXT_SIZE];

	(void)state;
	assert_int_equal(netram_node_add(nt, &node), -EINVAL);
	assert_int_equal(netram_volume_create(nt, &spec, &volume), -EINVAL);
	assert_int_equal(netram_volume_set(nt, "v1", &change), -EINVAL);
	assert_int_equal(netram_volume_verify(nt, "v1", &verify, &volume), -EINVAL);
	netram_error(nt, why, sizeof(why));
	assert_non_null(strstr(why, "later libnetram"));
	assert_int_equal(kit_requests(), requests);
}

static void test_unasked_data(void **state)
{
	(void)state;
	queue_volumes(1);
	assert_int_equal(netram_volume_delete(nt, "v1"), -EBADMSG);
}

/* Answers to somebody else's question are passed over. */
static void test_stale_answer(void **state)
{
	struct kit_msg m = { 0 };

	(void)state;
	kit_keep_seq(true);
	kit_ack(&m, -EBUSY, NULL);
	m.last->nlmsg_seq = nt->seq - 1;
	kit_ack(&m, 0, NULL);
	m.last->nlmsg_seq = nt->seq + 1;
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_node_remove(nt, "n1"), 0);
}

static void test_signal_while_waiting(void **state)
{
	(void)state;
	kit_queue_errno(-EINTR);
	queue_ack(0, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), 0);
}

static void test_lost_answer(void **state)
{
	(void)state;
	kit_queue_errno(-ENOBUFS);
	assert_int_equal(netram_node_remove(nt, "n1"), -ENOBUFS);
}

static void test_hostile_datagrams(void **state)
{
	struct nlmsghdr nlh = { .nlmsg_len = 400, .nlmsg_type = NLMSG_ERROR };
	struct kit_msg m = { 0 };
	size_t len;

	(void)state;
	kit_queue(&nlh, 0);
	assert_int_equal(netram_node_remove(nt, "n1"), -EBADMSG);
	kit_queue(&nlh, sizeof(nlh));
	assert_int_equal(netram_node_remove(nt, "n1"), -EBADMSG);
	nlh.nlmsg_len = sizeof(nlh);
	kit_queue(&nlh, sizeof(nlh));
	assert_int_equal(netram_node_remove(nt, "n1"), -EBADMSG);
	queue_ack(1, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), -EBADMSG);
	queue_ack(-5000, NULL);
	assert_int_equal(netram_node_remove(nt, "n1"), -EBADMSG);
	/* an answer cut anywhere ends in an error, never in a success */
	kit_ack(&m, -EBUSY, "some text");
	for (len = 0; len < m.len; len += 4) {
		m.last->nlmsg_len = len;
		kit_queue(m.buf, len);
		assert_true(netram_node_remove(nt, "n1") < 0);
		kit_reset();
	}
}

static void test_short_family_data(void **state)
{
	struct nlmsghdr nlh = {
		.nlmsg_len = sizeof(nlh), .nlmsg_type = KIT_FAMILY,
	};
	struct netram_node *first;

	(void)state;
	kit_queue(&nlh, sizeof(nlh));
	queue_done(0, NULL);
	assert_int_equal(netram_node_list(nt, &first), -EBADMSG);
}

static void test_not_loaded(void **state)
{
	struct netram *other = (void *)1;

	(void)state;
	queue_ack(-ENOENT, NULL);
	assert_int_equal(netram_open(&other), -ENOENT);
	assert_null(other);
}

static int count_event(const struct netram_event_info *event, void *arg)
{
	int *count = arg;

	assert_string_equal(event->node, "n1");
	assert_int_equal(event->type, NETRAM_EVENT_SESSION);
	assert_true(event->has_state);
	return ++*count == 3 ? 42 : 0;
}

static void test_events(void **state)
{
	struct netram_events *events;
	struct kit_msg m = { 0 };
	int i, count = 0;

	(void)state;
	kit_family(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_open(&events), 0);
	assert_true(kit_joined(KIT_GROUP));
	for (i = 0; i < 2; i++) {
		memset(&m, 0, sizeof(m));
		kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
		kit_put_event(&m, NETRAM_EVENT_SESSION, "n1");
		kit_end(&m);
		kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
		kit_put_event(&m, NETRAM_EVENT_SESSION, "n1");
		kit_end(&m);
		kit_queue(m.buf, m.len);
	}
	kit_queue_errno(-ENOBUFS);
	memset(&m, 0, sizeof(m));
	kit_family(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_read(events, count_event, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(netram_events_read(events, count_event, &count), 42);
	assert_int_equal(netram_events_read(events, count_event, &count),
			 -ENOBUFS);
	memset(&m, 0, sizeof(m));
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
	kit_end(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_read(events, count_event, &count),
			 -EBADMSG);
	netram_events_close(events);
}

static void queue_nlctrl(uint8_t cmd, const char *name, uint16_t id)
{
	struct kit_msg m = { 0 };

	kit_nlctrl(&m, cmd, name, id);
	kit_queue(m.buf, m.len);
}

/* A subscription ends with the module, of whatever else nlctrl may tell. */
static void test_events_end(void **state)
{
	struct netram_events *events;
	struct kit_msg m = { 0 };
	int i, count = 0;

	(void)state;
	kit_keep_seq(true);
	/* of an earlier life, heard before the family is looked up */
	queue_nlctrl(CTRL_CMD_DELFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	m.last->nlmsg_seq = 1;
	kit_ack(&m, 0, NULL);
	m.last->nlmsg_seq = 1;
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_open(&events), 0);
	assert_true(kit_joined(GENL_ID_CTRL));
	queue_nlctrl(CTRL_CMD_NEWFAMILY, "other", KIT_FAMILY + 1);
	queue_nlctrl(CTRL_CMD_DELFAMILY, "other", KIT_FAMILY + 1);
	queue_nlctrl(CTRL_CMD_NEWMCAST_GRP, NETRAM_GENL_NAME, KIT_FAMILY);
	for (i = 0; i < 3; i++)
		assert_int_equal(netram_events_read(events, count_event,
						    &count), 0);
	queue_nlctrl(CTRL_CMD_DELFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	for (i = 0; i < 2; i++)
		assert_int_equal(netram_events_read(events, count_event,
						    &count), -ENODEV);
	assert_int_equal(count, 0);
	netram_events_close(events);
}

/* What was lost may have been that. */
static void test_events_end_lost(void **state)
{
	struct netram_events *events;
	struct kit_msg m = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		kit_reset_family();
		assert_int_equal(netram_events_open(&events), 0);
		kit_queue_errno(-ENOBUFS);
		if (i)
			kit_nlctrl(&m, CTRL_CMD_NEWFAMILY, NETRAM_GENL_NAME,
				   KIT_FAMILY + 1);
		kit_ack(&m, i ? 0 : -ENOENT, NULL);
		kit_queue_msg(&m);
		assert_int_equal(netram_events_read(events, count_event, NULL),
				 -ENODEV);
		netram_events_close(events);
	}
}

static int take_value(const struct netram_event_info *event, void *arg)
{
	assert_int_equal(event->type, NETRAM_EVENT_WEIGHT);
	assert_true(event->has_value);
	*(uint32_t *)arg = event->value;
	return 0;
}

static void test_event_value(void **state)
{
	struct netram_events *events;
	struct kit_msg m = { 0 };
	uint32_t value = 0;

	(void)state;
	kit_family(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_open(&events), 0);
	memset(&m, 0, sizeof(m));
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
	kit_put_event(&m, NETRAM_EVENT_WEIGHT, "n1");
	kit_end(&m);
	kit_queue(m.buf, m.len);
	assert_int_equal(netram_events_read(events, take_value, &value), 0);
	assert_int_equal(value, 42);
	netram_events_close(events);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_family),
		TEST(test_remove),
		TEST(test_changes),
		TEST(test_module_text),
		TEST(test_loaded_anew),
		TEST(test_unloaded),
		TEST(test_text_behind_echo),
		TEST(test_long_text),
		TEST(test_list),
		TEST(test_list_empty),
		TEST(test_list_interrupted),
		TEST(test_list_fails_at_end),
		TEST(test_list_bad_message),
		TEST(test_create),
		TEST(test_reserved),
		TEST(test_unasked_data),
		TEST(test_stale_answer),
		TEST(test_signal_while_waiting),
		TEST(test_lost_answer),
		TEST(test_hostile_datagrams),
		TEST(test_short_family_data),
		TEST(test_not_loaded),
		TEST(test_events),
		TEST(test_events_end),
		TEST(test_events_end_lost),
		TEST(test_event_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
