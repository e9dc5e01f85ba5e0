/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libnetram share. Nothing here is exported: the version map
 * names what is.
 *
 *   transport   one netlink socket, or a test's stand-in
 *   message     builds requests, takes attributes apart with every check
 *   request     one question and all of its answer; error texts
 *   handle      open, close, the lock, the family's number
 *   node, volume, verify, backup, traffic, extent, latency, event    what the
 *               messages mean
 */
#ifndef NETRAM_LIB_INTERNAL_H
#define NETRAM_LIB_INTERNAL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <pthread.h>
#include <sys/types.h>

#include "netram.h"

/* Dumps grow to the room we offer, up to 32 KiB; a volume with every node of
 * a full pool needs about a third of that.
 */
#define NETRAM_RECV_SIZE	(64 * 1024)
#define NETRAM_SEND_SIZE	2048
#define NETRAM_ERROR_SIZE	512

/* transport.c */

/**
 * struct netram_transport - how messages get to the kernel and back
 * @send: all of @buf or -errno
 * @recv: one datagram, its length, or -errno; waits; -ENOBUFS: some were lost
 * @join: receive what is sent to a multicast group
 * @fd: to poll for reading
 * @close: frees @ctx
 */
struct netram_transport {
	int (*send)(void *ctx, const void *buf, size_t len);
	ssize_t (*recv)(void *ctx, void *buf, size_t len);
	int (*join)(void *ctx, uint32_t group);
	int (*fd)(void *ctx);
	void (*close)(void *ctx);
};

int netram_transport_open(const struct netram_transport **ops, void **ctx);

/* handle.c */

/**
 * struct netram - a handle
 * @lock: held over each exported call; guards everything below
 * @ops: the transport
 * @ctx: the transport's own
 * @family: number of the generic netlink family
 * @group: number of its multicast group, 0 if it has none
 * @seq: of the last request
 * @send_buf: the request being built, NETRAM_SEND_SIZE
 * @recv_buf: the datagram being read, NETRAM_RECV_SIZE
 * @error: why the last call failed
 */
struct netram {
	pthread_mutex_t lock;
	const struct netram_transport *ops;
	void *ctx;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	void *send_buf;
	void *recv_buf;
	char error[NETRAM_ERROR_SIZE];
};

int netram_handle_open(const struct netram_transport *ops, void *ctx,
		       struct netram **handle);
int netram_handle_renew(struct netram *nt);

/* message.c */

/**
 * struct netram_message - a request under construction in a handle's buffer
 * @nlh: its start
 * @overflow: something did not fit; the message must not be sent
 * @unknown: the caller asks for what a later library has; nor must it then
 */
struct netram_message {
	struct nlmsghdr *nlh;
	bool overflow;
	bool unknown;
};

void netram_message_start(struct netram_message *msg, void *buf,
			  uint16_t type, uint8_t cmd, uint8_t version,
			  uint16_t flags);
void netram_message_reserved(struct netram_message *msg,
			     const uint64_t reserved[NETRAM_RESERVED]);
struct nlattr *netram_message_nest(struct netram_message *msg, uint16_t attr);
void netram_message_nest_end(struct netram_message *msg, struct nlattr *nest);
void netram_message_u8(struct netram_message *msg, uint16_t attr, uint8_t v);
void netram_message_u32(struct netram_message *msg, uint16_t attr, uint32_t v);
void netram_message_u64(struct netram_message *msg, uint16_t attr, uint64_t v);
void netram_message_string(struct netram_message *msg, uint16_t attr,
			   const char *v);
void netram_message_bytes(struct netram_message *msg, uint16_t attr,
			  const void *v, size_t len);

typedef int (*netram_attr_fn)(const struct nlattr *attr, void *arg);

int netram_attr_walk(const void *payload, size_t len, netram_attr_fn fn,
		     void *arg);
int netram_attr_nested(const struct nlattr *nest, netram_attr_fn fn, void *arg);
int netram_attr_find(const void *payload, size_t len, uint16_t type,
		     const struct nlattr **found);

/**
 * enum netram_field_kind - what an attribute must look like to be believed
 * @NETRAM_FIELD_U8: one byte
 * @NETRAM_FIELD_BOOL: one byte, kept as a bool
 * @NETRAM_FIELD_U16: two bytes
 * @NETRAM_FIELD_U32: four bytes
 * @NETRAM_FIELD_U64: eight bytes
 * @NETRAM_FIELD_NAME: a string that netram_name_valid()
 * @NETRAM_FIELD_STRING: a string, kept byte for byte
 * @NETRAM_FIELD_TEXT: a string for people; cut to fit, bytes that a terminal
 *   could act on become '?'
 * @NETRAM_FIELD_ENDPOINT: struct sockaddr_in or struct sockaddr_in6
 * @NETRAM_FIELD_BYTES: exactly as many bytes as the member has
 * @NETRAM_FIELD_COUNTS: eight-byte numbers, at most as many as the member has; the
 *   others stay as they are
 */
enum netram_field_kind {
	NETRAM_FIELD_U8,
	NETRAM_FIELD_BOOL,
	NETRAM_FIELD_U16,
	NETRAM_FIELD_U32,
	NETRAM_FIELD_U64,
	NETRAM_FIELD_NAME,
	NETRAM_FIELD_STRING,
	NETRAM_FIELD_TEXT,
	NETRAM_FIELD_ENDPOINT,
	NETRAM_FIELD_BYTES,
	NETRAM_FIELD_COUNTS,
};

/**
 * struct netram_field - where one attribute goes
 * @attr: its number, below 64
 * @kind: what it must look like
 * @required: the object is not believed without it. Only what the module has had from
 *   its first release on: after an upgrade the old one stays loaded while it is used
 * @offset: of the member in the object
 * @size: of the member
 */
struct netram_field {
	uint16_t attr;
	enum netram_field_kind kind;
	bool required;
	size_t offset;
	size_t size;
};

#define NETRAM_FIELD(_attr, _kind, _required, _type, _member)	\
	{ .attr = (_attr), .kind = NETRAM_FIELD_##_kind,	\
	  .required = (_required),				\
	  .offset = offsetof(_type, _member),			\
	  .size = sizeof(((_type *)0)->_member) }

int netram_fields_decode(const struct netram_field *fields, size_t count,
			 const struct nlattr *nest, void *object,
			 uint64_t *seen);

/* request.c */

/**
 * typedef netram_reply_fn - called for each message of an answer
 * @payload: its attributes
 * @len: of @payload
 * @arg: the asker's
 *
 * Return: 0 or -errno, which becomes the request's.
 */
typedef int (*netram_reply_fn)(const void *payload, size_t len, void *arg);

int netram_request(struct netram *nt, struct netram_message *msg,
		   netram_reply_fn fn, void *arg);
void netram_tell_start(struct netram *nt, struct netram_message *msg,
		       uint8_t cmd);
int netram_tell(struct netram *nt, struct netram_message *msg);
int netram_fail(struct netram *nt, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* node.c and those after it: pure, for the tests too */

int netram_node_decode(const struct nlattr *nest, struct netram_node *node);
int netram_volume_decode(const struct nlattr *nest,
			 struct netram_volume *volume);
int netram_verify_decode(const struct nlattr *nest,
			 struct netram_verify *verify);
void netram_verify_free(struct netram_verify *verify);
int netram_backup_decode(const struct nlattr *nest,
			 struct netram_backup *backup);
int netram_traffic_decode(const struct nlattr *nest, uint16_t attr,
			  struct netram_traffic *traffic);
int netram_extent_decode(const struct nlattr *nest,
			 struct netram_extent *extent);
int netram_latency_decode(const struct nlattr *nest,
			  struct netram_latency *latency);
int netram_event_decode(const struct nlattr *nest,
			struct netram_event_info *event);
void netram_node_encode_add(struct netram_message *msg,
			    const struct netram_node_spec *spec);
void netram_node_encode_drain(struct netram_message *msg, const char *name,
			      bool on);
void netram_node_encode_weight(struct netram_message *msg, const char *name,
			       uint32_t weight);
void netram_node_encode_sync(struct netram_message *msg, const char *name);
void netram_node_encode_give_up(struct netram_message *msg, const char *name);
void netram_verify_encode(struct netram_message *msg, const char *name,
			  const struct netram_verify_spec *spec);
void netram_backup_encode(struct netram_message *msg,
			  const struct netram_volume_spec *spec);
void netram_extent_encode_get(struct netram_message *msg, const char *volume,
			      uint64_t index);
void netram_volume_encode_add(struct netram_message *msg,
			      const struct netram_volume_spec *spec);
void netram_volume_encode_set(struct netram_message *msg, const char *name,
			      const struct netram_volume_change *change);

#endif /* NETRAM_LIB_INTERNAL_H */
