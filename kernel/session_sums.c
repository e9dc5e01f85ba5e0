// SPDX-License-Identifier: GPL-2.0
/*
 * Asking a node for the checksums of pages, so that they can be compared without
 * being sent. That goes over a connection of its own beside those of the session, for
 * it needs structured replies, which the hot path has no use for. It is no part of the
 * session's life: whatever becomes of it, the session is not disturbed.
 *
 * Nothing may be done with it that the session might regret. So it is read-only,
 * by the server's word; it bears the epoch of the session, and is refused or closed
 * by the server when that is over; and the server must be the same instance.
 *
 * One user at a time (verify), who keeps the session from going, waits for each
 * answer, and at the end closes it.
 */
#include "session.h"
#include "handshake.h"
#include "log.h"
#include "sums.h"

#include <linux/sched/mm.h>

/* Return: whether the session is up; then also its epoch and the server's instance. */
static bool now_up(struct netram_session *s, u64 *epoch, char *instance)
{
	bool up;

	spin_lock_irq(&s->lock);
	up = s->state == NETRAM_SESSION_UP && !s->fenced;
	*epoch = s->epoch;
	if (instance)
		strscpy(instance, s->instance, NETRAM_INSTANCE_LEN + 1);
	spin_unlock_irq(&s->lock);
	return up;
}

static unsigned long deadline_in(u32 ms)
{
	return jiffies + msecs_to_jiffies(ms);
}

static int connect(struct netram_session *s, const char *instance,
		   const char **why)
{
	unsigned long deadline =
		deadline_in(READ_ONCE(s->cfg.params->connect_timeout_ms));
	struct netram_sums *sums = &s->sums;
	struct netram_export_info info;
	char name[NETRAM_EXPORT_MAX + 1];
	int err;

	err = netram_sock_connect(s->cfg.peer->net, &s->cfg.peer->addr,
				  deadline, &sums->sock);
	if (err)
		return err;
	snprintf(name, sizeof(name),
		 "%s?client=%s&epoch=%llu&size=%llu&claim=%s&readonly=1",
		 s->cfg.uuid, s->cfg.client, sums->epoch, s->cfg.size,
		 s->cfg.claim);
	err = netram_handshake_sums(sums->sock, name, deadline, &info,
				    &sums->context, why);
	netram_session_greeted(sums->sock, &sums->greeted_tx,
			       &sums->greeted_rx);
	if (err)
		return err;
	*why = netram_nego_check_reader(&info, s->cfg.size, instance);
	return *why ? -EPROTO : 0;
}

static void disconnect(struct netram_sums *sums)
{
	if (sums->sock)
		netram_sock_close(sums->sock);
	sums->sock = NULL;
}

static void give_up(struct netram_session *s, const char *why, int err)
{
	char text[24];

	disconnect(&s->sums);
	if (!why)
		why = netram_session_in_words(err);
	if (!why) {
		snprintf(text, sizeof(text), "error %d", -err);
		why = text;
	}
	netram_info_ratelimited(s->cfg.label,
				"pages are read to verify them, their checksums cannot be had: %s",
				why);
}

/**
 * netram_session_sums_open() - be ready to ask for checksums, if that is possible
 * @s: the session; does not go away
 *
 * Once for each epoch of the session: a node that does not offer them will not
 * do so the next moment.
 *
 * Context: process, sleeps, at worst for connect_timeout_ms; does not enter reclaim.
 */
void netram_session_sums_open(struct netram_session *s)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	char instance[NETRAM_INSTANCE_LEN + 1];
	struct netram_sums *sums = &s->sums;
	const char *why = NULL;
	u64 epoch;
	int err;

	/* A foreign server knows neither the key nor the context. */
	if (s->cfg.peer->foreign || !now_up(s, &epoch, instance) ||
	    (sums->tried && sums->epoch == epoch))
		goto out;
	disconnect(sums);
	sums->tried = true;
	sums->epoch = epoch;
	err = connect(s, instance, &why);
	if (err)
		give_up(s, why, err);
out:
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_session_sums_close() - ask no more for now
 * @s: the session
 *
 * Context: process, sleeps; does not enter reclaim.
 */
void netram_session_sums_close(struct netram_session *s)
{
	disconnect(&s->sums);
	s->sums.tried = false;
}

static int send_request(struct netram_session *s, u64 page, u32 pages,
			unsigned long deadline)
{
	struct nbd_request req = {
		.magic = cpu_to_be32(NBD_REQUEST_MAGIC),
		.type = cpu_to_be16(NBD_CMD_BLOCK_STATUS),
		.cookie = cpu_to_be64(++s->sums.cookie),
		.offset = cpu_to_be64(page << NETRAM_PAGE_SHIFT),
		.length = cpu_to_be32(pages << NETRAM_PAGE_SHIFT),
	};

	WRITE_ONCE(s->sums.tx, s->sums.tx + sizeof(req));
	return netram_sock_send(s->sums.sock, &req, sizeof(req), deadline);
}

static int receive(struct netram_session *s, void *to, size_t len,
		   unsigned long deadline)
{
	int err = netram_sock_recv(s->sums.sock, to, len, deadline);

	if (!err)
		WRITE_ONCE(s->sums.rx, s->sums.rx + len);
	return err;
}

/* A simple reply is shorter: what is no answer of ours is not waited for. */
static int receive_head(struct netram_session *s,
			struct nbd_structured_reply *head,
			unsigned long deadline)
{
	const size_t first = sizeof(struct nbd_simple_reply);
	int err = receive(s, head, first, deadline);

	if (err || be32_to_cpu(head->magic) != NBD_STRUCTURED_REPLY_MAGIC)
		return err;
	return receive(s, (u8 *)head + first, sizeof(*head) - first, deadline);
}

/* Return: for how many of the pages there are checksums now, or an errno. */
static int ask(struct netram_session *s, u64 page, u32 pages, u32 *crc,
	       unsigned long deadline, const char **why)
{
	struct nbd_structured_reply head = { 0 };
	u8 payload[NETRAM_SUMS_PAYLOAD];
	int err, len;

	err = send_request(s, page, pages, deadline);
	if (!err)
		err = receive_head(s, &head, deadline);
	if (err)
		return err;
	len = netram_sums_head(&head, s->sums.cookie, pages, why);
	if (len < 0)
		return -EPROTO;
	err = receive(s, payload, len, deadline);
	if (err)
		return err;
	len = netram_sums_take(payload, len, s->sums.context, pages, crc, why);
	return len < 0 ? -EPROTO : len;
}

/**
 * netram_session_sums() - the checksums of pages, as their node computes them
 * @s: the session; netram_session_sums_open() was called
 * @page: the first page
 * @pages: how many, at most NETRAM_SUMS_MAX
 * @crc: one for each page, as on the wire: NBD_NETRAM_CRC32C_ABSENT where the
 *   node does not have the page
 *
 * Context: process, sleeps, at worst for io_timeout_ms; does not enter reclaim.
 * Return: 0, or -ENOTCONN: read the pages.
 */
int netram_session_sums(struct netram_session *s, u64 page, u32 pages, u32 *crc)
{
	unsigned long deadline =
		deadline_in(READ_ONCE(s->cfg.params->io_timeout_ms));
	const char *why = NULL;
	int told = 0;
	u64 epoch;

	if (!s->sums.sock)
		return -ENOTCONN;
	if (!now_up(s, &epoch, NULL) || epoch != s->sums.epoch) {
		netram_session_sums_close(s);
		return -ENOTCONN;
	}
	/* A server may tell of fewer pages at a time, but of one at least. */
	for (; pages; pages -= told, page += told, crc += told) {
		told = ask(s, page, pages, crc, deadline, &why);
		if (told < 0) {
			give_up(s, why, told);
			return -ENOTCONN;
		}
	}
	return 0;
}

/**
 * netram_session_sums_traffic() - what was carried to ask for checksums
 * @s: the session; it may be in use
 * @t: where to add that: as what verify does otherwise, to the mover's
 *
 * Context: any.
 */
void netram_session_sums_traffic(const struct netram_session *s,
				 struct netram_traffic *t)
{
	u64 greeted_tx = READ_ONCE(s->sums.greeted_tx);
	u64 greeted_rx = READ_ONCE(s->sums.greeted_rx);
	u64 tx = READ_ONCE(s->sums.tx), rx = READ_ONCE(s->sums.rx);

	t->tx += greeted_tx + tx;
	t->rx += greeted_rx + rx;
	t->parts[NETRAM_PART_HANDSHAKES] += greeted_tx + greeted_rx;
	t->parts[NETRAM_PART_MOVER] += tx + rx;
}
