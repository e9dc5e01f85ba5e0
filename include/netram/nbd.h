/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The NBD wire as netram speaks it: fixed newstyle handshake, simple and
 * structured replies. Shared by the kernel module, the page server, tests and
 * fuzzers; no other file of this project spells a wire constant.
 *
 * The normative text is the NBD project's doc/proto.md; names follow it.
 * Everything on the wire is big endian. What netram adds stays inside NBD's own
 * extension points:
 *
 * - Export name: "<volume-uuid>?key=value&key=value...". Keys: client (name of
 *   the host, 1-63 of [A-Za-z0-9._-]), epoch (decimal u64), size (decimal
 *   bytes, a multiple of 4096), class (critical, inference, training,
 *   general), claim (as client), takeover (1), readonly (1), orphan (1). An
 *   unknown key or a bad value is answered with NBD_REP_ERR_INVALID. A server that is
 *   not netram's gets a bare name.
 * - NBD_INFO_DESCRIPTION: free text with a word "instance=<32 hex digits>".
 *   The instance changes exactly when the server has lost its pages.
 */
#ifndef NETRAM_NBD_H
#define NETRAM_NBD_H

#include <linux/types.h>

#define NBD_DEFAULT_PORT 10809

/* Handshake: the server speaks first. */
#define NBD_MAGIC		0x4e42444d41474943ULL	/* "NBDMAGIC" */
#define NBD_IHAVEOPT		0x49484156454f5054ULL	/* "IHAVEOPT" */
#define NBD_REP_MAGIC		0x0003e889045565a9ULL

/* Handshake flags (server, then client): bit numbers' values. */
#define NBD_FLAG_FIXED_NEWSTYLE		(1U << 0)
#define NBD_FLAG_NO_ZEROES		(1U << 1)
#define NBD_FLAG_C_FIXED_NEWSTYLE	NBD_FLAG_FIXED_NEWSTYLE
#define NBD_FLAG_C_NO_ZEROES		NBD_FLAG_NO_ZEROES

/* Transmission flags: a u16 in NBD_INFO_EXPORT. */
#define NBD_FLAG_HAS_FLAGS		(1U << 0)
#define NBD_FLAG_READ_ONLY		(1U << 1)
#define NBD_FLAG_SEND_FLUSH		(1U << 2)
#define NBD_FLAG_SEND_FUA		(1U << 3)
#define NBD_FLAG_ROTATIONAL		(1U << 4)
#define NBD_FLAG_SEND_TRIM		(1U << 5)
#define NBD_FLAG_SEND_WRITE_ZEROES	(1U << 6)
#define NBD_FLAG_SEND_DF		(1U << 7)
#define NBD_FLAG_CAN_MULTI_CONN		(1U << 8)
#define NBD_FLAG_SEND_RESIZE		(1U << 9)
#define NBD_FLAG_SEND_CACHE		(1U << 10)
#define NBD_FLAG_SEND_FAST_ZERO		(1U << 11)

/* Options. */
#define NBD_OPT_EXPORT_NAME		1U
#define NBD_OPT_ABORT			2U
#define NBD_OPT_LIST			3U
#define NBD_OPT_STARTTLS		5U
#define NBD_OPT_INFO			6U
#define NBD_OPT_GO			7U
#define NBD_OPT_STRUCTURED_REPLY	8U
#define NBD_OPT_LIST_META_CONTEXT	9U
#define NBD_OPT_SET_META_CONTEXT	10U

/* Option replies. Errors have the top bit set. */
#define NBD_REP_ERR(n)			((1U << 31) | (n))
#define NBD_REP_ACK			1U
#define NBD_REP_SERVER			2U
#define NBD_REP_INFO			3U
#define NBD_REP_META_CONTEXT		4U
#define NBD_REP_ERR_UNSUP		NBD_REP_ERR(1U)
#define NBD_REP_ERR_POLICY		NBD_REP_ERR(2U)
#define NBD_REP_ERR_INVALID		NBD_REP_ERR(3U)
#define NBD_REP_ERR_PLATFORM		NBD_REP_ERR(4U)
#define NBD_REP_ERR_TLS_REQD		NBD_REP_ERR(5U)
#define NBD_REP_ERR_UNKNOWN		NBD_REP_ERR(6U)
#define NBD_REP_ERR_SHUTDOWN		NBD_REP_ERR(7U)
#define NBD_REP_ERR_BLOCK_SIZE_REQD	NBD_REP_ERR(8U)
#define NBD_REP_ERR_TOO_BIG		NBD_REP_ERR(9U)

/* Information items of NBD_OPT_INFO and NBD_OPT_GO. */
#define NBD_INFO_EXPORT			0U
#define NBD_INFO_NAME			1U
#define NBD_INFO_DESCRIPTION		2U
#define NBD_INFO_BLOCK_SIZE		3U

/* NBD_OPT_EXPORT_NAME is answered without a head; these zeroes end it unless NO_ZEROES. */
#define NBD_EXPORT_NAME_PAD		124U

/* Meta context for NBD_CMD_BLOCK_STATUS: which bytes are holes. */
#define NBD_META_BASE			"base:"
#define NBD_META_BASE_ALLOCATION	"base:allocation"

/*
 * Likewise: crc32c of each page, see Documentation/protocol.md. One page is one
 * page of status; a page that is absent has this one, others never.
 */
#define NBD_META_NETRAM			"x-netram:"
#define NBD_META_NETRAM_CRC32C		"x-netram:crc32c"
#define NBD_NETRAM_CRC32C_ABSENT	0U

/* Transmission phase. */
#define NBD_REQUEST_MAGIC		0x25609513U
#define NBD_SIMPLE_REPLY_MAGIC		0x67446698U
#define NBD_STRUCTURED_REPLY_MAGIC	0x668e33efU

#define NBD_CMD_READ			0U
#define NBD_CMD_WRITE			1U
#define NBD_CMD_DISC			2U
#define NBD_CMD_FLUSH			3U
#define NBD_CMD_TRIM			4U
#define NBD_CMD_CACHE			5U
#define NBD_CMD_WRITE_ZEROES		6U
#define NBD_CMD_BLOCK_STATUS		7U
#define NBD_CMD_RESIZE			8U

#define NBD_CMD_FLAG_FUA		(1U << 0)
#define NBD_CMD_FLAG_NO_HOLE		(1U << 1)
#define NBD_CMD_FLAG_DF			(1U << 2)
#define NBD_CMD_FLAG_REQ_ONE		(1U << 3)
#define NBD_CMD_FLAG_FAST_ZERO		(1U << 4)

#define NBD_REPLY_FLAG_DONE		(1U << 0)
#define NBD_REPLY_TYPE_NONE		0U
#define NBD_REPLY_TYPE_OFFSET_DATA	1U
#define NBD_REPLY_TYPE_OFFSET_HOLE	2U
#define NBD_REPLY_TYPE_BLOCK_STATUS	5U
#define NBD_REPLY_TYPE_ERROR		((1U << 15) | 1U)
#define NBD_REPLY_TYPE_ERROR_OFFSET	((1U << 15) | 2U)

#define NBD_STATE_HOLE			(1U << 0)
#define NBD_STATE_ZERO			(1U << 1)

/* Errors on the wire are these numbers, whatever the host's errno values are. */
#define NBD_SUCCESS			0U
#define NBD_EPERM			1U
#define NBD_EIO				5U
#define NBD_ENOMEM			12U
#define NBD_EINVAL			22U
#define NBD_ENOSPC			28U
#define NBD_EOVERFLOW			75U
#define NBD_ENOTSUP			95U
#define NBD_ESHUTDOWN			108U

/* Limits both of netram's ends keep. */
#define NBD_MAX_STRING			4096U
#define NBD_MAX_REQUEST			(32U << 20)
#define NBD_MAX_OPTION			(64U << 10)	/* netram's own bound on one option's data */

/**
 * struct nbd_greeting - the server's first bytes
 * @magic: NBD_MAGIC
 * @opt_magic: NBD_IHAVEOPT: newstyle
 * @flags: NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES
 */
struct nbd_greeting {
	__be64 magic;
	__be64 opt_magic;
	__be16 flags;
} __attribute__((packed));

/**
 * struct nbd_option - head of each option the client sends
 * @magic: NBD_IHAVEOPT
 * @option: NBD_OPT_*
 * @length: bytes of data that follow
 */
struct nbd_option {
	__be64 magic;
	__be32 option;
	__be32 length;
} __attribute__((packed));

/**
 * struct nbd_option_reply - head of each answer to an option
 * @magic: NBD_REP_MAGIC
 * @option: the option answered
 * @reply: NBD_REP_*
 * @length: bytes of data that follow
 */
struct nbd_option_reply {
	__be64 magic;
	__be32 option;
	__be32 reply;
	__be32 length;
} __attribute__((packed));

/**
 * struct nbd_info_export - data of NBD_REP_INFO with NBD_INFO_EXPORT
 * @type: NBD_INFO_EXPORT
 * @size: bytes of the export
 * @flags: transmission flags, NBD_FLAG_HAS_FLAGS always among them
 */
struct nbd_info_export {
	__be16 type;
	__be64 size;
	__be16 flags;
} __attribute__((packed));

/**
 * struct nbd_info_block_size - data of NBD_REP_INFO with NBD_INFO_BLOCK_SIZE
 * @type: NBD_INFO_BLOCK_SIZE
 * @minimum: bytes, a power of two
 * @preferred: bytes, a power of two
 * @maximum: bytes of one request's payload
 */
struct nbd_info_block_size {
	__be16 type;
	__be32 minimum;
	__be32 preferred;
	__be32 maximum;
} __attribute__((packed));

/**
 * struct nbd_request - a request; NBD_CMD_WRITE is followed by @length bytes
 * @magic: NBD_REQUEST_MAGIC
 * @flags: NBD_CMD_FLAG_*
 * @type: NBD_CMD_*
 * @cookie: chosen by the client, returned unread by the server
 * @offset: bytes from the start of the export
 * @length: bytes
 */
struct nbd_request {
	__be32 magic;
	__be16 flags;
	__be16 type;
	__be64 cookie;
	__be64 offset;
	__be32 length;
} __attribute__((packed));

/**
 * struct nbd_simple_reply - a reply; a good one to NBD_CMD_READ is followed by
 * the data
 * @magic: NBD_SIMPLE_REPLY_MAGIC
 * @error: NBD_SUCCESS or NBD_E*
 * @cookie: the request's
 */
struct nbd_simple_reply {
	__be32 magic;
	__be32 error;
	__be64 cookie;
} __attribute__((packed));

/**
 * struct nbd_structured_reply - head of one chunk of a structured reply
 * @magic: NBD_STRUCTURED_REPLY_MAGIC
 * @flags: NBD_REPLY_FLAG_*
 * @type: NBD_REPLY_TYPE_*
 * @cookie: the request's
 * @length: bytes of payload that follow
 */
struct nbd_structured_reply {
	__be32 magic;
	__be16 flags;
	__be16 type;
	__be64 cookie;
	__be32 length;
} __attribute__((packed));

/**
 * struct nbd_block_status - payload of NBD_REPLY_TYPE_BLOCK_STATUS; descriptors
 * follow
 * @context: the id that NBD_REP_META_CONTEXT told
 */
struct nbd_block_status {
	__be32 context;
} __attribute__((packed));

/**
 * struct nbd_block_descriptor - the status of neighbouring bytes
 * @length: bytes, not 0
 * @status: what it means is the context's business
 */
struct nbd_block_descriptor {
	__be32 length;
	__be32 status;
} __attribute__((packed));

#ifdef __KERNEL__
#include <linux/build_bug.h>
#define NBD_ASSERT_SIZE(type, size) static_assert(sizeof(type) == (size))
#else
#include <assert.h>
#define NBD_ASSERT_SIZE(type, size) \
	static_assert(sizeof(type) == (size), #type " is " #size " bytes on the wire")
#endif

NBD_ASSERT_SIZE(struct nbd_greeting, 18);
NBD_ASSERT_SIZE(struct nbd_option, 16);
NBD_ASSERT_SIZE(struct nbd_option_reply, 20);
NBD_ASSERT_SIZE(struct nbd_info_export, 12);
NBD_ASSERT_SIZE(struct nbd_info_block_size, 14);
NBD_ASSERT_SIZE(struct nbd_request, 28);
NBD_ASSERT_SIZE(struct nbd_simple_reply, 16);
NBD_ASSERT_SIZE(struct nbd_structured_reply, 20);
NBD_ASSERT_SIZE(struct nbd_block_status, 4);
NBD_ASSERT_SIZE(struct nbd_block_descriptor, 8);

#endif /* NETRAM_NBD_H */
