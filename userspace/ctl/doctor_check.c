// SPDX-License-Identifier: GPL-2.0
/*
 * What is wrong with a host, by what is known of it. Each check is a function in
 * the table at the end; what could not be read is never held against it.
 */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "common/ask.h"
#include "common/device.h"
#include "common/unit.h"
#include "doctor.h"

/* A packet with a page takes about twice that in the receiver's memory. */
#define KB_PER_PAGE		8
/* Reserves are taken from programs: no more than so much of the memory. */
#define RESERVE_PART		8
/* Below, the kernel throws away files it needs rather than swap. */
#define SWAPPINESS_MIN		10
/* netram-server takes 1024 connections, and has some files besides. */
#define SERVER_FILES		1088
#define ETHERNET_MTU		1500

/* Findings in the making; they are kept in order. */
struct findings {
	struct doctor_finding *first;
	struct doctor_finding **last;
};

/* Return: a finding without a fix yet. */
__attribute__((format(printf, 4, 5)))
static struct doctor_finding *found(struct findings *f, const char *id,
				    enum doctor_level level,
				    const char *fmt, ...)
{
	struct doctor_finding *finding = calloc(1, sizeof(*finding));
	va_list ap;

	if (!finding)
		abort();
	finding->id = id;
	finding->level = level;
	va_start(ap, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	va_end(ap);
	*f->last = finding;
	f->last = &finding->next;
	return finding;
}

__attribute__((format(printf, 2, 3)))
static void fix(struct doctor_finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(finding->fix, sizeof(finding->fix), fmt, ap);
	va_end(ap);
}

static bool swapped_on(const struct doctor_facts *facts,
		       const struct netram_volume *volume)
{
	char device[DEVICE_SIZE];

	device_path(volume->index, device);
	return swaps_find(&facts->swaps, device);
}

static bool any_swap(const struct doctor_facts *facts)
{
	const struct netram_volume *volume;

	for (volume = facts->volumes; volume; volume = volume->next)
		if (swapped_on(facts, volume))
			return true;
	return false;
}

/* Of what matters for swap only. */
static enum doctor_level by_swap(const struct doctor_facts *facts)
{
	return any_swap(facts) ? DOCTOR_WARNING : DOCTOR_NOTE;
}

/* Pages that can be under way at once, when each request is for one. */
static uint64_t pages_under_way(const struct doctor_facts *facts, bool all)
{
	const struct netram_volume *v;
	uint64_t pages = 0;

	for (v = facts->volumes; v; v = v->next)
		if (all || swapped_on(facts, v))
			pages += (uint64_t)v->connections * v->queue_depth;
	return pages;
}

static void check_module(const struct doctor_facts *facts, struct findings *f)
{
	if (!facts->loaded)
		fix(found(f, "module", DOCTOR_ERROR,
			  "the netram kernel module is not loaded"),
		    "modprobe netram");
	else if (!facts->asked)
		fix(found(f, "module", DOCTOR_ERROR,
			  "the netram kernel module does not answer: root may ask it, and tools of its version"),
		    "sudo netramctl doctor");
}

static void check_version(const struct doctor_facts *facts, struct findings *f)
{
	if (!facts->loaded || !strcmp(facts->module_version, "unknown") ||
	    !strcmp(facts->module_version, facts->tools_version))
		return;
	fix(found(f, "version", DOCTOR_WARNING,
		  "the module is version %s, the tools are %s: what is new in one the other does not know",
		  facts->module_version, facts->tools_version),
	    "modprobe -r netram && modprobe netram");
}

static uint64_t wanted_min_free_kb(const struct doctor_facts *facts)
{
	uint64_t base = vm_min_free_kb(facts->mem.total_kb);
	uint64_t queues = pages_under_way(facts, false) * KB_PER_PAGE;
	uint64_t most = facts->mem.total_kb / RESERVE_PART;

	if (queues > most)
		queues = most;
	return queues > base ? queues : base;
}

static void check_min_free(const struct doctor_facts *facts, struct findings *f)
{
	uint64_t want = wanted_min_free_kb(facts);

	if (facts->min_free_kb == DOCTOR_UNKNOWN || facts->min_free_kb >= want)
		return;
	fix(found(f, "min-free", by_swap(facts),
		  "vm.min_free_kbytes is %" PRIu64 ", less than swapping over a network wants with this memory and these queues: answers may find no room just when memory is used up",
		  facts->min_free_kb),
	    "sysctl -w vm.min_free_kbytes=%" PRIu64, want);
}

static void check_boost(const struct doctor_facts *facts, struct findings *f)
{
	if (facts->boost == DOCTOR_UNKNOWN || !facts->boost)
		return;
	fix(found(f, "watermark-boost", by_swap(facts),
		  "vm.watermark_boost_factor is %" PRIu64 ": the kernel may put all that is free out of reach of the packets that swapping waits for",
		  facts->boost),
	    "sysctl -w vm.watermark_boost_factor=0");
}

static void check_swappiness(const struct doctor_facts *facts,
			     struct findings *f)
{
	if (!any_swap(facts) || facts->swappiness >= SWAPPINESS_MIN)
		return;
	fix(found(f, "swappiness", DOCTOR_WARNING,
		  "vm.swappiness is %" PRIu64 ": the kernel uses swap only when there is no file left to drop",
		  facts->swappiness),
	    "sysctl -w vm.swappiness=60");
}

/* What is there already and is enough stays as it is. */
static void fix_tcp_mem(struct doctor_finding *finding,
			const uint64_t now[3], uint64_t want)
{
	uint64_t low = want * 3 / 4, high = want * 3 / 2;

	if (low < now[0])
		low = now[0] < want ? now[0] : want;
	if (high < now[2])
		high = now[2];
	fix(finding, "sysctl -w net.ipv4.tcp_mem='%" PRIu64 " %" PRIu64 " %" PRIu64 "'",
	    low, want, high);
}

static void check_tcp_mem(const struct doctor_facts *facts, struct findings *f)
{
	uint64_t want = pages_under_way(facts, true) *
			(KB_PER_PAGE * 1024 / NETRAM_PAGE_SIZE);

	if (facts->tcp_mem[1] == DOCTOR_UNKNOWN || facts->tcp_mem[1] >= want)
		return;
	fix_tcp_mem(found(f, "tcp-mem", DOCTOR_WARNING,
			  "TCP begins to save memory at %" PRIu64 " pages (net.ipv4.tcp_mem), and volumes may have %" PRIu64 " in its buffers: connections become slow when they are busy",
			  facts->tcp_mem[1], want), facts->tcp_mem, want);
}

static void check_local(const struct doctor_path *p, struct findings *f)
{
	if (!p->local)
		return;
	fix(found(f, "node-local", DOCTOR_ERROR,
		  "node %s (%s) is this host itself: its pages take the memory they should free; if netram.conf has it, write remove: yes there instead",
		  p->node, p->address),
	    "netramctl node drain %s && netramctl node remove %s", p->node,
	    p->node);
}

/*
 * What drops a packet is known there only, and an accept in one table does not undo a
 * drop in another: so its rules are looked at, and a rule is told for our own example.
 */
static void check_silent(const struct doctor_path *p, struct findings *f)
{
	fix(found(f, "node-silent", DOCTOR_ERROR,
		  "%s port %u, node %s, does not answer: the machine is off, or a firewall drops the packets: then let TCP from %s to port %u pass there; if the table is the one of admin.md, by 'nft insert rule inet netram input tcp dport %u ip%s saddr %s accept'",
		  p->address, p->port, p->node, p->source, p->port, p->port,
		  strchr(p->address, ':') ? "6" : "", p->source),
	    "ssh %s nft list ruleset", p->address);
}

static void check_reach(const struct doctor_path *p, struct findings *f)
{
	if (p->local)
		return;
	switch (p->reach) {
	case DOCTOR_REACHED:
		return;
	case DOCTOR_REFUSED:
		fix(found(f, "node-refused", DOCTOR_ERROR,
			  "nothing listens on %s port %u, node %s: its server does not run, or not on that address; without --listen (/etc/default/netram-server) it serves its own machine only",
			  p->address, p->port, p->node),
		    "ssh %s ss -ltn 'sport = :%u'", p->address, p->port);
		return;
	case DOCTOR_SILENT:
		check_silent(p, f);
		return;
	case DOCTOR_UNREACHABLE:
		fix(found(f, "node-unreachable", DOCTOR_ERROR,
			  "there is no way to %s, node %s: %s", p->address,
			  p->node, strerror(p->err)),
		    "ip route get %s", p->address);
		return;
	}
}

/* The payload of a segment and what headers leave of a packet for it. */
static uint32_t packet_of(const struct doctor_path *p)
{
	return p->sent_mss + (p->mtu - p->offered_mss);
}

static void check_mtu(const struct doctor_path *p, struct findings *f)
{
	uint32_t less = 0;

	if (p->local || !p->mtu)
		return;
	if (p->path_mtu && p->path_mtu < p->mtu)
		less = p->path_mtu;
	else if (p->sent_mss && p->sent_mss < p->offered_mss)
		less = packet_of(p);
	if (!less)
		return;
	fix(found(f, "mtu", DOCTOR_WARNING,
		  "the MTU of %s is %u, but the way to node %s takes %u: pages take more packets than they need, and larger ones may vanish; give all of the way the same",
		  p->device, p->mtu, p->node, less),
	    "ip link set dev %s mtu %u", p->device, less);
}

static void check_paths(const struct doctor_facts *facts, struct findings *f)
{
	size_t i;

	for (i = 0; i < facts->nr_paths; i++) {
		check_local(&facts->paths[i], f);
		check_reach(&facts->paths[i], f);
		check_mtu(&facts->paths[i], f);
	}
}

/* It may have no port, and then it has the usual one. */
static void fix_silent(struct doctor_finding *finding, const char *address)
{
	struct address at;
	char text[ADDRESS_SIZE];

	if (address[0] == '/') {
		fix(finding, "curl -s -m 5 --unix-socket %s http://localhost/status",
		    address);
	} else if (!address_parse(address, STATUS_PORT, &at)) {
		address_format(&at, text, sizeof(text));
		fix(finding, "curl -s -m 5 http://%s/status", text);
	} else {
		fix(finding, "netramd --check");
	}
}

static void check_servers(const struct doctor_facts *facts, struct findings *f)
{
	const struct doctor_silent *one;

	for (one = facts->silent; one < facts->silent + facts->nr_silent; one++)
		fix_silent(found(f, "server-silent", DOCTOR_WARNING,
				 "the server of node %s does not tell netramd how it is (%s): whether it is full, or its machine short of memory, does not count; does it run with --metrics, and does a firewall let that pass",
				 one->node, one->why), one->address);
}

static void check_probing(const struct doctor_facts *facts, struct findings *f)
{
	size_t i;

	if (facts->tcp_probing)
		return;
	for (i = 0; i < facts->nr_paths; i++) {
		if (facts->paths[i].local ||
		    facts->paths[i].mtu <= ETHERNET_MTU)
			continue;
		fix(found(f, "mtu-probing", DOCTOR_NOTE,
			  "with an MTU of %u on %s, a switch that does not take it stops connections for good: TCP can find that out",
			  facts->paths[i].mtu, facts->paths[i].device),
		    "sysctl -w net.ipv4.tcp_mtu_probing=1");
		return;
	}
}

static const char *name_of(const struct doctor_process *p)
{
	return p->server ? "netram-server" : "netramd";
}

/* The pages of a server go with it. So no fix for one stops it: it looks. */
#define DRAIN_FIRST \
	"stopping it loses its pages: first 'netramctl node drain' on each host that uses it"

static void check_here(const struct doctor_facts *facts,
		       const struct doctor_process *p, struct findings *f)
{
	if (!p->server || !facts->volumes)
		return;
	fix(found(f, "server-here", by_swap(facts),
		  "a netram-server (pid %d) gives away memory of this host, which itself uses that of others: under pressure both wait for each other; "
		  DRAIN_FIRST, p->pid),
	    "curl -s --unix-socket /run/netram-server/status.sock http://localhost/status");
}

static void check_locked(const struct doctor_process *p, struct findings *f)
{
	if (p->locked_kb)
		return;
	fix(found(f, "memlock", p->server ? DOCTOR_WARNING : DOCTOR_NOTE,
		  "%s (pid %d) has not locked its memory, so it can be swapped out itself: it had neither CAP_IPC_LOCK nor LimitMEMLOCK=infinity, as its unit gives, or was told --no-mlock; its log says which; %s",
		  name_of(p), p->pid, p->server ? DRAIN_FIRST :
		  "started anew it goes on where it was"),
	    "journalctl -u %s", name_of(p));
}

static void check_files(const struct doctor_process *p, struct findings *f)
{
	if (!p->server || p->files >= SERVER_FILES)
		return;
	fix(found(f, "files", DOCTOR_WARNING,
		  "netram-server (pid %d) may open %" PRIu64 " files, fewer than it takes connections",
		  p->pid, p->files),
	    "prlimit --pid %d --nofile=%d:%d", p->pid, SERVER_FILES * 4,
	    SERVER_FILES * 4);
}

static void check_oom(const struct doctor_process *p, struct findings *f)
{
	if (p->oom_score_adj <= 0)
		return;
	fix(found(f, "oom", DOCTOR_WARNING,
		  "%s (pid %d) is among the first to be killed when memory runs out (oom_score_adj %d)",
		  name_of(p), p->pid, p->oom_score_adj),
	    "choom -p %d -n -900", p->pid);
}

static void check_processes(const struct doctor_facts *facts,
			    struct findings *f)
{
	size_t i;

	for (i = 0; i < facts->nr_processes; i++) {
		check_here(facts, &facts->processes[i], f);
		check_locked(&facts->processes[i], f);
		check_files(&facts->processes[i], f);
		check_oom(&facts->processes[i], f);
	}
}

static void check_volumes(const struct doctor_facts *facts, struct findings *f)
{
	const struct netram_volume *v;

	for (v = facts->volumes; v; v = v->next)
		if (v->state != NETRAM_VOLUME_OK)
			fix(found(f, "volume", v->state == NETRAM_VOLUME_DEGRADED ?
				  DOCTOR_WARNING : DOCTOR_ERROR,
				  "volume %s is %s%s%s", v->name,
				  netram_volume_state_name(v->state),
				  v->reason[0] ? ": " : "", v->reason),
			    "netramctl status");
}

static void check_copies(const struct doctor_facts *facts, struct findings *f)
{
	const struct netram_volume *v;

	if (!facts->nodes || !facts->nodes->next)
		return;
	for (v = facts->volumes; v; v = v->next)
		if (v->replicas == 1 && swapped_on(facts, v))
			fix(found(f, "one-copy", DOCTOR_NOTE,
				  "volume %s is swapped on and has one copy: a node that fails takes programs with it",
				  v->name),
			    "netramctl volume set %s --replicas 2", v->name);
}

static bool is_unguarded(const struct doctor_facts *facts, const char *volume)
{
	size_t i;

	for (i = 0; i < facts->nr_unguarded; i++)
		if (!strcmp(facts->unguarded[i], volume))
			return true;
	return false;
}

static void check_shutdown(const struct doctor_facts *facts, struct findings *f)
{
	char command[UNIT_COMMAND_SIZE];
	const struct netram_volume *v;

	for (v = facts->volumes; v; v = v->next) {
		if (!swapped_on(facts, v) || !is_unguarded(facts, v->name))
			continue;
		unit_swap_command(v->name, command, sizeof(command));
		fix(found(f, "shutdown", DOCTOR_WARNING,
			  "volume %s is swapped on and its netram-swap@ is not enabled, or does not run: at a shutdown the network goes first, and programs whose pages are there hang or are killed",
			  v->name),
		    "%s", command);
	}
}

static void (*const checks[])(const struct doctor_facts *facts,
			      struct findings *f) = {
	check_module,
	check_version,
	check_volumes,
	check_paths,
	check_servers,
	check_copies,
	check_shutdown,
	check_min_free,
	check_boost,
	check_swappiness,
	check_tcp_mem,
	check_probing,
	check_processes,
};

size_t doctor_checks(void)
{
	return sizeof(checks) / sizeof(*checks);
}

/* Return: a list, NULL if all is well; doctor_finding_free() it. */
struct doctor_finding *doctor_check(const struct doctor_facts *facts)
{
	struct findings f = { .first = NULL };
	size_t i;

	f.last = &f.first;
	for (i = 0; i < doctor_checks(); i++)
		checks[i](facts, &f);
	return f.first;
}

void doctor_finding_free(struct doctor_finding *finding)
{
	struct doctor_finding *next;

	for (; finding; finding = next) {
		next = finding->next;
		free(finding);
	}
}

enum doctor_level doctor_worst(const struct doctor_finding *finding)
{
	enum doctor_level worst = DOCTOR_OK;

	for (; finding; finding = finding->next)
		if (finding->level > worst)
			worst = finding->level;
	return worst;
}

const char *doctor_level_name(enum doctor_level level)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_NOTE] = "note",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_ERROR] = "error",
	};

	return names[level];
}
