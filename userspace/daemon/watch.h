/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looks at counters every few seconds, in a thread of its own, and puts on the
 * board what they say. It changes nothing, and nothing waits for it: when the
 * module takes long to answer, the page is late and the keeper is not.
 */
#ifndef NETRAMD_WATCH_H
#define NETRAMD_WATCH_H

#include <pthread.h>

#include "board.h"
#include "stats.h"
#include "traffic.h"

#define WATCH_PERIOD_MS		2000
/* The last events, for the page. */
#define WATCH_EVENTS		100
/* Half an octave, which is four buckets, to a row of the heat map. */
#define WATCH_ROW_BUCKETS	4
#define WATCH_ROWS		(NETRAM_LATENCY_BUCKETS / WATCH_ROW_BUCKETS)
/* What the history tells by itself; of more volumes only the sum. */
#define WATCH_VOLUMES		32

/**
 * struct watch_object - counters of a node or volume that the module does not keep
 *   as ones that only grow
 * @is_node: a node, else a volume
 * @name: its name
 * @seen: in this sample
 * @traffic: what bytes were for; the module may change its mind, see traffic_grown()
 * @counts: of a node, what it did; the module forgets it with a session
 */
struct watch_object {
	bool is_node;
	char name[NETRAM_NAME_SIZE];
	bool seen;
	struct netram_traffic traffic;
	struct sample_counts counts;
};

/**
 * struct watch - the thread and what it knows
 * @board: where it puts what it knows
 * @thread: the thread
 * @wake: an eventfd: it is time to end
 * @subscription: to events, or NULL while there is no module
 * @events: a ring; the newest is @events[(@nr_events - 1) % WATCH_EVENTS]
 * @nr_events: since the beginning
 * @unshown: there is an event that is not on the board
 * @why: why the module cannot be asked, or ""
 * @seq: of the last sample that has one before it
 * @before: the sample before; @before.at_ms is 0 if there is none
 * @now: the last sample
 * @time_ms: when the module was asked for it last, CLOCK_REALTIME; also in vain
 * @objects: see there
 * @nr_objects: how many
 */
struct watch {
	struct board *board;
	pthread_t thread;
	int wake;
	struct netram_events *subscription;
	struct netram_event_info events[WATCH_EVENTS];
	uint64_t nr_events;
	bool unshown;
	char why[256];
	uint64_t seq;
	struct sample before;
	struct sample now;
	uint64_t time_ms;
	struct watch_object *objects;
	size_t nr_objects;
};

/* 0 or -errno */
int watch_start(struct board *board, struct watch **watch);
/*
 * watch may be NULL. False: it waits for the module; all it uses has to stay, and
 * goes with the process.
 */
bool watch_stop(struct watch *watch);

/* For the thread, and for tests of it. */
void watch_event(struct watch *watch, const struct netram_event_info *event);
void watch_objects(struct watch *watch);

/* live_json.c, point_json.c, watch_metrics.c: texts to be freed, or NULL */
char *live_json(const struct watch *watch);
char *point_json(const struct watch *watch);
char *watch_metrics(const struct watch *watch);

#endif /* NETRAMD_WATCH_H */
