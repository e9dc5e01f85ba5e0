// SPDX-License-Identifier: GPL-2.0
/* netramctl doctor: what follows from what is known of a host, as a table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "ctl/doctor.h"

#define GIB_KB	(1024ULL * 1024)

/* A host where all is well: two nodes, a swap volume of two copies. */
struct host {
	struct doctor_facts facts;
	struct netram_node nodes[2];
	struct netram_volume volume;
	struct swap swap;
	struct doctor_path paths[2];
	struct doctor_process process;
	struct doctor_silent silent;
	char unguarded[1][NETRAM_NAME_SIZE];
};

static void init_path(struct doctor_path *p, const char *node)
{
	*p = (struct doctor_path){
		.port = 10809, .mtu = 1500, .path_mtu = 1500,
		.offered_mss = 1448, .sent_mss = 1448,
	};
	strcpy(p->node, node);
	strcpy(p->address, "192.0.2.7");
	strcpy(p->source, "192.0.2.1");
	strcpy(p->device, "eth0");
}

static void init(struct host *h)
{
	*h = (struct host){
		.nodes = { { .next = &h->nodes[1], .name = "n1" },
			   { .name = "n2" } },
		.volume = {
			.name = "v1", .connections = 4, .queue_depth = 128,
			.replicas = 2, .state = NETRAM_VOLUME_OK,
		},
		.swap = { "/dev/netram0", GIB_KB, 0, 5 },
		.process = { .pid = 42, .locked_kb = 1, .files = 4096,
			     .oom_score_adj = -900 },
		.facts = {
			.loaded = true, .asked = true,
			.module_version = "1.2", .tools_version = "1.2",
			.mem = { 4 * GIB_KB, 3 * GIB_KB },
			.min_free_kb = 65536, .boost = 0, .swappiness = 60,
			.tcp_mem = { 10000, 20000, 30000 },
			.tcp_probing = 0, .nr_paths = 2, .nr_processes = 1,
		},
	};
	h->facts.nodes = h->nodes;
	h->facts.volumes = &h->volume;
	h->facts.swaps = (struct swaps){ &h->swap, 1 };
	h->facts.paths = h->paths;
	h->facts.processes = &h->process;
	init_path(&h->paths[0], "n1");
	init_path(&h->paths[1], "n2");
}

/* ---- one thing each that is not well */

static void missing(struct host *h)
{
	*h = (struct host){ .facts = {
		.tools_version = "1.2", .module_version = "unknown",
		.min_free_kb = DOCTOR_UNKNOWN, .boost = DOCTOR_UNKNOWN,
		.swappiness = DOCTOR_UNKNOWN, .tcp_probing = DOCTOR_UNKNOWN,
		.tcp_mem = { DOCTOR_UNKNOWN, DOCTOR_UNKNOWN, DOCTOR_UNKNOWN },
	} };
}

static void nothing(struct host *h) { (void)h; }
static void mute(struct host *h) { h->facts.asked = false; }
static void old(struct host *h) { strcpy(h->facts.module_version, "1.1"); }
static void nameless(struct host *h) { strcpy(h->facts.module_version, "unknown"); }
static void degraded(struct host *h) { h->volume.state = NETRAM_VOLUME_DEGRADED; }
static void lost(struct host *h) { h->volume.state = NETRAM_VOLUME_LOST; }
static void one_copy(struct host *h) { h->volume.replicas = 1; }
static void little(struct host *h) { h->facts.min_free_kb = 65535; }
static void no_swap(struct host *h) { h->facts.swaps.count = 0; }

/* 16 x 1024 pages of 8 kB, and an eighth of the memory at most */
static void deep(struct host *h)
{
	h->volume.connections = 16;
	h->volume.queue_depth = 1024;
	h->facts.tcp_mem[1] = 32768;
}

static void deep_small(struct host *h)
{
	deep(h);
	h->facts.mem.total_kb = GIB_KB / 2;
	h->facts.min_free_kb = 16384;
}

static void little_no_swap(struct host *h)
{
	little(h);
	no_swap(h);
}

static void boosted(struct host *h) { h->facts.boost = 15000; }

static void boosted_no_swap(struct host *h)
{
	boosted(h);
	no_swap(h);
}

static void unwilling(struct host *h) { h->facts.swappiness = 9; }

static void unwilling_no_swap(struct host *h)
{
	unwilling(h);
	no_swap(h);
}


static void stingy_tcp(struct host *h)
{
	h->facts.tcp_mem[0] = 700;
	h->facts.tcp_mem[1] = 1023;
	h->facts.tcp_mem[2] = 1300;
}

/* what is enough already is not made less */
static void uneven_tcp(struct host *h)
{
	h->facts.tcp_mem[0] = 1000;
	h->facts.tcp_mem[1] = 1000;
}

static void enough_tcp(struct host *h) { h->facts.tcp_mem[1] = 1024; }
static void self(struct host *h) { h->paths[1].local = true; }
static void refused(struct host *h) { h->paths[1].reach = DOCTOR_REFUSED; }
static void silent(struct host *h) { h->paths[1].reach = DOCTOR_SILENT; }

static void silent6(struct host *h)
{
	silent(h);
	strcpy(h->paths[1].address, "2001:db8::7");
	strcpy(h->paths[1].source, "2001:db8::1");
}

/* the longest there are: all of it is told */
static void silent_long(struct host *h)
{
	silent(h);
	h->paths[1].port = 65535;
	memset(h->paths[1].node, 'n', NETRAM_NAME_SIZE - 1);
	strcpy(h->paths[1].address, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
	strcpy(h->paths[1].source, "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe");
}

static void no_way(struct host *h)
{
	h->paths[1].reach = DOCTOR_UNREACHABLE;
	h->paths[1].err = ENETUNREACH;
}

static void routers_less(struct host *h) { h->paths[1].path_mtu = 1280; }

static void jumbo(struct host *h)
{
	int i;

	for (i = 0; i < 2; i++) {
		h->paths[i].mtu = h->paths[i].path_mtu = 9000;
		h->paths[i].offered_mss = h->paths[i].sent_mss = 8948;
	}
}

static void jumbo_probed(struct host *h)
{
	jumbo(h);
	h->facts.tcp_probing = 1;
}

/* the other end takes 1500 */
static void jumbo_here(struct host *h)
{
	jumbo_probed(h);
	h->paths[0].sent_mss = 1448;
}

/* not connected: nothing is known of the other end */
static void jumbo_alone(struct host *h)
{
	jumbo_probed(h);
	h->paths[0].sent_mss = 0;
}

static void server(struct host *h) { h->process.server = true; }

static void server_no_volume(struct host *h)
{
	server(h);
	h->facts.volumes = NULL;
}

static void unlocked(struct host *h) { h->process.locked_kb = 0; }

static void server_unlocked(struct host *h)
{
	server_no_volume(h);
	unlocked(h);
}

static void few_files(struct host *h)
{
	server_no_volume(h);
	h->process.files = 1024;
}

static void victim(struct host *h) { h->process.oom_score_adj = 1; }

static void unguarded(struct host *h)
{
	strcpy(h->unguarded[0], "v1");
	h->facts.unguarded = h->unguarded;
	h->facts.nr_unguarded = 1;
}

static void unguarded_no_swap(struct host *h)
{
	unguarded(h);
	no_swap(h);
}

static void other_unguarded(struct host *h)
{
	unguarded(h);
	strcpy(h->unguarded[0], "v2");
}

static void silent_server(struct host *h)
{
	strcpy(h->silent.node, "n1");
	strcpy(h->silent.address, "192.0.2.7");
	strcpy(h->silent.why, "192.0.2.7: Connection refused");
	h->facts.silent = &h->silent;
	h->facts.nr_silent = 1;
}

static void silent_server6(struct host *h)
{
	silent_server(h);
	strcpy(h->silent.address, "[2001:db8::7]:99");
}

static void silent_socket(struct host *h)
{
	silent_server(h);
	strcpy(h->silent.address, "/run/n1.sock");
}

static const struct {
	const char *name;
	void (*spoil)(struct host *h);
	const char *id;		/* the only finding, or NULL: none */
	enum doctor_level level;
	const char *text;	/* part of it */
	const char *fix;	/* all of it */
} cases[] = {
	{ "all is well", nothing, NULL, 0, NULL, NULL },
	{ "no module", missing, "module", DOCTOR_ERROR, "not loaded",
	  "modprobe netram" },
	{ "no answer", mute, "module", DOCTOR_ERROR, "does not answer",
	  "sudo netramctl doctor" },
	{ "versions", old, "version", DOCTOR_WARNING,
	  "module is version 1.1, the tools are 1.2",
	  "modprobe -r netram && modprobe netram" },
	{ "no version", nameless, NULL, 0, NULL, NULL },
	{ "degraded", degraded, "volume", DOCTOR_WARNING, "v1 is degraded",
	  "netramctl status" },
	{ "lost", lost, "volume", DOCTOR_ERROR, "v1 is lost",
	  "netramctl status" },
	{ "one copy", one_copy, "one-copy", DOCTOR_NOTE, "one copy",
	  "netramctl volume set v1 --replicas 2" },
	{ "its pages at a shutdown", unguarded, "shutdown", DOCTOR_WARNING,
	  "v1 is swapped on", "systemctl enable --now netram-swap@v1" },
	{ "no swap, no pages", unguarded_no_swap, NULL, 0, NULL, NULL },
	{ "another's", other_unguarded, NULL, 0, NULL, NULL },
	{ "min_free", little, "min-free", DOCTOR_WARNING, "65535",
	  "sysctl -w vm.min_free_kbytes=65536" },
	{ "min_free, deep queues", deep, "min-free", DOCTOR_WARNING, "65536",
	  "sysctl -w vm.min_free_kbytes=131072" },
	{ "min_free, small", deep_small, "min-free", DOCTOR_WARNING, "16384",
	  "sysctl -w vm.min_free_kbytes=65536" },
	{ "min_free, no swap", little_no_swap, "min-free", DOCTOR_NOTE, "65535",
	  "sysctl -w vm.min_free_kbytes=65536" },
	{ "boost", boosted, "watermark-boost", DOCTOR_WARNING, "15000",
	  "sysctl -w vm.watermark_boost_factor=0" },
	{ "boost, no swap", boosted_no_swap, "watermark-boost", DOCTOR_NOTE,
	  "15000", "sysctl -w vm.watermark_boost_factor=0" },
	{ "swappiness", unwilling, "swappiness", DOCTOR_WARNING, "is 9:",
	  "sysctl -w vm.swappiness=60" },
	{ "swappiness, no swap", unwilling_no_swap, NULL, 0, NULL, NULL },
	{ "tcp_mem", stingy_tcp, "tcp-mem", DOCTOR_WARNING, "1023 pages",
	  "sysctl -w net.ipv4.tcp_mem='768 1024 1536'" },
	{ "tcp_mem, uneven", uneven_tcp, "tcp-mem", DOCTOR_WARNING,
	  "1000 pages", "sysctl -w net.ipv4.tcp_mem='1000 1024 30000'" },
	{ "tcp_mem, just enough", enough_tcp, NULL, 0, NULL, NULL },
	{ "no status", silent_server, "server-silent", DOCTOR_WARNING,
	  "node n1 does not tell netramd how it is (192.0.2.7: Connection refused)",
	  "curl -s -m 5 http://192.0.2.7:10811/status" },
	{ "no status, IPv6", silent_server6, "server-silent", DOCTOR_WARNING,
	  "node n1", "curl -s -m 5 http://[2001:db8::7]:99/status" },
	{ "no status, a socket", silent_socket, "server-silent", DOCTOR_WARNING,
	  "node n1", "curl -s -m 5 --unix-socket /run/n1.sock http://localhost/status" },
	{ "itself", self, "node-local", DOCTOR_ERROR, "node n2 (192.0.2.7)",
	  "netramctl node drain n2 && netramctl node remove n2" },
	{ "refused", refused, "node-refused", DOCTOR_ERROR,
	  "nothing listens on 192.0.2.7 port 10809",
	  "ssh 192.0.2.7 ss -ltn 'sport = :10809'" },
	{ "silent", silent, "node-silent", DOCTOR_ERROR,
	  "let TCP from 192.0.2.1 to port 10809 pass there; if the table is the one of admin.md, by 'nft insert rule inet netram input tcp dport 10809 ip saddr 192.0.2.1 accept'",
	  "ssh 192.0.2.7 nft list ruleset" },
	{ "silent, IPv6", silent6, "node-silent", DOCTOR_ERROR,
	  "'nft insert rule inet netram input tcp dport 10809 ip6 saddr 2001:db8::1 accept'",
	  "ssh 2001:db8::7 nft list ruleset" },
	{ "silent, long", silent_long, "node-silent", DOCTOR_ERROR,
	  " accept'", "ssh 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff nft list ruleset" },
	{ "no way", no_way, "node-unreachable", DOCTOR_ERROR,
	  "no way to 192.0.2.7, node n2: Network is unreachable",
	  "ip route get 192.0.2.7" },
	{ "a router takes less", routers_less, "mtu", DOCTOR_WARNING,
	  "MTU of eth0 is 1500, but the way to node n2 takes 1280",
	  "ip link set dev eth0 mtu 1280" },
	{ "jumbo frames", jumbo, "mtu-probing", DOCTOR_NOTE, "9000 on eth0",
	  "sysctl -w net.ipv4.tcp_mtu_probing=1" },
	{ "jumbo frames, probed", jumbo_probed, NULL, 0, NULL, NULL },
	{ "the other end takes less", jumbo_here, "mtu", DOCTOR_WARNING,
	  "MTU of eth0 is 9000, but the way to node n1 takes 1500",
	  "ip link set dev eth0 mtu 1500" },
	{ "the other end is not known", jumbo_alone, NULL, 0, NULL, NULL },
	{ "a server here", server, "server-here", DOCTOR_WARNING,
	  "'netramctl node drain' on each host",
	  "curl -s --unix-socket /run/netram-server/status.sock http://localhost/status" },
	{ "a server and no volume", server_no_volume, NULL, 0, NULL, NULL },
	{ "not locked", unlocked, "memlock", DOCTOR_NOTE, "netramd (pid 42)",
	  "journalctl -u netramd" },
	{ "a server not locked", server_unlocked, "memlock", DOCTOR_WARNING,
	  "'netramctl node drain' on each host", "journalctl -u netram-server" },
	{ "few files", few_files, "files", DOCTOR_WARNING, "1024 files",
	  "prlimit --pid 42 --nofile=4352:4352" },
	{ "OOM", victim, "oom", DOCTOR_WARNING, "oom_score_adj 1",
	  "choom -p 42 -n -900" },
};

/* Other hosts' pages are in a server: no command that is told may end one. */
static void check_spares_servers(const char *fix)
{
	static const char *const ends[] = {
		"netram-server.service", "systemctl restart", "restart", "stop", "disable", "kill",
	};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		assert_null(strstr(fix, ends[i]));
}

static void check_case(size_t i)
{
	struct doctor_finding *first;
	struct host h;

	init(&h);
	cases[i].spoil(&h);
	first = doctor_check(&h.facts);
	print_message("%s: %s\n", cases[i].name, first ? first->text : "-");
	if (!cases[i].id) {
		assert_null(first);
		return;
	}
	assert_non_null(first);
	assert_null(first->next);
	assert_string_equal(first->id, cases[i].id);
	assert_int_equal(first->level, cases[i].level);
	assert_non_null(strstr(first->text, cases[i].text));
	assert_string_equal(first->fix, cases[i].fix);
	check_spares_servers(first->fix);
	/* a sentence and a command that are whole */
	assert_true(strlen(first->text) < sizeof(first->text) - 1);
	assert_true(strlen(first->fix) < sizeof(first->fix) - 1);
	doctor_finding_free(first);
}

static void test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_case(i);
}

/* Several things: all are told, in order, and the worst counts. */
static void test_worst(void **state)
{
	struct doctor_finding *first;
	struct host h;

	(void)state;
	init(&h);
	one_copy(&h);
	boosted(&h);
	refused(&h);
	first = doctor_check(&h.facts);
	assert_string_equal(first->id, "node-refused");
	assert_string_equal(first->next->id, "one-copy");
	assert_string_equal(first->next->next->id, "watermark-boost");
	assert_null(first->next->next->next);
	assert_int_equal(doctor_worst(first), DOCTOR_ERROR);
	assert_int_equal(doctor_worst(first->next), DOCTOR_WARNING);
	assert_int_equal(doctor_worst(NULL), DOCTOR_OK);
	assert_string_equal(doctor_level_name(DOCTOR_WARNING), "warning");
	doctor_finding_free(first);
}

static const char status_text[] =
	"Name:\tnetram-server\nUmask:\t0022\nVmLck:\t    2048 kB\nThreads:\t4\n";
static const char limits_text[] =
	"Limit                     Soft Limit           Hard Limit           Units     \n"
	"Max open files            1024                 524288               files     \n";

static void test_process(void **state)
{
	struct doctor_process p = { 0 };

	(void)state;
	assert_true(doctor_process_parse(status_text, limits_text, "-900\n", &p));
	assert_true(p.server);
	assert_int_equal(p.locked_kb, 2048);
	assert_int_equal(p.files, 1024);
	assert_int_equal(p.oom_score_adj, -900);
	assert_true(doctor_process_parse("Name:\tnetramd\nVmLck:\t0 kB\n",
					 "Max open files  unlimited  unlimited\n",
					 "0\n", &p));
	assert_false(p.server);
	assert_true(p.files == UINT64_MAX);
	/* others, kernel threads that have no memory, nonsense */
	assert_false(doctor_process_parse("Name:\tnetramd2\nVmLck:\t0 kB\n",
					  limits_text, "0\n", &p));
	assert_false(doctor_process_parse("Name:\tnetramd\n", limits_text,
					  "0\n", &p));
	assert_false(doctor_process_parse(status_text, "", "0\n", &p));
	assert_false(doctor_process_parse("", "", "", &p));
}

/* Who answers there may say anything. */
static void test_netramd(void **state)
{
	static const char *const others[] = {
		"{}", "[]", "{\"nodes\":7}", "{\"nodes\":[7,null,{}]}",
		"{\"nodes\":[{\"server\":null},{\"server\":{\"error\":null}}]}",
		"{\"nodes\":[{\"name\":\"n1\",\"server\":{\"error\":\"\"}}]}",
	};
	struct doctor_facts facts = { 0 };
	struct json_object *status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		status = json_tokener_parse(others[i]);
		doctor_netramd_parse(status, &facts);
		assert_int_equal(facts.nr_silent, 0);
		json_object_put(status);
	}
	status = json_tokener_parse("{\"nodes\":[{\"name\":\"n1\"},{\"name\":\"n2\",\"server\":"
				    "{\"address\":\"192.0.2.2\",\"error\":\"it is away\"}}]}");
	doctor_netramd_parse(status, &facts);
	assert_int_equal(facts.nr_silent, 1);
	assert_string_equal(facts.silent->node, "n2");
	assert_string_equal(facts.silent->address, "192.0.2.2");
	assert_string_equal(facts.silent->why, "it is away");
	json_object_put(status);
	free(facts.silent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_worst),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_netramd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
