// SPDX-License-Identifier: GPL-2.0
#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "chronicle.h"
#include "common/clock.h"
#include "log.h"
#include "module.h"

/* A new volume needs two: creating it, and taking it into use. */
#define ROUNDS_MAX	8

const char *finding_kind_name(enum finding_kind kind)
{
	static const char *const names[] = {
		[FINDING_NOTE] = "note",
		[FINDING_WAIT] = "waiting",
		[FINDING_PROBLEM] = "problem",
	};

	return names[kind];
}

/* Of all else the module tells an event. */
static void tell_done(const struct step *step, const char *what)
{
	log_line("%s", what);
	if (step->kind == STEP_TUNE || step->kind == STEP_SWAPON ||
	    step->kind == STEP_MOUNT)
		chronicle_add(CHRONICLE_CHANGE, what);
}

static bool do_step(const struct keeper *k, struct netram *nt,
		    struct plan *plan, const struct step *step,
		    const struct memory_volume *as)
{
	char what[STEP_SIZE], why[FINDING_SIZE / 2];
	bool done = !apply_step(nt, step, &k->memory, as, why, sizeof(why));

	step_format(step, done, what, sizeof(what));
	if (!done)
		plan_find(plan, FINDING_PROBLEM, "%s: %s", what, why);
	else
		tell_done(step, what);
	return done;
}

/* Remembered before it is there, see memory.c. */
static bool create(struct keeper *k, struct netram *nt, struct plan *plan,
		   const struct step *step)
{
	const struct config_volume *volume = step->volume;
	const uint8_t *uuid = CONFIG_HAS(volume, VOLUME_UUID) ? volume->uuid :
								NULL;
	char who[FINDING_SIZE / 2];
	struct memory_volume *as;
	bool done;

	if (uuid && estate_holds(&k->estate, &k->memory, plan->config, uuid,
				 who, sizeof(who))) {
		plan_find(plan, FINDING_WAIT,
			  "volume %s: is created when its connections to %s of before the host's restart have ended, two minutes after a crash",
			  volume->name, who);
		return false;
	}
	as = memory_begin(&k->memory, volume->name, volume->size, uuid,
			  CONFIG_HAS(volume, VOLUME_BACKUP));
	done = do_step(k, nt, plan, step, as);
	if (as && done)
		memory_born(&k->memory, as);
	return done;
}

/* Do the steps of a plan; what fails becomes one of its findings. */
static bool apply(struct keeper *k, struct netram *nt, struct plan *plan)
{
	const struct step *step;
	bool all = true, done;
	size_t i;

	for (i = 0; i < plan->nr_steps; i++) {
		step = &plan->steps[i];
		done = step->kind == STEP_VOLUME_CREATE ?
			       create(k, nt, plan, step) :
			       do_step(k, nt, plan, step, NULL);
		all = all && done;
	}
	return all;
}

/*
 * NULL: as the file says. Where it has just said that they are, those that count
 * less are put back before that is forgotten: of some the file does not tell.
 */
static const struct weights *weights_of(struct keeper *k,
					const struct config *config)
{
	struct weights *weights = &k->objectives.weights;

	if (config->placement.auto_weight)
		return weights;
	weights_make_whole(weights);
	return weights->nr ? weights : NULL;
}

/* Look and act until there is nothing to do, or something cannot be done. */
static int settle(struct keeper *k, struct netram *nt,
		  const struct config *config, struct plan *plan)
{
	unsigned int round;
	bool goes_on = true;
	int err = 0;

	for (round = 0; goes_on && round < ROUNDS_MAX; round++) {
		plan_free(plan);
		actual_free(&k->actual);
		err = actual_read(nt, &k->actual);
		if (err) {
			netram_error(nt, k->why, sizeof(k->why));
			return err;
		}
		actual_name_paths(&k->actual, config);
		drains_look(&k->drains, k->actual.nodes, drain_copied_pages(),
			    clock_ms());
		guards_look(&k->guards, &k->actual, clock_ms());
		reconcile(config, &k->actual, weights_of(k, config), &k->drains,
			  plan);
		goes_on = plan->nr_steps && apply(k, nt, plan);
	}
	k->pending = plan->nr_steps;
	if (!config->placement.auto_weight && !plan->nr_steps)
		k->objectives.weights.nr = 0;
	/* what failed may have changed something all the same */
	if (plan->nr_steps) {
		actual_free(&k->actual);
		err = actual_read(nt, &k->actual);
	}
	return err;
}

/* Each is told once when it comes and once when it goes. */
static void tell_changes(const struct keeper *k, const struct plan *plan)
{
	size_t i;

	for (i = 0; i < k->nr_findings; i++)
		if (k->findings[i].kind == FINDING_PROBLEM &&
		    !findings_have(plan->findings, plan->nr_findings,
				   k->findings[i].text))
			log_line("no more: %s", k->findings[i].text);
	for (i = 0; i < plan->nr_findings; i++)
		if (!findings_have(k->findings, k->nr_findings,
				   plan->findings[i].text))
			log_line("%s: %s",
				 finding_kind_name(plan->findings[i].kind),
				 plan->findings[i].text);
}

static void take_findings(struct keeper *k, struct plan *plan)
{
	size_t i;

	tell_changes(k, plan);
	free(k->findings);
	k->findings = plan->findings;
	k->nr_findings = plan->nr_findings;
	plan->findings = NULL;
	plan->nr_findings = 0;
	k->pending |= plan->failed;
	for (i = 0; i < k->nr_findings; i++)
		k->pending |= k->findings[i].kind == FINDING_WAIT;
}

static int look(struct keeper *k, const struct config *config,
		struct plan *plan)
{
	struct netram *nt;
	int err = module_open(&nt, k->why, sizeof(k->why));

	if (err)
		return err;
	err = settle(k, nt, config, plan);
	if (!err && objectives_measure(&k->objectives, nt, config, &k->actual))
		err = settle(k, nt, config, plan);
	if (!err) {
		memory_compare(&k->memory, k->actual.list);
		servers_tell(k->objectives.servers, k->objectives.nr_servers,
			     &k->actual, plan);
	}
	netram_close(nt);
	if (!err)
		estate_tell(&k->estate, &k->memory, config, plan);
	return err;
}

/**
 * keeper_init() - begin, before the first look
 * @k: zeroes
 * @state: the folder of what outlives this host
 *
 * Return: 0 or -errno.
 */
int keeper_init(struct keeper *k, const char *state)
{
	memory_open(&k->memory, state);
	return estate_init(&k->estate);
}

/**
 * keeper_look() - look, and bring the kernel to the file as far as that goes
 * @k: what was seen last; filled anew
 * @config: the file
 */
void keeper_look(struct keeper *k, const struct config *config)
{
	struct plan plan = { 0 };
	char before[FINDING_SIZE];
	int err;

	memcpy(before, k->why, sizeof(before));
	k->why[0] = '\0';
	k->looks++;
	actual_free(&k->actual);
	estate_look(&k->estate, &k->memory, config);
	err = look(k, config, &plan);
	if (err) {
		/* of what is not the module's, nobody has said anything yet */
		if (!k->why[0])
			snprintf(k->why, sizeof(k->why),
				 "what there is cannot be looked at: %s",
				 strerror(-err));
		actual_free(&k->actual);
		k->pending = true;
		if (strcmp(before, k->why))
			log_line("problem: %s", k->why);
	} else {
		take_findings(k, &plan);
		health_tell(&k->health, &k->actual);
	}
	plan_free(&plan);
}

void keeper_free(struct keeper *k)
{
	actual_free(&k->actual);
	free(k->findings);
	health_free(&k->health);
	objectives_free(&k->objectives);
	estate_exit(&k->estate);
	memory_free(&k->memory);
	memset(k, 0, sizeof(*k));
}
