// SPDX-License-Identifier: GPL-2.0
/* How long a node's draining, or something else that is long, will take. */
#include <inttypes.h>
#include <stdio.h>

#include "progress.h"

/* "" as long as nobody can tell. */
struct ctl_human ctl_drain_rest(const struct drain *d, uint64_t now_ms)
{
	uint64_t gone = d->start - d->left, s;
	struct ctl_human h = { "" };

	if (!gone)
		return h;
	s = (now_ms - d->began_ms) / 1000.0 * d->left / gone;
	if (s < 100)
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " s", s);
	else if (s < 100 * 60)
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " min", s / 60);
	else
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " h", s / 3600);
	return h;
}
