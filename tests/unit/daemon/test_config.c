// SPDX-License-Identifier: GPL-2.0
/* The file: what is read, and what is said of mistakes, with the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config.h"

static char path[64];

static int setup(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/netramd-test.XXXXXX");
	fd = mkstemp(path);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static struct config *load(const char *text, struct complaints *c)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	complaints_init(c, path);
	return config_load(path, true, c);
}

static struct config *load_good(const char *text)
{
	struct complaints c;
	struct config *config = load(text, &c);

	if (!config || c.count)
		fail_msg("%s: %s", text, c.count ? c.all[0].text : "?");
	complaints_free(&c);
	return config;
}

#define NODES	"nodes:\n  n1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2}\n"

/* The nodes that a volume v1, told behind this, has for its copies. */
#define ROOM(a, b, c)							\
	"nodes:\n  n1: {address: 192.0.2.1, capacity: " a "}\n"		\
	"  n2: {address: 192.0.2.2, capacity: " b "}\n"			\
	"  n3: {address: 192.0.2.3, capacity: " c "}\nvolumes:\n  v1:\n"

/* One mistake each: its line, and all that is said. */
static const struct bad {
	const char *text;
	unsigned int line;
	const char *says;
} bad[] = {
	/* YAML */
	{ "nodes:\n\tn1: {}\n", 2,
	  "not YAML: a line cannot begin with this character; indent with spaces, not tabs" },
	{ "nodes:\n  n1: {}\n n2: {}\n", 3,
	  "not YAML: while parsing a block mapping, did not find expected key; keys of one thing begin in the same column, as 'key: value' with a blank behind the colon" },
	{ "host: {region: \"a}\n", 2,
	  "not YAML: while scanning a quoted scalar, found unexpected end of stream; keys of one thing begin in the same column, as 'key: value' with a blank behind the colon" },
	{ "host:\n  zone: a\n---\nhost:\n  zone: b\n", 4,
	  "a second document begins before this: take the line '---' out" },
	{ "host: \001\n", 0,
	  "cannot read it: control characters are not allowed" },
	{ "[nodes, volumes]\n", 1,
	  "the file: expected the name of each section with a colon, and its keys below" },
	/* keys */
	{ "hosts: {}\n", 1,
	  "unknown key 'hosts' at the left margin: did you mean 'host'?" },
	{ "frobnicate: 1\n", 1,
	  "unknown key 'frobnicate' at the left margin: there are host, regions, defaults, nodes, volumes, objectives, placement, status" },
	{ "host:\n  regoin: a\n", 2,
	  "unknown key 'regoin' of host: did you mean 'region'?" },
	{ "host:\n  region: a\n  region: b\n", 3,
	  "'region' is there twice, first in line 2: keep one of them" },
	{ "host: rack1\n", 1,
	  "expected keys of host, a line each: 'region: ...'" },
	{ "host:\n  zone: [a]\n", 2,
	  "zone: expected one word or number, not a list" },
	{ "host:\n  zone: {a: b}\n", 2,
	  "zone: expected one word or number, not a group of keys" },
	{ "host:\n  [a]: b\n", 2,
	  "key: expected one word or number, not a list" },
	{ "host:\n  zone: \"a\\0b\"\n", 2, "zone: there is a NUL in it" },
	{ "host:\n  zone: a b\n", 2,
	  "zone: 'a b' is not a name: write 1 to 63 of A-Z a-z 0-9 . _ -, no dot first" },
	/* nodes */
	{ "nodes: [n1]\n", 1,
	  "nodes: expected the name of each node with a colon, and its keys below" },
	{ "nodes:\n  n 1: {address: 192.0.2.1}\n", 2,
	  "'n 1' is not a name for a node: write 1 to 63 of A-Z a-z 0-9 . _ -, no dot first" },
	{ "nodes:\n  n1: {address: 192.0.2.1}\n  n1: {address: 192.0.2.2}\n", 3,
	  "'n1' is there twice, first in line 2: keep one of them" },
	{ "nodes:\n  n1:\n    weight: 3\n", 2,
	  "node n1: where is it? address: HOST, HOST:PORT, IPV6 or [IPV6]:PORT" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1:0\n", 3,
	  "node n1: address: '0' is not a port: write 1 to 65535" },
	{ "nodes:\n  n1:\n    address: fe80::1\n", 3,
	  "node n1: address: a link-local address needs its interface: ADDRESS%eth0" },
	{ "nodes:\n  n1: {address: ''}\n", 2,
	  "address: there is nothing behind the colon" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    weight: 0\n", 4,
	  "weight: '0' is not a number from 1 to 1000" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    weight: 4294967297\n", 4,
	  "weight: '4294967297' is not a number from 1 to 1000" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    weight: 99999999999999999999999\n", 4,
	  "weight: '99999999999999999999999' is not a number from 1 to 1000" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    capacity: 64GiB\n", 4,
	  "capacity: '64GiB' is not a size: write 64G" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    capacity: 64 gb\n", 4,
	  "capacity: '64 gb' is not a size: write a whole number, with K, M, G or T behind it for powers of 1024" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    status: run/x\n", 4,
	  "status: 'run/x' is neither an address nor the path of a socket: write what its server has as --metrics, like 192.0.2.11 or \"[2001:db8::1]:10811\"" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    status: /run/../x\n", 4,
	  "status: '/run/../x' has '..' in it: write where that leads" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    status: 192.0.2.1:0\n", 4,
	  "status: '192.0.2.1:0' is neither an address nor the path of a socket: write what its server has as --metrics, like 192.0.2.11 or \"[2001:db8::1]:10811\"" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    status: '[fe80::1]'\n", 4,
	  "status: '[fe80::1]' is link-local, so it needs its interface: write it as \"[fe80::1%eth0]\"" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    drain: on\n", 4,
	  "drain: 'on' is neither yes nor no" },
	{ "nodes:\n  n1:\n    address: 192.0.2.1\n    limit: 4G\n", 4,
	  "limit: what a node gives is set where it is given, by netram-server --memory; tell it here as capacity" },
	{ "nodes:\n  n1: {address: 192.0.2.1}\n  n2:\n    address: 192.0.2.1:10809\n", 4,
	  "node n2: node n1 in line 2 has the same address: copies on both would be lost together" },
#define ADDRESS_OF(text)	"nodes:\n  n1:\n    address: \"" text "\"\n", 3
	{ ADDRESS_OF("192.0.2.300"), "node n1: address: '192.0.2.300' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("10.1"), "node n1: address: '10.1' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("10.1:10809"), "node n1: address: '10.1' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("167772161"), "node n1: address: '167772161' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("0x7f000001"), "node n1: address: '0x7f000001' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("010.0.0.1"), "node n1: address: '010.0.0.1' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("1.2.3.4."), "node n1: address: '1.2.3.4.' is not an address: write four numbers from 0 to 255, as 192.0.2.1" },
	{ ADDRESS_OF("192.0.2.1/24"), "node n1: address: '192.0.2.1/24' has a blank or a slash in it: write HOST, HOST:PORT, IPV6 or [IPV6]:PORT" },
	{ ADDRESS_OF("192.0.2.1 10809"), "node n1: address: '192.0.2.1 10809' has a blank or a slash in it: write HOST, HOST:PORT, IPV6 or [IPV6]:PORT" },
	{ ADDRESS_OF("0.0.0.0"), "node n1: address: 0.0.0.0 is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("0.0.0.0:10809"), "node n1: address: 0.0.0.0 is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("224.0.0.1"), "node n1: address: 224.0.0.1 is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("255.255.255.255"), "node n1: address: 255.255.255.255 is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("::"), "node n1: address: :: is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("[::]:10809"), "node n1: address: :: is not the address of one machine: write that of the node" },
	{ ADDRESS_OF("[ff02::1%lo]:10809"), "node n1: address: ff02::1 is not the address of one machine: write that of the node" },
	/* places */
	{ "regions:\n  east: rack1\n", 2,
	  "region east: expected a list of its zones: [rack1, rack2]" },
	{ "regions:\n  east:\n  - a/b\n", 3,
	  "'a/b' is not a name for a zone: write 1 to 63 of A-Z a-z 0-9 . _ -, no dot first" },
	{ "regions:\n  east: [rack1]\nhost:\n  region: eats\n", 4,
	  "host: regions: has no 'eats': did you mean 'east'?" },
	{ "regions:\n  east: [rack1]\nhost:\n  region: east\n  zone: rak1\n", 5,
	  "host: region east has no zone 'rak1': did you mean 'rack1'?" },
	{ "regions:\n  east: [rack1]\nnodes:\n  n1:\n    address: 192.0.2.1\n    zone: rack1\n", 6,
	  "node n1: in which region is zone 'rack1'? region: ..." },
	{ "regions: {east: [rack1], west: [tower]}\nnodes:\n  n1:\n    address: 192.0.2.1\n    region: west\n    zone: rack1\n", 6,
	  "node n1: region west has no zone 'rack1'" },
	/* volumes */
	{ NODES "volumes:\n  v1: {}\n", 5,
	  "volume v1: how large? size: 8G" },
	{ NODES "volumes:\n  v1:\n    size: 4X\n", 6,
	  "size: '4X' is not a size: write a whole number, with K, M, G or T behind it for powers of 1024" },
	{ NODES "volumes:\n  v1:\n    size: 17T\n", 6,
	  "size: 17T is not from 1M to 16T" },
	{ NODES "volumes:\n  v1:\n    size: 5000000\n", 6,
	  "volume v1: size: 5000000 is not a multiple of 4096: try 4997120" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    extent_size: 3M\n", 7,
	  "volume v1: extent_size: 3145728 is not a power of two, like 4M" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    replicas: 3\n", 7,
	  "volume v1: replicas: 3 copies need as many nodes, there are 2" },
	{ NODES "defaults:\n  replicas: 4\nvolumes:\n  v1:\n    size: 1G\n", 5,
	  "volume v1: replicas: 4 copies need as many nodes, there are 2" },
	{ "volumes:\n  v1: {size: 1G}\n", 2,
	  "volume v1: there is no node to keep its pages: declare some under nodes:" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    on_loss: waits\n", 7,
	  "on_loss: there is no 'waits': did you mean 'wait'?" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    on_loss: explode\n", 7,
	  "on_loss: there is no 'explode', but 'error' and 'wait'" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    io_deadline_ms: 30s\n", 7,
	  "io_deadline_ms: '30s' has a unit, but the key's own is milliseconds: write 30000" },
	{ NODES "defaults:\n  hedge_us: 2ms\n", 5,
	  "hedge_us: '2ms' has a unit, but the key's own is microseconds: write 2000" },
	{ NODES "defaults:\n  hedge_us: 50\n", 5,
	  "hedge_us: '50' is not auto, 0, or a number from 100 to 1000000" },
	{ NODES "defaults:\n  io_deadline_ms: 2m\n", 5,
	  "io_deadline_ms: '2m' has a unit, but the key's own is milliseconds: write 120000" },
	{ NODES "defaults:\n  rereplicate_delay_ms: 1 h\n", 5,
	  "rereplicate_delay_ms: '1 h' has a unit, but the key's own is milliseconds: write 3600000" },
	{ NODES "volumes:\n  v1: {size: 1G, replicas: 9}\n", 5,
	  "replicas: '9' is not a number from 1 to 4" },
	{ "nodes:\n  n1: {address: 192.0.2.1, capacity: 10}\n", 2,
	  "capacity: 10 is not from 1M to 65536T" },
	{ NODES "volumes:\n  v1: {size: 1G, replicas:1}\n", 5,
	  "replicas: write a blank behind the colon: 'replicas: 1'" },
	{ NODES "defaults:\n  replicas:1\n", 5,
	  "replicas: write a blank behind the colon: 'replicas: 1'" },
	{ "nodes:\n  n1:\n    address: [2001:db8::1]:10809\n    weight: 3\n", 3,
	  "not YAML: while parsing a block mapping, did not find expected key; keys of one thing begin in the same column, as 'key: value' with a blank behind the colon; put an address in brackets in quotes" },
	{ "status:\n  listen: [2001:db8::1]\n", 2,
	  "listen: expected one word or number, not a list: put an address in brackets in quotes" },
	{ NODES "defaults:\n  hedge_us: fast\n", 5,
	  "hedge_us: 'fast' is not auto, 0, or a number from 100 to 1000000" },
	{ NODES "defaults:\n  size: 1G\n", 5,
	  "unknown key 'size' of defaults: there are replicas, on_loss, extent_size, checksum, connections, queue_depth, io_deadline_ms, io_timeout_ms, connect_timeout_ms, rereplicate_delay_ms, sync_rate_mib, hedge_us, backup_lag_mib" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    uuid: 1234\n", 7,
	  "uuid: '1234' is not a uuid: uuidgen(1) makes one" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    uuid: 11111111-2222-3333-4444-555555555555\n"
	  "  v2:\n    size: 1G\n    uuid: 11111111-2222-3333-4444-555555555555\n", 10,
	  "volume v2: volume v1 in line 5 has the same uuid" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    class: critical\n", 7,
	  "class: netram has no classes of volumes yet: take it out" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup: /dev/sdb\n", 7,
	  "expected keys of backup, a line each: 'device: ...'" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup:\n      mode: behind\n", 8,
	  "device of backup is missing: where? device: /dev/..., or the path of a file" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup: {device: /dev/b, mode: behnd}\n", 7,
	  "mode: there is no 'behnd': did you mean 'behind'?" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup: {device: /dev/b}\n"
	  "  v2:\n    size: 1G\n    backup: {device: /dev/b}\n", 10,
	  "volume v2: volume v1 in line 5 has the same backup" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup_lag_mib: 5\n", 7,
	  "volume v1: backup_lag_mib: it has no backup: declare one with backup:, or take this out" },
	{ NODES "defaults:\n  backup_lag_mib: 16777217\n", 5,
	  "backup_lag_mib: '16777217' is not a number from 0 to 16777216" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    swap: yes\n", 7,
	  "expected keys of swap, a line each: 'priority: ...'" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    swap:\n      priority: -1\n", 8,
	  "priority: '-1' is not a number from 0 to 32767" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    swap:\n    mount: {path: /mnt}\n", 8,
	  "volume v1: it can be swap or mounted, not both" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    mount: {type: ext4}\n", 7,
	  "path of mount is missing: where? path: /mnt/..." },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    mount:\n      path: mnt\n", 8,
	  "path: 'mnt' is not a whole path: begin with a slash" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    mount:\n      path: /mnt/a b\n", 8,
	  "path: '/mnt/a b' has a blank or a backslash in it: not here, please" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    mount:\n      path: /mnt\n      type: zfs\n", 9,
	  "type: there is no 'zfs': did you mean 'xfs'?" },
	{ NODES "volumes:\n  v1: {size: 1G, mount: {path: /mnt}}\n  v2: {size: 1G, mount: {path: /mnt}}\n", 6,
	  "volume v2: volume v1 in line 5 is mounted there, too" },
#define PATH_OF(path)	NODES "volumes:\n  v1:\n    size: 1G\n    mount:\n      path: " path "\n", 8
	{ PATH_OF("/mnt//a"), "path: '/mnt//a' has needless slashes or dots in it: write /mnt/a" },
	{ PATH_OF("//mnt/./a/"), "path: '//mnt/./a/' has needless slashes or dots in it: write /mnt/a" },
	{ PATH_OF("/mnt/../a"), "path: '/mnt/../a' has '..' in it: write where that leads" },
	{ PATH_OF("/"), "path: mounted on / it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ PATH_OF("/dev/"), "path: mounted on /dev it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ PATH_OF("/proc/self"), "path: mounted on /proc/self it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ PATH_OF("/home"), "path: mounted on /home it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ PATH_OF("/var/lib/netram/x"), "path: mounted on /var/lib/netram/x it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ PATH_OF("/usr"), "path: mounted on /usr it would hide what the system needs: take a folder of its own, as /mnt/NAME" },
	{ NODES "volumes:\n  v1:\n    size: 1G\n    backup:\n      device: /dev//sda\n", 8,
	  "device: '/dev//sda' has needless slashes or dots in it: write /dev/sda" },
	{ NODES "volumes:\n  v1:\n    size: 299M\n    mount: {path: /mnt, type: xfs}\n", 6,
	  "volume v1: size: xfs needs 300M or more: make it larger, or take ext4" },
	{ "nodes:\n  n1: {address: 192.0.2.1, export: ''}\n  n2: {address: 192.0.2.2, export: a}\n"
	  "  n3: {remove: yes}\nvolumes:\n  v0: {remove: yes}\n  v1: {size: 1G}\n  v2: {size: 1G}\n", 8,
	  "volume v2: there is no node for it: one with export: serves one volume, and volume v1 in line 7 has it; declare a netram-server" },
	{ "defaults: {checksum: no}\nnodes:\n  n1: {address: 192.0.2.1}\n  n2: {address: 192.0.2.2, export: ''}\nvolumes:\n  v1: {size: 1G}\n", 1,
	  "volume v1: checksum: pages that node n2, with export:, loses would be read as zeroes: take 'checksum: no' out, or declare a netram-server in its place" },
	/* room */
	{ "nodes:\n  n1: {address: 192.0.2.1, capacity: 8G}\n  n2: {address: 192.0.2.2, capacity: 2G}\n"
	  "volumes:\n  v1:\n    replicas: 2\n    size: 4G\n", 7,
	  "volume v1: size: the nodes have no room for 2 copies of 4G: at most 2G" },
	{ "nodes:\n  n1: {address: 192.0.2.1, capacity: 8G}\nvolumes:\n  v1:\n    size: 16G\n", 5,
	  "volume v1: size: the nodes have no room for 1 copy of 16G: at most 8G" },
	/* a smaller volume has less room on the nodes that are larger than it */
	{ ROOM("5G", "5G", "4G") "    replicas: 3\n    size: 5G\n", 8,
	  "volume v1: size: the nodes have no room for 3 copies of 5G: at most 4G" },
	{ ROOM("5G", "5G", "4G") "    replicas: 3\n    size: 4097M\n", 8,
	  "volume v1: size: the nodes have no room for 3 copies of 4097M: at most 4G" },
	{ ROOM("3G", "1G", "1G") "    replicas: 2\n    size: 3G\n", 8,
	  "volume v1: size: the nodes have no room for 2 copies of 3G: at most 2G" },
	{ ROOM("1000001K", "1M", "1M") "    replicas: 1\n    size: 1G\n", 8,
	  "volume v1: size: the nodes have no room for 1 copy of 1G: at most 978M" },
	/* objectives */
	{ "objectives:\n  utilization_percent: 101\n", 2,
	  "utilization_percent: '101' is not a number from 1 to 100" },
	{ "objectives:\n  network_overhead_percent: 0\n", 2,
	  "network_overhead_percent: '0' is not a number from 1 to 100" },
	/* the status page */
#define NO_LISTEN(text)							\
	{ "status:\n  listen: \"" text "\"\n", 2,			\
	  "listen: '" text "' is not an address to listen on: write one as 127.0.0.1:10810 or \"[::1]:10810\", or off" }
	{ "status:\n  listen: \"\"\n", 2, "listen: there is nothing behind the colon" },
	NO_LISTEN("10810"),
	NO_LISTEN("localhost"),
	NO_LISTEN("127.0.0.1:"),
	NO_LISTEN("127.0.0.1:0"),
	NO_LISTEN("127.0.0.1:65536"),
	NO_LISTEN("127.0.0.1:1x"),
	NO_LISTEN("127.0.0.256:1"),
	NO_LISTEN("::1"),
	NO_LISTEN("[::1"),
	NO_LISTEN("[::1]x"),
	NO_LISTEN("fe80::1%eth0"),
	NO_LISTEN("[2001:db8::1%eth0]"),
	{ "status:\n  listen: \"[fe80::1]:10810\"\n", 2,
	  "listen: '[fe80::1]:10810' is link-local, so it needs its interface: write it as \"[fe80::1%eth0]\"" },
	NO_LISTEN("on"),
};

static void test_bad(void **state)
{
	struct complaints c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(load(bad[i].text, &c));
		if (c.count != 1 || c.all[0].line != bad[i].line ||
		    strcmp(c.all[0].text, bad[i].says))
			fail_msg("%s\nsays %zu, the first in line %u: %s\nexpected in line %u: %s",
				 bad[i].text, c.count,
				 c.count ? c.all[0].line : 0,
				 c.count ? c.all[0].text : "", bad[i].line,
				 bad[i].says);
		complaints_free(&c);
	}
	print_message("%zu mistakes\n", i);
}

static unsigned long long advised_mib(const char *says)
{
	const char *at = strstr(says, "at most ");
	uint64_t size;

	assert_non_null(at);
	assert_int_equal(netram_size_parse(at + strlen("at most "), &size), 0);
	assert_int_equal(size % (1 << 20), 0);
	return size >> 20;
}

/* A size that is advised is one that is taken, and the next is not. */
static void test_advised_size(void **state)
{
	static const char *const nodes[] = {
		ROOM("5G", "5G", "4G"), ROOM("5G", "3G", "1G"),
		ROOM("7000001K", "3000001K", "1000001K"),
		ROOM("16T", "1M", "1M"), ROOM("9G", "9G", "9G"),
	};
	struct complaints c;
	struct config *config;
	char text[512];
	unsigned long long mib, mib_more;
	unsigned int i, replicas;

	(void)state;
	for (i = 0; i < 15; i++) {
		replicas = i % 3 + 1;
		snprintf(text, sizeof(text), "%s    replicas: %u\n    size: 16T\n",
			 nodes[i / 3], replicas);
		config = load(text, &c);
		if (config) { /* 16T is not too much for one copy */
			complaints_free(&c);
			config_free(config);
			continue;
		}
		assert_int_equal(c.count, 1);
		mib = advised_mib(c.all[0].text);
		complaints_free(&c);
		for (mib_more = 0; mib_more < 2; mib_more++) {
			snprintf(text, sizeof(text),
				 "%s    replicas: %u\n    size: %lluM\n",
				 nodes[i / 3], replicas, mib + mib_more);
			config = load(text, &c);
			assert_int_equal(!config, mib_more);
			complaints_free(&c);
			config_free(config);
		}
	}
}

/* By links, too; and what is not there yet is where its folder is. */
static void test_twins(void **state)
{
	static const char *const keys[] = { "mount: {path", "backup: {device" };
	static const char *const says[] = {
		"volume v2: volume v1 in line 5 is mounted there, too",
		"volume v2: volume v1 in line 5 has the same backup",
	};
	char dir[] = "/tmp/netramd-test.XXXXXX", link[64], file[64], text[512];
	struct complaints c;
	unsigned int i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(link, sizeof(link), "%s.link", dir);
	snprintf(file, sizeof(file), "%s/a", dir);
	assert_int_equal(symlink(dir, link), 0);
	for (i = 0; i < 2; i++) {
		/* a mount point is made later, a backup has to be there */
		if (i)
			fclose(fopen(file, "w"));
		snprintf(text, sizeof(text), NODES "volumes:\n"
			 "  v1: {size: 1G, %s: %s/a}}\n  v2: {size: 1G, %s: %s/a}}\n",
			 keys[i], dir, keys[i], link);
		assert_null(load(text, &c));
		assert_int_equal(c.count, 1);
		assert_string_equal(c.all[0].text, says[i]);
		complaints_free(&c);
	}
	unlink(file);
	unlink(link);
	rmdir(dir);
}

/* All of them are told, in the file's order. */
static void test_all_at_once(void **state)
{
	static const char text[] =
		"volumes:\n  v1:\n    size: 1X\n    sze: 3\n"
		"nodes:\n  n1:\n    weight: 7000\n";
	static const unsigned int lines[] = { 3, 4, 6, 7 };
	struct complaints c;
	char first[256];
	size_t i;

	(void)state;
	assert_null(load(text, &c));
	assert_int_equal(c.count, 4);
	for (i = 0; i < c.count; i++)
		assert_int_equal(c.all[i].line, lines[i]);
	complaint_format(&c, 0, first, sizeof(first));
	assert_non_null(strstr(first, ":3: error: size: '1X' is not a size"));
	assert_memory_equal(first, path, strlen(path));
	complaints_free(&c);
}

static void test_no_file(void **state)
{
	struct complaints c;

	(void)state;
	complaints_init(&c, "/nonexistent");
	assert_null(config_load("/nonexistent", true, &c));
	assert_string_equal(c.all[0].text,
			    "cannot open it: No such file or directory");
	complaints_free(&c);
	complaints_init(&c, "/tmp");
	assert_null(config_load("/tmp", true, &c));
	assert_string_equal(c.all[0].text, "it is a directory");
	complaints_free(&c);
}

static void test_nodes(void **state)
{
	struct config *config = load_good(
		"host: {region: east, zone: rack0}\n"
		"nodes:\n"
		"  n1:\n"
		"    address: 192.0.2.1\n"
		"    capacity: 64G\n"
		"  n2:\n"
		"    address: \"[2001:db8::1]:5\"\n"
		"    region: west\n"
		"    zone: rack2\n"
		"    weight: 30\n"
		"    export: ''\n"
		"    status: /run/x.sock\n"
		"    drain: no\n"
		"  n3: {remove: yes}\n"
		"  n4: {status: 192.0.2.4, address: 192.0.2.4, capacity: 1000G}\n"
		"  n5: {address: 192.0.2.5, capacity: 512M}\n");
	const struct config_node *n = config->nodes;

	(void)state;
	assert_int_equal(config->nr_nodes, 5);
	assert_string_equal(config->host.zone, "rack0");
	assert_true(n[0].resolved);
	assert_int_equal(netram_endpoint_port(&n[0].endpoint), 10809);
	assert_string_equal(n[0].region, "east");
	assert_string_equal(n[0].zone, "");
	assert_int_equal(n[0].weight, 64);
	assert_false(CONFIG_HAS(&n[0], NODE_DRAIN));
	assert_int_equal(netram_endpoint_port(&n[1].endpoint), 5);
	assert_string_equal(n[1].region, "west");
	assert_int_equal(n[1].weight, 30);
	assert_true(CONFIG_HAS(&n[1], NODE_EXPORT));
	assert_string_equal(n[1].status, "/run/x.sock");
	assert_true(CONFIG_HAS(&n[1], NODE_DRAIN));
	assert_false(n[1].drain);
	assert_true(n[2].remove);
	assert_int_equal(n[3].weight, 1000);
	assert_string_equal(n[3].status, "192.0.2.4");
	assert_int_equal(n[4].weight, 1);
	assert_ptr_equal(config_find_node(config, "n3"), &n[2]);
	assert_null(config_find_node(config, "n9"));
	config_free(config);
}

/* In proportion, also where a GiB is not worth a point any more. */
static void test_large_nodes(void **state)
{
	struct config *config = load_good(
		"nodes:\n"
		"  n1: {address: 192.0.2.1, capacity: 1536G}\n"
		"  n2: {address: 192.0.2.2, capacity: 3T}\n"
		"  n3: {remove: yes, capacity: 100T}\n");

	(void)state;
	assert_int_equal(config->nodes[0].weight, 384);
	assert_int_equal(config->nodes[1].weight, 768);
	config_free(config);
}

static void test_volumes(void **state)
{
	struct config *config = load_good(
		NODES
		"defaults:\n"
		"  replicas: 2\n"
		"  on_loss: wait\n"
		"  checksum: false\n"
		"  io_deadline_ms: 020000\n"
		"  hedge_us: auto\n"
		"volumes:\n"
		"  v1:\n"
		"    size: 1G\n"
		"    swap: {priority: 7, tune_vm: no}\n"
		"  v2:\n"
		"    size: 300M\n"
		"    replicas: 1\n"
		"    on_loss: error\n"
		"    checksum: yes\n"
		"    io_deadline_ms: 5000\n"
		"    io_timeout_ms: 5000\n"
		"    hedge_us: 0\n"
		"    extent_size: 1M\n"
		"    connections: 16\n"
		"    queue_depth: 4\n"
		"    uuid: 00112233-4455-6677-8899-aabbccddeeff\n"
		"    mount:\n"
		"      path: /mnt/x//\n"
		"      type: xfs\n"
		"      options: noatime\n"
		"      format: yes\n"
		"  v3: {size: 1M, swap: }\n"
		"  v4: {remove: yes}\n");
	const struct config_volume *v = config->volumes;

	(void)state;
	assert_int_equal(config->nr_volumes, 4);
	assert_int_equal(v[0].size, 1 << 30);
	assert_int_equal(v[0].replicas, 2);
	assert_int_equal(v[0].on_loss, NETRAM_ON_LOSS_WAIT);
	assert_true(CONFIG_HAS(&v[0], VOLUME_CHECKSUM));
	assert_false(v[0].checksum);
	assert_int_equal(v[0].swap_priority, 7);
	assert_false(v[0].swap_tune_vm);
	assert_string_equal(v[0].tune[TUNABLE_IO_DEADLINE_MS], "20000");
	assert_string_equal(v[0].tune[TUNABLE_HEDGE_US], "auto");
	assert_string_equal(v[0].tune[TUNABLE_IO_TIMEOUT_MS], "");
	assert_false(CONFIG_HAS(&v[0], VOLUME_QUEUE_DEPTH));
	assert_int_equal(v[1].replicas, 1);
	assert_int_equal(v[1].on_loss, NETRAM_ON_LOSS_ERROR);
	assert_true(v[1].checksum);
	assert_string_equal(v[1].tune[TUNABLE_IO_DEADLINE_MS], "5000");
	assert_string_equal(v[1].tune[TUNABLE_HEDGE_US], "0");
	assert_int_equal(v[1].extent_size, 1 << 20);
	assert_int_equal(v[1].uuid[15], 0xff);
	assert_string_equal(v[1].mount_path, "/mnt/x");
	assert_string_equal(config_filesystems[v[1].mount_type], "xfs");
	assert_true(v[1].mount_format);
	assert_true(CONFIG_HAS(&v[2], VOLUME_SWAP));
	assert_true(v[2].swap_priority == CONFIG_UNSET);
	assert_true(v[2].swap_tune_vm);
	assert_true(v[3].remove);
	config_free(config);
}

/* What defaults: has of backups is for those volumes that have one. */
static void test_lag(void **state)
{
	struct config *config = load_good(
		NODES
		"defaults: {backup_lag_mib: 100}\n"
		"volumes:\n"
		"  v1: {size: 1G}\n"
		"  v2: {size: 1G, backup: {device: /dev/b}}\n"
		"  v3: {size: 1G, backup: {device: /dev/c, mode: behind}, backup_lag_mib: 0}\n");
	const struct config_volume *v = config->volumes;

	(void)state;
	assert_string_equal(v[0].tune[TUNABLE_BACKUP_LAG_MIB], "");
	assert_string_equal(v[1].tune[TUNABLE_BACKUP_LAG_MIB], "100");
	assert_string_equal(v[2].tune[TUNABLE_BACKUP_LAG_MIB], "0");
	config_free(config);
}

/* The file is fine, but may not be what was meant. */
static void test_notes(void **state)
{
	static const struct bad notes[] = {
		{ "", 0, "it declares nothing" },
		{ "nodes:\n  n1: {address: 192.0.2.1, capacity: 64G}\n"
		  "  n2: {address: 192.0.2.2}\n", 3,
		  "node n2 has neither weight nor capacity and counts 100, node n1 counts 64: give both the same" },
		{ "nodes:\n  n1: {address: 192.0.2.1, zone: a}\n"
		  "  n2: {address: 192.0.2.2, zone: a}\n"
		  "volumes:\n  v1: {size: 1G, replicas: 2}\n", 5,
		  "volume v1: 2 copies in 1 zone: some fail together" },
		{ "nodes:\n  n1: {address: 192.0.2.1, capacity: 4G}\n"
		  "volumes:\n  v1: {size: 3G}\n  v2: {size: 3G}\n", 0,
		  "all copies of all volumes take 6G when they are full, the nodes have 4G: writes fail then" },
		{ "nodes:\n  n1: {address: 192.0.2.1, drain: yes}\nvolumes:\n  v1: {size: 1G}\n", 4,
		  "volume v1: no node takes new pages, with 'drain: yes' for all of them: writes fail" },
		{ "nodes:\n  n1: {address: 192.0.2.1, drain: yes}\n  n2: {address: 192.0.2.2}\n"
		  "volumes:\n  v1: {size: 1G, replicas: 2}\n  v2: {size: 1G, replicas: 1}\n", 5,
		  "volume v1: 2 copies, but only 1 node takes new pages, with 'drain: yes' for the others: some pages have fewer copies" },
		{ "nodes:\n  n1: {address: 192.0.2.1, region: east, zone: a}\n"
		  "  n2: {address: 192.0.2.2, region: west, zone: a}\n"
		  "  n3: {address: 192.0.2.3, region: west, zone: b}\n", 3,
		  "node n2: the zone of node n1 in another region is called a, too, and zones of one name are one to the module: give it another name" },
		{ NODES "defaults: {io_timeout_ms: 9000}\n"
		  "volumes:\n  v1:\n    size: 1G\n    io_deadline_ms: 8000\n"
		  "  v2: {size: 1G, io_deadline_ms: 8000, on_loss: wait}\n", 8,
		  "volume v1: io_deadline_ms, 8000, is less than io_timeout_ms, 9000: requests fail before a node that hangs is given up and tried again" },
		{ "nodes:\n  n1: {address: 127.0.0.2}\n", 2,
		  "node n1: 127.0.0.2 is this machine: its pages stay in the memory here, unless it is a tunnel's end" },
		{ "nodes:\n  n1: {address: \"[::1]:5\"}\n", 2,
		  "node n1: [::1]:5 is this machine: its pages stay in the memory here, unless it is a tunnel's end" },
		{ NODES "volumes:\n  v1:\n    size: 1G\n    backup: {device: /dev/b}\n"
		  "    backup_lag_mib: 5\n", 8,
		  "volume v1: backup_lag_mib: its backup is never behind: 'mode: behind' under backup: makes it so" },
		{ NODES "volumes:\n  v1:\n    size: 1G\n    backup:\n      device: /dev/vg0/v1\n      force: yes\n", 7,
		  "volume v1: backup: 'force: yes' overwrites whatever is on /dev/vg0/v1 each time the volume is created, so at each boot: take it out once the volume is there" },
#define BACKUP(path)	NODES "volumes:\n  v1: {size: 1G, backup: {device: " path "}}\n", 5, \
			"volume v1: backup: " path " may be another disk after a reboot: take its name in /dev/disk/by-id"
		{ BACKUP("/dev/sdb") }, { BACKUP("/dev/sdaa1") }, { BACKUP("/dev/vda") },
		{ BACKUP("/dev/nvme0n1") }, { BACKUP("/dev/nvme10n1p2") },
		/* and of the others nothing */
		{ NODES "volumes:\n  v0: {size: 1G, backup: {device: /dev/disk/by-id/nvme-a_n1}}\n"
		  "  v1: {size: 1G, backup: {device: /dev/sdb}}\n  v2: {size: 1G, backup: {device: /srv/dev/sda}}\n"
		  "  v3: {remove: yes, backup: {device: /dev/sdc, force: yes}}\n", 6,
		  "volume v1: backup: /dev/sdb may be another disk after a reboot: take its name in /dev/disk/by-id" },
	};
	struct complaints c;
	struct config *config;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
		config = load(notes[i].text, &c);
		assert_non_null(config);
		assert_int_equal(c.count, 1);
		assert_int_equal(c.errors, 0);
		assert_int_equal(c.all[0].line, notes[i].line);
		assert_string_equal(c.all[0].text, notes[i].says);
		complaints_free(&c);
		config_free(config);
	}
}

/* Whatever a file says, it is refused or read: with ASAN, that is a test. */
static void test_mutations(void **state)
{
	/* no addresses, or the resolver would be asked for what becomes of them */
	static const char text[] =
		"host: {region: east, zone: rack1}\n"
		"regions:\n  east: [rack1, rack2]\n"
		"defaults: {replicas: 2, hedge_us: auto, io_deadline_ms: 30000}\n"
		"nodes:\n  n1: {remove: yes, weight: 3, capacity: 64G}\n"
		"volumes:\n  v1:\n    size: 1G\n    uuid: 00112233-4455-6677-8899-aabbccddeeff\n"
		"    remove: yes\n    mount: {path: /mnt, options: \"a\\x20b\"}\n"
		"  v2: &a {remove: yes, swap: {priority: 7}}\n  v3: *a\n"
		"objectives: {read_p99_us: 5}\n";
	static const char bytes[] = "\n :,{}[]'\"-&*!#|>%@\\0a\t\x80\xff";
	const char *env = getenv("NETRAM_SEED");
	unsigned int seed = env ? strtoul(env, NULL, 10) : (unsigned int)time(NULL);
	char copy[sizeof(text)];
	struct complaints c;
	struct config *config;
	unsigned int round, i, good = 0;

	(void)state;
	print_message("NETRAM_SEED=%u\n", seed);
	srandom(seed);
	for (round = 0; round < 3000; round++) {
		memcpy(copy, text, sizeof(text));
		for (i = random() % 4; i < 3; i++)
			copy[random() % (sizeof(text) - 1)] =
				bytes[random() % (sizeof(bytes) - 1)];
		config = load(copy, &c);
		good += !!config;
		assert_int_equal(!config, !!c.errors);
		complaints_free(&c);
		config_free(config);
	}
	print_message("%u of %u files are fine\n", good, round);
	/* some are as they were: it is a good one that is changed */
	assert_true(good > round / 8 && good < round);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void expect_listen(const char *text, const char *at)
{
	struct config *config = load_good(text);
	char is[ADDRESS_SIZE] = "off";

	if (!config->status.listen.off)
		address_format(&config->status.listen.at, is, sizeof(is));
	assert_string_equal(is, at);
	config_free(config);
}

static void test_listen(void **state)
{
	struct complaints c;
	struct config *config;

	(void)state;
	expect_listen("host: {}\n", "127.0.0.1:10810");
	expect_listen("status: {}\n", "127.0.0.1:10810");
	expect_listen("status: {listen: off}\n", "off");
	expect_listen("status: {listen: no}\n", "off");
	expect_listen("status: {listen: 127.0.0.2}\n", "127.0.0.2:10810");
	expect_listen("status: {listen: 127.0.0.1:80}\n", "127.0.0.1:80");
	expect_listen("status: {listen: \"[::1]\"}\n", "[::1]:10810");
	expect_listen("status: {listen: \"[::1]:65535\"}\n", "[::1]:65535");
	/* when netramd starts it may not be there yet */
	config = load("status:\n  listen: \"[fe80::1%netram-none]\"\n", &c);
	assert_non_null(config);
	assert_string_equal(config->status.listen.at.interface, "netram-none");
	complaints_free(&c);
	config_free(config);
	/* others may read it then: told, and allowed */
	config = load("status:\n  listen: 192.0.2.1:80\n", &c);
	assert_non_null(config);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.all[0].line, 2);
	assert_int_equal(c.all[0].kind, COMPLAINT_NOTE);
	assert_non_null(strstr(c.all[0].text, "whoever reaches 192.0.2.1:80"));
	complaints_free(&c);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad),
		TEST(test_advised_size),
		TEST(test_twins),
		TEST(test_all_at_once),
		TEST(test_no_file),
		TEST(test_nodes),
		TEST(test_large_nodes),
		TEST(test_volumes),
		TEST(test_lag),
		TEST(test_notes),
		TEST(test_mutations),
		cmocka_unit_test(test_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
