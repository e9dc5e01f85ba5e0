// SPDX-License-Identifier: GPL-2.0
/*
 * Fixed newstyle negotiation: from the client's flags to the first request.
 * Every option is answered before the next is looked at, and only when there is
 * room for the answer, so a flood of options stays in the peer's own socket.
 */
#include "session.h"

#include <errno.h>
#include <string.h>

static void answer(struct session *s, uint32_t reply)
{
	out_add(&s->out, proto_put_option_reply(out_tail(&s->out),
						s->option.option, reply,
						NULL, 0));
}

static void answer_text(struct session *s, uint32_t reply, const char *text)
{
	out_add(&s->out, proto_put_option_reply(out_tail(&s->out),
						s->option.option, reply, text,
						(uint32_t)strlen(text)));
}

static void invalid(struct session *s)
{
	answer_text(s, NBD_REP_ERR_INVALID,
		    "the option's data does not fit its length");
}

/* NBD_OPT_EXPORT_NAME knows no errors: hanging up is the answer. */
static bool wants_answer(const struct session *s)
{
	return s->option.option != NBD_OPT_EXPORT_NAME;
}

static uint32_t join_error(int err)
{
	switch (err) {
	case -EPERM:
		return NBD_REP_ERR_POLICY;
	case -ENOSPC:
		return NBD_REP_ERR_PLATFORM;
	case -ENOENT:
		return NBD_REP_ERR_UNKNOWN;
	default:
		return NBD_REP_ERR_INVALID;
	}
}

static void fail(struct session *s, int err, const char *why)
{
	s->phase = SESSION_OPTIONS;
	if (wants_answer(s))
		answer_text(s, join_error(err), why);
	else
		s->phase = SESSION_OVER;
}

static void put_infos(struct session *s, const char *name,
		      const struct proto_mode *mode)
{
	uint32_t opt = s->option.option;
	struct out *o = &s->out;

	out_add(o, proto_put_info_export(out_tail(o), opt, mode));
	out_add(o, proto_put_info_block_size(out_tail(o), opt));
	out_add(o, proto_put_info_text(out_tail(o), opt, NBD_INFO_NAME, name));
	out_add(o, proto_put_info_text(out_tail(o), opt, NBD_INFO_DESCRIPTION,
				       s->service->description));
	answer(s, NBD_REP_ACK);
}

/* The export is ours to use: say so, and let requests come. */
static void enter(struct session *s)
{
	struct export *e = s->user.export;

	s->mode.size = e->size;
	if (strcmp(s->meta_name, e->name))
		s->mode.meta = 0;
	if (wants_answer(s))
		put_infos(s, e->name, &s->mode);
	else
		out_add(&s->out, proto_put_export_name(out_tail(&s->out),
						       &s->mode,
						       s->no_zeroes));
	s->phase = SESSION_REQUESTS;
}

static void join(struct session *s, const char *text, uint32_t len)
{
	char why[NAME_WHY_MAX];
	struct name name;
	int ret = name_parse(text, len, &name, why);

	if (!ret)
		ret = export_join(s->service->table, &name, &s->user, why);
	s->mode.readonly = name.readonly;
	if (ret == -EINPROGRESS)
		s->phase = SESSION_FENCE;
	else if (ret)
		fail(s, ret, why);
	else
		enter(s);
}

static bool step_fence(struct session *s)
{
	int ret = export_ready(s->service->table, &s->user);

	if (ret == -EINPROGRESS)
		return false;
	if (ret) {
		s->phase = SESSION_OVER;
		return false;
	}
	enter(s);
	return true;
}

static void do_go(struct session *s, const void *data)
{
	struct proto_go go;

	if (proto_go(data, s->option.length, &go))
		invalid(s);
	else
		join(s, go.name, go.name_len);
}

static void do_info(struct session *s, const void *data)
{
	char why[NAME_WHY_MAX];
	struct proto_mode mode = s->mode;
	struct proto_go go;
	struct name name;
	int ret;

	if (proto_go(data, s->option.length, &go)) {
		invalid(s);
		return;
	}
	ret = name_parse(go.name, go.name_len, &name, why);
	if (!ret)
		ret = export_peek(s->service->table, &name, &mode.size, why);
	mode.readonly = name.readonly;
	if (ret)
		fail(s, ret, why);
	else
		put_infos(s, name.export, &mode);
}

static bool step_list(struct session *s)
{
	char name[NETRAM_EXPORT_MAX + 1];

	if (!out_room(&s->out))
		return false;
	if (export_next_name(s->service->table, &s->cursor, name)) {
		out_add(&s->out, proto_put_server(out_tail(&s->out), name));
		return true;
	}
	answer(s, NBD_REP_ACK);
	s->phase = SESSION_OPTIONS;
	return true;
}

static void do_list(struct session *s)
{
	if (s->option.length) {
		invalid(s);
		return;
	}
	s->cursor = 0;
	s->phase = SESSION_LIST;
}

static void do_structured(struct session *s)
{
	if (s->option.length) {
		invalid(s);
		return;
	}
	s->mode.structured = true;
	answer(s, NBD_REP_ACK);
}

/* What the queries of this option ask for; in a list, without any, all. */
static unsigned int wanted_metas(struct session *s, struct proto_meta *meta)
{
	bool list = s->option.option == NBD_OPT_LIST_META_CONTEXT;
	unsigned int found = 0;
	const char *q;
	uint32_t len;

	if (list && !meta->nr_queries)
		return (1U << PROTO_META_NR) - 1;
	while (proto_meta_next(meta, &q, &len)) {
		found |= proto_meta_named(q, len);
		if (list)
			found |= proto_meta_space(q, len);
	}
	return found;
}

static void answer_meta(struct session *s, struct proto_meta *meta,
			const struct name *name)
{
	unsigned int found = wanted_metas(s, meta), id;

	for (id = 0; id < PROTO_META_NR; id++)
		if (found & 1U << id)
			out_add(&s->out,
				proto_put_meta_context(out_tail(&s->out),
						       s->option.option, id));
	if (s->option.option == NBD_OPT_SET_META_CONTEXT) {
		s->mode.meta = found;
		strcpy(s->meta_name, name->export);
	}
	answer(s, NBD_REP_ACK);
}

static void do_meta(struct session *s, const void *data)
{
	char why[NAME_WHY_MAX];
	struct proto_meta meta;
	struct name name;

	/* Setting anew forgets what was set, whatever comes of it. */
	if (s->option.option == NBD_OPT_SET_META_CONTEXT)
		s->mode.meta = 0;
	if (!s->mode.structured)
		answer_text(s, NBD_REP_ERR_INVALID,
			    "meta contexts need structured replies first");
	else if (proto_meta(data, s->option.length, &meta))
		invalid(s);
	else if (name_parse(meta.name, meta.name_len, &name, why))
		answer_text(s, NBD_REP_ERR_INVALID, why);
	else
		answer_meta(s, &meta, &name);
}

static void do_option(struct session *s, const void *data)
{
	switch (s->option.option) {
	case NBD_OPT_EXPORT_NAME:
		join(s, data, s->option.length);
		break;
	case NBD_OPT_ABORT:
		answer(s, NBD_REP_ACK);
		s->phase = SESSION_OVER;
		break;
	case NBD_OPT_LIST:
		do_list(s);
		break;
	case NBD_OPT_INFO:
		do_info(s, data);
		break;
	case NBD_OPT_GO:
		do_go(s, data);
		break;
	case NBD_OPT_STRUCTURED_REPLY:
		do_structured(s);
		break;
	case NBD_OPT_LIST_META_CONTEXT:
	case NBD_OPT_SET_META_CONTEXT:
		do_meta(s, data);
		break;
	default:
		answer(s, NBD_REP_ERR_UNSUP);
	}
}

static bool lack_input(struct session *s)
{
	s->wants_input = true;
	return false;
}

static bool step_flags(struct session *s)
{
	if (!session_has(s, PROTO_FLAGS_SIZE))
		return lack_input(s);
	if (proto_client_flags(s->in + s->start, &s->no_zeroes)) {
		s->phase = SESSION_OVER;
		return false;
	}
	s->start += PROTO_FLAGS_SIZE;
	s->phase = SESSION_OPTIONS;
	return true;
}

static bool step_option(struct session *s)
{
	const uint32_t head = sizeof(struct nbd_option);
	const uint8_t *data;

	if (!session_has(s, head))
		return lack_input(s);
	if (!out_room(&s->out))
		return false;
	if (proto_option(s->in + s->start, &s->option)) {
		s->phase = SESSION_OVER;
		return false;
	}
	if (s->option.length > NBD_MAX_OPTION) {
		s->start += head;
		s->left = s->option.length;
		s->phase = SESSION_SKIP;
		return true;
	}
	if (!session_has(s, head + s->option.length))
		return lack_input(s);
	data = s->in + s->start + head;
	s->start += head + s->option.length;
	do_option(s, data);
	return true;
}

static bool step_skip(struct session *s)
{
	uint32_t here = s->end - s->start;
	uint32_t n = here < s->left ? here : s->left;

	s->start += n;
	s->left -= n;
	if (s->left)
		return lack_input(s);
	s->phase = SESSION_OPTIONS;
	answer_text(s, NBD_REP_ERR_TOO_BIG, "the option's data is too long");
	return true;
}

bool handshake_step(struct session *s)
{
	switch (s->phase) {
	case SESSION_FLAGS:
		return step_flags(s);
	case SESSION_OPTIONS:
		return step_option(s);
	case SESSION_SKIP:
		return step_skip(s);
	case SESSION_LIST:
		return step_list(s);
	default:
		return step_fence(s);
	}
}
