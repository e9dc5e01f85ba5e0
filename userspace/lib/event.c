// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events. A subscription has a socket of its own, so that an answer and an
 * event never have to be told apart.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

struct netram_events {
	struct netram *nt;
};

#define FIELD(_attr, _kind, _required, _member)			\
	NETRAM_FIELD(_attr, _kind, _required,			\
		     struct netram_event_info, _member)

static const struct netram_field event_fields[] = {
	FIELD(NETRAM_EVENT_A_TYPE, U8, true, type),
	FIELD(NETRAM_EVENT_A_TIME, U64, true, time_ns),
	FIELD(NETRAM_EVENT_A_NODE, NAME, false, node),
	FIELD(NETRAM_EVENT_A_VOLUME, NAME, false, volume),
	FIELD(NETRAM_EVENT_A_STATE, U8, false, state),
	FIELD(NETRAM_EVENT_A_VALUE, U32, false, value),
};

int netram_event_decode(const struct nlattr *nest,
			struct netram_event_info *event)
{
	uint64_t seen;
	int err;

	err = netram_fields_decode(event_fields,
				   sizeof(event_fields) / sizeof(*event_fields),
				   nest, event, &seen);
	if (err)
		return err;
	event->has_state = seen >> NETRAM_EVENT_A_STATE & 1;
	event->has_value = seen >> NETRAM_EVENT_A_VALUE & 1;
	return 0;
}

int netram_events_open(struct netram_events **events)
{
	struct netram_events *ev;
	int err;

	*events = NULL;
	ev = calloc(1, sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	err = netram_open(&ev->nt);
	if (err)
		goto err_free;
	err = ev->nt->group ? ev->nt->ops->join(ev->nt->ctx, ev->nt->group) :
			      -EPROTONOSUPPORT;
	if (err)
		goto err_close;
	*events = ev;
	return 0;

err_close:
	netram_close(ev->nt);
err_free:
	free(ev);
	return err;
}

int netram_events_fd(const struct netram_events *ev)
{
	return ev->nt->ops->fd(ev->nt->ctx);
}

static int event_message(struct netram *nt, const struct nlmsghdr *nlh,
			 netram_event_fn fn, void *arg)
{
	size_t head = sizeof(struct genlmsghdr);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	struct netram_event_info event = { 0 };
	const struct nlattr *nest;
	int err;

	if (nlh->nlmsg_type != nt->family)
		return 0;
	if (len < head)
		return -EBADMSG;
	err = netram_attr_find(mnl_nlmsg_get_payload_offset(nlh, head),
			       len - head, NETRAM_A_EVENT, &nest);
	if (!err)
		err = netram_event_decode(nest, &event);
	return err ? err : fn(&event, arg);
}

int netram_events_read(struct netram_events *ev, netram_event_fn fn,
		       void *arg)
{
	struct netram *nt = ev->nt;
	const struct nlmsghdr *nlh = nt->recv_buf;
	ssize_t got;
	int len, err = 0;

	got = nt->ops->recv(nt->ctx, nt->recv_buf, NETRAM_RECV_SIZE);
	if (got < 0)
		return got;
	len = got;
	while (!err && mnl_nlmsg_ok(nlh, len)) {
		err = event_message(nt, nlh, fn, arg);
		nlh = mnl_nlmsg_next(nlh, &len);
	}
	return err;
}

void netram_events_close(struct netram_events *ev)
{
	if (!ev)
		return;
	netram_close(ev->nt);
	free(ev);
}
