// SPDX-License-Identifier: GPL-2.0
/*
 * What should be and what is, to steps and findings. Each case is a file, a
 * change to a kernel that is as the first file says, and all that follows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/apply.h"
#include "daemon/guards.h"
#include "daemon/mounted.h"
#include "daemon/reconcile.h"

static struct config *load(const char *text)
{
	char path[] = "/tmp/netramd-test.XXXXXX";
	struct complaints c;
	struct config *config;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	complaints_init(&c, path);
	config = config_load(path, true, &c);
	if (!config)
		fail_msg("%s: %s", text, c.all[0].text);
	complaints_free(&c);
	unlink(path);
	return config;
}

/* ---- a kernel */

/**
 * struct world - two nodes, of which n1 has pages, and a volume
 * @nodes: n1 and n2
 * @session: of @volume with n1
 * @volume: v1
 * @is: the same with what /proc and /sys tell
 * @actual: all of it
 */
struct world {
	struct netram_node nodes[2];
	struct netram_session session;
	struct netram_volume volume;
	struct actual_volume is;
	struct actual actual;
};

static void make_node(struct netram_node *node, const char *name,
		      const char *address)
{
	char why[128];

	strcpy(node->name, name);
	assert_int_equal(netram_endpoint_parse(address, &node->endpoint, why,
					       sizeof(why)), 0);
	strcpy(node->region, "default");
	strcpy(node->zone, name);
	node->weight = 100;
	node->state = NETRAM_NODE_UP;
}

static void make_world(struct world *w)
{
	memset(w, 0, sizeof(*w));
	make_node(&w->nodes[0], "n1", "192.0.2.1");
	make_node(&w->nodes[1], "n2", "192.0.2.2");
	w->nodes[0].next = &w->nodes[1];
	w->nodes[0].extents = 3;
	strcpy(w->volume.name, "v1");
	w->volume.size = 64 << 20;
	w->volume.extent_size = 4 << 20;
	w->volume.checksum = true;
	w->volume.connections = 2;
	w->volume.queue_depth = 128;
	w->volume.replicas = 2;
	w->volume.index = 4;
	w->volume.uuid[0] = 0xab;
	w->volume.sessions = &w->session;
	w->session.state = NETRAM_SESSION_UP;
	w->is.v = &w->volume;
	strcpy(w->is.tune[TUNABLE_IO_DEADLINE_MS], "30000");
	strcpy(w->is.tune[TUNABLE_HEDGE_US], "auto");
	w->actual.nodes = &w->nodes[0];
	w->actual.volumes = &w->is;
	w->actual.nr_volumes = 1;
	w->actual.list = &w->volume;
}

/* Changes to it. */
static void none(struct world *w)
{
	(void)w;
}

static void empty(struct world *w)
{
	w->actual.nodes = NULL;
	w->actual.list = NULL;
	w->actual.nr_volumes = 0;
}

static void no_pages(struct world *w)
{
	w->nodes[0].extents = 0;
}

static void backed_up(struct world *w)
{
	static struct netram_backup backup = {
		.path = "/dev/loop0",
		.mode = NETRAM_BACKUP_BEHIND,
	};

	w->volume.backup = &backup;
	strcpy(w->is.backup, "/srv/v1.img");
}

static void draining(struct world *w)
{
	w->nodes[0].drain = true;
}

static void weighed(struct world *w)
{
	w->nodes[0].weight = 7;
}

static void no_n2(struct world *w)
{
	w->nodes[0].next = NULL;
}

static void foreign_no_n1(struct world *w)
{
	w->actual.nodes = &w->nodes[1];
	w->nodes[1].extents = 2;
	w->nodes[1].has_export = true;
	strcpy(w->nodes[1].export_name, "disk");
}

static void foreign(struct world *w)
{
	w->nodes[1].has_export = true;
	strcpy(w->nodes[1].export_name, "disk");
}

static void swapped(struct world *w)
{
	w->is.swapped = true;
	w->is.swap_priority = 5;
}

static void unguarded(struct world *w)
{
	swapped(w);
	w->is.unguarded = true;
}

static void swapped_low(struct world *w)
{
	w->is.swapped = true;
	w->is.swap_priority = -2;
}

static void mounted(struct world *w)
{
	strcpy(w->is.mounted, "/mnt/a");
}

static void mounted_as(struct world *w)
{
	mounted(w);
	strcpy(w->is.mount.type, "ext4");
	strcpy(w->is.mount.own, "rw,relatime");
	strcpy(w->is.mount.super, "rw,discard");
}

static void mounted_xfs(struct world *w)
{
	mounted_as(w);
	strcpy(w->is.mount.type, "xfs");
}

static void mounted_unguarded(struct world *w)
{
	mounted(w);
	w->is.unguarded = true;
}

static void opened(struct world *w)
{
	w->volume.openers = 1;
}

static void mounted_open(struct world *w)
{
	mounted(w);
	opened(w);
}

static void unreachable(struct world *w)
{
	w->session.state = NETRAM_SESSION_CONNECTING;
}

static void waiting(struct world *w)
{
	w->volume.state = NETRAM_VOLUME_WAITING;
	strcpy(w->volume.reason, "n1 is away");
}

static void lost(struct world *w)
{
	w->volume.state = NETRAM_VOLUME_LOST;
}

static void lost_unreachable(struct world *w)
{
	lost(w);
	unreachable(w);
}

static void lost_swapped(struct world *w)
{
	lost(w);
	swapped(w);
}

static void fenced(struct world *w)
{
	w->volume.state = NETRAM_VOLUME_FENCED;
}

static void drifted(struct world *w)
{
	strcpy(w->is.tune[TUNABLE_IO_DEADLINE_MS], "1234");
	w->volume.replicas = 1;
	w->volume.on_loss = NETRAM_ON_LOSS_WAIT;
}

/* ---- cases */

#define NODES	"nodes:\n  n1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n"
#define NODE_N2	"nodes:\n  n2: {address: 192.0.2.2}\n"
#define V1	"volumes:\n  v1: {size: 64M"
#define SIZE_1M	\
	"problem: volume v1: its size is 64M, the file says 1M: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"

#define IN_USE	\
	"problem: node node1: cannot be added: its server is in use as node n1: keep that name in the file, or write 'n1: {remove: yes}', too: then it is emptied and removed, and node1 is added\n"

static const struct {
	const char *name;
	const char *file;
	void (*change)(struct world *w);
	/* steps in their order, then findings, each ending with a newline */
	const char *steps;
	const char *findings;
} cases[] = {
	{ "nothing to do", NODES V1 "}\n", none, "", "" },
	{ "what is not said stays", NODES V1 "}\n", drifted, "", "" },
	{ "nothing is there", NODES V1 ", io_deadline_ms: 1000, swap: {}}\n",
	  empty,
	  "node n1: added\nnode n2: added\nvolume v1: created\n", "" },
	{ "one node is gone", NODES V1 "}\n", no_n2, "node n2: added\n", "" },
	{ "the file is empty", "", none, "",
	  "note: node n1: is not in the file and left alone; to be rid of it, write it there with 'remove: yes'\n"
	  "note: node n2: is not in the file and left alone; to be rid of it, write it there with 'remove: yes'\n"
	  "note: volume v1: is not in the file and left alone; to be rid of it and its pages, write it there with 'remove: yes'\n" },

	/* nodes */
	{ "a node moves, empty",
	  "nodes:\n  n1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.9}\n" V1 "}\n",
	  none, "node n2: removed\nnode n2: added\n", "" },
	{ "a node moves, with pages",
	  "nodes:\n  n1: {address: 192.0.2.9}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  none, "",
	  "problem: node n1: its address is 192.0.2.1:10809, the file says 192.0.2.9:10809: that cannot change while it has pages; write 'drain: yes' for it until it is empty, then it is added anew\n" },
	{ "a weight changes, with pages and without",
	  "nodes:\n  n1: {address: 192.0.2.1, weight: 7}\n  n2: {address: 192.0.2.2, weight: 8}\n" V1 "}\n",
	  none, "node n1: weight 7\nnode n2: weight 8\n", "" },
	{ "a capacity changes",
	  "nodes:\n  n1: {address: 192.0.2.1, capacity: 128G}\n  n2: {address: 192.0.2.2, capacity: 100G}\n" V1 "}\n",
	  none, "node n1: weight 128\n", "" },
	{ "a weight and a zone change, with pages, drained",
	  "nodes:\n  n1: {address: 192.0.2.1, zone: z, weight: 7, drain: yes}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  none, "node n1: is being drained\nnode n1: weight 7\n",
	  "problem: node n1: its zone is n1, the file says z: that cannot change while it has pages; write 'drain: yes' for it until it is empty, then it is added anew\n" },
	{ "a weight that is not said stays", NODES V1 "}\n", weighed, "", "" },
	{ "a zone changes, empty",
	  "nodes:\n  n1: {address: 192.0.2.1, zone: z}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  no_pages, "node n1: removed\nnode n1: added\n", "" },
	{ "the host's region is its nodes'", "host: {region: default}\n" NODES V1 "}\n",
	  none, "", "" },
	{ "the host gets a region: nodes that are there stay", "host: {region: east}\n" NODES V1 "}\n", none,
	  "", "" },
	{ "a region changes",
	  "host: {region: default}\nnodes:\n  n1: {address: 192.0.2.1, region: east}\n  n2: {address: 192.0.2.2, region: east}\n" V1 "}\n",
	  none, "node n2: removed\nnode n2: added\n",
	  "problem: node n1: its region is default, the file says east: that cannot change while it has pages; write 'drain: yes' for it until it is empty, then it is added anew\n" },
	{ "a node with pages is renamed",
	  "nodes:\n  node1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  none, "", IN_USE },
	{ "an empty node is renamed: nothing is removed by a guess",
	  "nodes:\n  node1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  no_pages, "", IN_USE },
	{ "a node is renamed, and the old one removed",
	  "nodes:\n  node1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n  n1: {remove: yes}\n" V1 "}\n",
	  none, "node n1: is being drained\n",
	  "waiting: node node1: is added when node n1, which is the same server, has been removed\n" },
	{ "a node is renamed, and the old one removed, which is empty",
	  "nodes:\n  node1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n  n1: {remove: yes}\n" V1 "}\n",
	  no_pages, "node n1: removed\n",
	  "waiting: node node1: is added when node n1, which is the same server, has been removed\n" },
	{ "a node moves to where another one is",
	  "nodes:\n  n1: {address: 192.0.2.9}\n  n2: {address: 192.0.2.1}\n" V1 "}\n",
	  none, "",
	  "problem: node n1: its address is 192.0.2.1:10809, the file says 192.0.2.9:10809: that cannot change while it has pages; write 'drain: yes' for it until it is empty, then it is added anew\n"
	  "problem: node n2: cannot be added: its server is in use as node n1: that has to be emptied and moved before\n" },
	{ "empty nodes change places",
	  "nodes:\n  n1: {address: 192.0.2.2}\n  n2: {address: 192.0.2.1}\n" V1 "}\n",
	  no_pages, "node n1: removed\nnode n2: removed\nnode n1: added\nnode n2: added\n", "" },
	{ "another export of one server",
	  "nodes:\n  n1: {address: 192.0.2.2, export: other}\n  n2: {address: 192.0.2.2, export: disk}\n" V1 "}\n",
	  foreign_no_n1, "node n1: added\n", "" },
	{ "a foreign server, once with an export and once without",
	  "nodes:\n  n1: {address: 192.0.2.2}\n" V1 "}\n", foreign_no_n1, "",
	  "problem: node n1: cannot be added: its server is in use as node n2: keep that name in the file, or write 'n2: {remove: yes}', too: then it is emptied and removed, and n1 is added\n" },
	{ "the same export of one server",
	  "nodes:\n  n1: {address: 192.0.2.2, export: disk}\n" V1 "}\n", foreign_no_n1, "",
	  "problem: node n1: cannot be added: its server is in use as node n2: keep that name in the file, or write 'n2: {remove: yes}', too: then it is emptied and removed, and n1 is added\n" },
	{ "no foreign server any more", NODES V1 "}\n", foreign,
	  "node n2: removed\nnode n2: added\n", "" },
	{ "a drain by hand stays", NODES V1 "}\n", draining, "",
	  "note: node n1: is drained, which the file does not say; left alone: 'drain: no' for it ends that\n" },
	{ "a drain the file does not want",
	  "nodes:\n  n1: {address: 192.0.2.1, drain: no}\n  n2: {address: 192.0.2.2}\n" V1 "}\n",
	  draining, "node n1: is not drained any more\n", "" },
	{ "remove a node with pages", NODE_N2 "  n1: {remove: yes}\n" V1 "}\n",
	  none, "node n1: is being drained\n", "" },
	{ "remove a node that is being emptied",
	  NODE_N2 "  n1: {remove: yes}\n" V1 "}\n", draining, "",
	  "waiting: node n1: is being emptied, and then removed\n" },
	{ "remove a node", NODE_N2 "  n1: {remove: yes}\n" V1 "}\n", no_pages,
	  "node n1: removed\n", "" },
	{ "remove a node that is gone", NODE_N2 "  n7: {remove: yes}\n  n1: {address: 192.0.2.1}\n" V1 "}\n",
	  none, "", "" },

	/* volumes */
	{ "what cannot change",
	  NODES "volumes:\n  v1: {size: 640M, extent_size: 1M, checksum: no, connections: 3, queue_depth: 4, uuid: 00000000-0000-0000-0000-000000000001}\n",
	  none, "",
	  "problem: volume v1: its size is 64M, the file says 640M: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"
	  "problem: volume v1: its extent_size is 4M, the file says 1M: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"
	  "problem: volume v1: its checksum is yes, the file says no: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"
	  "problem: volume v1: its connections is 2, the file says 3: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"
	  "problem: volume v1: its queue_depth is 128, the file says 4: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n"
	  "problem: volume v1: its uuid is ab000000-0000-0000-0000-000000000000, the file says 00000000-0000-0000-0000-000000000001: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "a backup where there is none", NODES V1 ", backup: {device: /dev/b}}\n", none, "",
	  "problem: volume v1: its backup is none, the file says /dev/b: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "another backup", NODES V1 ", backup: {device: /dev/b}}\n", backed_up, "",
	  "problem: volume v1: its backup is /srv/v1.img, the file says /dev/b: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "a backup in another mode", NODES V1 ", backup: {device: /srv/v1.img}}\n", backed_up, "",
	  "problem: volume v1: its backup mode is behind, the file says sync: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "its backup", NODES V1 ", backup: {device: /srv/v1.img, mode: behind}}\n", backed_up, "", "" },
	{ "a backup the file does not tell of", NODES V1 "}\n", backed_up, "", "" },
	{ "what cannot change is not swapped on again", NODES "volumes:\n  v1: {size: 1M, replicas: 1, swap: {}}\n",
	  none, "volume v1: replicas 1\n", SIZE_1M },
	{ "nor mounted", NODES "volumes:\n  v1: {size: 1M, mount: {path: /mnt/a}}\n", none, "", SIZE_1M },
	{ "nor looked at for it", NODES "volumes:\n  v1: {size: 1M, swap: {}}\n", lost, "", SIZE_1M },
	{ "what cannot change stays in use", NODES "volumes:\n  v1: {size: 1M, swap: {priority: 6}}\n", swapped, "",
	  SIZE_1M
	  "problem: volume v1: its swap priority is 5, the file says 6: 'netramctl swapoff v1', then it is swapped on with that\n" },
	{ "drift",
	  NODES "defaults: {replicas: 2, on_loss: error, io_deadline_ms: 30000}\n" V1 "}\n",
	  drifted,
	  "volume v1: replicas 2, on_loss error\nvolume v1: io_deadline_ms 30000, was 1234\n",
	  "" },
	{ "tunables", NODES V1 ", io_deadline_ms: 30000, hedge_us: 500, sync_rate_mib: 9}\n",
	  none, "volume v1: sync_rate_mib 9\nvolume v1: hedge_us 500, was auto\n", "" },
	{ "a backup's lag", NODES V1 ", backup: {device: /srv/v1.img, mode: behind}, backup_lag_mib: 9}\n",
	  backed_up, "volume v1: backup_lag_mib 9\n", "" },
	{ "a backup's lag, but it has none",
	  NODES V1 ", backup: {device: /dev/b, mode: behind}, backup_lag_mib: 9}\n", none, "",
	  "problem: volume v1: its backup is none, the file says /dev/b: that cannot change while it is there; take it out of use and 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "replicas alone", NODES V1 ", replicas: 1, on_loss: error}\n", none,
	  "volume v1: replicas 1\n", "" },
	{ "another host has it", NODES V1 ", swap: {}, hedge_us: 0}\n", fenced, "",
	  "problem: volume v1: another host has taken it over for good: take it out of use here and write 'remove: yes' for it\n" },

	/* swap */
	{ "swap on", NODES V1 ", swap: {priority: 5}}\n", none,
	  "volume v1: swapped on\n", "" },
	{ "swap is on", NODES V1 ", swap: {priority: 5}}\n", swapped, "", "" },
	{ "swap that a shutdown comes upon", NODES V1 ", swap: {priority: 5}}\n", unguarded, "",
	  "note: volume v1: is swap, and at a shutdown the network goes before its pages are fetched: 'systemctl enable --now netram-swap@v1'\n" },
	{ "one that is not swap does not need that", NODES V1 ", mount: {path: /mnt/a}}\n", mounted_unguarded, "", "" },
	{ "swap is on with any priority", NODES V1 ", swap: {}}\n", swapped_low,
	  "", "" },
	{ "another priority", NODES V1 ", swap: {priority: 5}}\n", swapped_low, "",
	  "problem: volume v1: its swap priority is -2, the file says 5: 'netramctl swapoff v1', then it is swapped on with that\n" },
	{ "not swap any more", NODES V1 "}\n", swapped, "",
	  "note: volume v1: is swapped on, which the file does not say; left alone\n" },
	{ "swap, but it is mounted", NODES V1 ", swap: {}}\n", mounted, "",
	  "problem: volume v1: is mounted on /mnt/a, the file says it is swap: unmount it\n" },
	{ "swap, but no node is there", NODES V1 ", swap: {}}\n", unreachable, "",
	  "waiting: volume v1: is taken into use when its pages can be reached: no node is connected\n" },
	{ "swap, but its pages are away", NODES V1 ", swap: {}}\n", waiting, "",
	  "waiting: volume v1: is taken into use when its pages can be reached: n1 is away\n" },
	{ "swap, but pages are lost", NODES V1 ", swap: {}}\n", lost, "",
	  "problem: volume v1: has lost pages while it was not in use: 'netramctl swapon --force v1'\n" },
	{ "swap, pages are lost and no node is there", NODES V1 ", swap: {}}\n",
	  lost_unreachable, "",
	  "waiting: volume v1: is taken into use when its pages can be reached: no node is connected\n" },
	{ "swap that has lost pages", NODES V1 ", swap: {priority: 5}}\n",
	  lost_swapped, "", "" },

	/* mounts */
	{ "mount", NODES V1 ", mount: {path: /mnt/a}}\n", none,
	  "volume v1: mounted on /mnt/a\n", "" },
	{ "is mounted", NODES V1 ", mount: {path: /mnt/a}}\n", mounted, "", "" },
	{ "is mounted, and so open", NODES V1 ", mount: {path: /mnt/a}}\n", mounted_open, "", "" },
	{ "is open, or mounted where we do not see it",
	  NODES V1 ", mount: {path: /mnt/a}}\n", opened, "",
	  "waiting: volume v1: is mounted on /mnt/a when it is not held open by somebody any more: 'fuser -v /dev/netram4' tells by whom\n" },
	{ "is mounted elsewhere", NODES V1 ", mount: {path: /mnt/b}}\n", mounted,
	  "", "problem: volume v1: is mounted on /mnt/a, the file says /mnt/b: unmount it\n" },
	{ "is mounted with what the file does not tell", NODES V1 ", mount: {path: /mnt/a}}\n", mounted_as, "", "" },
	{ "is mounted with what it tells", NODES V1 ", mount: {path: /mnt/a, options: rw}}\n", mounted_as, "", "" },
	{ "is mounted with other options",
	  NODES V1 ", mount: {path: /mnt/a, options: \"noatime,nosuid,nobarrier\"}}\n", mounted_as, "",
	  "problem: volume v1: is mounted with suid,relatime, the file says nosuid,noatime: unmount it, then it is mounted so\n" },
	{ "is another file system", NODES V1 ", mount: {path: /mnt/a, options: ro}}\n", mounted_xfs, "",
	  "problem: volume v1: is mounted as xfs, the file says ext4: write 'type: xfs', or, where all of it may go, unmount it and 'wipefs -a /dev/netram4'\n" },
	{ "is mounted elsewhere, with other options",
	  NODES V1 ", mount: {path: /mnt/b, options: ro}}\n", mounted_as,
	  "", "problem: volume v1: is mounted on /mnt/a, the file says /mnt/b: unmount it\n" },
	{ "mount, but pages are lost", NODES V1 ", mount: {path: /mnt/a}}\n", lost, "",
	  "problem: volume v1: has lost pages while it was not in use: 'netramctl volume delete v1', then it is created anew, empty\n" },
	{ "mount, but it is swap", NODES V1 ", mount: {path: /mnt/b}}\n", swapped,
	  "", "problem: volume v1: is swapped on, the file says it is mounted: 'netramctl swapoff v1'\n" },

	{ "mount below what is not mounted yet",
	  NODES V1 ", mount: {path: /mnt/a/b}}\n  v2: {size: 64M, mount: {path: /mnt/a}}\n",
	  none, "volume v2: created\n",
	  "waiting: volume v1: is mounted on /mnt/a/b after volume v2 is mounted on /mnt/a, above it\n" },
	{ "mount above, and beside",
	  NODES V1 ", mount: {path: /mnt/a}}\n  v2: {size: 64M, mount: {path: /mnt/a/b}}\n"
	  "  v3: {size: 64M, mount: {path: /mnt}, remove: yes}\n  v4: {size: 64M, mount: {path: /mn}}\n",
	  none, "volume v2: created\nvolume v4: created\nvolume v1: mounted on /mnt/a\n", "" },

	/* removal */
	{ "remove", NODES "volumes: {v1: {remove: yes}}\n", none,
	  "volume v1: deleted\n", "" },
	{ "remove what is gone", NODES "volumes: {v2: {remove: yes}, v1: {size: 64M}}\n",
	  none, "", "" },
	{ "remove swap", NODES "volumes: {v1: {remove: yes}}\n", swapped, "",
	  "problem: volume v1: is swapped on and cannot be removed: 'netramctl swapoff v1'\n" },
	{ "remove what is mounted", NODES "volumes: {v1: {remove: yes}}\n", mounted, "",
	  "problem: volume v1: is mounted and cannot be removed: 'umount /mnt/a'\n" },
	{ "remove what is open", NODES "volumes: {v1: {remove: yes}}\n", opened, "",
	  "problem: volume v1: is open and cannot be removed: 'fuser -v /dev/netram4' tells by whom\n" },

	/* the order of steps */
	{ "all at once",
	  "nodes:\n  n1: {remove: yes}\n  n2: {address: 192.0.2.2, zone: z}\n  n3: {address: 192.0.2.3}\n"
	  "volumes:\n  v1: {remove: yes}\n  v2: {size: 1M}\n",
	  no_pages,
	  "node n2: removed\nnode n2: added\nnode n3: added\nvolume v2: created\n"
	  "volume v1: deleted\nnode n1: removed\n", "" },
};

static void write_plan(const struct plan *plan, char *steps, char *findings)
{
	static const char *const kinds[] = { "note", "waiting", "problem" };
	size_t i;

	steps[0] = findings[0] = '\0';
	for (i = 0; i < plan->nr_steps; i++) {
		step_format(&plan->steps[i], true, steps + strlen(steps),
			    STEP_SIZE);
		strcat(steps, "\n");
	}
	for (i = 0; i < plan->nr_findings; i++)
		sprintf(findings + strlen(findings), "%s: %s\n",
			kinds[plan->findings[i].kind], plan->findings[i].text);
}

static void test_cases(void **state)
{
	char steps[4096], findings[16384];
	struct config *config;
	struct world world;
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		config = load(cases[i].file);
		make_world(&world);
		cases[i].change(&world);
		reconcile(config, &world.actual, NULL, NULL, &plan);
		assert_false(plan.failed);
		write_plan(&plan, steps, findings);
		if (strcmp(steps, cases[i].steps) ||
		    strcmp(findings, cases[i].findings))
			fail_msg("%s: steps:\n%sexpected:\n%sfindings:\n%sexpected:\n%s",
				 cases[i].name, steps, cases[i].steps, findings,
				 cases[i].findings);
		plan_free(&plan);
		config_free(config);
	}
	print_message("%zu cases\n", i);
}

/* A file has more than one name; what it is decides. */
static void test_backup_names(void **state)
{
	static struct netram_backup backup;
	char dir[] = "/tmp/netramd-test.XXXXXX", file[64], link[64], other[64];
	char text[512];
	const struct {
		const char *path, *wanted;
	} names[] = {
		{ file, file }, { link, link }, { other, file },
		{ "/nonexistent", file },
	};
	struct config *config;
	struct world world;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	close(open(other, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlink("file", link), 0);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text),
			 NODES V1 ", backup: {device: %s}}\n", names[i].path);
		config = load(text);
		make_world(&world);
		world.volume.backup = &backup;
		snprintf(backup.path, sizeof(backup.path), "/dev/loop0");
		strcpy(world.is.backup, file);
		actual_name_paths(&world.actual, config);
		assert_string_equal(world.is.backup, names[i].wanted);
		/* the device itself is what the file says, a block device or a file */
		strcpy(backup.path, names[i].path);
		actual_name_paths(&world.actual, config);
		assert_string_equal(world.is.backup, names[i].path);
		config_free(config);
	}
	unlink(link);
	unlink(file);
	unlink(other);
	rmdir(dir);
}

/* The kernel tells where links lead. */
static void test_mount_names(void **state)
{
	char dir[] = "/tmp/netramd-test.XXXXXX", link[64], text[512];
	struct config *config;
	struct world world;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(link, sizeof(link), "%s.link", dir);
	assert_int_equal(symlink(dir, link), 0);
	snprintf(text, sizeof(text), NODES V1 ", mount: {path: %s}}\n", link);
	config = load(text);
	make_world(&world);
	strcpy(world.is.mounted, dir);
	actual_name_paths(&world.actual, config);
	assert_string_equal(world.is.mounted, link);
	strcpy(world.is.mounted, "/tmp");
	actual_name_paths(&world.actual, config);
	assert_string_equal(world.is.mounted, "/tmp");
	config_free(config);
	unlink(link);
	rmdir(dir);
}

/* What is deleted gives memory back, unless the file says that it need not. */
static void test_mount_options(void **state)
{
	static const char *const options[][2] = {
		{ "", "discard,noatime,nodev,nosuid,_netdev" },
		{ "defaults", "defaults,discard,_netdev" },
		{ "noatime,ro", "noatime,ro,discard,_netdev" },
		{ "noatime,discard", "noatime,discard,_netdev" },
		{ "nodiscard", "nodiscard,_netdev" },
		{ "nodiscard,ro", "nodiscard,ro,_netdev" },
		{ "discard2", "discard2,discard,_netdev" },
	};
	struct config_volume volume = { 0 };
	char text[MOUNT_OPTIONS_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		strcpy(volume.mount_options, options[i][0]);
		mount_options(&volume, text, sizeof(text));
		assert_string_equal(text, options[i][1]);
	}
	memset(volume.mount_options, 'x', sizeof(volume.mount_options) - 1);
	mount_options(&volume, text, sizeof(text));
	assert_string_equal(text + CONFIG_PATH_SIZE - 1, ",discard,_netdev");
}

/* What mount(8) and the kernel make of what is told is no difference. */
static void test_mounted(void **state)
{
	static const struct {
		const char *told, *own, *super, *has, *wanted;
	} mounts[] = {
		{ "", "ro,noexec", "ro", NULL, NULL },
		{ "defaults", "rw,relatime", "rw,discard,errors=remount-ro", NULL, NULL },
		{ "rw,suid,dev,exec,async,_netdev,nofail,x-a=b", "rw,relatime", "rw,discard", NULL, NULL },
		{ "noatime,nodev", "rw,nodev,noatime", "rw,discard", NULL, NULL },
		{ "discard,noatime,relatime", "rw,noatime", "rw,discard", NULL, NULL },
		{ "strictatime", "rw", "rw,discard", NULL, NULL },
		{ "noatime,atime", "rw,relatime", "rw,discard", NULL, NULL },
		{ "nodiscard,ro", "ro,relatime", "ro", NULL, NULL },
		{ "user,exec", "rw,nosuid,nodev,relatime", "rw,discard", NULL, NULL },
		{ "owner", "rw,nosuid,nodev,relatime", "rw,discard", NULL, NULL },
		/* an error has made it read-only */
		{ "rw", "rw,relatime", "ro,discard", NULL, NULL },
		{ "ro", "rw,relatime", "rw,discard", "rw", "ro" },
		{ "rw", "ro,relatime", "ro,discard", "ro", "rw" },
		{ "noatime", "rw,relatime", "rw,discard", "relatime", "noatime" },
		{ "defaults", "rw", "rw,discard", "strictatime", "relatime" },
		{ "defaults", "rw,relatime", "rw", "nodiscard", "discard" },
		{ "nodiscard", "rw,relatime", "rw,discard", "discard", "nodiscard" },
		{ "users,noatime,ro,nodiscard", "rw", "rw,discard",
		  "rw,dev,suid,exec,strictatime,discard", "ro,nodev,nosuid,noexec,noatime,nodiscard" },
		/* a word is not the beginning of one */
		{ "nodevice,roo", "rw,relatime", "rw,discard=x", "nodiscard", "discard" },
	};
	char has[MOUNTED_SIZE], wanted[MOUNTED_SIZE];
	struct mounts_entry mount = { 0 };
	bool differs;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		strcpy(mount.own, mounts[i].own);
		strcpy(mount.super, mounts[i].super);
		differs = mounted_differs(mounts[i].told, &mount, has, wanted,
					  sizeof(has));
		if (differs != !!mounts[i].has ||
		    (differs && (strcmp(has, mounts[i].has) ||
				 strcmp(wanted, mounts[i].wanted))))
			fail_msg("%s: has %s, wanted %s", mounts[i].told, has,
				 wanted);
	}
}

/* By the nodes of the file, also those that the module does not know yet. */
static void test_copies(void **state)
{
	static const struct {
		const char *file;
		unsigned int replicas;
	} files[] = {
		{ NODES V1 "}\n", 2 },
		{ NODES V1 ", replicas: 1}\n", 1 },
		{ NODES "  n3: {address: 192.0.2.3}\n" V1 ", replicas: 3}\n", 3 },
		/* the module may know one that the file does not have */
		{ NODE_N2 V1 "}\n", 0 },
		{ NODE_N2 "  n1: {remove: yes}\n" V1 "}\n", 0 },
	};
	struct config *config;
	struct world world;
	struct plan plan;
	size_t i, last;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		config = load(files[i].file);
		make_world(&world);
		empty(&world);
		/* no name server has been reached */
		config->nodes[config->nr_nodes - 1].resolved = false;
		reconcile(config, &world.actual, NULL, NULL, &plan);
		assert_true(plan.nr_steps > 0);
		last = plan.nr_steps - 1;
		assert_int_equal(plan.steps[last].kind, STEP_VOLUME_CREATE);
		assert_int_equal(plan.steps[last].change.replicas,
				 files[i].replicas);
		plan_free(&plan);
		config_free(config);
	}
}

/* Each kind in words, done and not; and each is in the switch. */
static void test_words(void **state)
{
	static const char *const expected[][2] = {
		{ "node n1: removed", "node n1: cannot be removed" },
		{ "node n1: added", "node n1: cannot be added" },
		{ "node n1: is not drained any more",
		  "node n1: cannot be drained any more" },
		{ "node n1: weight 7", "node n1: weight cannot be 7" },
		{ "volume v1: created", "volume v1: cannot be created" },
		{ "volume v1: replicas 3, on_loss wait",
		  "volume v1: replicas cannot be 3, on_loss cannot be wait" },
		{ "volume v1: hedge_us 0", "volume v1: hedge_us cannot be 0" },
		{ "volume v1: swapped on", "volume v1: cannot be swapped on" },
		{ "volume v1: mounted on /m", "volume v1: cannot be mounted on /m" },
		{ "volume v1: deleted", "volume v1: cannot be deleted" },
		{ "node n1: removed", "node n1: cannot be removed" },
	};
	struct config_node node = { .name = "n1" };
	struct config_volume volume = { .name = "v1", .mount_path = "/m" };
	struct step step = { .node = &node, .volume = &volume, .weight = 7 };
	char text[STEP_SIZE];
	unsigned int kind, done;

	(void)state;
	strcpy(volume.tune[TUNABLE_HEDGE_US], "0");
	step.tunable = TUNABLE_HEDGE_US;
	step.change.replicas = 3;
	step.change.set_on_loss = true;
	step.change.on_loss = NETRAM_ON_LOSS_WAIT;
	for (kind = 0; kind <= STEP_NODE_REMOVE; kind++)
		for (done = 0; done < 2; done++) {
			step.kind = kind;
			step_format(&step, done, text, sizeof(text));
			assert_string_equal(text, expected[kind][!done]);
		}
	step.kind = STEP_TUNE;
	step.was = "auto";
	step_format(&step, true, text, sizeof(text));
	assert_string_equal(text, "volume v1: hedge_us 0, was auto");
	step_format(&step, false, text, sizeof(text));
	assert_string_equal(text, "volume v1: hedge_us cannot be 0");
}

/* What a step carries with it. */
static void test_step(void **state)
{
	struct config *config = load(NODES V1 ", replicas: 1, swap: {}}\n");
	struct world world;
	struct plan plan;

	(void)state;
	make_world(&world);
	reconcile(config, &world.actual, NULL, NULL, &plan);
	assert_int_equal(plan.nr_steps, 2);
	assert_int_equal(plan.steps[0].kind, STEP_VOLUME_SET);
	assert_int_equal(plan.steps[0].change.replicas, 1);
	assert_false(plan.steps[0].change.set_on_loss);
	assert_ptr_equal(plan.steps[0].volume, &config->volumes[0]);
	assert_int_equal(plan.steps[1].kind, STEP_SWAPON);
	assert_int_equal(plan.steps[1].index, 4);
	plan_free(&plan);
	config_free(config);
}

/* What it says of n1, which it is to be rid of, at a time. */
static const char *emptying(struct world *world, struct drains *drains,
			    uint64_t copied, uint64_t now_ms)
{
	struct config *config = load(NODE_N2 "  n1: {remove: yes}\n" V1 "}\n");
	static char text[FINDING_SIZE + 16];
	struct plan plan;

	drains_look(drains, world->actual.nodes, copied, now_ms);
	reconcile(config, &world->actual, NULL, drains, &plan);
	assert_int_equal(plan.nr_steps, 0);
	assert_int_equal(plan.nr_findings, 1);
	snprintf(text, sizeof(text), "%s: %s",
		 plan.findings[0].kind == FINDING_WAIT ? "waiting" : "problem",
		 plan.findings[0].text);
	plan_free(&plan);
	config_free(config);
	return text;
}

#define EMPTYING	"waiting: node n1: is being emptied, and then removed"
#define STUCK(why) \
	"problem: node n1: is to be emptied, and then removed, but nothing has moved for a while: " \
	why "; it goes on as soon as it can"

/* One that is not emptied is told with the reason, when nothing moves any more. */
static void test_emptying(void **state)
{
	struct drains drains = { 0 };
	struct world w;

	(void)state;
	make_world(&w);
	draining(&w);
	strcpy(w.session.node, "n1");
	w.session.extents = 3;
	w.volume.replicas = 1;
	assert_string_equal(emptying(&w, &drains, 0, 1000), EMPTYING);
	assert_string_equal(emptying(&w, &drains, 0, 1000 + DRAIN_STUCK_MS - 1),
			    EMPTYING);
	assert_string_equal(emptying(&w, &drains, 7, 1000 + DRAIN_STUCK_MS),
			    EMPTYING);
	assert_string_equal(emptying(&w, &drains, 7, 1000 + 2 * DRAIN_STUCK_MS),
			    STUCK("the other nodes have no room: add a node, or give them more memory"));
	unreachable(&w);
	assert_string_equal(emptying(&w, &drains, 7, 1000 + 2 * DRAIN_STUCK_MS),
			    STUCK("it cannot be reached, and there is no other copy"));
	w.nodes[0].extents = 2;
	assert_string_equal(emptying(&w, &drains, 7, 1000 + 2 * DRAIN_STUCK_MS),
			    EMPTYING);
	/* what was before it was drained anew does not count */
	w.nodes[0].drain = false;
	drains_look(&drains, w.actual.nodes, 7, 1000 + 3 * DRAIN_STUCK_MS);
	assert_int_equal(drains.nr, 0);
	draining(&w);
	assert_string_equal(emptying(&w, &drains, 7, 1000 + 4 * DRAIN_STUCK_MS),
			    EMPTYING);
}

/* Is it told at a time that a shutdown comes upon v1? */
static bool told(struct world *w, struct guards *guards, uint64_t now_ms)
{
	struct config *config = load(NODES V1 ", swap: {}}\n");
	struct plan plan;
	bool told;

	w->is.unguarded = false;
	guards_look(guards, &w->actual, now_ms);
	reconcile(config, &w->actual, NULL, NULL, &plan);
	told = plan.nr_findings == 1 && plan.findings[0].kind == FINDING_NOTE &&
	       strstr(plan.findings[0].text, "at a shutdown the network goes");
	assert_int_equal(plan.nr_findings, told);
	plan_free(&plan);
	config_free(config);
	return told;
}

/* A unit that does not run is told when it has not for a while: at boot it will in a moment. */
static void test_guards(void **state)
{
	struct guards guards = { 0 };
	struct world w;

	(void)state;
	make_world(&w);
	swapped(&w);
	assert_false(told(&w, &guards, 1000));
	w.is.stopped = true;
	assert_false(told(&w, &guards, 90000));
	assert_false(told(&w, &guards, 90000 + GUARDS_MS - 1));
	assert_true(told(&w, &guards, 90000 + GUARDS_MS));
	assert_true(told(&w, &guards, 91000 + GUARDS_MS));
	/* what was before it ran does not count */
	w.is.stopped = false;
	assert_false(told(&w, &guards, 92000 + GUARDS_MS));
	w.is.stopped = true;
	assert_false(told(&w, &guards, 93000 + GUARDS_MS));
	assert_false(told(&w, &guards, 93000 + 2 * GUARDS_MS - 1));
	/* nor what was before it was swapped on */
	w.is.swapped = false;
	guards_look(&guards, &w.actual, 93000 + 2 * GUARDS_MS);
	assert_int_equal(guards.nr, 0);
	assert_false(w.is.unguarded);
	swapped(&w);
	assert_false(told(&w, &guards, 94000 + 2 * GUARDS_MS));
	assert_true(told(&w, &guards, 94000 + 3 * GUARDS_MS));
}

/* Two volumes of a name were there one after the other: nothing tells them apart. */
static void test_same_finding(void **state)
{
	struct plan plan = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		plan_find(&plan, FINDING_NOTE, "volume %s: what it had", "v1");
		plan_find(&plan, FINDING_NOTE, "volume %s: what it had", "v2");
	}
	assert_int_equal(plan.nr_findings, 2);
	assert_string_equal(plan.findings[0].text, "volume v1: what it had");
	assert_string_equal(plan.findings[1].text, "volume v2: what it had");
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_backup_names),
		cmocka_unit_test(test_mount_names),
		cmocka_unit_test(test_mount_options),
		cmocka_unit_test(test_mounted),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_emptying),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_same_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
