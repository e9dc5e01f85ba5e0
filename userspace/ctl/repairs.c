// SPDX-License-Identifier: GPL-2.0
/*
 * netramctl resolve --dry-run: what verifying has found, and from which node resolve
 * would repair it. The module looks anew when it does that, so this is what it would
 * do if nothing changes meanwhile.
 */
#include <netram/limits.h>
#include <string.h>

#include "ctl.h"
#include "print.h"
#include "repairs.h"

static bool is_bad(const struct netram_verify *v, uint64_t offset,
		   const char *node)
{
	const struct netram_bad *bad;

	for (bad = v->bad; bad; bad = bad->next)
		if (bad->offset == offset && !strcmp(bad->node, node))
			return true;
	return false;
}

/* Of the last one listed, further copies may be wrong, and not listed any more. */
static bool is_whole(const struct netram_verify *v, uint64_t offset)
{
	const struct netram_bad *bad;
	uint64_t listed = 0, last = 0;

	for (bad = v->bad; bad; bad = bad->next) {
		last = bad->offset;
		listed++;
	}
	return listed == v->found || offset != last;
}

/* The module takes the first copy in sync that is right, and so do we. */
static bool choose(const struct netram_extent *extent,
		   const struct netram_verify *v, uint64_t offset, char *node)
{
	const struct netram_copy *copy;

	for (copy = extent->copies; copy; copy = copy->next) {
		if (copy->state != NETRAM_COPY_INSYNC || !copy->up ||
		    is_bad(v, offset, copy->node))
			continue;
		strcpy(node, copy->node);
		return true;
	}
	return false;
}

/* Where a wrong page would be taken from; "": from nowhere, or that is not known. */
static int find_source(struct netram *nt, const struct netram_volume *volume,
		       const struct netram_bad *bad, char *node)
{
	struct netram_extent *extent;
	int err;

	node[0] = '\0';
	if (bad->kind != NETRAM_VERIFY_BAD_WRONG ||
	    !is_whole(volume->verify, bad->offset))
		return CTL_OK;
	err = netram_extent_get(nt, volume->name,
				bad->offset / volume->extent_size, &extent);
	if (err)
		return ctl_fail_module(nt, err);
	choose(extent, volume->verify, bad->offset, node);
	netram_extent_free(extent);
	return CTL_OK;
}

/**
 * ctl_repairs_find() - where what is wrong would be repaired from
 * @nt: the module
 * @volume: that was verified
 * @repairs: the first are put there
 *
 * Return: an exit code.
 */
int ctl_repairs_find(struct netram *nt, const struct netram_volume *volume,
		     struct ctl_repairs *repairs)
{
	const struct netram_bad *bad;
	int ret = CTL_OK, i = 0;

	*repairs = (struct ctl_repairs){ 0 };
	for (bad = volume->verify->bad; bad && !ret; bad = bad->next) {
		ret = find_source(nt, volume, bad, repairs->from[i]);
		repairs->count += !!repairs->from[i++][0];
	}
	return ret;
}

/* To each entry of the report's "bad" that would be repaired. */
void ctl_repairs_put(const struct ctl_repairs *repairs,
		     struct json_object *report)
{
	struct json_object *bad;
	size_t i, n;

	json_object_object_get_ex(report, "bad", &bad);
	n = json_object_array_length(bad);
	for (i = 0; i < n; i++)
		if (repairs->from[i][0])
			put_text(json_object_array_get_idx(bad, i), "from",
				 repairs->from[i]);
}

/* Would all be well afterwards, as far as is known? */
bool ctl_repairs_are_all(const struct ctl_repairs *repairs,
			 const struct netram_verify *v)
{
	return v->state == NETRAM_VERIFY_CLEAN ||
	       (v->state == NETRAM_VERIFY_WRONG &&
		repairs->count == v->wrong && !v->missing && !v->unreadable &&
		!v->lost && !v->undecided);
}
