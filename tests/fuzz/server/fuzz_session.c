// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the page server from the wire down: parser, handshake, requests, store.
 * The sources are included whole, so that one clang command builds this.
 *
 * Raw bytes seldom get past the magic numbers, so the first byte chooses:
 *   even: the input is the stream;
 *   odd: the input is a list of records that are dressed as options, then as
 *        requests, with the right magic, and lengths mostly true.
 * The second byte says in what pieces the stream arrives, and whether the
 * peer reads its replies.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "checksum.c"
#include "text.c"
#include "name.c"
#include "store.c"
#include "sweep.c"
#include "proto.c"
#include "out.c"
#define join export_do_join
#include "export.c"
#undef join
#define step session_step
#define reply session_reply
#include "session.c"
#undef step
#undef reply
#include "handshake.c"

#define MUST(x) do { if (!(x)) { \
	fprintf(stderr, "broken: %s\n", #x); abort(); } } while (0)

#define STREAM_MAX (256U << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t stream[STREAM_MAX];
static size_t nr_stream;

struct input {
	const uint8_t *p;
	size_t left;
};

static void wake(struct export_user *user)
{
	(void)user;
}

static void add(const void *from, size_t n)
{
	if (n > STREAM_MAX - nr_stream)
		n = STREAM_MAX - nr_stream;
	memcpy(stream + nr_stream, from, n);
	nr_stream += n;
}

static uint64_t take_bytes(struct input *in, unsigned int n)
{
	uint64_t v = 0;

	while (n-- && in->left) {
		v = v << 8 | *in->p++;
		in->left--;
	}
	return v;
}

static void add_go(const char *name)
{
	uint32_t n = (uint32_t)strlen(name), be = htobe32(n);
	struct nbd_option o = { htobe64(NBD_IHAVEOPT), htobe32(NBD_OPT_GO),
				htobe32(n + 6) };

	add(&o, sizeof(o));
	add(&be, 4);
	add(name, n);
	add("\0\0", 2);
}

/* Both meta contexts of an export, for requests to ask about. */
static void add_contexts(const char *name)
{
	static const char *const queries[] = { NBD_META_BASE_ALLOCATION,
					       NBD_META_NETRAM_CRC32C };
	uint32_t n = (uint32_t)strlen(name), len = 4 + n + 4, be, i;
	struct nbd_option o = { htobe64(NBD_IHAVEOPT),
				htobe32(NBD_OPT_STRUCTURED_REPLY), 0 };

	add(&o, sizeof(o));
	for (i = 0; i < 2; i++)
		len += 4 + (uint32_t)strlen(queries[i]);
	o.option = htobe32(NBD_OPT_SET_META_CONTEXT);
	o.length = htobe32(len);
	add(&o, sizeof(o));
	be = htobe32(n);
	add(&be, 4);
	add(name, n);
	be = htobe32(2);
	add(&be, 4);
	for (i = 0; i < 2; i++) {
		be = htobe32((uint32_t)strlen(queries[i]));
		add(&be, 4);
		add(queries[i], strlen(queries[i]));
	}
}

/* Record: option, length of data, data; a lie about it now and then. */
static void add_option(struct input *in)
{
	uint32_t opt = (uint32_t)take_bytes(in, 1) % 12;
	uint32_t len = (uint32_t)take_bytes(in, 1);
	uint32_t said = len;
	struct nbd_option o;

	if (len > in->left)
		len = (uint32_t)in->left;
	if (opt != 11)
		said = len;
	o = (struct nbd_option){ htobe64(NBD_IHAVEOPT), htobe32(opt),
				 htobe32(said) };
	add(&o, sizeof(o));
	add(in->p, len);
	in->p += len;
	in->left -= len;
}

/* Record: command, flags, offset, length; payloads are made up. */
static void add_request(struct input *in)
{
	static const uint8_t payload[65536];
	struct nbd_request r = { .magic = htobe32(NBD_REQUEST_MAGIC) };
	uint16_t type = (uint16_t)take_bytes(in, 1);
	uint64_t off;
	uint32_t len;

	r.flags = htobe16((uint16_t)take_bytes(in, 1));
	off = take_bytes(in, 3);
	len = (uint32_t)take_bytes(in, 3);
	if (type & 0x80)
		off = ~off;
	if (type & 0x40)
		len = ~len;
	else if (!(type & 0x20))
		len &= 0x1ffff;
	type &= 0x0f;
	r.type = htobe16(type);
	r.offset = htobe64(off);
	r.length = htobe32(len);
	add(&r, sizeof(r));
	for (; type == NBD_CMD_WRITE && len && nr_stream < STREAM_MAX;) {
		uint32_t n = len < sizeof(payload) ? len : sizeof(payload);

		add(payload, n);
		len -= n;
	}
}

static void make_stream(struct input *in)
{
	unsigned int how = (unsigned int)take_bytes(in, 1), options = how % 8;

	nr_stream = 0;
	add("\0\0\0\3", 4);
	while (options-- && in->left)
		add_option(in);
	if (how & 0x80)
		add_contexts("f");
	add_go("f?epoch=1&size=8388608");
	while (in->left && nr_stream < STREAM_MAX)
		add_request(in);
}

/* Send what waits; without @reader the peer never takes it. */
static bool take_output(struct session *s, bool reader)
{
	uint32_t nr = session_gather(s), i;
	size_t n = 0, sum = 0;

	for (i = 0; i < nr; i++) {
		const volatile uint8_t *p = s->out.iov[i].iov_base;

		n += s->out.iov[i].iov_len;
		sum += p[0] + p[s->out.iov[i].iov_len - 1];
	}
	(void)sum;
	session_sent(s, reader ? n : 0);
	return nr && reader;
}

static size_t give(struct session *s, const uint8_t *from, size_t len)
{
	struct iovec iov[2];
	int i, nr = session_recv_iov(s, iov);
	size_t given = 0;

	MUST(nr == 1 || nr == 2);
	for (i = 0; i < nr && given < len; i++) {
		size_t n = iov[i].iov_len;

		MUST(n);
		if (n > len - given)
			n = len - given;
		memcpy(iov[i].iov_base, from + given, n);
		given += n;
	}
	session_received(s, given);
	return given;
}

static void converse(struct session *s, const uint8_t *from, size_t size,
		     size_t step, bool reader)
{
	size_t at = 0;

	for (;;) {
		bool moved;

		session_run(s);
		moved = take_output(s, reader);
		if (s->wants_turn || (moved && !s->wants_input &&
				      s->phase != SESSION_OVER))
			continue;
		if (!s->wants_input)
			return;
		if (at == size) {
			session_eof(s);
			return;
		}
		at += give(s, from + at, size - at < step ? size - at : step);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session s;
	struct service service;
	struct export_table table;
	struct store store;
	struct stats stats = { 0 };
	struct input in = { data, size };
	unsigned int kind = (unsigned int)take_bytes(&in, 1);
	unsigned int how = (unsigned int)take_bytes(&in, 1);
	struct stat st;
	unsigned int i;

	MUST(!store_init(&store, 1 << 20, NULL));
	MUST(!export_table_init(&table, &store, 4, 1 << 24));
	service = (struct service){ &table, "fuzz instance=0" };
	session_init(&s, &service, &stats, wake);
	if (kind & 1) {
		make_stream(&in);
		in = (struct input){ stream, nr_stream };
	}
	converse(&s, in.p, in.left, 1U << (how & 15), how & 0x80);
	session_exit(&s);
	for (i = 0; i < table.max; i++) {
		struct export *e = table.slots[i];

		if (!e || !e->space)
			continue;
		/* Counted is what is held, and nothing stays pinned. */
		MUST(!fstat(e->space->fd, &st));
		MUST((uint64_t)st.st_blocks * 512 ==
		     e->space->used << NETRAM_PAGE_SHIFT);
		space_trim(e->space, 0, (uint32_t)e->size);
		MUST(!space_present(e->space));
		sweep_now(&store, UINT64_MAX);
		MUST(!e->space->used);
	}
	export_table_exit(&table);
	MUST(!store.used);
	store_exit(&store);
	return 0;
}
