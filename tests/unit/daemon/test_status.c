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

static struct config_node config_node = { .name = "n1" };
static struct config_volume config_volume = { .name = "v1" };
static struct config config = {
	.host = { .region = "east", .zone = "rack1" },
	.nodes = &config_node, .nr_nodes = 1,
	.volumes = &config_volume, .nr_volumes = 1,
};

static struct finding findings[2] = {
	{ FINDING_NOTE, "node n9: is not in the file" },
	{ FINDING_WAIT, "volume v1: is taken into use later" },
};

static struct server_status server = {
	.node = "n1", .used = 4096, .limit = 1 << 20,
};

static struct objective objective = {
	.id = OBJECTIVE_UTILIZATION_PERCENT, .name = "n1",
	.limit = 85, .value = 90,
};

static struct keeper keeper = {
	.looks = 7,
	.actual = { .nodes = nodes, .volumes = &is, .nr_volumes = 1 },
	.findings = findings, .nr_findings = 2,
	.objectives = { .all = &objective, .nr = 1,
			.servers = &server, .nr_servers = 1 },
};

static const struct status_source source = {
	"/etc/x", &config, "", &keeper,
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
		{ "nodes.0.server.used_bytes", "4096" },
		{ "nodes.0.server.limit_bytes", "1048576" },
		{ "nodes.1.in_file", "false" },
		{ "nodes.1.last_error", "timed out" },
		{ "volumes.0.name", "v1" },
		{ "volumes.0.state", "degraded" },
		{ "volumes.0.reason", "n9 is away" },
		{ "volumes.0.swap", "true" },
		{ "volumes.0.mounted", "" },
		{ "objectives.0.objective", "utilization_percent" },
		{ "objectives.0.node", "n1" },
		{ "objectives.0.limit", "85" },
		{ "objectives.0.value", "90" },
		{ "objectives.0.met", "false" },
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
	json_object_put(o);
}

static void test_states(void **state)
{
	struct json_object *o;

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

static void test_socket(void **state)
{
	char folder[] = "/tmp/netramd-test.XXXXXX", path[64], *answer;
	struct status *status, *second;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	assert_int_equal(status_start(path, &status), 0);
	answer = ask(path, "GET /status HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(answer, " 503 "));
	free(answer);
	status_put(status, &source);
	answer = ask(path, "GET /status HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(answer, " 200 "));
	assert_non_null(strstr(answer, "\"rack1\""));
	free(answer);
	answer = ask(path, "GET /other HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(answer, " 404 "));
	free(answer);
	answer = ask(path, "DELETE /status HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(answer, " 405 "));
	free(answer);
	assert_int_equal(status_start(path, &second), -EADDRINUSE);
	status_stop(status);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

/* Our own status has no member memory: not a page server's. */
static void test_not_a_server(void **state)
{
	char folder[] = "/tmp/netramd-test.XXXXXX", path[64];
	struct server_status asked = { .node = "n1" };
	struct status *status;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sock", folder);
	server_ask(path, &asked);
	assert_non_null(strstr(asked.why, "No such file"));
	assert_int_equal(status_start(path, &status), 0);
	server_ask(path, &asked);
	assert_non_null(strstr(asked.why, "Protocol error"));
	status_put(status, &source);
	server_ask(path, &asked);
	assert_non_null(strstr(asked.why, "Protocol error"));
	assert_int_equal(asked.limit, 0);
	status_stop(status);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_not_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
