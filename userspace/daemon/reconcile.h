/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what should be and what is to what has to be done. Pure: it looks at its
 * arguments and at nothing else. A step that another must precede (a new volume's
 * swapon) is planned when that has been done: look again, and plan again, until
 * there is nothing to do.
 *
 * Nothing here destroys data that the file does not say "remove: yes" of. What
 * is there and not in the file, and what cannot be changed, is a finding.
 */
#ifndef NETRAMD_RECONCILE_H
#define NETRAMD_RECONCILE_H

#include "actual.h"
#include "config.h"
#include "drains.h"
#include "weights.h"

/**
 * enum step_kind - something to do, in the order it is done in
 * @STEP_NODE_FORGET: remove a node that holds nothing and is about to be added anew
 * @STEP_NODE_ADD: make a node known
 * @STEP_NODE_DRAIN: begin to empty a node, or end that (on)
 * @STEP_NODE_WEIGH: change a node's share of new extents (weight)
 * @STEP_VOLUME_CREATE: create a volume
 * @STEP_VOLUME_SET: change replicas and on_loss (change)
 * @STEP_TUNE: write a tunable
 * @STEP_SWAPON: swap on a volume
 * @STEP_MOUNT: mount a volume
 * @STEP_VOLUME_DELETE: delete a volume, with its pages
 * @STEP_NODE_REMOVE: remove a node that holds nothing
 */
enum step_kind {
	STEP_NODE_FORGET,
	STEP_NODE_ADD,
	STEP_NODE_DRAIN,
	STEP_NODE_WEIGH,
	STEP_VOLUME_CREATE,
	STEP_VOLUME_SET,
	STEP_TUNE,
	STEP_SWAPON,
	STEP_MOUNT,
	STEP_VOLUME_DELETE,
	STEP_NODE_REMOVE,
};

/**
 * struct step - one thing to do
 * @kind: what
 * @node: of STEP_NODE_*
 * @volume: of the others
 * @index: N of /dev/netramN, where the volume is there
 * @on: of STEP_NODE_DRAIN
 * @weight: of STEP_NODE_WEIGH
 * @change: of STEP_VOLUME_SET; its replicas also of STEP_VOLUME_CREATE
 * @tunable: of STEP_TUNE
 * @was: its value before, "" or NULL: not known
 */
struct step {
	enum step_kind kind;
	const struct config_node *node;
	const struct config_volume *volume;
	uint32_t index;
	bool on;
	uint32_t weight;
	struct netram_volume_change change;
	enum tunable_id tunable;
	const char *was;
};

/**
 * enum finding_kind - what somebody should know
 * @FINDING_NOTE: it may well be meant to be so
 * @FINDING_WAIT: it will come right by itself
 * @FINDING_PROBLEM: it is not as the file says, and somebody has to do something
 */
enum finding_kind {
	FINDING_NOTE,
	FINDING_WAIT,
	FINDING_PROBLEM,
};

#define FINDING_SIZE	512
/* Room for any step in words. */
#define STEP_SIZE	192

/**
 * struct finding - something that cannot be brought to the file by itself
 * @kind: how much it matters
 * @text: what, and what to do about it
 */
struct finding {
	enum finding_kind kind;
	char text[FINDING_SIZE];
};

/**
 * struct plan - what reconcile() found
 * @config: what should be
 * @actual: what is
 * @weights: what nodes count with, or NULL
 * @drains: how far nodes are that are emptied, or NULL
 * @steps: by kind
 * @nr_steps: how many
 * @findings: what no step can do
 * @nr_findings: how many
 * @failed: memory ran out; it is not complete
 */
struct plan {
	const struct config *config;
	const struct actual *actual;
	const struct weights *weights;
	const struct drains *drains;
	struct step *steps;
	size_t nr_steps;
	struct finding *findings;
	size_t nr_findings;
	bool failed;
};

void reconcile(const struct config *config, const struct actual *actual,
	       const struct weights *weights, const struct drains *drains,
	       struct plan *plan);
void reconcile_nodes(struct plan *plan);
void plan_free(struct plan *plan);
bool plan_differs(const char *wanted, const char *is);
struct step *plan_add(struct plan *plan, enum step_kind kind);
void plan_find(struct plan *plan, enum finding_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool findings_have(const struct finding *findings, size_t nr, const char *text);
void step_format(const struct step *step, bool done, char *text, size_t size);

#endif /* NETRAMD_RECONCILE_H */
