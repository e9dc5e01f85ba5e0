// SPDX-License-Identifier: GPL-2.0
/*
 * A module that is not there: LD_PRELOADed, it stands for libnetram's calls and for
 * the files of sysfs, so that netramd, whole and as it is built, has nodes, volumes,
 * traffic and events on a machine without the module.
 *
 * What it tells is steered by files in $NETRAM_FAKE:
 *   unloaded  there is no module
 *   frozen    counters stand still
 *   hung      who asks waits until the file is gone
 *   down      the name of a node that is away
 *   HOST      the address of HOST.test, which is not known where nothing is in it; who
 *             asks waits for a writer where it is a FIFO
 *   swaps     what /proc/swaps says
 * Nodes and volumes cannot be made. They can be removed, as netramctl sees it, and stay.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <arpa/inet.h>
#include <math.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netram/latency.h>
#include <netram/netram.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define GIB	(1ULL << 30)
#define PAGE	4096

static const struct node {
	const char *name;
	const char *region;
	const char *zone;
	double distance_us;
	double share;
} nodes[] = {
	{ "atlas", "east", "rack1", 48, 0.30 },
	{ "boreas", "east", "rack1", 52, 0.25 },
	{ "chione", "east", "rack2", 56, 0.20 },
	{ "doris", "east", "rack3", 60, 0.15 },
	{ "echo", "west", "hall-a", 420, 0.06 },
	{ "fama", "west", "hall-b", 460, 0.04 },
};

static const struct volume {
	const char *name;
	uint64_t size;
	double read_rate;
	double write_rate;
	double stored;
	double median_us;
} volumes[] = {
	{ "swap0", 16 * GIB, 5200, 2100, 0.42, 62 },
	{ "models", 64 * GIB, 900, 40, 0.81, 88 },
	{ "scratch", 8 * GIB, 150, 310, 0.07, 120 },
};

#define NODES	(sizeof(nodes) / sizeof(*nodes))
#define VOLUMES	(sizeof(volumes) / sizeof(*volumes))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_ms;
static double seconds;
static __u64 reads[VOLUMES][NODES + 1][NETRAM_LATENCY_BUCKETS];
static __u64 writes[VOLUMES][NODES + 1][NETRAM_LATENCY_BUCKETS];
static uint64_t moved[VOLUMES][2];
static uint64_t stream[NODES][2];
static uint32_t weights[NODES];
static uint64_t reconnects;
static char down[64];
static uint64_t changed_ms;
static uint64_t seed = 88172645463325252ULL;

static uint64_t now_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static const char *told_path(const char *name, char *path, size_t size)
{
	const char *folder = getenv("NETRAM_FAKE");

	snprintf(path, size, "%s/%s", folder ? folder : "/nonexistent", name);
	return path;
}

static bool told(const char *name, char *text, size_t size)
{
	char path[512];
	FILE *file = fopen(told_path(name, path, sizeof(path)), "re");

	if (!file)
		return false;
	if (text && fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return true;
}

static double random_unit(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) * 0x1p-53;
}

/* About lognormal, with a few that are much slower. */
static unsigned int random_bucket(double median_us)
{
	double g = random_unit() + random_unit() + random_unit() +
		   random_unit() - 2;
	double ns = median_us * 1000 * exp(0.45 * g);
	unsigned int i = 0;

	if (random_unit() < 0.01)
		ns *= 2 + 20 * random_unit();
	while (i + 1 < NETRAM_LATENCY_BUCKETS &&
	       netram_latency_bound(i + 1) <= ns)
		i++;
	return i;
}

static size_t random_node(void)
{
	double at = random_unit();
	size_t i = 0;

	for (; i + 1 < NODES && at > nodes[i].share; i++)
		at -= nodes[i].share;
	return strcmp(nodes[i].name, down) ? i : (i + 1) % NODES;
}

static void work(size_t v, bool write, double median_us, uint64_t weight)
{
	size_t n = random_node();
	double far = median_us - volumes[v].median_us + nodes[n].distance_us;
	unsigned int at_node = random_bucket(far);
	unsigned int all = random_bucket(far + 12);

	(write ? writes : reads)[v][n + 1][at_node] += weight;
	(write ? writes : reads)[v][0][all] += weight;
	moved[v][write] += weight * PAGE;
	stream[n][write] += weight * (PAGE + 16);
	stream[n][!write] += weight * 28;
}

static void advance(void)
{
	uint64_t now = now_ms(CLOCK_MONOTONIC), i;
	double dt = last_ms ? (now - last_ms) / 1000.0 : 60, wave, n;
	size_t v;

	last_ms = now;
	if (told("frozen", NULL, 0))
		return;
	seconds += dt;
	for (v = 0; v < VOLUMES; v++) {
		wave = 1 + 0.6 * sin(seconds / (23.0 + 9 * v));
		n = volumes[v].read_rate * wave * dt;
		for (i = 0; i < 400; i++)
			work(v, false, volumes[v].median_us *
			     (1 + 0.25 * sin(seconds / 31)), (n + i) / 400);
		n = volumes[v].write_rate * wave * dt;
		for (i = 0; i < 200; i++)
			work(v, true, volumes[v].median_us * 1.7, (n + i) / 200);
	}
}

/* ---- events: of a node that goes or comes */

/**
 * struct netram_events - a subscription
 * @fd: an eventfd
 * @down: who was down when it was told last
 */
struct netram_events {
	int fd;
	char down[sizeof(down)];
};

/* Under the lock: who has subscribed. */
static struct netram_events *subscribers[16];

static struct netram_events **find_subscriber(const struct netram_events *events)
{
	size_t i;

	for (i = 0; i < sizeof(subscribers) / sizeof(*subscribers); i++)
		if (subscribers[i] == events)
			return &subscribers[i];
	return NULL;
}

static void wake_subscribers(void)
{
	const uint64_t one = 1;
	size_t i;

	for (i = 0; i < sizeof(subscribers) / sizeof(*subscribers); i++)
		if (subscribers[i] &&
		    write(subscribers[i]->fd, &one, sizeof(one)) < 0)
			abort();
}

int netram_events_open(struct netram_events **events)
{
	struct netram_events **slot;

	*events = NULL;
	if (told("unloaded", NULL, 0))
		return -ENOENT;
	*events = calloc(1, sizeof(**events));
	(*events)->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_lock(&lock);
	memcpy((*events)->down, down, sizeof(down));
	slot = find_subscriber(NULL);
	if (slot)
		*slot = *events;
	pthread_mutex_unlock(&lock);
	return 0;
}

int netram_events_fd(const struct netram_events *events)
{
	return events->fd;
}

int netram_events_read(struct netram_events *events, netram_event_fn fn,
		       void *arg)
{
	struct netram_event_info info = {
		.type = NETRAM_EVENT_SESSION, .has_state = true,
		.time_ns = changed_ms * 1000000ULL,
	};
	char was[sizeof(down)];
	uint64_t n;
	size_t v;

	if (read(events->fd, &n, sizeof(n)) != sizeof(n))
		return -EINTR;
	pthread_mutex_lock(&lock);
	memcpy(was, events->down, sizeof(was));
	memcpy(events->down, down, sizeof(down));
	pthread_mutex_unlock(&lock);
	strcpy(info.node, events->down[0] ? events->down : was);
	info.state = events->down[0] ? NETRAM_SESSION_BROKEN :
				       NETRAM_SESSION_UP;
	for (v = 0; v < VOLUMES; v++) {
		strcpy(info.volume, volumes[v].name);
		fn(&info, arg);
	}
	return 0;
}

void netram_events_close(struct netram_events *events)
{
	struct netram_events **slot;

	if (!events)
		return;
	pthread_mutex_lock(&lock);
	slot = find_subscriber(events);
	if (slot)
		*slot = NULL;
	pthread_mutex_unlock(&lock);
	close(events->fd);
	free(events);
}

static void look(void)
{
	char now[sizeof(down)] = "";

	while (told("hung", NULL, 0))
		usleep(20000);
	told("down", now, sizeof(now));
	pthread_mutex_lock(&lock);
	if (strcmp(now, down)) {
		memcpy(down, now, sizeof(down));
		reconnects += !now[0];
		changed_ms = now_ms(CLOCK_REALTIME);
		wake_subscribers();
	}
	advance();
	pthread_mutex_unlock(&lock);
}

/* ---- libnetram */

int netram_open(struct netram **handle)
{
	if (told("unloaded", NULL, 0))
		return -ENOENT;
	*handle = calloc(1, 1);
	return 0;
}

void netram_close(struct netram *handle)
{
	free(handle);
}

void netram_error(struct netram *handle, char *text, size_t size)
{
	(void)handle;
	snprintf(text, size, "the fake module refuses");
}

int netram_node_add(struct netram *handle, const struct netram_node_spec *spec)
{
	(void)handle;
	(void)spec;
	return -EPERM;
}

int netram_volume_create(struct netram *handle,
			 const struct netram_volume_spec *spec,
			 struct netram_volume **volume)
{
	(void)handle;
	(void)spec;
	*volume = NULL;
	return -EPERM;
}

/* Two copies of what is written, and a request and an answer for each page. */
static struct netram_traffic traffic_of(uint64_t read, uint64_t written)
{
	return (struct netram_traffic){
		.payload = read + written,
		.replicas = written,
		.headers = (read + 2 * written) / PAGE * 44,
		.hedges = read / 400,
		.handshakes = 900,
		.mover = written / 11,
		.tx_bytes = 2 * written + read / PAGE * 28,
		.rx_bytes = read + read / PAGE * 16,
	};
}

int netram_node_set_weight(struct netram *handle, const char *name,
			   uint32_t weight)
{
	size_t i;

	(void)handle;
	for (i = 0; i < NODES; i++)
		if (!strcmp(nodes[i].name, name))
			weights[i] = weight;
	return 0;
}

int netram_node_list(struct netram *handle, struct netram_node **first)
{
	struct netram_node **to = first, *node;
	struct sockaddr_in *sa;
	size_t i, v, b;

	(void)handle;
	look();
	*first = NULL;
	for (i = 0; i < NODES; i++, to = &node->next) {
		*to = node = calloc(1, sizeof(*node));
		strcpy(node->name, nodes[i].name);
		strcpy(node->region, nodes[i].region);
		strcpy(node->zone, nodes[i].zone);
		sa = (struct sockaddr_in *)&node->endpoint;
		sa->sin_family = AF_INET;
		sa->sin_port = htons(10809);
		sa->sin_addr.s_addr = htonl(0xc000020bU + i);
		node->weight = weights[i] ?: 64;
		node->state = strcmp(nodes[i].name, down) ? NETRAM_NODE_UP :
							    NETRAM_NODE_DOWN;
		node->volumes = VOLUMES;
		for (v = 0; v < VOLUMES; v++)
			node->pages += 2 * nodes[i].share * volumes[v].stored *
				       volumes[v].size / PAGE;
		node->extents = node->pages / 1024 + 1;
		for (b = 0; b < 2; b++)
			*(b ? &node->tx_bytes : &node->rx_bytes) = stream[i][b];
		node->traffic = traffic_of(stream[i][0], stream[i][1] / 2);
		node->reconnects = reconnects;
		if (node->state == NETRAM_NODE_DOWN)
			strcpy(node->last_error, "connection refused");
	}
	return 0;
}

static struct netram_session *make_sessions(const struct volume *v)
{
	struct netram_session *first = NULL, **to = &first, *s;
	size_t i;

	for (i = 0; i < NODES; i++, to = &s->next) {
		*to = s = calloc(1, sizeof(*s));
		strcpy(s->node, nodes[i].name);
		s->state = strcmp(s->node, down) ? NETRAM_SESSION_UP :
						   NETRAM_SESSION_CONNECTING;
		s->connections = 2;
		s->pages = 2 * nodes[i].share * v->stored * v->size / PAGE;
		s->extents = s->pages / 1024 + 1;
		s->stale = strcmp(s->node, down) ? 0 : s->extents / 7;
	}
	return first;
}

int netram_volume_list(struct netram *handle, struct netram_volume **first)
{
	struct netram_volume **to = first, *v;
	size_t i;

	(void)handle;
	*first = NULL;
	for (i = 0; i < VOLUMES; i++, to = &v->next) {
		*to = v = calloc(1, sizeof(*v));
		strcpy(v->name, volumes[i].name);
		v->index = i;
		v->uuid[0] = i + 1;
		v->size = volumes[i].size;
		v->extent_size = 4 << 20;
		v->checksum = true;
		v->replicas = 2;
		v->connections = 2;
		v->queue_depth = 128;
		v->pages = volumes[i].stored * volumes[i].size / PAGE;
		v->extents = v->pages / 1024 + 1;
		v->traffic = traffic_of(moved[i][0], moved[i][1]);
		v->sessions = make_sessions(&volumes[i]);
		if (down[0]) {
			v->state = NETRAM_VOLUME_DEGRADED;
			v->degraded = v->extents / 5;
			snprintf(v->reason, sizeof(v->reason), "%s is away",
				 down);
		}
		if (i != 1)
			continue;
		v->backup = calloc(1, sizeof(*v->backup));
		strcpy(v->backup->path, "/dev/vg0/netram");
		v->backup->mode = NETRAM_BACKUP_BEHIND;
		v->backup->lag_pages = 311;
	}
	return 0;
}

int netram_volume_get(struct netram *handle, const char *name,
		      struct netram_volume **volume)
{
	struct netram_volume *first, *v;

	*volume = NULL;
	netram_volume_list(handle, &first);
	for (v = first; v && strcmp(v->name, name); v = v->next)
		;
	*volume = v;
	return v ? 0 : -ENOENT;
}

int netram_volume_delete(struct netram *handle, const char *name)
{
	(void)handle;
	(void)name;
	return 0;
}

int netram_volume_set(struct netram *handle, const char *name,
		      const struct netram_volume_change *change)
{
	(void)change;
	return netram_volume_delete(handle, name);
}

int netram_node_remove(struct netram *handle, const char *name)
{
	return netram_volume_delete(handle, name);
}

int netram_node_drain(struct netram *handle, const char *name, bool on)
{
	(void)on;
	return netram_volume_delete(handle, name);
}

int netram_latency_list(struct netram *handle, const char *volume,
			struct netram_latency **first)
{
	struct netram_latency **to = first, *l;
	size_t v, n;

	(void)handle;
	(void)volume;
	*first = NULL;
	pthread_mutex_lock(&lock);
	for (v = 0; v < VOLUMES; v++) {
		for (n = 0; n <= NODES; n++, to = &l->next) {
			*to = l = calloc(1, sizeof(*l));
			strcpy(l->volume, volumes[v].name);
			strcpy(l->node, n ? nodes[n - 1].name : "");
			memcpy(l->reads, reads[v][n], sizeof(l->reads));
			memcpy(l->writes, writes[v][n], sizeof(l->writes));
		}
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

/* ---- sysfs */

static uint64_t stat_value(unsigned int v, const char *name)
{
	if (!strcmp(name, "reads"))
		return netram_latency_total(reads[v][0]);
	if (!strcmp(name, "writes"))
		return netram_latency_total(writes[v][0]);
	if (!strcmp(name, "read_bytes"))
		return moved[v][0];
	if (!strcmp(name, "write_bytes"))
		return moved[v][1];
	if (!strcmp(name, "hole_pages"))
		return moved[v][0] / PAGE / 50;
	if (!strcmp(name, "backup_reads") && v == 1)
		return moved[v][0] / PAGE / 90;
	return 0;
}

static int stat_file(unsigned int v, const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	pthread_mutex_lock(&lock);
	dprintf(fd, "%llu\n", (unsigned long long)stat_value(v, name));
	pthread_mutex_unlock(&lock);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int name_file(unsigned int v)
{
	int fd = memfd_create("name", MFD_CLOEXEC);

	dprintf(fd, "%s\n", volumes[v].name);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

int open(const char *path, int flags, ...)
{
	static int (*real)(const char *path, int flags, ...);
	char name[64], own[512];
	unsigned int v;
	va_list ap;
	mode_t mode;

	if (sscanf(path, "/sys/block/netram%u/netram_stats/%63s", &v,
		   name) == 2 && v < VOLUMES)
		return stat_file(v, name);
	if (sscanf(path, "/sys/block/netram%u/netram/%63s", &v, name) == 2 &&
	    v < VOLUMES && !strcmp(name, "name"))
		return name_file(v);
	if (!real)
		real = dlsym(RTLD_NEXT, "open");
	if (!strcmp(path, "/proc/swaps") && told("swaps", NULL, 0))
		path = told_path("swaps", own, sizeof(own));
	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return real(path, flags, mode);
}

/* ---- a name server */

int getaddrinfo(const char *host, const char *service,
		const struct addrinfo *hints, struct addrinfo **found)
{
	int (*real)(const char *host, const char *service,
		    const struct addrinfo *hints, struct addrinfo **found) =
		dlsym(RTLD_NEXT, "getaddrinfo");
	const char *end = host ? strstr(host, ".test") : NULL;
	char name[64], address[64] = "";

	if (!end || hints->ai_flags & AI_NUMERICHOST)
		return real(host, service, hints, found);
	snprintf(name, sizeof(name), "%.*s", (int)(end - host), host);
	if (!told(name, address, sizeof(address)))
		return EAI_AGAIN;
	return address[0] ? real(address, service, hints, found) : EAI_NONAME;
}
