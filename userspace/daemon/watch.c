// SPDX-License-Identifier: GPL-2.0
#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "module.h"

/* An event is shown at once, a burst of them not one by one. */
#define SHOW_MS		250
/* It keeps a processor busy for one part of so many, even with many volumes. */
#define IDLE_PARTS	20
/* The module answers within this, or netramd ends while it is being asked. */
#define STOP_S		3

/* ---- events */

static bool same_event(const struct netram_event_info *a,
		       const struct netram_event_info *b)
{
	return a->time_ns == b->time_ns && a->type == b->type &&
	       a->state == b->state && a->value == b->value &&
	       !strcmp(a->node, b->node) && !strcmp(a->volume, b->volume);
}

/* One that came to two subscriptions is kept once. */
void watch_event(struct watch *w, const struct netram_event_info *event)
{
	uint64_t i;

	for (i = 0; i < WATCH_EVENTS && i < w->nr_events; i++)
		if (same_event(event, &w->events[i]))
			return;
	w->events[w->nr_events++ % WATCH_EVENTS] = *event;
	w->unshown = true;
}

static int take_event(const struct netram_event_info *event, void *arg)
{
	watch_event(arg, event);
	return 0;
}

static bool is_readable(const struct netram_events *events)
{
	struct pollfd fd = { netram_events_fd(events), POLLIN, 0 };

	return poll(&fd, 1, 0) > 0;
}

static void take_events(struct watch *w)
{
	int err = netram_events_read(w->subscription, take_event, w);

	/* not some of them lost, but all of them to come */
	if (err && err != -ENOBUFS && err != -EINTR) {
		netram_events_close(w->subscription);
		w->subscription = NULL;
	}
}

/* Anew each time: a module that was loaded anew has another group. */
static void subscribe(struct watch *w)
{
	struct netram_events *events;

	if (netram_events_open(&events))
		events = NULL;
	while (w->subscription && is_readable(w->subscription))
		take_events(w);
	netram_events_close(w->subscription);
	w->subscription = events;
}

/* ---- counters that only grow */

static struct watch_object *find_object(struct watch *w, bool is_node,
					const char *name)
{
	struct watch_object *more;
	size_t i;

	for (i = 0; i < w->nr_objects; i++)
		if (w->objects[i].is_node == is_node &&
		    !strcmp(w->objects[i].name, name))
			return &w->objects[i];
	more = realloc(w->objects, (w->nr_objects + 1) * sizeof(*more));
	if (!more)
		return NULL;
	w->objects = more;
	more += w->nr_objects++;
	memset(more, 0, sizeof(*more));
	more->is_node = is_node;
	snprintf(more->name, sizeof(more->name), "%s", name);
	return more;
}

static void add_object(struct watch *w, bool is_node, const char *name,
		       const struct netram_traffic *now,
		       const struct netram_traffic *before)
{
	struct watch_object *to = find_object(w, is_node, name);
	struct netram_traffic grown;
	struct sample_counts counts;
	unsigned int i;

	if (!to)
		return;
	to->seen = true;
	/* what was before the first sample, nobody saw grow: a restart is no traffic */
	if (!w->before.at_ms)
		return;
	grown = traffic_grown(now, before);
	traffic_add(&to->traffic, &grown);
	if (!is_node)
		return;
	sample_count(&w->before, &w->now, NULL, name, &counts);
	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		to->counts.reads[i] += counts.reads[i];
		to->counts.writes[i] += counts.writes[i];
	}
}

static void forget_unseen(struct watch *w)
{
	size_t i, kept = 0;

	for (i = 0; i < w->nr_objects; i++)
		if (w->objects[i].seen)
			w->objects[kept++] = w->objects[i];
	w->nr_objects = kept;
}

/*
 * Add up what they did since the sample before; those that were not in it are new,
 * and those that are gone are forgotten.
 */
void watch_objects(struct watch *w)
{
	const struct netram_volume *v, *old_volume;
	const struct netram_node *node, *old_node;
	size_t i;

	for (i = 0; i < w->nr_objects; i++)
		w->objects[i].seen = false;
	for (node = w->now.nodes; node; node = node->next) {
		old_node = sample_node(&w->before, node->name);
		add_object(w, true, node->name, &node->traffic,
			   old_node ? &old_node->traffic : NULL);
	}
	for (v = w->now.volumes; v; v = v->next) {
		old_volume = sample_volume(&w->before, v->name);
		add_object(w, false, v->name, &v->traffic,
			   old_volume ? &old_volume->traffic : NULL);
	}
	forget_unseen(w);
}

/* ---- samples */

static int take_sample(struct watch *w, struct sample *sample)
{
	struct netram *nt;
	int err = module_open(&nt, w->why, sizeof(w->why));

	if (err)
		return err;
	err = sample_take(nt, stat_files, STATS_NR, sample);
	if (err)
		netram_error(nt, w->why, sizeof(w->why));
	netram_close(nt);
	return err;
}

static void show(struct watch *w)
{
	board_put(w->board, BOARD_LIVE, live_json(w));
	w->unshown = false;
}

static void forget_samples(struct watch *w)
{
	sample_free(&w->before);
	sample_free(&w->now);
}

static void look(struct watch *w)
{
	struct sample sample;

	w->why[0] = '\0';
	subscribe(w);
	if (take_sample(w, &sample)) {
		forget_samples(w);
	} else {
		sample_free(&w->before);
		w->before = w->now;
		w->now = sample;
		watch_objects(w);
	}
	w->time_ms = clock_wall_ms();
	if (w->before.at_ms) {
		w->seq++;
		board_add_point(w->board, w->seq, point_json(w));
	}
	show(w);
	board_put(w->board, BOARD_SAMPLE_METRICS, watch_metrics(w));
}

/* ---- the thread */

/* Milliseconds that this thread has kept a processor busy. */
static uint64_t busy_ms(void)
{
	struct timespec busy;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy);
	return (uint64_t)busy.tv_sec * 1000 + busy.tv_nsec / 1000000;
}

/* Waiting for the module costs nothing, so what it took is not told by the clock. */
static uint64_t look_and_pause(struct watch *w)
{
	uint64_t began = clock_ms(), busy = busy_ms(), pause;

	look(w);
	pause = (busy_ms() - busy) * IDLE_PARTS;
	return began + (pause > WATCH_PERIOD_MS ? pause : WATCH_PERIOD_MS);
}

static void *run(void *arg)
{
	struct watch *w = arg;
	uint64_t now = 0, next = 0, shown = 0, until;
	struct pollfd fds[2] = { { .fd = w->wake, .events = POLLIN } };

	while (!fds[0].revents) {
		now = clock_ms();
		if (now >= next) {
			next = look_and_pause(w);
			shown = clock_ms();
		} else if (w->unshown && now >= shown + SHOW_MS) {
			show(w);
			shown = now;
		}
		fds[1] = (struct pollfd){
			.fd = w->subscription ?
			      netram_events_fd(w->subscription) : -1,
			.events = POLLIN,
		};
		until = w->unshown && shown + SHOW_MS < next ?
			shown + SHOW_MS : next;
		now = clock_ms();
		poll(fds, 2, until > now ? (int)(until - now) : 0);
		if (fds[1].revents)
			take_events(w);
	}
	return NULL;
}

int watch_start(struct board *board, struct watch **watch)
{
	struct watch *w = calloc(1, sizeof(*w));
	int err = -ENOMEM;

	if (!w)
		return err;
	w->board = board;
	w->wake = eventfd(0, EFD_CLOEXEC);
	err = w->wake < 0 ? -errno : -pthread_create(&w->thread, NULL, run, w);
	if (!err) {
		*watch = w;
		return 0;
	}
	if (w->wake >= 0)
		close(w->wake);
	free(w);
	return err;
}

bool watch_stop(struct watch *w)
{
	const uint64_t one = 1;
	struct timespec end;

	if (!w)
		return true;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += STOP_S;
	if (write(w->wake, &one, sizeof(one)) != sizeof(one) ||
	    pthread_timedjoin_np(w->thread, NULL, &end))
		return false;
	netram_events_close(w->subscription);
	forget_samples(w);
	close(w->wake);
	free(w->objects);
	free(w);
	return true;
}
