// SPDX-License-Identifier: GPL-2.0
/* netramctl volume set --dry-run: the copies that would be given up, or made. */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"

/* Copies of extents, and how much of them is present, at most. */
struct copies {
	uint64_t copies, extents, bytes;
};

static void add(struct copies *to, const struct netram_extent *extent,
		uint64_t copies)
{
	to->copies += copies;
	to->extents++;
	to->bytes += copies * extent->pages * NETRAM_PAGE_SIZE;
}

/* One that is being copied already, or cannot be reached, is a copy, too. */
static void count(const struct netram_extent *extent, uint64_t replicas,
		  struct copies *given_up, struct copies *made)
{
	for (; extent; extent = extent->next) {
		if (extent->nr_copies > replicas)
			add(given_up, extent, extent->nr_copies - replicas);
		else if (extent->nr_copies && extent->nr_copies < replicas)
			add(made, extent, replicas - extent->nr_copies);
	}
}

static struct json_object *shape(const struct copies *c)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "copies", c->copies);
	put_u64(o, "extents", c->extents);
	put_u64(o, "bytes", c->bytes);
	return o;
}

static void tell(const char *what, const struct copies *c)
{
	if (c->copies)
		printf("would %s: %" PRIu64 " %s of %" PRIu64 " %s, %s\n", what,
		       c->copies, c->copies == 1 ? "copy" : "copies",
		       c->extents, c->extents == 1 ? "extent" : "extents",
		       ctl_human(c->bytes).text);
}

/**
 * ctl_volume_set_plan() - tell what volume set would do
 * @nt: the module
 * @name: of the volume
 * @replicas: as was asked for; 0: nothing
 * @options: all that were given
 * @json: tell it so
 *
 * Return: an exit code.
 */
int ctl_volume_set_plan(struct netram *nt, const char *name, uint64_t replicas,
			const char *options, bool json)
{
	struct copies given_up = { 0 }, made = { 0 };
	struct netram_extent *extents;
	struct ctl_plan plan = { 0 };
	int err = netram_extent_list(nt, name, &extents);

	if (err)
		return ctl_fail_module(nt, err);
	if (replicas)
		count(extents, replicas, &given_up, &made);
	netram_extent_free(extents);
	ctl_plan_step(&plan, "netramctl volume set %s%s", name, options);
	plan.also = json_object_new_object();
	put_object(plan.also, "given_up", shape(&given_up));
	put_object(plan.also, "made", shape(&made));
	ctl_plan_tell(&plan, json);
	if (!json) {
		tell("give up", &given_up);
		tell("make", &made);
	}
	return CTL_OK;
}
