// SPDX-License-Identifier: GPL-2.0
/*
 * The client's side of the NBD handshake: greeting, client flags, NBD_OPT_GO.
 * What the server says is judged in nego.c.
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

/* NBD_OPT_GO: u32 length, name, u16 count, u16 items. */
static int send_go(struct socket *sock, u8 *buf, const char *export,
		   unsigned long deadline)
{
	struct nbd_option *opt = (struct nbd_option *)buf;
	u32 name = strlen(export), len = 4 + name + 2 + sizeof(wanted), i;
	u8 *p = buf + sizeof(*opt);

	opt->magic = cpu_to_be64(NBD_IHAVEOPT);
	opt->option = cpu_to_be32(NBD_OPT_GO);
	opt->length = cpu_to_be32(len);
	put_unaligned_be32(name, p);
	memcpy(p + 4, export, name);
	p += 4 + name;
	*p++ = 0;
	*p++ = ARRAY_SIZE(wanted);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		*p++ = wanted[i] >> 8;
		*p++ = wanted[i] & 0xff;
	}
	return netram_sock_send(sock, buf, sizeof(*opt) + len, deadline);
}

/* One reply to NBD_OPT_GO. Return: 1 for the last one, 0, or an errno. */
static int recv_reply(struct socket *sock, u8 *buf, unsigned long deadline,
		      struct netram_export_info *info, const char **why)
{
	struct nbd_option_reply head;
	u32 reply, len;
	int err;

	err = netram_sock_recv(sock, &head, sizeof(head), deadline);
	if (err)
		return err;
	reply = be32_to_cpu(head.reply);
	len = be32_to_cpu(head.length);
	if (be64_to_cpu(head.magic) != NBD_REP_MAGIC ||
	    be32_to_cpu(head.option) != NBD_OPT_GO || len > DATA_MAX) {
		*why = "malformed answer to NBD_OPT_GO";
		return -EPROTO;
	}
	if (len) {
		err = netram_sock_recv(sock, buf, len, deadline);
		if (err)
			return err;
	}
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
	unsigned int noreclaim = memalloc_noreclaim_save();
	u8 *buf = kmalloc(DATA_MAX + 64, GFP_NOIO);
	int err = -ENOMEM;

	netram_nego_init(info);
	if (buf)
		err = greet(sock, deadline, why);
	if (!err)
		err = send_go(sock, buf, export, deadline);
	if (!err)
		err = recv_replies(sock, buf, deadline, info, why);
	kfree(buf);
	memalloc_noreclaim_restore(noreclaim);
	return err;
}
