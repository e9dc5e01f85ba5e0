// SPDX-License-Identifier: GPL-2.0
/* The order of starting, and its exact reverse. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "export.h"
#include "host.h"
#include "listen.h"
#include "log.h"
#include "loops.h"
#include "options.h"
#include "status.h"
#include "sweep.h"

/* Files besides connections and exports: rings, eventfds, sockets. */
#define SPARE_FILES 256

#define INSTANCE_BYTES 16
#define METRICS_BACKLOG 16

struct server {
	struct options options;
	char instance[2 * INSTANCE_BYTES + 1];
	char description[128];
	struct store store;
	struct export_table table;
	struct service service;
	struct loops loops;
	struct status_source source;
	struct status *status;
	struct status *metrics;
	int listen_fds[LISTEN_MAX];
	int status_fd;
	int metrics_fd;
	bool status_bound;
	sigset_t signals;
};

/*
 * What to end with: 2 where trying again, as the unit does otherwise, would come to
 * the same. An address may come, or its interface, and who has it may go.
 */
static int exit_code(int err)
{
	switch (-err) {
	case EACCES:
	case EAFNOSUPPORT:
	case EINVAL:
	case ELOOP:
	case ENAMETOOLONG:
	case ENOENT:
	case ENOSYS:
	case ENOTDIR:
	case EPERM:
	case EROFS:
		return 2;
	default:
		return 1;
	}
}

static void make_instance(struct server *s)
{
	uint8_t raw[INSTANCE_BYTES];
	size_t i;

	if (host_random(raw, sizeof(raw))) {
		log_error("no random numbers from the kernel");
		exit(1);
	}
	for (i = 0; i < sizeof(raw); i++)
		sprintf(s->instance + 2 * i, "%02x", raw[i]);
	snprintf(s->description, sizeof(s->description),
		 "netram-server %s instance=%s", NETRAM_VERSION, s->instance);
}

/* Threads inherit the mask, so signals come to the main thread alone. */
static void block_signals(struct server *s)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&s->signals);
	sigaddset(&s->signals, SIGTERM);
	sigaddset(&s->signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &s->signals, NULL);
}

static int check_uring(void)
{
	int ret = loops_probe();

	if (ret)
		log_error("the kernel refuses io_uring (%s): allow it (sysctl kernel.io_uring_disabled=0, container seccomp profile)",
			  strerror(-ret));
	return ret ? exit_code(ret) : 0;
}

static int declare_exports(struct server *s)
{
	char name[NETRAM_EXPORT_MAX + 1];
	unsigned int i;
	int ret;

	for (i = 0; i < s->options.nr_exports; i++) {
		const struct options_export *e = &s->options.exports[i];

		memcpy(name, e->name, e->name_len);
		name[e->name_len] = '\0';
		ret = export_declare(&s->table, name, e->size);
		if (ret) {
			log_error("--export %s: no address space or file for %llu MiB (%s); give fewer or smaller ones",
				  name, (unsigned long long)(e->size >> 20),
				  strerror(-ret));
			return 2;
		}
	}
	return 0;
}

static int make_store(struct server *s)
{
	const struct options *o = &s->options;
	int ret;

	ret = store_init(&s->store, o->memory, host_has_memory);
	s->store.huge_writes = host_huge_writes();
	if (!ret)
		ret = export_table_init(&s->table, &s->store,
					(unsigned int)o->max_exports,
					o->export_size);
	if (ret) {
		log_error("no store: %s", strerror(-ret));
		return 1;
	}
	return declare_exports(s);
}

static int start_sweeper(struct server *s)
{
	int ret = sweeper_start(&s->store);

	if (ret)
		log_error("cannot start the sweeper: %s", strerror(-ret));
	return ret ? 1 : 0;
}

static int open_listener(const struct address *addr)
{
	int fd = address_listen(addr, LISTEN_BACKLOG);
	char text[ADDRESS_SIZE];

	if (fd >= 0)
		return fd;
	address_format(addr, text, sizeof(text));
	log_error("cannot listen on %s: %s; choose another --listen", text,
		  address_error(fd));
	return fd;
}

static int open_listeners(struct server *s)
{
	const struct options *o = &s->options;
	int *fds = s->listen_fds;
	unsigned int i;

	for (i = 0; i < o->nr_listen; i++) {
		fds[i] = open_listener(&o->listen[i]);
		if (fds[i] < 0)
			return exit_code(fds[i]);
	}
	return 0;
}

static int open_status(struct server *s)
{
	const char *path = s->options.status_path;
	int fd;

	if (!path)
		return 0;
	fd = listen_unix(path);
	if (fd < 0) {
		log_error("--status %s: %s; %s", path, strerror(-fd),
			  fd == -EADDRINUSE ?
			  "end the server that has it, or remove the file of that name" :
			  "give a path in a folder that is there and that this user may write to");
		return exit_code(fd);
	}
	s->status_fd = fd;
	s->status_bound = true;
	return 0;
}

static int open_metrics(struct server *s)
{
	const struct options *o = &s->options;
	int fd;

	if (!o->metrics)
		return 0;
	fd = address_listen(&o->metrics_at, METRICS_BACKLOG);
	if (fd < 0) {
		log_error("--metrics %s: %s; choose another address or port",
			  o->metrics, address_error(fd));
		return exit_code(fd);
	}
	s->metrics_fd = fd;
	return 0;
}

/* On standard output, for whoever started us with port 0. */
static void announce_one(const char *what, int fd)
{
	char text[ADDRESS_SIZE];
	struct address addr;

	address_of(fd, &addr);
	address_format(&addr, text, sizeof(text));
	printf("%s on %s\n", what, text);
}

static void announce(const struct options *o, const int *fds)
{
	unsigned int i;

	for (i = 0; i < o->nr_listen; i++)
		announce_one("listening", fds[i]);
	fflush(stdout);
}

static int start_loops(struct server *s)
{
	int ret;

	announce(&s->options, s->listen_fds);
	s->service.table = &s->table;
	s->service.description = s->description;
	s->loops.nr = (unsigned int)s->options.threads;
	s->loops.max_connections = (unsigned int)s->options.max_connections;
	s->loops.busy_poll_us = (unsigned int)s->options.busy_poll_us;
	ret = loops_start(&s->loops, &s->service, s->listen_fds,
			  s->options.nr_listen);
	if (ret)
		log_error("cannot start the threads: %s; try fewer --threads",
			  strerror(-ret));
	return ret ? 1 : 0;
}

static int start_status(struct server *s)
{
	int err = 0;

	if (s->options.status_path)
		err = status_start(s->status_fd, &s->source, &s->status);
	if (err)
		log_error("cannot answer on --status: %s", strerror(-err));
	return err ? 1 : 0;
}

static int start_metrics(struct server *s)
{
	int err = 0;

	if (s->options.metrics) {
		announce_one("metrics", s->metrics_fd);
		fflush(stdout);
		err = status_start(s->metrics_fd, &s->source, &s->metrics);
	}
	if (err)
		log_error("cannot answer on --metrics: %s", strerror(-err));
	return err ? 1 : 0;
}

static void remove_status(const struct server *s)
{
	if (s->status_bound)
		unlink(s->options.status_path);
}

static void stop_status(struct server *s)
{
	status_stop(s->metrics);
	status_stop(s->status);
	remove_status(s);
}

static void wait_for_signal(const struct server *s)
{
	int sig;

	sigwait(&s->signals, &sig);
	log_info("%s: stopping", strsignal(sig));
}

/*
 * What may fail for the options given comes before clients are served: they would put
 * pages where they are lost. The status is started last and stopped first: it looks
 * at all the rest.
 */
static int (*const steps[])(struct server *) = {
	make_store,
	start_sweeper,
	open_status,
	open_metrics,
	open_listeners,
	start_loops,
	start_status,
	start_metrics,
};

static int start(struct server *s)
{
	unsigned int i;
	int code = 0;

	for (i = 0; !code && i < sizeof(steps) / sizeof(*steps); i++)
		code = steps[i](s);
	if (code)
		remove_status(s);
	return code;
}

static int serve(struct server *s)
{
	int code;

	s->source = (struct status_source){
		s->options.name, s->instance, clock_ms(), time(NULL),
		&s->table, &s->loops
	};
	code = start(s);
	if (code)
		return code;
	sd_notify(0, "READY=1");
	wait_for_signal(s);
	sd_notify(0, "STOPPING=1");
	stop_status(s);
	loops_stop(&s->loops);
	sweeper_stop(&s->store);
	export_table_exit(&s->table);
	store_exit(&s->store);
	return 0;
}

/* Hosts place pages by how full a node says it is. */
static void check_memory(const struct options *o)
{
	uint64_t has = host_memory();

	if (o->memory > has)
		log_warning("--memory is %llu MiB and this machine has %llu MiB: it is full long before it says so; give less",
			    (unsigned long long)(o->memory >> 20),
			    (unsigned long long)(has >> 20));
}

/* Nobody is asked who he is: the address is all that keeps others out. */
static void check_reach(const struct options *o)
{
	char text[ADDRESS_SIZE];
	unsigned int i = 0;

	while (i < o->nr_listen && !address_is_any(&o->listen[i]))
		i++;
	if (i < o->nr_listen) {
		address_format(&o->listen[i], text, sizeof(text));
		log_warning("--listen %s: everybody who reaches this machine can read and change all pages: name an address, or have a packet filter keep others out",
			    text);
	}
	if (o->metrics && address_is_any(&o->metrics_at))
		log_warning("--metrics %s: everybody who reaches this machine can read names and figures of exports and clients: name an address, or have a packet filter keep others out",
			    o->metrics);
}

int main(int argc, char **argv)
{
	static struct server server;
	struct options *o = &server.options;
	int code;

	host_open();
	options_parse(argc, argv, o);
	block_signals(&server);
	make_instance(&server);
	code = check_uring();
	if (code)
		return code;
	check_memory(o);
	check_reach(o);
	host_raise_files(o->max_connections + o->max_exports + SPARE_FILES);
	host_prepare(!o->no_mlock, o->memory);
	return serve(&server);
}
