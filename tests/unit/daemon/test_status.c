// SPDX-License-Identifier: GPL-2.0
/* GET /status: what is told, over the socket; and the same asked of a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/status.h"

static struct netram_node nodes[2] = {
	{ .next = &nodes[1], .name = "n1", .state = NETRAM_NODE_UP },
	{ .name = "n9", .state = NETRAM_NODE_DOWN, .last_error = "timed out" },
};

static struct netram_volume volume = {
	.name = "v1", .state = NETRAM_VOLUME_DEGRADED, .reason = "n9 is away",
};

static struct actual_volume is = { .v = &volume, .swapped = true };

static struct config_node config_node = {
	.name = "n1", .capacity = 2 << 20, .status = "192.0.2.1",
	.set.bits = 1 << NODE_DRAIN | 1 << NODE_WEIGHT, .drain = true,
	.weight = 50,
};
static struct config_volume config_volume = {
	.name = "v1", .set.bits = 1 << VOLUME_SWAP | 1 << VOLUME_ON_LOSS,
	.on_loss = NETRAM_ON_LOSS_WAIT, .remove = true,
};
static struct config config = {
	.host = { .region = "east", .zone = "rack1" },
	.nodes = &config_node, .nr_nodes = 1,
	.volumes = &config_volume, .nr_volumes = 1,
	.objectives = {
		.set.bits = 1ULL << OBJECTIVE_READ_P99_US |
			    1ULL << OBJECTIVE_NETWORK_OVERHEAD_PERCENT,
		.limit = { [OBJECTIVE_READ_P99_US] = 700,
			   [OBJECTIVE_NETWORK_OVERHEAD_PERCENT] = 3 },
	},
};

static struct finding findings[2] = {
	{ FINDING_NOTE, "node n9: is not in the file" },
	{ FINDING_WAIT, "volume v1: is taken into use later" },
};

static struct objective objective = {
	.id = OBJECTIVE_UTILIZATION_PERCENT, .name = "n1",
	.limit = 85, .value = 90, .asked = true,
};

static struct keeper keeper = {
	.looks = 7,
	.actual = { .nodes = nodes, .volumes = &is, .nr_volumes = 1 },
	.findings = findings, .nr_findings = 2,
	.objectives = { .all = &objective, .nr = 1,
			.servers = { {
				.node = "n1", .used = 4096, .limit = 1 << 20,
				.refused = 3, .has_pressure = true,
				.pressure_some = 12.5, .pressure_full = 0.25,
			} }, .nr_servers = 1 },
};

static struct page page = { .listen.off = true };

static const struct status_source source = {
	"/etc/x", &config, "", &keeper, &page,
};

/* A text at a path of keys and indices: "nodes.0.name". */
static const char *at(struct json_object *o, const char *path)
{
	char copy[128], *save, *word;

	snprintf(copy, sizeof(copy), "%s", path);
	for (word = strtok_r(copy, ".", &save); word && o;
	     word = strtok_r(NULL, ".", &save))
		o = json_object_is_type(o, json_type_array) ?
		    json_object_array_get_idx(o, atoi(word)) :
		    json_object_object_get(o, word);
	return json_object_get_string(o);
}

static struct json_object *make(void)
{
	char *text = status_json(&source);
	struct json_object *o = json_tokener_parse(text);

	free(text);
	assert_non_null(o);
	return o;
}

static void test_json(void **state)
{
	static const struct {
		const char *path;
		const char *value;
	} expected[] = {
		{ "state", "waiting" },
		{ "looks", "7" },
		{ "config.file", "/etc/x" },
		{ "config.refused", "" },
		{ "config.region", "east" },
		{ "config.zone", "rack1" },
		{ "findings.0.kind", "note" },
		{ "findings.1.kind", "waiting" },
		{ "findings.1.text", "volume v1: is taken into use later" },
		{ "nodes.0.name", "n1" },
		{ "nodes.0.state", "up" },
		{ "nodes.0.in_file", "true" },
		{ "nodes.0.file.remove", "false" },
		{ "nodes.0.file.drain", "true" },
		{ "nodes.0.file.weight", "50" },
		{ "nodes.0.server.address", "192.0.2.1" },
		{ "nodes.0.server.used_bytes", "4096" },
		{ "nodes.0.server.limit_bytes", "1048576" },
		{ "nodes.0.server.refused_writes", "3" },
		{ "nodes.0.server.pressure_some_percent", "12.500000" },
		{ "nodes.0.server.pressure_full_percent", "0.250000" },
		{ "nodes.0.capacity_bytes", "2097152" },
		{ "nodes.1.in_file", "false" },
		{ "nodes.1.file", "(none)" },
		{ "nodes.1.last_error", "timed out" },
		{ "volumes.0.name", "v1" },
		{ "volumes.0.state", "degraded" },
		{ "volumes.0.reason", "n9 is away" },
		{ "volumes.0.file.remove", "true" },
		{ "volumes.0.file.swap", "true" },
		{ "volumes.0.file.replicas", "(none)" },
		{ "volumes.0.file.on_loss", "wait" },
		{ "volumes.0.swap", "true" },
		{ "volumes.0.mounted", "" },
		{ "limits.read_p50_us", "100" },
		{ "limits.read_p99_us", "700" },
		{ "limits.hit_rate_percent", "95" },
		{ "limits.utilization_percent", "85" },
		{ "limits.network_overhead_percent", "3" },
		{ "objectives.0.objective", "utilization_percent" },
		{ "objectives.0.node", "n1" },
		{ "objectives.0.limit", "85" },
		{ "objectives.0.value", "90" },
		{ "objectives.0.met", "false" },
		{ "objectives.0.in_file", "true" },
		{ "page.listen", "off" },
		{ "page.error", "" },
	};
	struct json_object *o = make();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (strcmp(at(o, expected[i].path) ?: "(none)",
			   expected[i].value))
			fail_msg("%s is %s, not %s", expected[i].path,
				 at(o, expected[i].path), expected[i].value);
	assert_null(at(o, "nodes.1.server"));
	assert_null(at(o, "nodes.1.capacity_bytes"));
	json_object_put(o);
}

static void test_states(void **state)
{
	struct json_object *o;
	char *text;

	(void)state;
	keeper.nr_findings = 1;
	o = make();
	assert_string_equal(at(o, "state"), "ok");
	json_object_put(o);
	strcpy(keeper.why, "the module is not loaded");
	o = make();
	assert_string_equal(at(o, "state"), "problem");
	assert_string_equal(at(o, "findings.0.text"),
			    "the module is not loaded");
	json_object_put(o);
	/* what was measured before is not told as what is */
	text = keeper_metrics(&source);
	assert_non_null(strstr(text, "netram_node_capacity_bytes{"));
	assert_null(strstr(text, "netram_objective_met"));
	assert_null(strstr(text, "netram_node_server_"));
	assert_null(strstr(text, "netram_node_weight_share_ratio"));
	free(text);
	keeper.why[0] = '\0';
	keeper.nr_findings = 2;
}

/* One answer, to one request, as a string to be freed. */
static char *ask(const char *path, const char *request)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char *answer = calloc(1, 65536);
	size_t len = 0;
	ssize_t n;

	strcpy(addr.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	while ((n = read(fd, answer + len, 65535 - len)) > 0)
		len += n;
	close(fd);
	return answer;
}

static void expect_answer(const char *path, const char *request,
			  const char *part)
{
	char *answer = ask(path, request);

	if (!strstr(answer, part))
		fail_msg("%s: %s", request, answer);
	free(answer);
}

static void test_socket(void **state)
{
	char folder[] = "/tmp/netramd-test.XXXXXX", path[64];
	struct board *board = board_new();
	struct status *status, *second;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	assert_int_equal(status_start(path, board, &status), 0);
	expect_answer(path, "GET /status HTTP/1.0\r\n\r\n", " 503 ");
	expect_answer(path, "GET /metrics HTTP/1.0\r\n\r\n", " 503 ");
	expect_answer(path, "GET /api/live HTTP/1.0\r\n\r\n", " 503 ");
	status_put(board, &source);
	expect_answer(path, "GET /status HTTP/1.0\r\n\r\n", " 200 ");
	expect_answer(path, "GET /status HTTP/1.0\r\n\r\n", "\"rack1\"");
	expect_answer(path, "GET /api/status HTTP/1.0\r\n\r\n", "\"rack1\"");
	/* one of two parts is not all of them */
	expect_answer(path, "GET /metrics HTTP/1.0\r\n\r\n", " 503 ");
	board_put(board, BOARD_SAMPLE_METRICS, strdup("the_other_part 1\n"));
	expect_answer(path, "GET /metrics HTTP/1.0\r\n\r\n",
		      "netramd_findings{kind=\"waiting\"} 1\n");
	expect_answer(path, "GET /metrics HTTP/1.0\r\n\r\n",
		      "netram_objective_met{objective=\"utilization_percent\",node=\"n1\",in_file=\"yes\"} 0\n");
	expect_answer(path, "GET /metrics HTTP/1.0\r\n\r\n",
		      "the_other_part 1\n");
	expect_answer(path, "GET / HTTP/1.0\r\n\r\n", "<!DOCTYPE html>");
	expect_answer(path, "GET /other HTTP/1.0\r\n\r\n", " 404 ");
	expect_answer(path, "DELETE /status HTTP/1.0\r\n\r\n", " 405 ");
	assert_int_equal(status_start(path, board, &second), -EADDRINUSE);
	status_stop(status);
	board_free(board);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

/* ---- many who read slowly */

#define SLOW		16
#define POINT_SIZE	16384
#define HISTORY_SIZE	(BOARD_POINTS * POINT_SIZE)

/* A socket on which the answer to a GET has begun, and is not read any further. */
static int ask_slowly(const char *path, const char *request)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char first[16];

	strcpy(addr.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	assert_int_equal(recv(fd, first, sizeof(first), MSG_WAITALL),
			 sizeof(first));
	assert_memory_equal(first, "HTTP/1.1 200", 12);
	return fd;
}

static size_t rest_of(int fd)
{
	char part[65536];
	size_t size = 0;
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		size += n;
	assert_int_equal(n, 0);
	close(fd);
	return size;
}

static size_t resident(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static char *make_point(void)
{
	char *text = malloc(POINT_SIZE);

	memset(text, '7', POINT_SIZE - 1);
	text[POINT_SIZE - 1] = '\0';
	return text;
}

/* What all of them are told is there once, and stays until the last has it. */
static void test_slow_readers(void **state)
{
	char folder[] = "/tmp/netramd-test.XXXXXX", path[64];
	struct board *board = board_new();
	struct status *status;
	size_t before;
	int fds[SLOW];
	uint64_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	assert_int_equal(status_start(path, board, &status), 0);
	for (i = 1; i <= BOARD_POINTS; i++)
		board_add_point(board, i, make_point());
	before = resident();
	for (i = 0; i < SLOW; i++)
		fds[i] = ask_slowly(path, "GET /api/history HTTP/1.0\r\n\r\n");
	if (resident() - before > 2 * HISTORY_SIZE)
		fail_msg("%d readers of %d bytes take %zu", SLOW, HISTORY_SIZE,
			 resident() - before);
	for (i = 1; i <= BOARD_POINTS; i++)
		board_add_point(board, BOARD_POINTS + i, strdup("8"));
	for (i = 0; i < SLOW; i++)
		assert_in_range(rest_of(fds[i]), HISTORY_SIZE,
				HISTORY_SIZE + 2000);
	status_stop(status);
	board_free(board);
	assert_int_equal(rmdir(folder), 0);
}

/* Our own status has no member memory: not a page server's. */
static void test_not_a_server(void **state)
{
	char folder[] = "/tmp/netramd-test.XXXXXX", path[64];
	struct config_node node = { .name = "n1" };
	struct config config = { .nodes = &node, .nr_nodes = 1 };
	static const struct actual none;
	struct server_status asked = { 0 };
	struct plan plan = { .config = &config };
	struct board *board = board_new();
	struct status *status;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	assert_int_equal(servers_ask(&config, &none, &asked, 0), 0);
	node.set.bits = 1ULL << NODE_STATUS;
	strcpy(node.status, path);
	assert_int_equal(servers_ask(&config, &none, &asked, 0), 1);
	assert_string_equal(asked.node, "n1");
	assert_non_null(strstr(asked.why, "No such file"));
	assert_int_equal(asked.failed, 1);
	assert_int_equal(status_start(path, board, &status), 0);
	servers_ask(&config, &none, &asked, 1);
	assert_non_null(strstr(asked.why, "Protocol error"));
	servers_tell(&asked, 1, &none, &plan);
	assert_int_equal(plan.nr_findings, 0);
	status_put(board, &source);
	servers_ask(&config, &none, &asked, 1);
	assert_non_null(strstr(asked.why, "Protocol error"));
	assert_int_equal(asked.limit, 0);
	/* not once, but for a while */
	servers_tell(&asked, 1, &none, &plan);
	assert_int_equal(plan.nr_findings, 1);
	assert_int_equal(plan.findings[0].kind, FINDING_WAIT);
	assert_non_null(strstr(plan.findings[0].text,
			       "node n1: its server has not answered at /tmp/"));
	plan_free(&plan);
	/* one that the file does not tell of any more */
	node.set.bits = 0;
	plan.config = &config;
	servers_tell(&asked, 1, &none, &plan);
	assert_int_equal(plan.nr_findings, 0);
	status_stop(status);
	board_free(board);
	assert_int_equal(rmdir(folder), 0);
}

static bool tells_capacity(void)
{
	char *text = keeper_metrics(&source);
	bool tells = strstr(text, "netram_node_capacity_bytes{node=\"n1\"}");

	free(text);
	return tells;
}

/*
 * One that is to be removed is told of while it is emptied. Then its machine may be off
 * and its entry stay: that is no failure that anybody waits for the end of.
 */
static void test_removed(void **state)
{
	struct config_node node = {
		.name = "n1", .remove = true, .status = "/nonexistent/sock",
		.set.bits = 1ULL << NODE_STATUS,
	};
	struct config file = { .nodes = &node, .nr_nodes = 1 };
	struct plan plan = { .config = &file };
	struct actual *actual = &keeper.actual;
	struct server_status asked;
	int i;

	(void)state;
	config_node.remove = true;
	for (i = 0; i < SERVERS_TRIES; i++)
		assert_int_equal(servers_ask(&file, actual, &asked, !!i), 1);
	servers_tell(&asked, 1, actual, &plan);
	assert_int_equal(plan.nr_findings, 1);
	assert_true(tells_capacity());
	plan_free(&plan);
	plan.config = &file;
	/* the module has forgotten it, and the servers are not yet asked anew */
	actual->nodes = &nodes[1];
	servers_tell(&asked, 1, actual, &plan);
	assert_int_equal(plan.nr_findings, 0);
	assert_int_equal(servers_ask(&file, actual, &asked, 1), 0);
	assert_false(tells_capacity());
	actual->nodes = nodes;
	config_node.remove = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_slow_readers),
		cmocka_unit_test(test_not_a_server),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
