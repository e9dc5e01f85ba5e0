// SPDX-License-Identifier: GPL-2.0
/* netramctl events */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
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

/**
 * struct wait - for events
 * @call: the command line
 * @since_ms: nothing has happened
 */
struct wait {
	const struct ctl_call *call;
	uint64_t since_ms;
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
	struct wait *wait = arg;

	if (wait->call->json)
		ctl_json_print_line(shape_event(event));
	else
		print_text(event);
	fflush(stdout);
	wait->since_ms = clock_ms();
	return args.follow ? 0 : 1;
}

/* Not all that can be read is an event of ours. */
static int left_ms(const struct wait *wait)
{
	uint64_t end = wait->since_ms + args.timeout * 1000, now = clock_ms();

	if (args.timeout == FOREVER)
		return -1;
	return end > now ? (int)(end - now) : 0;
}

static int wait_readable(struct netram_events *events, const struct wait *wait)
{
	struct pollfd pfd = { netram_events_fd(events), POLLIN, 0 };
	int n = poll(&pfd, 1, left_ms(wait));

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int read_events(struct netram_events *events,
		       const struct ctl_call *call)
{
	struct wait wait = { call, clock_ms() };
	int err;

	do {
		err = wait_readable(events, &wait);
		if (!err)
			err = netram_events_read(events, show, &wait);
		if (err == -ENOBUFS) {
			ctl_fail(0, "some events were lost");
			err = 0;
		}
	} while (!err || err == -EINTR);
	if (err == 1)
		return CTL_OK;
	if (err == -ETIMEDOUT)
		return args.follow ? CTL_OK : CTL_FAILED;
	if (err == -ENODEV)
		return ctl_fail(CTL_MODULE,
				"the netram kernel module was unloaded, so there are no more events");
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
