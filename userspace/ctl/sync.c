// SPDX-License-Identifier: GPL-2.0
/*
 * netramctl sync: have the module bring copies up to date that are stale, and look
 * on until none is, or it is known what is in the way.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "ctl.h"
#include "progress.h"
#include "show.h"

#define PAUSE_MS	200
/* A node that cannot be reached has had the longest pause and an attempt. */
#define AWAY_MS		10000

/**
 * struct place - nodes that are to have nothing stale
 * @what: "node", "region" or "zone"
 * @name: its name
 */
struct place {
	const char *what;
	const char *name;
};

/**
 * struct state - how they stand
 * @nodes: all there are
 * @volumes: likewise
 * @stale: copies there that are not in sync
 * @away: one of them that has copies and cannot be reached, or NULL
 * @late: one of them that has stale copies, or NULL
 */
struct state {
	struct netram_node *nodes;
	struct netram_volume *volumes;
	uint64_t stale;
	const struct netram_node *away;
	const struct netram_node *late;
};

static bool belongs(const struct place *place, const struct netram_node *node)
{
	const char *of = !strcmp(place->what, "node") ? node->name :
			 !strcmp(place->what, "zone") ? node->zone :
			 node->region;

	return !strcmp(of, place->name);
}

static void add_session(struct state *s, const struct netram_node *node,
			const struct netram_session *session)
{
	if (strcmp(session->node, node->name))
		return;
	s->stale += session->stale;
	if (session->stale)
		s->late = node;
	if (session->extents && session->state != NETRAM_SESSION_UP)
		s->away = node;
}

static void add_node(struct state *s, const struct netram_node *node)
{
	const struct netram_session *session;
	const struct netram_volume *v;

	for (v = s->volumes; v; v = v->next)
		for (session = v->sessions; session; session = session->next)
			add_session(s, node, session);
}

static void forget(struct state *s)
{
	netram_volume_free(s->volumes);
	netram_node_free(s->nodes);
	*s = (struct state){ 0 };
}

static int ask(struct netram *nt, const struct place *place, struct state *s)
{
	const struct netram_node *node;
	int err;

	*s = (struct state){ 0 };
	err = netram_node_list(nt, &s->nodes);
	if (!err)
		err = netram_volume_list(nt, &s->volumes);
	if (err) {
		forget(s);
		return ctl_fail_module(nt, err);
	}
	for (node = s->nodes; node; node = node->next)
		if (belongs(place, node))
			add_node(s, node);
	return CTL_OK;
}

/* Nodes that hold a copy of what @node has, and cannot be reached. */
static const char *other_away(const struct state *s,
			      const struct netram_node *node)
{
	const struct netram_session *session;
	const struct netram_volume *v;

	for (v = s->volumes; v; v = v->next)
		for (session = v->sessions; session; session = session->next)
			if (session->extents &&
			    session->state != NETRAM_SESSION_UP &&
			    strcmp(session->node, node->name))
				return session->node;
	return NULL;
}

static int fail_stuck(const struct state *s)
{
	const struct netram_node *node = s->away ?: s->late;
	const char *other;

	if (s->away)
		return ctl_fail(CTL_FAILED,
				"%s cannot be reached%s%s%s: its copies are brought up to date when it is back",
				node->name, node->last_error[0] ? " (" : "",
				node->last_error,
				node->last_error[0] ? ")" : "");
	if (node->drain)
		return ctl_fail(CTL_FAILED,
				"%s is being drained, so %" PRIu64 " stale copies are made elsewhere instead: 'netramctl node drain %s --cancel' first",
				node->name, s->stale, node->name);
	other = other_away(s, node);
	if (other)
		return ctl_fail(CTL_FAILED,
				"%" PRIu64 " copies stay stale, for %s, which has what they lack, cannot be reached; it goes on when it is back",
				s->stale, other);
	return ctl_fail(CTL_FAILED,
			"%" PRIu64 " copies stay stale, and for %d s nothing has moved: %s has no memory for them, or is too busy; it goes on as soon as it can",
			s->stale, DRAIN_STUCK_MS / 1000, node->name);
}

static bool stuck(const struct drain *d, const struct state *s,
		  uint64_t now)
{
	if (s->late && s->late->drain)
		return true;
	return drain_stuck(d, now) ||
	       (s->away && now - d->moved_ms >= AWAY_MS);
}

/* Return: CTL_OK when nothing is stale; s is the caller's to forget. */
static int watch(struct netram *nt, const struct place *place, struct state *s)
{
	struct drain d;
	uint64_t now;
	int ret;

	drain_start(&d, s->stale, drain_copied_pages(), clock_ms());
	while (s->stale || s->away) {
		now = clock_ms();
		drain_look(&d, s->stale, drain_copied_pages(), now);
		if (stuck(&d, s, now))
			return fail_stuck(s);
		ctl_bar_draw(d.start - d.left, d.start,
			     "%" PRIu64 " stale copies left%s", d.left,
			     ctl_drain_rest(&d, now).text);
		ctl_lookon_pause(PAUSE_MS);
		if (ctl_lookon_interrupted())
			return ctl_fail(CTL_FAILED,
					"interrupted; the module goes on, with %" PRIu64 " stale copies left",
					s->stale);
		forget(s);
		ret = ask(nt, place, s);
		if (ret)
			return ret;
	}
	return CTL_OK;
}

/* All of them are told at once. */
static int begin(struct netram *nt, const struct place *place,
		 const struct state *s)
{
	const struct netram_node *node;
	bool any = false;
	int err;

	for (node = s->nodes; node; node = node->next) {
		if (!belongs(place, node))
			continue;
		any = true;
		err = netram_node_sync(nt, node->name);
		if (err)
			return ctl_fail_module(nt, err);
	}
	if (any)
		return CTL_OK;
	return ctl_fail(CTL_FAILED,
			"there is no node with the %s '%s': 'netramctl node list' shows all",
			strcmp(place->what, "node") ? place->what : "name",
			place->name);
}

static int tell(const struct place *place, const struct state *s, bool json)
{
	struct json_object *array = json_object_new_array();
	struct json_object *o = json_object_new_object();
	const struct netram_node *node;

	for (node = s->nodes; node; node = node->next) {
		if (!belongs(place, node))
			continue;
		json_object_array_add(array, shape_node(node));
		if (!json)
			printf("%s: all copies are in sync\n", node->name);
	}
	put_object(o, "nodes", array);
	if (json)
		return ctl_json_print(o);
	json_object_put(o);
	return CTL_OK;
}

static int sync_place(struct netram *nt, const struct place *place, bool json)
{
	struct state s;
	int ret = ask(nt, place, &s);

	if (ret)
		return ret;
	ret = begin(nt, place, &s);
	if (!ret) {
		ctl_lookon_start();
		ret = watch(nt, place, &s);
		ctl_bar_clear();
		ctl_lookon_stop();
	}
	if (!ret)
		ret = tell(place, &s, json);
	forget(&s);
	return ret;
}

static int run(const struct ctl_call *call, const char *what)
{
	const struct place place = { what, call->operands[0] };
	struct netram *nt;
	int ret;

	if (ctl_check_name(what, place.name))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = sync_place(nt, &place, call->json);
	netram_close(nt);
	return ret;
}

static int run_node(const struct ctl_call *call)
{
	return run(call, "node");
}

static int run_region(const struct ctl_call *call)
{
	return run(call, "region");
}

static int run_zone(const struct ctl_call *call)
{
	return run(call, "zone");
}

const struct ctl_command ctl_sync_node = {
	.group = "sync",
	.name = "node",
	.operands = "NAME",
	.summary = "bring what a node has up to date now",
	.examples = "  netramctl sync node n1\n",
	.min = 1,
	.max = 1,
	.run = run_node,
};

const struct ctl_command ctl_sync_region = {
	.group = "sync",
	.name = "region",
	.operands = "NAME",
	.summary = "the same for all nodes of a region",
	.examples = "  netramctl sync region default\n",
	.min = 1,
	.max = 1,
	.run = run_region,
};

const struct ctl_command ctl_sync_zone = {
	.group = "sync",
	.name = "zone",
	.operands = "NAME",
	.summary = "the same for all nodes of a zone",
	.examples = "  netramctl sync zone rack2\n",
	.min = 1,
	.max = 1,
	.run = run_zone,
};
