// SPDX-License-Identifier: GPL-2.0
/* What came of verifying a volume, for people. */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "show.h"

static void and_count(uint64_t n, const char *what)
{
	if (n)
		printf(", %" PRIu64 " %s", n, what);
}

static void print_counts(const struct netram_verify *v)
{
	printf("%" PRIu64 " pages checked, %" PRIu64 " copies compared: %" PRIu64
	       " wrong", v->pages, v->compared, v->wrong);
	if (v->action == NETRAM_VERIFY_RESOLVE)
		printf(", %" PRIu64 " repaired", v->repaired);
	printf(", %" PRIu64 " missing, %" PRIu64 " unreadable", v->missing,
	       v->unreadable);
	and_count(v->lost, "lost pages that no copy has right");
	and_count(v->undecided, "undecided pages whose copies differ");
	and_count(v->skipped, "pages left out, for they were being written");
}

/* One line. */
void ctl_show_verify(const char *volume, const struct netram_verify *v)
{
	printf("%s: ", volume);
	if (v->state == NETRAM_VERIFY_RUNNING)
		printf("under way, %" PRIu64 " pages to go; ",
		       v->total - v->pages);
	if (v->state == NETRAM_VERIFY_CANCELLED)
		fputs("cancelled; ", stdout);
	print_counts(v);
	putchar('\n');
}

/* A line for each; @repairs: what would be done about it, or NULL. */
void ctl_show_bad(const struct netram_verify *v,
		  const struct ctl_repairs *repairs)
{
	const struct netram_bad *bad;
	uint64_t more = v->found;
	int i = 0;

	for (bad = v->bad; bad; bad = bad->next, i++) {
		printf("  offset %" PRIu64 " ", bad->offset);
		if (bad->node[0])
			printf("on %s: ", bad->node);
		else
			fputs("on all nodes: ", stdout);
		fputs(netram_verify_kind_name(bad->kind), stdout);
		if (repairs && repairs->from[i][0])
			printf(", would be repaired from %s", repairs->from[i]);
		putchar('\n');
		more--;
	}
	if (more)
		printf("  and %" PRIu64 " more\n", more);
}
