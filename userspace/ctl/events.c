// SPDX-License-Identifier: GPL-2.0
/* netramctl events */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "print.h"

#define FOREVER		0

static struct {
	bool follow;
	uint64_t timeout;
} args;

static const struct ctl_opt opts[] = {
	{ "follow", CTL_OPT_FLAG, &args.follow, NULL,
	  "go on after the first event", 0, 0, 0 },
	{ "timeout", CTL_OPT_NUMBER, &args.timeout, "SECONDS",
	  "end when nothing has happened for so long (default: wait)",
	  1, 86400, 0 },
	{ 0 }
};

static void print_text(const struct netram_event_info *event)
{
	time_t seconds = event->time_ns / 1000000000;
	const char *state = shape_event_state(event);
	char when[32] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s.%03u  %s", when,
	       (unsigned int)(event->time_ns / 1000000 % 1000),
	       netram_event_name(event->type));
	if (event->node[0])
		printf("  node %s", event->node);
	if (event->volume[0])
		printf("  volume %s", event->volume);
	if (state)
		printf("  %s", state);
	if (event->has_value)
		printf("  %" PRIu32, event->value);
	putchar('\n');
}

static int show(const struct netram_event_info *event, void *arg)
{
	const struct ctl_call *call = arg;

	if (call->json)
		ctl_json_print_line(shape_event(event));
	else
		print_text(event);
	fflush(stdout);
	return args.follow ? 0 : 1;
}

static int wait_readable(struct netram_events *events)
{
	struct pollfd pfd = { netram_events_fd(events), POLLIN, 0 };
	int ms = args.timeout == FOREVER ? -1 : (int)args.timeout * 1000;
	int n = poll(&pfd, 1, ms);

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int read_events(struct netram_events *events,
		       const struct ctl_call *call)
{
	int err;

	do {
		err = wait_readable(events);
		if (!err)
			err = netram_events_read(events, show, (void *)call);
		if (err == -ENOBUFS) {
			ctl_fail(0, "some events were lost");
			err = 0;
		}
	} while (!err || err == -EINTR);
	if (err == 1)
		return CTL_OK;
	if (err == -ETIMEDOUT)
		return args.follow ? CTL_OK : CTL_FAILED;
	return ctl_fail(CTL_MODULE, "cannot read events: %s", strerror(-err));
}

static int run(const struct ctl_call *call)
{
	struct netram_events *events;
	int err = netram_events_open(&events);
	int ret;

	if (err)
		return ctl_open_failed(err);
	ret = read_events(events, call);
	netram_events_close(events);
	return ret;
}

const struct ctl_command ctl_events = {
	.name = "events",
	.summary = "wait for something to happen and tell it",
	.examples =
		"  netramctl events --follow\n"
		"  netramctl events --timeout 10 --json\n",
	.opts = opts,
	.run = run,
};
