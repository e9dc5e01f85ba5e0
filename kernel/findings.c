// SPDX-License-Identifier: GPL-2.0
/*
 * What was found when a volume was verified. There may be a lot, and room for a little
 * of it, so the gravest comes first: whoever reads the list must learn of pages that
 * nobody has right, whatever else there is that was or can be repaired.
 *
 * Pure: no locks, no allocation, no clock.
 */
#include "findings.h"

#include <linux/string.h>

/* The less, the graver. */
static u8 rank(u8 kind)
{
	switch (kind) {
	case NETRAM_VERIFY_BAD_LOST:
		return 0;
	case NETRAM_VERIFY_BAD_UNDECIDED:
		return 1;
	case NETRAM_VERIFY_BAD_REPAIRED:
		return 3;
	default:
		/* One copy of several, which can be made good. */
		return 2;
	}
}

/**
 * netram_findings_add() - one more
 * @f: the others, all 0 at first
 * @one: it
 *
 * It comes behind all that are as grave. Where there is no room left the last is
 * dropped, which may be @one.
 *
 * Context: any; touches nothing but its arguments.
 */
void netram_findings_add(struct netram_findings *f,
			 const struct netram_finding *one)
{
	u32 at = f->listed;

	f->found++;
	while (at && rank(f->list[at - 1].kind) > rank(one->kind))
		at--;
	if (at == NETRAM_VERIFY_BAD_MAX)
		return;
	if (f->listed < NETRAM_VERIFY_BAD_MAX)
		f->listed++;
	memmove(&f->list[at + 1], &f->list[at],
		(f->listed - at - 1) * sizeof(f->list[0]));
	f->list[at] = *one;
}
