// SPDX-License-Identifier: GPL-2.0
/* Asking many at once, of whom some are silent, gone, or talk nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/address.h"
#include "common/ask.h"
#include "daemon/objective.h"

/* As netramd may say of a great many things. */
#define LONG	2000000

/**
 * struct talker - a server that answers one question with a text, or never
 * @fd: listening
 * @at: its address
 * @answer: NULL: it is silent
 * @question: what it was asked
 */
struct talker {
	int fd;
	char at[ADDRESS_SIZE];
	const char *answer;
	char question[256];
	pthread_t thread;
};

static void *talk(void *arg)
{
	struct talker *t = arg;
	int fd = accept(t->fd, NULL, NULL);
	size_t len = strlen(t->answer), half = len / 2;
	ssize_t n = read(fd, t->question, sizeof(t->question) - 1);

	/* in two pieces, of which the first may end anywhere */
	if (n > 0 && write(fd, t->answer, half) == (ssize_t)half)
		n = write(fd, t->answer + half, len - half);
	close(fd);
	return NULL;
}

static void start(struct talker *t, const char *answer)
{
	struct address addr;

	memset(t, 0, sizeof(*t));
	t->answer = answer;
	assert_int_equal(address_parse("127.0.0.1:0", 0, &addr), 0);
	t->fd = address_listen(&addr, 1);
	assert_true(t->fd >= 0);
	address_of(t->fd, &addr);
	address_format(&addr, t->at, sizeof(t->at));
	if (answer)
		assert_int_equal(pthread_create(&t->thread, NULL, talk, t), 0);
}

static void stop(struct talker *t)
{
	if (t->answer)
		pthread_join(t->thread, NULL);
	close(t->fd);
}

static void test_many(void **state)
{
	static char answer[LONG + 256];
	enum { GOOD, SILENT, SILENT_TOO, NONSENSE, ERROR, NOT_JSON, NR };
	struct talker talkers[NR];
	struct ask asks[NR + 4] = { 0 };
	struct json_object *text;
	char expected[128];
	int i, len;

	(void)state;
	len = snprintf(answer, sizeof(answer),
		       "HTTP/1.0 200 OK\r\nA: b\r\n\r\n{\"text\": \"");
	memset(answer + len, 'x', LONG);
	strcpy(answer + len + LONG, "\"}");
	start(&talkers[GOOD], answer);
	start(&talkers[SILENT], NULL);
	start(&talkers[SILENT_TOO], NULL);
	start(&talkers[NONSENSE], "what?\r\n\r\n{}");
	start(&talkers[ERROR], "HTTP/1.0 503 Not Now\r\n\r\n{}");
	start(&talkers[NOT_JSON], "HTTP/1.0 200 OK\r\n\r\n<html>");
	for (i = 0; i < NR; i++)
		asks[i].whom = talkers[i].at;
	asks[NR].whom = "/nowhere/at/all";
	asks[NR + 1].whom = "a name";
	asks[NR + 2].whom = "127.0.0.1:1";
	asks[NR + 3].whom = "[fe80::1%netram-none]";
	assert_int_equal(ask_all(asks, NR + 4), 0);
	for (i = 0; i < NR; i++)
		stop(&talkers[i]);

	assert_int_equal(asks[GOOD].err, 0);
	assert_true(json_object_object_get_ex(asks[GOOD].status, "text", &text));
	assert_int_equal(json_object_get_string_len(text), LONG);
	json_object_put(asks[GOOD].status);
	snprintf(expected, sizeof(expected),
		 "GET /status?exports=0 HTTP/1.0\r\nHost: %s\r\n\r\n", talkers[GOOD].at);
	assert_string_equal(talkers[GOOD].question, expected);
	assert_int_equal(asks[SILENT].err, -ETIMEDOUT);
	assert_int_equal(asks[SILENT_TOO].err, -ETIMEDOUT);
	assert_int_equal(asks[NONSENSE].err, -EPROTO);
	assert_int_equal(asks[ERROR].err, -EPROTO);
	assert_int_equal(asks[NOT_JSON].err, -EPROTO);
	assert_int_equal(asks[NR].err, -ENOENT);
	assert_int_equal(asks[NR + 1].err, -EINVAL);
	assert_int_equal(asks[NR + 2].err, -ECONNREFUSED);
	assert_int_equal(asks[NR + 3].err, -ENXIO);
	for (i = SILENT; i < NR + 4; i++)
		assert_null(asks[i].status);
}

static void test_endless(void **state)
{
	static char answer[6 << 20];
	struct json_object *status;
	struct talker t;

	(void)state;
	strcpy(answer, "HTTP/1.0 200 OK\r\n\r\n\"");
	memset(answer + strlen(answer), 'x', sizeof(answer) - 1 - strlen(answer));
	start(&t, answer);
	assert_int_equal(ask_status(t.at, &status), -EMSGSIZE);
	stop(&t);
}

/* What a server says of itself is not to be believed in any case. */
static void test_hostile(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.0 200 OK\r\n\r\n[1]",
		"HTTP/1.0 200 OK\r\n\r\n{\"memory\": {\"limit_bytes\": -5, \"used_bytes\": {},"
		"\"pressure_some_percent\": NaN, \"pressure_full_percent\": 0}}",
		"HTTP/1.0 200 OK\r\n\r\n{\"memory\": {\"limit_bytes\": 4096,"
		"\"pressure_some_percent\": 1, \"pressure_full_percent\": Infinity}}",
		"HTTP/1.0 200 OK\r\n\r\n{\"memory\": {\"limit_bytes\": 4096,"
		"\"pressure_some_percent\": 99.5, \"pressure_full_percent\": 1}}",
	};
	enum { LIST, NOTHING, INFINITE, GOOD, NR };
	struct config_node nodes[NR] = { 0 };
	struct config config = { .nodes = nodes, .nr_nodes = NR };
	static const struct actual actual;
	struct server_status servers[NETRAM_NODES_MAX];
	struct talker talkers[NR];
	int i;

	(void)state;
	for (i = 0; i < NR; i++) {
		start(&talkers[i], answers[i]);
		snprintf(nodes[i].name, sizeof(nodes[i].name), "n%d", i);
		strcpy(nodes[i].status, talkers[i].at);
		nodes[i].set.bits = 1ULL << NODE_STATUS;
	}
	assert_int_equal(servers_ask(&config, &actual, servers, 0), NR);
	for (i = 0; i < NR; i++)
		stop(&talkers[i]);
	assert_non_null(strstr(servers[LIST].why, "Protocol error"));
	assert_string_equal(servers[NOTHING].why, "");
	assert_int_equal(servers[NOTHING].limit, 0);
	assert_int_equal(servers[NOTHING].used, 0);
	assert_false(servers[NOTHING].has_pressure);
	assert_false(servers[INFINITE].has_pressure);
	assert_int_equal(servers[INFINITE].limit, 4096);
	assert_true(servers[GOOD].has_pressure);
	assert_true(servers[GOOD].pressure_some == 99.5);
	assert_string_equal(servers[GOOD].node, "n3");
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(ask_all(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_none),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
