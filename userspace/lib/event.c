// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events. A subscription has a socket of its own, so that an answer and an
 * event never have to be told apart. When the module is unloaded, the kernel ends
 * the membership in its group without a word to the member; but it tells all who
 * have joined nlctrl's group that the family is gone.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* nlctrl's group "notify" has the fixed number that nlctrl itself has. */
#define GROUP_NOTIFY	GENL_ID_CTRL

/**
 * struct netram_events - a subscription
 * @nt: the socket, and the family's number
 * @over: the module was unloaded, so nothing will come any more
 */
struct netram_events {
	struct netram *nt;
	bool over;
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

/*
 * Before the family is looked up: what comes before the answer is about an earlier
 * life of the module and is passed over, and nothing behind it is missed.
 */
static int open_notified(struct netram **nt)
{
	const struct netram_transport *ops;
	void *ctx;
	int err = netram_transport_open(&ops, &ctx);

	if (err)
		return err;
	err = ops->join(ctx, GROUP_NOTIFY);
	if (!err)
		return netram_handle_open(ops, ctx, nt);
	ops->close(ctx);
	return err;
}

int netram_events_open(struct netram_events **events)
{
	struct netram_events *ev;
	int err;

	*events = NULL;
	ev = calloc(1, sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	err = open_notified(&ev->nt);
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

/* What nlctrl says, of all families: is it that this one is gone? */
static bool is_end(const struct genlmsghdr *genl, const void *payload,
		   size_t len, uint16_t family)
{
	const struct nlattr *id;

	return genl->cmd == CTRL_CMD_DELFAMILY &&
	       !netram_attr_find(payload, len, CTRL_ATTR_FAMILY_ID, &id) &&
	       mnl_attr_get_payload_len(id) == sizeof(family) &&
	       mnl_attr_get_u16(id) == family;
}

static int event_message(struct netram_events *ev, const struct nlmsghdr *nlh,
			 netram_event_fn fn, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	struct netram_event_info event = { 0 };
	const void *payload = genl + 1;
	const struct nlattr *nest;
	int err;

	if (nlh->nlmsg_type != ev->nt->family &&
	    nlh->nlmsg_type != GENL_ID_CTRL)
		return 0;
	if (len < sizeof(*genl))
		return -EBADMSG;
	len -= sizeof(*genl);
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		ev->over = is_end(genl, payload, len, ev->nt->family);
		return ev->over ? -ENODEV : 0;
	}
	err = netram_attr_find(payload, len, NETRAM_A_EVENT, &nest);
	if (!err)
		err = netram_event_decode(nest, &event);
	return err ? err : fn(&event, arg);
}

/* That the module was unloaded may be among it. */
static int events_lost(struct netram_events *ev)
{
	struct netram *now;
	int err = netram_open(&now);

	ev->over = err == -ENOENT || (!err && now->family != ev->nt->family);
	netram_close(now);
	return ev->over ? -ENODEV : -ENOBUFS;
}

int netram_events_read(struct netram_events *ev, netram_event_fn fn,
		       void *arg)
{
	struct netram *nt = ev->nt;
	const struct nlmsghdr *nlh = nt->recv_buf;
	ssize_t got;
	int len, err = 0;

	if (ev->over)
		return -ENODEV;
	got = nt->ops->recv(nt->ctx, nt->recv_buf, NETRAM_RECV_SIZE);
	if (got < 0)
		return got == -ENOBUFS ? events_lost(ev) : got;
	len = got;
	while (!err && mnl_nlmsg_ok(nlh, len)) {
		err = event_message(ev, nlh, fn, arg);
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
