/* SPDX-License-Identifier: GPL-2.0 */
/* What a command would do, for --dry-run: the commands it stands for. */
#ifndef NETRAM_CTL_PLAN_H
#define NETRAM_CTL_PLAN_H

#include <json-c/json.h>
#include <netram/netram.h>
#include <stdbool.h>
#include <stdint.h>

#define CTL_DRY_RUN(flag)	{ "dry-run", CTL_OPT_FLAG, flag, NULL, \
	"check everything, tell what would be done, and do nothing", 0, 0, 0 }

/**
 * struct ctl_plan - what would be done
 * @steps: commands, an array of strings
 * @loses: bytes that would be gone
 * @lost: of which volumes, where that is not said: an array, or NULL
 * @also: what else is told as JSON, by its keys, or NULL
 */
struct ctl_plan {
	struct json_object *steps;
	uint64_t loses;
	struct json_object *lost;
	struct json_object *also;
};

/* plan.c */
void ctl_plan_step(struct ctl_plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ctl_plan_loses(struct ctl_plan *plan, const char *volume, uint64_t pages);
int ctl_plan_tell(struct ctl_plan *plan, bool json);

/* volume_set_plan.c */
int ctl_volume_set_plan(struct netram *nt, const char *name, uint64_t replicas,
			const char *options, bool json);

#endif /* NETRAM_CTL_PLAN_H */
