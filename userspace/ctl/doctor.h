/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netramctl doctor: what is known of the host (doctor_gather.c, doctor_netramd.c,
 * doctor_path.c, doctor_process.c) and what follows from it (doctor_check.c), which looks at
 * nothing else and so can be tested by tables.
 */
#ifndef NETRAM_CTL_DOCTOR_H
#define NETRAM_CTL_DOCTOR_H

#include <json-c/json.h>
#include <net/if.h>
#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/swaps.h"

/* Of a number: it could not be read. */
#define DOCTOR_UNKNOWN	UINT64_MAX

/**
 * enum doctor_level - how bad a finding is
 * @DOCTOR_OK: there is none
 * @DOCTOR_NOTE: could be better
 * @DOCTOR_WARNING: goes wrong when memory or the network is short
 * @DOCTOR_ERROR: does not work
 */
enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,
	DOCTOR_WARNING,
	DOCTOR_ERROR,
};

/**
 * struct doctor_finding - something to be put right
 * @next: in the order of the checks
 * @id: which check found it; it keeps its name
 * @level: how bad it is
 * @text: what is so and why that is bad, one sentence
 * @fix: a command
 */
struct doctor_finding {
	struct doctor_finding *next;
	const char *id;
	enum doctor_level level;
	char text[512];
	char fix[256];
};

/**
 * enum doctor_reach - what a connection to a node came to
 * @DOCTOR_REACHED: it was taken
 * @DOCTOR_REFUSED: by the host; nothing listens
 * @DOCTOR_SILENT: no answer in time, as a packet filter makes it
 * @DOCTOR_UNREACHABLE: no way there
 */
enum doctor_reach {
	DOCTOR_REACHED,
	DOCTOR_REFUSED,
	DOCTOR_SILENT,
	DOCTOR_UNREACHABLE,
};

/**
 * struct doctor_path - the way to a node
 * @node: its name
 * @address: its address alone
 * @port: its port
 * @source: this host's address on the way, or ""
 * @device: the interface with that address, or ""
 * @mtu: of the interface; 0: not known
 * @path_mtu: what the way takes, as far as the host knows; 0: not known
 * @offered_mss: payload of a segment that this host said it takes, less TCP's
 *               options, as in @sent_mss
 * @sent_mss: payload of a segment that may be sent, as the other end said, or as
 *            routers on the way did; 0: not connected
 * @local: the address is one of this host's
 * @reach: whether a connection was taken
 * @err: errno if it was not
 */
struct doctor_path {
	char node[NETRAM_NAME_SIZE];
	char address[NETRAM_ENDPOINT_SIZE];
	uint16_t port;
	char source[NETRAM_ENDPOINT_SIZE];
	char device[IF_NAMESIZE];
	uint32_t mtu;
	uint32_t path_mtu;
	uint32_t offered_mss;
	uint32_t sent_mss;
	bool local;
	enum doctor_reach reach;
	int err;
};

/**
 * struct doctor_process - a netramd or netram-server of this host
 * @pid: its pid
 * @server: it is a netram-server
 * @locked_kb: memory it has locked
 * @files: descriptors it may have open
 * @oom_score_adj: -1000 to 1000
 */
struct doctor_process {
	pid_t pid;
	bool server;
	uint64_t locked_kb;
	uint64_t files;
	int oom_score_adj;
};

/**
 * struct doctor_silent - a page server that does not tell netramd how it is
 * @node: its name
 * @address: where netramd asks
 * @why: what it got instead of an answer
 */
struct doctor_silent {
	char node[NETRAM_NAME_SIZE];
	char address[256];
	char why[256];
};

/**
 * struct doctor_facts - all that checks look at
 * @loaded: there is a module
 * @asked: and it answered
 * @module_version: its version, "unknown" without one
 * @tools_version: of netramctl
 * @nodes: of the module
 * @volumes: of the module
 * @swaps: of the host
 * @mem: of the host; zeroes if not known
 * @min_free_kb: vm.min_free_kbytes
 * @boost: vm.watermark_boost_factor
 * @swappiness: vm.swappiness
 * @tcp_mem: net.ipv4.tcp_mem, pages
 * @tcp_probing: net.ipv4.tcp_mtu_probing
 * @paths: to each node
 * @nr_paths: how many
 * @processes: netramd and netram-server
 * @nr_processes: how many
 * @silent: page servers that do not tell netramd how they are
 * @nr_silent: how many
 * @unguarded: volumes whose netram-swap@ is not enabled or does not run, where
 *	systemd runs
 * @nr_unguarded: how many
 */
struct doctor_facts {
	bool loaded;
	bool asked;
	char module_version[64];
	char tools_version[64];
	struct netram_node *nodes;
	struct netram_volume *volumes;
	struct swaps swaps;
	struct meminfo mem;
	uint64_t min_free_kb;
	uint64_t boost;
	uint64_t swappiness;
	uint64_t tcp_mem[3];
	uint64_t tcp_probing;
	struct doctor_path *paths;
	size_t nr_paths;
	struct doctor_process *processes;
	size_t nr_processes;
	struct doctor_silent *silent;
	size_t nr_silent;
	char (*unguarded)[NETRAM_NAME_SIZE];
	size_t nr_unguarded;
};

/* doctor_gather.c */
void doctor_gather(struct doctor_facts *facts);
void doctor_forget(struct doctor_facts *facts);

/* doctor_netramd.c */
void doctor_netramd_parse(struct json_object *status,
			  struct doctor_facts *facts);
void doctor_netramd(struct doctor_facts *facts);

/* doctor_path.c */
void doctor_paths(const struct netram_node *nodes, struct doctor_facts *facts);

/* doctor_process.c */
bool doctor_process_parse(const char *status, const char *limits,
			  const char *oom, struct doctor_process *process);
void doctor_processes(struct doctor_facts *facts);

/* doctor_check.c */
struct doctor_finding *doctor_check(const struct doctor_facts *facts);
void doctor_finding_free(struct doctor_finding *first);
enum doctor_level doctor_worst(const struct doctor_finding *first);
const char *doctor_level_name(enum doctor_level level);
size_t doctor_checks(void);

#endif /* NETRAM_CTL_DOCTOR_H */
