// SPDX-License-Identifier: GPL-2.0
/*
 * netramd: reads what should be from a file and keeps the kernel so. It looks at
 * its start, when the file is read again, when the module tells of an event, and
 * now and then. Between two looks it knows nothing it could not look up again, but
 * for what memory.c keeps in a file, so it may be stopped or killed at any time; no I/O
 * needs it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/clock.h"
#include "keeper.h"
#include "log.h"
#include "options.h"
#include "resolver.h"
#include "status.h"
#include "watch.h"

/* After an event: for the others of the same cause to come. */
#define QUIET_MS	300
/* When something could not be done. */
#define RETRY_MS	3000
/* At the start, for the addresses of nodes: else volumes would be made later. */
#define NAMES_MS	5000
/* Room for the first complaint about a file. */
#define REFUSED_SIZE	1024

/**
 * struct daemon - all of it
 * @options: the command line
 * @config: the file as it was last read well
 * @refused: what was wrong with it since, or ""
 * @resolver: who looks up host names
 * @keeper: what was seen last
 * @board: what is told to whoever asks
 * @watch: who looks at counters
 * @page: who answers where the file says
 * @status: who answers on the socket, or NULL
 * @events: the module's, or NULL while it is not loaded
 * @signals: a signalfd
 * @next_ms: when to look
 * @looked_ms: when that was done last
 */
struct daemon {
	struct options options;
	struct config *config;
	char refused[REFUSED_SIZE];
	struct resolver resolver;
	struct keeper keeper;
	struct board *board;
	struct watch *watch;
	struct page page;
	struct status *status;
	struct netram_events *events;
	int signals;
	uint64_t next_ms;
	uint64_t looked_ms;
};

/* ---- the file */

static void print_complaints(const struct complaints *c, FILE *to)
{
	char text[REFUSED_SIZE];
	size_t i;

	for (i = 0; i < c->count; i++) {
		complaint_format(c, i, text, sizeof(text));
		fprintf(to, "%s\n", text);
	}
}

static int check(const char *path)
{
	struct complaints c;
	struct config *config;

	complaints_init(&c, path);
	config = config_load(path, true, &c);
	print_complaints(&c, stderr);
	if (config)
		printf("%s: %zu nodes, %zu volumes, fine\n", path,
		       config->nr_nodes, config->nr_volumes);
	complaints_free(&c);
	config_free(config);
	return config ? EXIT_DONE : EXIT_FAILED;
}

static void remember_refusal(struct daemon *d, const struct complaints *c)
{
	size_t i = 0;

	while (i < c->count && c->all[i].kind != COMPLAINT_ERROR)
		i++;
	if (i < c->count)
		complaint_format(c, i, d->refused, sizeof(d->refused));
}

/* What the file says now, if it can be used; else all stays as it was. */
static bool read_config(struct daemon *d)
{
	struct complaints c;
	struct config *config;

	complaints_init(&c, d->options.config);
	config = config_load(d->options.config, false, &c);
	print_complaints(&c, stderr);
	d->refused[0] = '\0';
	if (!config)
		remember_refusal(d, &c);
	complaints_free(&c);
	if (!config)
		return false;
	config_free(d->config);
	d->config = config;
	return true;
}

/* ---- looking */

/*
 * Subscribed before the look and anew each time: what happens meanwhile is seen
 * either way, and a module that was loaded anew has another group.
 */
static void subscribe(struct daemon *d)
{
	struct netram_events *events;

	if (netram_events_open(&events))
		events = NULL;
	netram_events_close(d->events);
	d->events = events;
}

static void notify(const struct daemon *d)
{
	const struct keeper *k = &d->keeper;
	size_t i, problems = k->why[0] ? 1 : 0;

	for (i = 0; i < k->nr_findings && !k->why[0]; i++)
		problems += k->findings[i].kind == FINDING_PROBLEM;
	sd_notifyf(0, "READY=1\nSTATUS=%s%s%zu problems", d->refused,
		   d->refused[0] ? "; " : "", problems);
}

static void look(struct daemon *d)
{
	const struct status_source source = {
		d->options.config, d->config, d->refused, &d->keeper, &d->page,
	};

	subscribe(d);
	resolver_look(&d->resolver, d->config);
	keeper_look(&d->keeper, d->config);
	page_settle(&d->page, &d->config->status.listen);
	status_put(d->board, &source);
	notify(d);
	d->looked_ms = clock_ms();
	d->next_ms = d->looked_ms + (d->keeper.pending ?
				     RETRY_MS : d->options.interval_s * 1000);
	if (d->keeper.estate.next_ms < d->next_ms)
		d->next_ms = d->keeper.estate.next_ms;
	if (d->resolver.next_ms < d->next_ms)
		d->next_ms = d->resolver.next_ms;
}

static void look_soon(struct daemon *d)
{
	uint64_t soon = d->looked_ms + (d->keeper.pending ? RETRY_MS : QUIET_MS);
	uint64_t quiet = clock_ms() + QUIET_MS;

	if (soon < quiet)
		soon = quiet;
	if (soon < d->next_ms)
		d->next_ms = soon;
}

static void reload(struct daemon *d)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)clock_ms() * 1000);
	if (read_config(d))
		log_line("%s: read again", d->options.config);
	else
		log_line("%s: cannot be used: going on with what it said before",
			 d->options.config);
	look(d);
}

/* ---- waiting */

static int ignore_event(const struct netram_event_info *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

/* Which it was does not matter: a look sees all. */
static void take_events(struct daemon *d)
{
	int err = netram_events_read(d->events, ignore_event, NULL);

	/* not some of them lost, but all of them to come */
	if (err && err != -ENOBUFS && err != -EINTR) {
		netram_events_close(d->events);
		d->events = NULL;
	}
	look_soon(d);
}

/* False: it is time to end. */
static bool take_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGHUP) {
		log_line("%s: ending; all stays as it is",
			 strsignal(info.ssi_signo));
		return false;
	}
	reload(d);
	return true;
}

/* At once: volumes may wait for it, and somebody for those. */
static void take_names(struct daemon *d)
{
	if (resolver_look(&d->resolver, d->config))
		d->next_ms = 0;
	else if (d->resolver.next_ms < d->next_ms)
		d->next_ms = d->resolver.next_ms;
}

static bool wait_once(struct daemon *d)
{
	struct pollfd fds[4] = {
		{ .fd = d->signals, .events = POLLIN },
		{ .fd = d->events ? netram_events_fd(d->events) : -1,
		  .events = POLLIN },
		{ .fd = d->keeper.estate.wake, .events = POLLIN },
		{ .fd = d->resolver.wake, .events = POLLIN },
	};
	uint64_t now = clock_ms();
	int timeout = d->next_ms > now ? (int)(d->next_ms - now) : 0;

	if (poll(fds, 4, timeout) < 0)
		return true;
	if (fds[0].revents) {
		if (!take_signal(d))
			return false;
	} else if (fds[1].revents) {
		take_events(d);
	}
	if (fds[2].revents) {
		estate_hear(&d->keeper.estate);
		look_soon(d);
	}
	if (fds[3].revents)
		take_names(d);
	if (clock_ms() >= d->next_ms)
		look(d);
	return true;
}

/* ---- beginning and end */

static int take_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* It must not wait for a page that it is needed to bring back. */
static void lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		log_line("cannot lock memory (%s): may be swapped; run as root, raise LimitMEMLOCK, or give --no-mlock",
			 strerror(errno));
}

static int start_status(struct daemon *d)
{
	const char *path = d->options.status;
	int err = path ? status_start(path, d->board, &d->status) : 0;

	if (err == -EADDRINUSE)
		log_line("--status %s: another netramd answers there", path);
	else if (err)
		log_line("--status %s: %s", path, strerror(-err));
	return err;
}

/* What others look at; none of it is needed for the rest. */
static int start_telling(struct daemon *d)
{
	int err;

	d->board = board_new();
	if (!d->board)
		return -ENOMEM;
	d->page.board = d->board;
	d->page.listen.off = true;
	err = start_status(d);
	if (!err)
		err = watch_start(d->board, &d->watch);
	return err;
}

static void stop_telling(struct daemon *d)
{
	page_stop(&d->page);
	status_stop(d->status);
	if (watch_stop(d->watch))
		board_free(d->board);
}

static int serve(struct daemon *d)
{
	if (!read_config(d)) {
		log_line("%s: cannot be used: nothing was changed",
			 d->options.config);
		return EXIT_CONFIG;
	}
	d->signals = take_signals();
	if (d->signals < 0 || start_telling(d) ||
	    resolver_init(&d->resolver) ||
	    keeper_init(&d->keeper, d->options.state))
		return EXIT_FAILED;
	if (!d->options.no_mlock)
		lock_memory();
	resolver_wait(&d->resolver, d->config, NAMES_MS);
	look(d);
	while (wait_once(d))
		;
	sd_notify(0, "STOPPING=1");
	stop_telling(d);
	netram_events_close(d->events);
	keeper_free(&d->keeper);
	resolver_exit(&d->resolver);
	config_free(d->config);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	static struct daemon d;

	options_parse(argc, argv, &d.options);
	if (d.options.check)
		return check(d.options.config);
	return serve(&d);
}
