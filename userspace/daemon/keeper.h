/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps the kernel as the file says: looks, does what has to be done, and
 * remembers what it saw and what it could not do.
 */
#ifndef NETRAMD_KEEPER_H
#define NETRAMD_KEEPER_H

#include "actual.h"
#include "config.h"
#include "drains.h"
#include "estate.h"
#include "guards.h"
#include "health.h"
#include "memory.h"
#include "objective.h"
#include "reconcile.h"

/**
 * struct keeper - what was seen last
 * @looks: how often it has looked
 * @actual: what there was in the end, empty while @why is not
 * @why: why the module cannot be asked, or ""
 * @findings: what could not be brought to the file
 * @nr_findings: how many
 * @pending: something has failed, or is waited for: look again soon
 * @health: states of nodes and volumes, for telling of changes
 * @objectives: what is reached
 * @drains: how far nodes are that are being emptied
 * @guards: how long units of swap have not been running
 * @memory: of volumes that were created
 * @estate: what those that are gone have left
 */
struct keeper {
	uint64_t looks;
	struct actual actual;
	char why[FINDING_SIZE];
	struct finding *findings;
	size_t nr_findings;
	bool pending;
	struct health health;
	struct objectives objectives;
	struct drains drains;
	struct guards guards;
	struct memory memory;
	struct estate estate;
};

int keeper_init(struct keeper *k, const char *state);
void keeper_look(struct keeper *k, const struct config *config);
void keeper_free(struct keeper *k);
const char *finding_kind_name(enum finding_kind kind);

#endif /* NETRAMD_KEEPER_H */
