// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One question and all of its answer. The module's own sentence about a
 * refusal (NLMSGERR_ATTR_MSG) becomes the handle's error text.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/**
 * struct exchange - how far an answer has come
 * @nt: the handle
 * @nlh: the question
 * @fn: takes the answer's messages, or NULL: none are expected
 * @arg: for @fn
 * @err: the first error of @fn; the rest is read all the same, because the
 *   kernel refuses another dump until this one has been read to its end
 * @told: whoever refused it said why
 */
struct exchange {
	struct netram *nt;
	struct nlmsghdr *nlh;
	netram_reply_fn fn;
	void *arg;
	int err;
	bool told;
};

int netram_fail(struct netram *nt, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(nt->error, sizeof(nt->error), fmt, ap);
	va_end(ap);
	return err;
}

static int fail_errno(struct netram *nt, int err)
{
	char text[128];

	if (err == -EBADMSG)
		return netram_fail(nt, err, "the answer of the netram module cannot be understood; do module and tools have the same version?");
	if (err == -EPERM || err == -EACCES)
		return netram_fail(nt, err, "not permitted: run as root");
	return netram_fail(nt, err, "%s",
			   strerror_r(-err, text, sizeof(text)));
}

static int ack_text(const struct nlattr *attr, void *arg)
{
	struct exchange *x = arg;
	char *error = x->nt->error;
	const char *text = mnl_attr_get_payload(attr);
	size_t i, len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG)
		return 0;
	len = strnlen(text, len < NETRAM_ERROR_SIZE ? len :
						      NETRAM_ERROR_SIZE - 1);
	for (i = 0; i < len; i++)
		error[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	error[len] = '\0';
	x->told = true;
	return 0;
}

/* Where the texts start behind an error number, or 0 if there are none. */
static size_t ack_offset(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*e), echoed;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	if (nlh->nlmsg_type == NLMSG_DONE)
		return sizeof(int);
	if (nlh->nlmsg_flags & NLM_F_CAPPED)
		return offset;
	echoed = e->msg.nlmsg_len;
	if (echoed < sizeof(e->msg) || echoed > nlh->nlmsg_len)
		return 0;
	return offset + MNL_ALIGN(echoed - sizeof(e->msg));
}

static int ack_fail(struct exchange *x, const struct nlmsghdr *nlh, int err)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	size_t offset = ack_offset(nlh);

	fail_errno(x->nt, err);
	if (offset && offset < len)
		netram_attr_walk(mnl_nlmsg_get_payload_offset(nlh, offset),
				 len - offset, ack_text, x);
	return err;
}

/* The end of an answer: NLMSG_ERROR (which may carry 0) or NLMSG_DONE. */
static int exchange_end(struct exchange *x, const struct nlmsghdr *nlh)
{
	size_t need = nlh->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) :
						       sizeof(int);
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= need)
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		return fail_errno(x->nt, -EBADMSG);
	if (err > 0 || err < -4095)
		return fail_errno(x->nt, -EBADMSG);
	if (err)
		return ack_fail(x, nlh, err);
	return x->err ? fail_errno(x->nt, x->err) : 0;
}

static int exchange_data(struct exchange *x, const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_type != x->nlh->nlmsg_type || !x->fn ||
	    len < sizeof(struct genlmsghdr))
		return -EBADMSG;
	len -= sizeof(struct genlmsghdr);
	return x->fn(mnl_nlmsg_get_payload_offset(nlh,
						  sizeof(struct genlmsghdr)),
		     len, x->arg);
}

/* 1: there is more to come; 0: answered; -errno. */
static int exchange_message(struct exchange *x, const struct nlmsghdr *nlh)
{
	int err;

	/* Left over from a request that was given up. */
	if (nlh->nlmsg_seq != x->nlh->nlmsg_seq)
		return 1;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && !x->err)
		x->err = -EINTR;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		return exchange_end(x, nlh);
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return 1;
	err = exchange_data(x, nlh);
	if (err && !x->err)
		x->err = err;
	return 1;
}

static int exchange_datagram(struct exchange *x)
{
	struct netram *nt = x->nt;
	const struct nlmsghdr *nlh = nt->recv_buf;
	ssize_t got;
	int len, ret = 1;

	do
		got = nt->ops->recv(nt->ctx, nt->recv_buf, NETRAM_RECV_SIZE);
	while (got == -EINTR);
	if (got < 0)
		return fail_errno(nt, got);
	len = got;
	if (!mnl_nlmsg_ok(nlh, len))
		return fail_errno(nt, -EBADMSG);
	while (ret == 1 && mnl_nlmsg_ok(nlh, len)) {
		ret = exchange_message(x, nlh);
		nlh = mnl_nlmsg_next(nlh, &len);
	}
	return ret;
}

static int exchange_run(struct exchange *x)
{
	struct netram *nt = x->nt;
	int ret;

	x->nlh->nlmsg_seq = ++nt->seq;
	ret = nt->ops->send(nt->ctx, x->nlh, x->nlh->nlmsg_len);
	if (ret)
		return fail_errno(nt, ret);
	do
		ret = exchange_datagram(x);
	while (ret == 1);
	return ret;
}

/* The module says what it does not have: without a text it was the kernel. */
static bool is_unknown_family(const struct exchange *x, int err)
{
	return err == -ENOENT && !x->told &&
	       x->nlh->nlmsg_type != GENL_ID_CTRL;
}

/*
 * Ask and read the whole answer. The handle's lock is held. What went to a family
 * that is gone nobody has got, so it is sent to the one that has come in its place.
 */
int netram_request(struct netram *nt, struct netram_message *msg,
		   netram_reply_fn fn, void *arg)
{
	struct exchange x = {
		.nt = nt, .nlh = msg->nlh, .fn = fn, .arg = arg,
	};
	int ret;

	if (msg->overflow)
		return netram_fail(nt, -EMSGSIZE, "the request is too long");
	if (msg->unknown)
		return netram_fail(nt, -EINVAL, "reserved members are not zero: is this program made for a later libnetram?");
	for (;;) {
		ret = exchange_run(&x);
		if (!is_unknown_family(&x, ret))
			return ret;
		ret = netram_handle_renew(nt);
		if (ret)
			return ret == -ENOENT ? fail_errno(nt, ret) : ret;
		x.nlh->nlmsg_type = nt->family;
	}
}

/* Begin a command that answers with success or an error; takes the handle's lock. */
void netram_tell_start(struct netram *nt, struct netram_message *msg,
		       uint8_t cmd)
{
	pthread_mutex_lock(&nt->lock);
	netram_message_start(msg, nt->send_buf, nt->family, cmd,
			     NETRAM_GENL_VERSION, NLM_F_ACK);
}

/* Send it, wait for the answer, and give the lock back. */
int netram_tell(struct netram *nt, struct netram_message *msg)
{
	int err = netram_request(nt, msg, NULL, NULL);

	pthread_mutex_unlock(&nt->lock);
	return err;
}
