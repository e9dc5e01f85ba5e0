// SPDX-License-Identifier: GPL-2.0
/*
 * The client's side of the NBD handshake: greeting, client flags, NBD_OPT_GO; before
 * that, where checksums are to be asked for, what these take. What the server says is
 * judged in nego.c.
 */
#include "handshake.h"
#include "sock.h"

#include <linux/slab.h>
#include <linux/sched/mm.h>
#include <netram/nbd.h>

/* Information items asked for with NBD_OPT_GO. */
static const u16 wanted[] = { NBD_INFO_BLOCK_SIZE, NBD_INFO_DESCRIPTION };

/* Room for one option reply's data; longer ones are a hostile server's. */
#define DATA_MAX NBD_MAX_STRING

/* What a server may send before NBD_REP_ACK. */
#define REPLIES_MAX 16

static int greet(struct socket *sock, unsigned long deadline, const char **why)
{
	struct nbd_greeting hello;
	__be32 flags;
	int err;

	err = netram_sock_recv(sock, &hello, sizeof(hello), deadline);
	if (err)
		return err;
	if (be64_to_cpu(hello.magic) != NBD_MAGIC ||
	    be64_to_cpu(hello.opt_magic) != NBD_IHAVEOPT ||
	    !(be16_to_cpu(hello.flags) & NBD_FLAG_FIXED_NEWSTYLE)) {
		*why = "not an NBD server of the fixed newstyle";
		return -EPROTO;
	}
	flags = cpu_to_be32(NBD_FLAG_C_FIXED_NEWSTYLE |
			    (be16_to_cpu(hello.flags) & NBD_FLAG_NO_ZEROES));
	return netram_sock_send(sock, &flags, sizeof(flags), deadline);
}

static u8 *put_string(u8 *p, const char *text)
{
	u32 len = strlen(text);

	put_unaligned_be32(len, p);
	memcpy(p + 4, text, len);
	return p + 4 + len;
}

/* @end: of the option's data, which begin behind its head in @buf */
static int send_option(struct socket *sock, u8 *buf, u32 option, const u8 *end,
		       unsigned long deadline)
{
	struct nbd_option *opt = (struct nbd_option *)buf;

	opt->magic = cpu_to_be64(NBD_IHAVEOPT);
	opt->option = cpu_to_be32(option);
	opt->length = cpu_to_be32(end - buf - sizeof(*opt));
	return netram_sock_send(sock, buf, end - buf, deadline);
}

/* NBD_OPT_GO: u32 length, name, u16 count, u16 items. */
static int send_go(struct socket *sock, u8 *buf, const char *export,
		   unsigned long deadline)
{
	u8 *p = put_string(buf + sizeof(struct nbd_option), export);
	u32 i;

	*p++ = 0;
	*p++ = ARRAY_SIZE(wanted);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		*p++ = wanted[i] >> 8;
		*p++ = wanted[i] & 0xff;
	}
	return send_option(sock, buf, NBD_OPT_GO, p, deadline);
}

/* One reply to an option, its data in @buf. Return: 0 or an errno. */
static int recv_option(struct socket *sock, u8 *buf, u32 option,
		       unsigned long deadline, u32 *reply, u32 *len)
{
	struct nbd_option_reply head;
	int err;

	err = netram_sock_recv(sock, &head, sizeof(head), deadline);
	if (err)
		return err;
	*reply = be32_to_cpu(head.reply);
	*len = be32_to_cpu(head.length);
	if (be64_to_cpu(head.magic) != NBD_REP_MAGIC ||
	    be32_to_cpu(head.option) != option || *len > DATA_MAX)
		return -EPROTO;
	return *len ? netram_sock_recv(sock, buf, *len, deadline) : 0;
}

/* One reply to NBD_OPT_GO. Return: 1 for the last one, 0, or an errno. */
static int recv_reply(struct socket *sock, u8 *buf, unsigned long deadline,
		      struct netram_export_info *info, const char **why)
{
	u32 reply, len;
	int err;

	err = recv_option(sock, buf, NBD_OPT_GO, deadline, &reply, &len);
	if (err == -EPROTO)
		*why = "malformed answer to NBD_OPT_GO";
	if (err)
		return err;
	if (reply == NBD_REP_ACK)
		return 1;
	if (reply == NBD_REP_INFO && !netram_nego_info(buf, len, info))
		return 0;
	if (reply == NBD_REP_ERR_POLICY)
		netram_nego_refused(buf, len, info);
	*why = reply & NBD_REP_ERR(0) ? netram_nego_error(reply) :
					"malformed answer to NBD_OPT_GO";
	return -EPROTO;
}

static int recv_replies(struct socket *sock, u8 *buf, unsigned long deadline,
			struct netram_export_info *info, const char **why)
{
	int i, ret;

	for (i = 0; i < REPLIES_MAX; i++) {
		ret = recv_reply(sock, buf, deadline, info, why);
		if (ret)
			return min(ret, 0);
	}
	*why = "endless answer to NBD_OPT_GO";
	return -EPROTO;
}

/* NBD_OPT_STRUCTURED_REPLY: no data. */
static int set_structured(struct socket *sock, u8 *buf, unsigned long deadline,
			  const char **why)
{
	u32 reply, len;
	int err;

	err = send_option(sock, buf, NBD_OPT_STRUCTURED_REPLY,
			  buf + sizeof(struct nbd_option), deadline);
	if (!err)
		err = recv_option(sock, buf, NBD_OPT_STRUCTURED_REPLY, deadline,
				  &reply, &len);
	if (!err && reply != NBD_REP_ACK)
		err = -EPROTO;
	if (err == -EPROTO)
		*why = "server knows no structured replies";
	return err;
}

/*
 * NBD_OPT_SET_META_CONTEXT: u32 length, name, u32 count, query; answered with the
 * context that is selected, if there is one, and then with the end.
 */
static int set_context(struct socket *sock, u8 *buf, const char *export,
		       unsigned long deadline, u32 *context, const char **why)
{
	u8 *p = put_string(buf + sizeof(struct nbd_option), export);
	u32 reply, len;
	int err;

	put_unaligned_be32(1, p);
	p = put_string(p + 4, NBD_META_NETRAM_CRC32C);
	err = send_option(sock, buf, NBD_OPT_SET_META_CONTEXT, p, deadline);
	if (!err)
		err = recv_option(sock, buf, NBD_OPT_SET_META_CONTEXT, deadline,
				  &reply, &len);
	if (!err && (reply != NBD_REP_META_CONTEXT ||
		     netram_nego_context(buf, len, NBD_META_NETRAM_CRC32C,
					 context)))
		err = -EPROTO;
	if (!err)
		err = recv_option(sock, buf, NBD_OPT_SET_META_CONTEXT, deadline,
				  &reply, &len);
	if (!err && reply != NBD_REP_ACK)
		err = -EPROTO;
	if (err == -EPROTO)
		*why = "server does not offer checksums";
	return err;
}

static int shake_hands(struct socket *sock, const char *export,
		       unsigned long deadline, struct netram_export_info *info,
		       u32 *context, const char **why)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	u8 *buf = kmalloc(DATA_MAX + 64, GFP_NOIO);
	int err = -ENOMEM;

	netram_nego_init(info);
	if (buf)
		err = greet(sock, deadline, why);
	if (!err && context)
		err = set_structured(sock, buf, deadline, why);
	if (!err && context)
		err = set_context(sock, buf, export, deadline, context, why);
	if (!err)
		err = send_go(sock, buf, export, deadline);
	if (!err)
		err = recv_replies(sock, buf, deadline, info, why);
	kfree(buf);
	memalloc_noreclaim_restore(noreclaim);
	return err;
}

/**
 * netram_handshake() - from a fresh TCP connection to the transmission phase
 * @sock: the connection
 * @export: what to ask for, at most NBD_MAX_STRING bytes
 * @deadline: give up then, jiffies
 * @info: what the server said of the export
 * @why: a sentence for the user, set only where an errno does not say it
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: 0 or a negative errno; the connection is then of no more use.
 */
int netram_handshake(struct socket *sock, const char *export,
		     unsigned long deadline, struct netram_export_info *info,
		     const char **why)
{
	return shake_hands(sock, export, deadline, info, NULL, why);
}

/**
 * netram_handshake_sums() - as netram_handshake(), to ask for checksums
 * @sock: the connection
 * @export: what to ask for, at most NETRAM_EXPORT_MAX bytes
 * @deadline: give up then, jiffies
 * @info: what the server said of the export
 * @context: what it calls the meta context x-netram:crc32c
 * @why: a sentence for the user, set only where an errno does not say it
 *
 * Replies are structured then.
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: 0 or a negative errno; the connection is then of no more use.
 */
int netram_handshake_sums(struct socket *sock, const char *export,
			  unsigned long deadline,
			  struct netram_export_info *info, u32 *context,
			  const char **why)
{
	return shake_hands(sock, export, deadline, info, context, why);
}
