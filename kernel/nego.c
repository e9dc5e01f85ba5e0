// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what a server says while a connection is set up. All of it is hostile
 * until it has passed through here. Pure: no locks, no allocation, no socket,
 * also built in userspace for the tests and the fuzzer.
 */
#include "nego.h"
#include "wire.h"
#include <netram/nbd.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define INSTANCE_WORD "instance="

/**
 * netram_nego_init() - what holds before the server has said anything
 * @info: where to put it
 */
void netram_nego_init(struct netram_export_info *info)
{
	memset(info, 0, sizeof(*info));
	info->block_min = 1;
	info->payload_max = NBD_MAX_REQUEST;
}

static int read_export(const void *data, u32 len,
		       struct netram_export_info *info)
{
	const struct nbd_info_export *e = data;

	if (len != sizeof(*e))
		return -1;
	info->size = be64_to_cpu(e->size);
	info->flags = be16_to_cpu(e->flags);
	info->has_export = true;
	return 0;
}

static int read_block_size(const void *data, u32 len,
			   struct netram_export_info *info)
{
	const struct nbd_info_block_size *b = data;

	if (len != sizeof(*b))
		return -1;
	info->block_min = be32_to_cpu(b->minimum);
	info->payload_max = be32_to_cpu(b->maximum);
	return 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The text is not terminated; a server that tells no instance is none of ours. */
static int read_description(const char *text, u32 len,
			    struct netram_export_info *info)
{
	const u32 word = sizeof(INSTANCE_WORD) - 1;
	u32 at, i;

	for (at = 0; at + word + NETRAM_INSTANCE_LEN <= len; at++) {
		if (memcmp(text + at, INSTANCE_WORD, word))
			continue;
		for (i = 0; i < NETRAM_INSTANCE_LEN; i++)
			if (!is_hex(text[at + word + i]))
				return 0;
		memcpy(info->instance, text + at + word, NETRAM_INSTANCE_LEN);
		return 0;
	}
	return 0;
}

/**
 * netram_nego_info() - take in the data of one NBD_REP_INFO
 * @data: the data, in the server's byte order
 * @len: bytes of it
 * @info: what has been learned so far
 *
 * Items this end does not know are skipped, as the protocol asks.
 *
 * Return: 0, or -1 for a malformed item: the server is not to be trusted.
 */
int netram_nego_info(const void *data, u32 len,
		     struct netram_export_info *info)
{
	const u8 *p = data;

	if (len < 2)
		return -1;
	switch (p[0] << 8 | p[1]) {
	case NBD_INFO_EXPORT:
		return read_export(data, len, info);
	case NBD_INFO_BLOCK_SIZE:
		return read_block_size(data, len, info);
	case NBD_INFO_DESCRIPTION:
		return read_description(data + 2, len - 2, info);
	default:
		return 0;
	}
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

/* "WORD=HOST: ..." Return: whether the text is that. */
static bool read_holder(const char *text, u32 len, const char *word,
			struct netram_export_info *info)
{
	u32 at = strlen(word), n = 0;

	if (len < at || memcmp(text, word, at))
		return false;
	while (at + n < len && n < NETRAM_NAME_MAX && is_name_char(text[at + n]))
		n++;
	if (!n || at + n == len || text[at + n] != ':')
		return false;
	memcpy(info->holder, text + at, n);
	info->holder[n] = 0;
	return true;
}

/**
 * netram_nego_refused() - take in the sentence that goes with NBD_REP_ERR_POLICY
 * @text: the sentence, not terminated; anything may be in it
 * @len: bytes of it
 * @info: @info->refusal and @info->holder are set if it tells of another host
 */
void netram_nego_refused(const char *text, u32 len,
			 struct netram_export_info *info)
{
	if (read_holder(text, len, "in-use-by=", info))
		info->refusal = NETRAM_REFUSAL_IN_USE;
	else if (read_holder(text, len, "taken-over-by=", info))
		info->refusal = NETRAM_REFUSAL_TAKEN_OVER;
}

/**
 * netram_nego_check() - can a volume live on this export
 * @info: all the server said
 * @size: the volume's size, bytes
 * @payload: the largest payload we shall send, bytes
 *
 * Return: NULL if it can, else a sentence for the user.
 */
const char *netram_nego_check(const struct netram_export_info *info,
			      u64 size, u32 payload)
{
	if (!info->has_export)
		return "server did not describe the export";
	if (info->size < size)
		return "export is smaller than the volume";
	if (info->flags & NBD_FLAG_READ_ONLY)
		return "export is read-only";
	if (info->block_min > NETRAM_PAGE_SIZE)
		return "export's smallest block is over 4096 bytes";
	if (info->payload_max < payload)
		return "export takes no requests of 1 MiB";
	return NULL;
}

/**
 * netram_nego_check_reader() - may a connection look at a volume's pages there
 * @info: all the server said
 * @size: the volume's size, bytes
 * @instance: the server's, as the connections that carry the volume know it
 *
 * Return: NULL if it may, else a sentence for the user.
 */
const char *netram_nego_check_reader(const struct netram_export_info *info,
				     u64 size, const char *instance)
{
	if (!info->has_export)
		return "server did not describe the export";
	if (info->size < size)
		return "export is smaller than the volume";
	/* It takes the server's word that nothing can be done by mistake. */
	if (!(info->flags & NBD_FLAG_READ_ONLY))
		return "server would let a connection write that is to read only";
	if (!instance[0] || strcmp(info->instance, instance))
		return "server was restarted meanwhile";
	return NULL;
}

/**
 * netram_nego_context() - take in one NBD_REP_META_CONTEXT
 * @data: the data
 * @len: bytes of it
 * @name: the context that was asked for
 * @id: what the server calls it from now on
 *
 * Return: 0, or -1 if it is something else.
 */
int netram_nego_context(const void *data, u32 len, const char *name, u32 *id)
{
	const u8 *p = data;

	if (len != 4 + strlen(name) || memcmp(p + 4, name, len - 4))
		return -1;
	*id = (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	return 0;
}

/**
 * netram_nego_error() - an option's error reply in words
 * @reply: NBD_REP_ERR_*
 *
 * Return: a phrase for the user.
 */
const char *netram_nego_error(u32 reply)
{
	switch (reply) {
	case NBD_REP_ERR_UNSUP:
		return "server does not know NBD_OPT_GO";
	case NBD_REP_ERR_POLICY:
		return "server refuses: forbidden by its policy, or a newer session exists";
	case NBD_REP_ERR_INVALID:
		return "server finds the request invalid: volume of another size there, or not a netram-server (name its export with --export)";
	case NBD_REP_ERR_TLS_REQD:
		return "server wants TLS";
	case NBD_REP_ERR_UNKNOWN:
		return "server has no such export: if it is not a netram-server, name its export with --export";
	case NBD_REP_ERR_SHUTDOWN:
		return "server is shutting down";
	case NBD_REP_ERR_TOO_BIG:
		return "server finds the request too big";
	default:
		return "server refuses the export";
	}
}
