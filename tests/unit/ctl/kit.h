/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stand-in for the kernel. Tests queue datagrams; the transport here hands
 * them out one by one, with the sequence number of the request before them,
 * and keeps the last request for the test to look at.
 */
#ifndef NETRAM_TEST_KIT_H
#define NETRAM_TEST_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/ctl.h"
#include "lib/internal.h"

#define KIT_FAMILY	0x21
#define KIT_GROUP	7

/**
 * struct kit_msg - datagrams under construction
 * @buf: where; as far as possible from what ASAN could not tell apart
 * @len: filled
 * @last: the last message's header, or NULL
 */
struct kit_msg {
	char buf[16384] __attribute__((aligned(8)));
	size_t len;
	struct nlmsghdr *last;
};

void kit_reset(void);
void kit_queue(const void *datagram, size_t len);
void kit_queue_msg(struct kit_msg *m);
void kit_queue_errno(int err);
void kit_keep_seq(bool keep);
const struct nlmsghdr *kit_sent(void);
unsigned int kit_requests(void);
unsigned int kit_open_transports(void);
bool kit_joined(uint32_t group);

void kit_begin(struct kit_msg *m, uint16_t type, uint16_t flags, uint8_t cmd);
void kit_end(struct kit_msg *m);
void kit_ack(struct kit_msg *m, int err, const char *text);
void kit_ack_echo(struct kit_msg *m, int err, const char *text,
		  uint32_t echoed);
void kit_done(struct kit_msg *m, int err, const char *text);
void kit_nlctrl(struct kit_msg *m, uint8_t cmd, const char *name, uint16_t id);
void kit_family(struct kit_msg *m);
void kit_reset_family(void);

/* What a kernel that knows all the attributes would send. */
void kit_put_node(struct kit_msg *m, const char *name, uint8_t state);
void kit_put_node_extents(struct kit_msg *m, const char *name, uint8_t state,
			  uint64_t extents);
void kit_put_volume(struct kit_msg *m, const char *name, uint32_t index,
		    uint8_t state);
void kit_put_volume_stale(struct kit_msg *m, const char *name, uint64_t stale);
void kit_put_verified(struct kit_msg *m, const char *name,
		      const struct netram_verify *verify);
void kit_put_latency(struct kit_msg *m, const char *volume, const char *node,
		     size_t reads, size_t writes);
void kit_put_extent(struct kit_msg *m, uint64_t index, unsigned int copies);
void kit_put_event(struct kit_msg *m, uint8_t type, const char *node);

/* As the module answers VOLUME_GET and VOLUME_VERIFY. */
void kit_queue_verified(const struct netram_verify *v);

struct netram *kit_open(void);

/* What the last kit_run() wrote to stdout and stderr. */
extern char kit_output[65536];
extern char kit_errors[4096];

int kit_run(const struct ctl_command *cmd, const struct ctl_call *call);
void kit_parse(const struct ctl_command *cmd, char **argv,
	       struct ctl_call *call);

#endif /* NETRAM_TEST_KIT_H */
