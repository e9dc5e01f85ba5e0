// SPDX-License-Identifier: GPL-2.0
/*
 * netramctl verify and resolve. The module does it; this begins it and looks on,
 * so that it may be interrupted.
 */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/device.h"
#include "ctl.h"
#include "plan.h"
#include "progress.h"
#include "repairs.h"
#include "show.h"

/* At first it may be over soon; then asking is not to cost more than it tells. */
#define QUICK_MS	100
#define QUICK		10
#define PAUSE_MS	500

static struct {
	bool all, cancel, no_wait, dry_run;
	uint64_t rate;
} args;

/* The first one is resolve's alone. */
static const struct ctl_opt opts[] = {
	CTL_DRY_RUN(&args.dry_run),
	{ "all", CTL_OPT_FLAG, &args.all, NULL,
	  "all volumes, one after the other; a line for each", 0, 0, 0 },
	{ "rate", CTL_OPT_NUMBER, &args.rate, "MIB",
	  "MiB a second at most, of all copies together",
	  1, NETRAM_SYNC_RATE_MIB_MAX, 0 },
	{ "no-wait", CTL_OPT_FLAG, &args.no_wait, NULL,
	  "do not wait for the end: 'netramctl volume show' tells", 0, 0, 0 },
	{ "cancel", CTL_OPT_FLAG, &args.cancel, NULL,
	  "end what is under way", 0, 0, 0 },
	{ 0 }
};

static void draw(struct drain *d, const struct netram_verify *v)
{
	d->start = v->total;
	d->left = v->total - v->pages;
	ctl_bar_draw(v->pages, v->total, "%" PRIu64 " of %" PRIu64 " pages%s",
		     v->pages, v->total, ctl_drain_rest(d, clock_ms()).text);
}

/* Another run may have been begun since, or the volume be another one. */
static bool is_run(const struct netram_volume *volume, uint64_t run)
{
	return volume->verify && volume->verify->run == run;
}

/* Takes *volume, and asks for it again until it is done with. */
static int watch(struct netram *nt, struct netram_volume **volume)
{
	const uint64_t run = (*volume)->verify->run;
	char name[NETRAM_NAME_SIZE];
	struct drain d;
	int err, looks = 0;

	strcpy(name, (*volume)->name);
	drain_start(&d, 0, 0, clock_ms());
	while (is_run(*volume, run) &&
	       (*volume)->verify->state == NETRAM_VERIFY_RUNNING) {
		draw(&d, (*volume)->verify);
		ctl_lookon_pause(looks++ < QUICK ? QUICK_MS : PAUSE_MS);
		if (ctl_lookon_interrupted())
			return ctl_fail(CTL_FAILED,
					"interrupted, but verifying %s goes on: --cancel ends it, 'netramctl volume show %s' tells how far it is",
					name, name);
		netram_volume_free(*volume);
		err = netram_volume_get(nt, name, volume);
		if (err)
			return ctl_fail_module(nt, err);
	}
	if (!is_run(*volume, run))
		return ctl_fail(CTL_FAILED,
				"somebody began to verify %s again: what came of this run is not known",
				name);
	return CTL_OK;
}

/**
 * struct job - what is to be done with a volume, and how it is told
 * @action: enum netram_verify_action
 * @json: tell it so
 * @reports: where JSON of all volumes is gathered, or NULL: tell it at once
 * @plan: for --dry-run
 */
struct job {
	uint8_t action;
	bool json;
	struct json_object *reports;
	struct ctl_plan plan;
};

static void tell_step(struct job *job, const char *name)
{
	static const char *const given[] = { "rate", NULL };
	char options[CTL_OPTS_SIZE];

	ctl_opts_write(opts, given, options, sizeof(options));
	ctl_plan_step(&job->plan, "netramctl resolve %s%s", name, options);
	if (!job->json)
		ctl_plan_tell(&job->plan, false);
}

/* What resolve would do about it. */
static int tell_repairs(struct netram *nt, struct job *job,
			const struct netram_volume *volume)
{
	const struct netram_verify *v = volume->verify;
	struct ctl_repairs repairs;
	struct json_object *report;
	int ret = ctl_repairs_find(nt, volume, &repairs);

	if (ret)
		return ret;
	tell_step(job, volume->name);
	if (job->json) {
		report = shape_verify(volume->name, v);
		ctl_repairs_put(&repairs, report);
		json_object_array_add(job->reports, report);
	} else {
		ctl_show_verify(volume->name, v);
		ctl_show_bad(v, &repairs);
		fflush(stdout);
	}
	return ctl_repairs_are_all(&repairs, v) ? CTL_OK : CTL_FAILED;
}

static int code_of(const struct netram_verify *v)
{
	return v->state == NETRAM_VERIFY_CLEAN ||
	       v->state == NETRAM_VERIFY_RUNNING ? CTL_OK : CTL_FAILED;
}

static int tell(const struct job *job, const struct netram_volume *volume)
{
	const struct netram_verify *v = volume->verify;

	if (job->reports) {
		json_object_array_add(job->reports,
				      shape_verify(volume->name, v));
	} else if (job->json) {
		ctl_json_print(shape_verify(volume->name, v));
	} else {
		ctl_show_verify(volume->name, v);
		if (!args.all)
			ctl_show_bad(v, NULL);
		fflush(stdout);
	}
	return args.cancel ? CTL_OK : code_of(v);
}

static bool is_told(const struct job *job, const struct netram_volume *volume)
{
	return job->json ? volume->verify != NULL : !args.cancel && !args.no_wait;
}

static int verify(struct netram *nt, struct job *job, const char *name)
{
	const struct netram_verify_spec spec = {
		.action = job->action,
		.rate_mib = args.rate,
	};
	struct netram_volume *volume;
	int ret = CTL_OK, err;

	err = netram_volume_verify(nt, name, &spec, &volume);
	if (err)
		return ctl_fail_module(nt, err);
	if (!args.cancel && !args.no_wait) {
		ctl_lookon_start();
		ret = watch(nt, &volume);
		ctl_bar_clear();
		ctl_lookon_stop();
	}
	if (!ret && args.dry_run)
		ret = tell_repairs(nt, job, volume);
	else if (!ret && is_told(job, volume))
		ret = tell(job, volume);
	netram_volume_free(volume);
	return ret;
}

/* What is wrong with one does not keep the others from being looked at. */
static int verify_all(struct netram *nt, struct job *job)
{
	struct netram_volume *volumes, *v;
	int ret = CTL_OK, one;
	int err = netram_volume_list(nt, &volumes);

	if (err)
		return ctl_fail_module(nt, err);
	for (v = volumes; v && !ctl_lookon_interrupted(); v = v->next) {
		one = verify(nt, job, v->name);
		ret = one > ret ? one : ret;
	}
	netram_volume_free(volumes);
	return ret;
}

static int verify_one(struct netram *nt, struct job *job, const char *operand)
{
	struct netram_volume *volume;
	int ret = ctl_find_volume(nt, operand, &volume);

	if (ret)
		return ret;
	ret = verify(nt, job, volume->name);
	netram_volume_free(volume);
	return ret;
}

static void tell_gathered(struct job *job)
{
	struct json_object *o = json_object_new_object();

	put_object(o, "volumes", json_object_get(job->reports));
	if (args.dry_run) {
		job->plan.also = o;
		ctl_plan_tell(&job->plan, true);
	} else {
		ctl_json_print(o);
	}
}

static int run_job(struct netram *nt, struct job *job, const char *operand)
{
	int ret;

	if (job->json && (args.all || args.dry_run))
		job->reports = json_object_new_array();
	if (job->json && args.dry_run)
		job->plan.steps = json_object_new_array();
	ret = args.all ? verify_all(nt, job) : verify_one(nt, job, operand);
	/* Where nothing could be asked, an error is all there is to tell. */
	if (job->reports && (!ret || json_object_array_length(job->reports)))
		tell_gathered(job);
	json_object_put(job->reports);
	json_object_put(job->plan.steps);
	return ret;
}

static int run(const struct ctl_call *call, uint8_t action)
{
	struct job job = {
		.action = args.cancel ? NETRAM_VERIFY_CANCEL :
			  args.dry_run ? NETRAM_VERIFY_CHECK : action,
		.json = call->json,
	};
	const char *operand = call->operands[0];
	struct netram *nt;
	int ret;

	if (!operand == !args.all)
		return ctl_fail(CTL_USAGE,
				"which one? a volume, or --all of them");
	if (args.cancel && (args.no_wait || args.rate))
		return ctl_fail(CTL_USAGE,
				"--cancel goes with neither --no-wait nor --rate");
	if (args.dry_run && (args.cancel || args.no_wait))
		return ctl_fail(CTL_USAGE,
				"--dry-run goes with neither --cancel nor --no-wait");
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = run_job(nt, &job, operand);
	netram_close(nt);
	return ret;
}

static int run_verify(const struct ctl_call *call)
{
	return run(call, NETRAM_VERIFY_CHECK);
}

static int run_resolve(const struct ctl_call *call)
{
	return run(call, NETRAM_VERIFY_RESOLVE);
}

const struct ctl_command ctl_verify = {
	.name = "verify",
	.operands = "VOLUME|/dev/netramN|--all",
	.summary = "compare all copies of a volume",
	.examples =
		"  netramctl verify v1\n"
		"  netramctl verify --all --rate 100\n"
		"  netramctl verify v1 --cancel\n",
	.min = 0,
	.max = 1,
	.opts = opts + 1,
	.run = run_verify,
};

const struct ctl_command ctl_resolve = {
	.name = "resolve",
	.operands = "VOLUME|/dev/netramN|--all",
	.summary = "and repair those that are wrong",
	.examples =
		"  netramctl resolve v1 --dry-run\n"
		"  netramctl resolve v1\n"
		"  netramctl resolve v1 --json | jq '.bad[] | select(.kind == \"lost\")'\n",
	.min = 0,
	.max = 1,
	.opts = opts,
	.run = run_resolve,
};
