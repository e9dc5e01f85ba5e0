// SPDX-License-Identifier: GPL-2.0
/* netramctl node drain: how it gets on, what is in its way, how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"
#include "ctl/progress.h"

/* ---- how far it is */

static void test_progress(void **state)
{
	struct drain d;

	(void)state;
	drain_start(&d, 100, 7, 1000);
	assert_string_equal(ctl_drain_rest(&d, 5000).text, "");
	drain_look(&d, 75, 7, 6000);
	assert_string_equal(ctl_drain_rest(&d, 6000).text, ", 15 s");
	assert_string_equal(ctl_drain_rest(&d, 101000).text, ", 5 min");
	assert_string_equal(ctl_drain_rest(&d, 10001000).text, ", 8 h");
	assert_false(drain_stuck(&d, 6000 + DRAIN_STUCK_MS - 1));
	assert_true(drain_stuck(&d, 6000 + DRAIN_STUCK_MS));
	/* an extent on its way */
	drain_look(&d, 75, 8, 30000);
	assert_false(drain_stuck(&d, 6000 + DRAIN_STUCK_MS));
	/* a volume is gone, and its counter with it */
	drain_look(&d, 75, 1, 40000);
	assert_true(drain_stuck(&d, 30000 + DRAIN_STUCK_MS));
	drain_look(&d, 75, 2, 50000);
	assert_false(drain_stuck(&d, 30000 + DRAIN_STUCK_MS));
	/* more than at the beginning: no such thing, but no harm either */
	drain_look(&d, UINT64_MAX, 2, 60000);
	assert_true(d.start - d.left == 0);
}

/* ---- what is in its way */

static char why[DRAIN_WHY_SIZE];

/* Of the copies that n2 has, some lack something. */
static uint64_t stale;

static void ask_why(uint32_t replicas, uint8_t session, const char *last_error,
		    uint8_t other)
{
	struct netram_node nodes[] = {
		{ .next = &nodes[1], .name = "n1", .drain = true },
		{ .name = "n2", .state = other },
	};
	struct netram_session sessions[] = {
		{ .next = &sessions[1], .node = "n2", .extents = 9,
		  .stale = stale, .state = NETRAM_SESSION_UP },
		{ .node = "n1", .extents = 3, .state = session },
	};
	struct netram_session none = { .node = "n1" };
	struct netram_volume volumes[] = {
		{ .next = &volumes[1], .name = "v0", .replicas = 4,
		  .sessions = &none },
		{ .next = &volumes[2], .name = "new", .replicas = 4 },
		{ .name = "v1", .replicas = replicas, .sessions = sessions },
	};

	strcpy(nodes[0].last_error, last_error);
	drain_why(nodes, nodes, volumes, why, sizeof(why));
}

static void test_why(void **state)
{
	(void)state;
	ask_why(1, NETRAM_SESSION_UP, "", NETRAM_NODE_UP);
	assert_non_null(strstr(why, "the other nodes have no room"));
	ask_why(2, NETRAM_SESSION_UP, "", NETRAM_NODE_UP);
	assert_string_equal(why,
			    "volume v1 should have 2 copies, and only 1 other node is up: add a node, or 'netramctl volume set v1 --replicas 1'");
	ask_why(2, NETRAM_SESSION_UP, "", NETRAM_NODE_DOWN);
	assert_string_equal(why, "no other node is up: add one");
	ask_why(1, NETRAM_SESSION_BROKEN, "timed out", NETRAM_NODE_UP);
	assert_string_equal(why,
			    "it cannot be reached (timed out), and there is no other copy");
	ask_why(2, NETRAM_SESSION_CONNECTING, "", NETRAM_NODE_UP);
	assert_string_equal(why,
			    "it cannot be reached, and there is no other copy, or no room for one");
	stale = 2;
	ask_why(2, NETRAM_SESSION_BROKEN, "timed out", NETRAM_NODE_UP);
	assert_string_equal(why,
			    "it cannot be reached (timed out), and other copies lack pages that it alone may have right");
	ask_why(1, NETRAM_SESSION_UP, "", NETRAM_NODE_UP);
	assert_non_null(strstr(why, "the other nodes have no room"));
	stale = 0;
}

/* ---- the command */

/* Each look at the clock is so much later than the last. */
static time_t pace, passed;

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int ret = syscall(SYS_clock_gettime, id, ts);

	passed += pace;
	ts->tv_sec += passed;
	return ret;
}

static int parse(char *option, struct ctl_call *call)
{
	static char *argv[3];
	bool help;

	argv[0] = "n1";
	argv[1] = option;
	argv[2] = NULL;
	return ctl_opts_parse(&ctl_node_drain, argv, call, &help);
}

static void queue_start(int err, const char *text)
{
	struct kit_msg m = { 0 };

	kit_reset();
	kit_family(&m);
	kit_queue(m.buf, m.len);
	memset(&m, 0, sizeof(m));
	kit_ack(&m, err, text);
	kit_queue(m.buf, m.len);
}

static void queue_node(uint8_t state, uint64_t extents)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	kit_put_node_extents(&m, "n1", state, extents);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void test_until_empty(void **state)
{
	struct ctl_call call;

	(void)state;
	assert_int_equal(parse(NULL, &call), CTL_OK);
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_node(NETRAM_NODE_DRAINING, 0);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_OK);
	assert_int_equal(kit_requests(), 4);
	/* it may be down by then, and it may have had none from the start */
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DOWN, 0);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_OK);
}

static void test_fails(void **state)
{
	struct ctl_call call;

	(void)state;
	assert_int_equal(parse(NULL, &call), CTL_OK);
	queue_start(-ENOENT, "no node of this name");
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	queue_start(-EPERM, NULL);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_MODULE);
	/* cancelled by somebody else */
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_UP, 3);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	assert_string_equal(kit_errors,
			    "netramctl: somebody cancelled it while n1 still had 3 extents\n");
	/* the module was unloaded meanwhile, or some such thing */
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	assert_int_equal(kit_open_transports(), 0);
}

static void queue_lists(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_DRAINING);
	kit_end(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n2", NETRAM_NODE_UP);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
	memset(&m, 0, sizeof(m));
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 250, NETRAM_VOLUME_OK);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void test_stuck(void **state)
{
	struct ctl_call call;

	(void)state;
	assert_int_equal(parse(NULL, &call), CTL_OK);
	pace = 16;
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_lists();
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	assert_string_equal(kit_errors,
			    "netramctl: n1 still has 3 extents, and for 30 s nothing has moved: volume v1 should have 2 copies, and only 1 other node is up: add a node, or 'netramctl volume set v1 --replicas 1'; it goes on as soon as it can, or --cancel takes it back\n");
	/* why cannot be asked */
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_node(NETRAM_NODE_DRAINING, 3);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	pace = 0;
	assert_int_equal(kit_open_transports(), 0);
}

static void press_ctrl_c(int sig)
{
	(void)sig;
	raise(SIGINT);
}

static void test_interrupt(void **state)
{
	struct ctl_call call;

	(void)state;
	assert_int_equal(parse(NULL, &call), CTL_OK);
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_node(NETRAM_NODE_DRAINING, 1);
	signal(SIGALRM, press_ctrl_c);
	ualarm(100000, 0);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_FAILED);
	assert_int_equal(kit_requests(), 4);
	assert_string_equal(kit_errors,
			    "netramctl: interrupted, but the draining of n1 goes on, with 1 extent left: the same command shows it again, --cancel stops it\n");
	signal(SIGALRM, SIG_DFL);
	/* an interrupt is forgotten, and its handler gone */
	assert_true(signal(SIGINT, SIG_DFL) == SIG_DFL);
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	queue_node(NETRAM_NODE_DRAINING, 0);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_OK);
}

/* Last, because options stay set for the life of the program. */
static void test_without_waiting(void **state)
{
	struct ctl_call call;

	(void)state;
	assert_int_equal(parse("--no-wait", &call), CTL_OK);
	queue_start(0, NULL);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_OK);
	assert_int_equal(kit_requests(), 2);
	call.json = true;
	queue_start(0, NULL);
	queue_node(NETRAM_NODE_DRAINING, 3);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_OK);
	assert_non_null(strstr(kit_output, "\"extents\": 3"));
	assert_int_equal(parse("--cancel", &call), CTL_OK);
	assert_int_equal(kit_run(&ctl_node_drain, &call), CTL_USAGE);
}

/* ---- on a terminal */

static size_t on_terminal(uint64_t gone, uint64_t total, char *text,
			  size_t size)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, saved;
	ssize_t len;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	saved = dup(STDERR_FILENO);
	dup2(slave, STDERR_FILENO);
	ctl_bar_draw(gone, total, "%" PRIu64 " left", total - gone);
	dup2(saved, STDERR_FILENO);
	len = read(master, text, size - 1);
	assert_true(len > 0);
	text[len] = '\0';
	close(saved);
	close(slave);
	close(master);
	return len;
}

static void test_bar(void **state)
{
	char text[256];

	(void)state;
	/* a line of 80 columns is not filled, else the cursor would be in the next */
	assert_int_equal(on_terminal(0, 30, text, sizeof(text)), 1 + 77);
	assert_non_null(strstr(text,
			       "\r[                              ] 30 left"));
	on_terminal(20, 30, text, sizeof(text));
	assert_non_null(strstr(text,
			       "\r[####################          ] 10 left"));
	on_terminal(0, 0, text, sizeof(text));
	assert_non_null(strstr(text,
			       "\r[##############################] 0 left"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_until_empty),
		cmocka_unit_test(test_fails),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_without_waiting),
		cmocka_unit_test(test_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
