// SPDX-License-Identifier: GPL-2.0
/* Whole conversations without a socket, fed in pieces of every size. */
#include "test.h"

#include <endian.h>

#include "session.h"

static struct store store;
static struct export_table table;
static struct service service;
static struct stats stats;
static struct session *s;

/* What the client sends, and what it got. */
static uint8_t sent[2 << 20], got[2 << 20];
static size_t nr_sent, nr_got;

static void wake(struct export_user *user)
{
}

static int setup(void **state)
{
	assert_int_equal(store_init(&store, 256 * PAGE, NULL), 0);
	assert_int_equal(export_table_init(&table, &store, 8, 256 * PAGE), 0);
	service = (struct service){ &table, "unit instance=0" };
	memset(&stats, 0, sizeof(stats));
	s = malloc(sizeof(*s));
	session_init(s, &service, &stats, wake);
	nr_sent = nr_got = 0;
	return 0;
}

static int teardown(void **state)
{
	session_exit(s);
	free(s);
	export_table_exit(&table);
	assert_int_equal(store_present(&store), 0);
	store_exit(&store);
	return 0;
}

static void *more(size_t n)
{
	void *p = sent + nr_sent;

	nr_sent += n;
	assert_true(nr_sent <= sizeof(sent));
	return p;
}

static void say(const void *data, size_t n)
{
	memcpy(more(n), data, n);
}

static void say_option(uint32_t opt, const void *data, uint32_t len)
{
	struct nbd_option o = { htobe64(NBD_IHAVEOPT), htobe32(opt),
				htobe32(len) };

	say(&o, sizeof(o));
	say(data, len);
}

static void say_go(const char *name)
{
	uint8_t data[300];
	uint32_t n = (uint32_t)strlen(name), be = htobe32(n);

	memcpy(data, &be, 4);
	memcpy(data + 4, name, n);
	memset(data + 4 + n, 0, 2);
	say_option(NBD_OPT_GO, data, n + 6);
}

static void say_hello(const char *name)
{
	say("\0\0\0\3", 4);
	say_go(name);
}

static void say_flagged(uint16_t type, uint16_t flags, uint64_t off,
			uint32_t len)
{
	struct nbd_request r = {
		.magic = htobe32(NBD_REQUEST_MAGIC), .flags = htobe16(flags),
		.type = htobe16(type),
		.cookie = off ^ len, .offset = htobe64(off),
		.length = htobe32(len),
	};

	say(&r, sizeof(r));
}

static void say_request(uint16_t type, uint64_t off, uint32_t len)
{
	say_flagged(type, 0, off, len);
}

static void take_output(void)
{
	uint32_t nr, i;

	while ((nr = session_gather(s))) {
		size_t n = 0;

		for (i = 0; i < nr; i++) {
			memcpy(got + nr_got + n, s->out.iov[i].iov_base,
			       s->out.iov[i].iov_len);
			n += s->out.iov[i].iov_len;
		}
		session_sent(s, n);
		nr_got += n;
	}
}

static size_t give(const uint8_t *from, size_t len)
{
	struct iovec iov[2];
	int i, nr = session_recv_iov(s, iov);
	size_t given = 0;

	for (i = 0; i < nr && given < len; i++) {
		size_t n = iov[i].iov_len;

		if (n > len - given)
			n = len - given;
		memcpy(iov[i].iov_base, from + given, n);
		given += n;
	}
	session_received(s, given);
	return given;
}

/* The whole conversation, at most @step bytes arriving at once. */
static void talk(size_t step)
{
	size_t at = 0;

	for (;;) {
		session_run(s);
		take_output();
		if (s->wants_turn)
			continue;
		if (!s->wants_input && s->phase != SESSION_OVER &&
		    s->phase != SESSION_FENCE)
			continue;
		if (!s->wants_input || at == nr_sent)
			return;
		at += give(sent + at, nr_sent - at < step ? nr_sent - at : step);
	}
}

static uint32_t reply_error(const uint8_t *at)
{
	const struct nbd_simple_reply *r = (const void *)at;

	assert_int_equal(be32toh(r->magic), NBD_SIMPLE_REPLY_MAGIC);
	return be32toh(r->error);
}

static void say_work(void)
{
	uint8_t *p;

	say_request(NBD_CMD_WRITE, 129 * PAGE, 100);
	memset(more(100), 0xaa, 100);
	say_request(NBD_CMD_WRITE, 4000, 300 * 1000);
	p = more(300 * 1000);
	for (size_t i = 0; i < 300 * 1000; i++)
		p[i] = (uint8_t)(i * 7 + i / 251);
	say_request(NBD_CMD_WRITE, UINT64_MAX, 5000);
	memset(more(5000), 0xee, 5000);
	say_request(NBD_CMD_READ, 4000, 300 * 1000);
	/* Not what the READ is after: its bytes may be taken when they go. */
	say_request(NBD_CMD_TRIM, 128 * PAGE, 64 * PAGE);
	say_request(NBD_CMD_READ, 128 * PAGE, 5000);
	say_request(NBD_CMD_DISC, 0, 0);
}

/* The same answers, however the bytes are cut. */
static void any_cut(void **state)
{
	static const size_t steps[] = { 1 << 20, 70000, 4097, 333, 29, 5 };
	static uint8_t first[sizeof(got)];
	const uint8_t *payload;
	size_t i, len = 0;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		if (i) {
			teardown(state);
			setup(state);
		}
		say_hello("cut?size=1048576");
		payload = sent + nr_sent + 100 + 2 * sizeof(struct nbd_request);
		say_work();
		talk(steps[i]);
		assert_int_equal(s->phase, SESSION_OVER);
		assert_true(session_finished(s));
		if (!i) {
			memcpy(first, got, nr_got);
			len = nr_got;
		}
		assert_int_equal(nr_got, len);
		assert_memory_equal(got, first, len);
		assert_int_equal(stats.writes, 2);
		assert_int_equal(stats.errors, 1);
	}
	/* From the end: trimmed bytes, TRIM, the bytes, the WRITEs. */
	i = nr_got - 5000;
	assert_int_equal(got[i + PAGE], 0);
	i -= 16;
	assert_int_equal(reply_error(got + i), 0);
	i -= 16;
	assert_int_equal(reply_error(got + i), 0);
	i -= 300 * 1000;
	assert_memory_equal(got + i, payload, 300 * 1000);
	i -= 16 * 2;
	assert_int_equal(reply_error(got + i), NBD_ENOSPC);
	i -= 16;
	assert_int_equal(reply_error(got + i), 0);
}

/* A payload that stops in the middle leaves no pin and no open window. */
static void broken_off(void **state)
{
	say_hello("broken?size=1048576");
	talk(50000);
	assert_int_equal(session_needs(s), 1);
	nr_sent = 0;
	say_request(NBD_CMD_WRITE, 5, 500 * 1000);
	more(200 * 1000);
	talk(50000);
	assert_int_equal(s->phase, SESSION_PAYLOAD);
	assert_true(s->window > 0);
	assert_int_equal(session_needs(s), 300 * 1000);
	session_eof(s);
	assert_true(session_finished(s));
	space_trim(session_space(s), 0, MIB);
	assert_int_equal(store_present(&store), 0);
}

static void no_room(void **state)
{
	say_hello("room?size=4194304");
	say_request(NBD_CMD_WRITE, 0, 256 * PAGE - 1);
	more(256 * PAGE - 1);
	talk(100000);
	assert_int_equal(reply_error(got + nr_got - 16), 0);
	nr_sent = 0;
	say_request(NBD_CMD_WRITE, MIB, 5000);
	more(5000);
	talk(100000);
	assert_int_equal(reply_error(got + nr_got - 16), NBD_ENOSPC);
	assert_int_equal(s->phase, SESSION_REQUESTS);
	assert_int_equal(stats.enospc, 1);
	nr_sent = 0;
	say_request(NBD_CMD_WRITE, MIB, MIB + 5000);
	more(MIB + 5000);
	talk(100000);
	assert_int_equal(reply_error(got + nr_got - 16), NBD_ENOSPC);
	assert_int_equal(stats.enospc, 2);
	nr_sent = 0;
	say_flagged(NBD_CMD_WRITE_ZEROES, NBD_CMD_FLAG_NO_HOLE, MIB, PAGE);
	talk(100000);
	assert_int_equal(reply_error(got + nr_got - 16), NBD_ENOSPC);
	assert_int_equal(stats.enospc, 3);
	assert_int_equal(stats.errors, 3);
	/* Past the end: the same answer, but memory is not what it wants for. */
	nr_sent = 0;
	say_request(NBD_CMD_WRITE, 4 * MIB - 1, 2);
	more(2);
	say_request(NBD_CMD_WRITE_ZEROES, 4 * MIB - 1, 2);
	talk(100000);
	assert_int_equal(reply_error(got + nr_got - 32), NBD_ENOSPC);
	assert_int_equal(reply_error(got + nr_got - 16), NBD_ENOSPC);
	assert_int_equal(stats.enospc, 3);
	assert_int_equal(stats.errors, 5);
}

static unsigned int yeses;

static bool has_memory(void)
{
	return yeses && yeses--;
}

/* A host that gets short of memory while zeroes are made is not asked too late. */
static void zeroes_of_a_tight_host(void **state)
{
	bool present;

	store.limit = 64 * MIB / PAGE;
	store.host_has_memory = has_memory;
	yeses = 1;
	say_hello("tight?size=67108864");
	talk(1000);
	nr_sent = 0;
	say_flagged(NBD_CMD_WRITE_ZEROES, NBD_CMD_FLAG_NO_HOLE, 5, 64 * MIB - 5);
	talk(1000);
	assert_int_equal(reply_error(got + nr_got - 16), NBD_ENOSPC);
	assert_in_range(store_present(&store), 4 * MIB / PAGE, 8 * MIB / PAGE);

	/* One that is not makes them all, from turn to turn. */
	yeses = 100;
	nr_sent = 0;
	say_flagged(NBD_CMD_WRITE_ZEROES, NBD_CMD_FLAG_NO_HOLE, 5, 64 * MIB - 5);
	talk(1000);
	assert_int_equal(reply_error(got + nr_got - 16), 0);
	assert_int_equal(space_run(session_space(s), 0, 64 * MIB, &present), 64 * MIB);
	assert_true(present);
	nr_sent = 0;
	say_request(NBD_CMD_WRITE_ZEROES, 5, 64 * MIB - 10);
	say_request(NBD_CMD_TRIM, 0, 64 * MIB);
	talk(1000);
	assert_int_equal(store_present(&store), 0);
}

static void waits_for_the_fence(void **state)
{
	struct session *old = s, *new = malloc(sizeof(*new));

	say_hello("f?epoch=1&size=1048576");
	say_request(NBD_CMD_WRITE, 0, 100);
	talk(1000);
	assert_int_equal(old->phase, SESSION_PAYLOAD);

	s = new;
	session_init(s, &service, &stats, wake);
	nr_sent = nr_got = 0;
	say_hello("f?epoch=2&size=1048576");
	talk(1000);
	assert_int_equal(new->phase, SESSION_FENCE);
	assert_true(session_negotiating(new));
	assert_int_equal(nr_got, 18);
	assert_true(export_fenced(&old->user));
	session_exit(old);
	free(old);
	nr_sent = 0;
	talk(1000);
	assert_int_equal(new->phase, SESSION_REQUESTS);
	assert_true(nr_got > 100);
}

/* Every option is answered, once, whatever is in it. */
static void options(void **state)
{
	static const struct { uint32_t opt; const char *data; uint32_t len,
			      reply; } rows[] = {
		{ NBD_OPT_STARTTLS, "", 0, NBD_REP_ERR_UNSUP },
		{ 77, "abc", 3, NBD_REP_ERR_UNSUP },
		{ NBD_OPT_LIST, "a", 1, NBD_REP_ERR_INVALID },
		{ NBD_OPT_LIST, "", 0, NBD_REP_ACK },
		{ NBD_OPT_GO, "\0\0\0\1", 4, NBD_REP_ERR_INVALID },
		{ NBD_OPT_INFO, "\377\377\377\377\0\0", 6, NBD_REP_ERR_INVALID },
		{ NBD_OPT_LIST_META_CONTEXT, "\0\0\0\0\0\0\0\0", 8,
		  NBD_REP_ERR_INVALID },
		{ NBD_OPT_STRUCTURED_REPLY, "x", 1, NBD_REP_ERR_INVALID },
		{ NBD_OPT_STRUCTURED_REPLY, "", 0, NBD_REP_ACK },
		{ NBD_OPT_LIST_META_CONTEXT, "\0\0\0\0\0\0\0\1", 8,
		  NBD_REP_ERR_INVALID },
		{ NBD_OPT_SET_META_CONTEXT, "\0\0\0\0\0\0\0\0", 8, NBD_REP_ACK },
		{ NBD_OPT_ABORT, "", 0, NBD_REP_ACK },
	};
	size_t i;

	say("\0\0\0\3", 4);
	talk(100);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct nbd_option_reply *r = (const void *)got;

		nr_sent = nr_got = 0;
		say_option(rows[i].opt, rows[i].data, rows[i].len);
		talk(100);
		assert_int_equal(be64toh(r->magic), NBD_REP_MAGIC);
		assert_int_equal(be32toh(r->option), rows[i].opt);
		assert_int_equal(be32toh(r->reply), rows[i].reply);
		assert_int_equal(nr_got, 20 + be32toh(r->length));
	}
	assert_int_equal(s->phase, SESSION_OVER);
}

static void too_long_an_option(void **state)
{
	const struct nbd_option_reply *r = (const void *)(got + 18);
	static const uint8_t zeroes[100000];

	say("\0\0\0\3", 4);
	say_option(77, zeroes, sizeof(zeroes));
	talk(5000);
	assert_int_equal(be32toh(r->reply), NBD_REP_ERR_TOO_BIG);
	assert_int_equal(s->phase, SESSION_OPTIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_off, setup, teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(zeroes_of_a_tight_host, setup, teardown),
		cmocka_unit_test_setup_teardown(waits_for_the_fence, setup, teardown),
		cmocka_unit_test_setup_teardown(options, setup, teardown),
		cmocka_unit_test_setup_teardown(too_long_an_option, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_session", tests, NULL, NULL);
}
