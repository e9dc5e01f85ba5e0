// SPDX-License-Identifier: GPL-2.0
/* netramctl verify, resolve and sync: what is asked, and how it ends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "lib/internal.h"

static void queue_list(uint64_t stale, uint8_t node_state)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", node_state);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_VOLUME_GET);
	kit_put_volume_stale(&m, "v1", stale);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
}

static void queue_ack(int err, const char *text)
{
	struct kit_msg m = { 0 };

	kit_ack(&m, err, text);
	kit_queue_msg(&m);
}

static uint8_t asked_action;

static int find_action(const struct nlattr *attr, void *arg)
{
	(void)arg;
	if (mnl_attr_get_type(attr) == NETRAM_VERIFY_A_ACTION)
		asked_action = mnl_attr_get_u8(attr);
	return 0;
}

static int find_verify(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) != NETRAM_VOLUME_A_VERIFY)
		return 0;
	return netram_attr_nested(attr, find_action, arg);
}

static uint8_t action_asked(void)
{
	const struct nlmsghdr *nlh = kit_sent();
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nest;

	assert_int_equal(genl->cmd, NETRAM_CMD_VOLUME_VERIFY);
	assert_int_equal(netram_attr_find(genl + 1,
					  mnl_nlmsg_get_payload_len(nlh) -
					  sizeof(*genl), NETRAM_A_VOLUME,
					  &nest), 0);
	asked_action = 99;
	assert_int_equal(netram_attr_nested(nest, find_verify, NULL), 0);
	return asked_action;
}

static const struct netram_verify clean = {
	.run = 4, .state = NETRAM_VERIFY_CLEAN, .pages = 100, .total = 100,
	.compared = 200,
};

/* ---- */

static void run_on_v1(const struct ctl_command *cmd, const struct netram_verify *v,
		      bool json, int want)
{
	char *argv[] = { "v1", json ? "--json" : NULL, NULL };
	struct ctl_call call;

	kit_parse(cmd, argv, &call);
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_queue_verified(v);
	assert_int_equal(kit_run(cmd, &call), want);
	assert_int_equal(kit_open_transports(), 0);
}

static void test_clean(void **state)
{
	(void)state;
	run_on_v1(&ctl_verify, &clean, false, CTL_OK);
	assert_int_equal(action_asked(), NETRAM_VERIFY_CHECK);
	assert_string_equal(kit_output,
			    "v1: 100 pages checked, 200 copies compared: 0 wrong, 0 missing, 0 unreadable\n");
	run_on_v1(&ctl_resolve, &clean, false, CTL_OK);
	assert_int_equal(action_asked(), NETRAM_VERIFY_RESOLVE);
}

static void test_wrong(void **state)
{
	struct netram_bad bad[] = {
		{ .next = &bad[1], .offset = 4096, .node = "n2",
		  .kind = NETRAM_VERIFY_BAD_REPAIRED },
		{ .offset = 1ULL << 40, .kind = NETRAM_VERIFY_BAD_LOST },
	};
	struct netram_verify v = clean;

	(void)state;
	v.action = NETRAM_VERIFY_RESOLVE;
	v.state = NETRAM_VERIFY_WRONG;
	v.wrong = 4;
	v.repaired = 1;
	v.missing = 5;
	v.unreadable = 6;
	v.lost = 1;
	v.undecided = 7;
	v.skipped = 8;
	v.by_sum = 190;
	v.found = 12;
	v.bad = bad;
	run_on_v1(&ctl_resolve, &v, false, CTL_FAILED);
	assert_string_equal(kit_output,
			    "v1: 100 pages checked, 200 copies compared: 4 wrong, 1 repaired, 5 missing, 6 unreadable, 1 lost pages that no copy has right, 7 undecided pages whose copies differ, 8 pages left out, for they were being written\n"
			    "  offset 4096 on n2: repaired\n"
			    "  offset 1099511627776 on all nodes: lost\n"
			    "  and 10 more\n");
	run_on_v1(&ctl_resolve, &v, true, CTL_FAILED);
	assert_non_null(strstr(kit_output, "\"action\": \"resolve\""));
	assert_non_null(strstr(kit_output, "\"state\": \"wrong\""));
	assert_non_null(strstr(kit_output, "\"by_checksum\": 190"));
	assert_non_null(strstr(kit_output, "\"kind\": \"repaired\""));
	assert_non_null(strstr(kit_output, "\"offset\": 1099511627776"));
	assert_non_null(strstr(kit_output, "\"kind\": \"lost\""));
	v.state = NETRAM_VERIFY_CANCELLED;
	run_on_v1(&ctl_verify, &v, false, CTL_FAILED);
	assert_non_null(strstr(kit_output, "v1: cancelled; "));
}

/* Arrays have room for what the header promises, whatever a later module tells. */
static void test_many_bad(void **state)
{
	struct netram_bad bad[NETRAM_VERIFY_BAD_MAX + 6];
	struct netram_verify v = clean;
	struct netram_volume *volume = calloc(1, sizeof(*volume));
	const struct netram_bad *at;
	struct kit_msg m = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < NETRAM_VERIFY_BAD_MAX + 6; i++)
		bad[i] = (struct netram_bad){ .next = &bad[i + 1], .offset = i };
	bad[i - 1].next = NULL;
	v.bad = bad;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_verified(&m, "v1", &v);
	assert_int_equal(netram_volume_decode(mnl_nlmsg_get_payload_offset(m.last, GENL_HDRLEN),
					      volume), 0);
	for (i = 0, at = volume->verify->bad; at; at = at->next)
		assert_int_equal(at->offset, i++);
	assert_int_equal(i, NETRAM_VERIFY_BAD_MAX);
	netram_volume_free(volume);
}

static void test_waits(void **state)
{
	char *argv[] = { "v1", NULL };
	struct netram_verify v = clean;
	struct ctl_call call;

	(void)state;
	kit_parse(&ctl_verify, argv, &call);
	kit_reset_family();
	kit_queue_verified(NULL);
	v.state = NETRAM_VERIFY_RUNNING;
	v.pages = 1;
	kit_queue_verified(&v);
	kit_queue_verified(&v);
	kit_queue_verified(&clean);
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_OK);
	assert_int_equal(kit_requests(), 5);
	/* what another run found is not what this one did */
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_queue_verified(&v);
	v.run = 5;
	kit_queue_verified(&v);
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_FAILED);
	assert_non_null(strstr(kit_errors, "somebody began to verify v1 again"));
	/* the volume has been deleted, and one of its name made */
	kit_reset_family();
	kit_queue_verified(NULL);
	v.run = 4;
	kit_queue_verified(&v);
	kit_queue_verified(NULL);
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_FAILED);
	/* deleted */
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_queue_verified(&v);
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_FAILED);
	assert_string_equal(kit_errors, "netramctl: no volume of this name\n");
	/* refused */
	kit_reset_family();
	kit_queue_verified(NULL);
	queue_ack(-EBUSY, "the volume is being verified");
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_FAILED);
	assert_string_equal(kit_errors,
			    "netramctl: the volume is being verified\n");
	assert_int_equal(kit_open_transports(), 0);
}

/* Cut anywhere, a message is refused or understood, and nothing is left over. */
static void test_cut(void **state)
{
	struct netram_bad bad = { .offset = 8192, .node = "n1" };
	struct netram_verify v = clean;
	struct kit_msg m = { 0 };
	struct netram_volume *volume;
	const struct nlattr *nest;
	struct nlattr *cut;
	size_t len, whole = 0;

	(void)state;
	v.bad = &bad;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_verified(&m, "v1", &v);
	kit_end(&m);
	nest = mnl_nlmsg_get_payload_offset(m.last, sizeof(struct genlmsghdr));
	for (len = sizeof(*nest); len <= nest->nla_len; len++) {
		cut = malloc(len);
		memcpy(cut, nest, len);
		cut->nla_len = len;
		volume = calloc(1, sizeof(*volume));
		if (!netram_volume_decode(cut, volume)) {
			whole++;
			netram_volume_free(volume);
		} else {
			free(volume);
		}
		free(cut);
	}
	assert_true(whole >= 1);
	assert_true(whole < nest->nla_len / 4);
}

/* ---- sync */

static void test_sync(void **state)
{
	char *argv[] = { "n1", NULL }, *zone[] = { "rack1", NULL };
	char *region[] = { "elsewhere", NULL };
	struct ctl_call call;

	(void)state;
	kit_parse(&ctl_sync_node, argv, &call);
	kit_reset_family();
	queue_list(2, NETRAM_NODE_UP);
	queue_ack(0, NULL);
	queue_list(1, NETRAM_NODE_UP);
	queue_list(0, NETRAM_NODE_UP);
	assert_int_equal(kit_run(&ctl_sync_node, &call), CTL_OK);
	assert_string_equal(kit_output, "n1: all copies are in sync\n");
	assert_int_equal(kit_requests(), 8);

	kit_parse(&ctl_sync_zone, zone, &call);
	kit_reset_family();
	queue_list(0, NETRAM_NODE_UP);
	queue_ack(0, NULL);
	assert_int_equal(kit_run(&ctl_sync_zone, &call), CTL_OK);

	kit_parse(&ctl_sync_region, region, &call);
	kit_reset_family();
	queue_list(0, NETRAM_NODE_UP);
	assert_int_equal(kit_run(&ctl_sync_region, &call), CTL_FAILED);
	assert_string_equal(kit_errors,
			    "netramctl: there is no node with the region 'elsewhere': 'netramctl node list' shows all\n");

	kit_parse(&ctl_sync_node, argv, &call);
	kit_reset_family();
	queue_list(2, NETRAM_NODE_DRAINING);
	queue_ack(0, NULL);
	assert_int_equal(kit_run(&ctl_sync_node, &call), CTL_FAILED);
	assert_non_null(strstr(kit_errors, "n1 is being drained"));
	assert_int_equal(kit_open_transports(), 0);
}

/* Last, because options stay set for the life of the program. */
static void test_options(void **state)
{
	char *no_wait[] = { "v1", "--no-wait", NULL };
	char *all[] = { "--all", "--json", NULL };
	struct netram_verify v = clean;
	struct kit_msg m = { 0 };
	struct ctl_call call;

	(void)state;
	v.state = NETRAM_VERIFY_RUNNING;
	kit_parse(&ctl_verify, no_wait, &call);
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_queue_verified(&v);
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_OK);
	assert_string_equal(kit_output, "");

	kit_parse(&ctl_verify, all, &call);
	kit_reset_family();
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 0, NETRAM_VOLUME_OK);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
	kit_queue_verified(&clean);
	assert_int_equal(kit_run(&ctl_verify, &call), CTL_OK);
	assert_non_null(strstr(kit_output, "\"volumes\""));
	assert_non_null(strstr(kit_output, "\"volume\": \"v1\""));
	assert_int_equal(kit_open_transports(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_many_bad),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
