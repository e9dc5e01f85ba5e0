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
#include "progress.h"
#include "show.h"

/* At first it may be over soon; then asking is not to cost more than it tells. */
#define QUICK_MS	100
#define QUICK		10
#define PAUSE_MS	500

static struct {
	bool all, cancel, no_wait;
	uint64_t rate;
} args;

static const struct ctl_opt opts[] = {
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

static int code_of(const struct netram_verify *v)
{
	return v->state == NETRAM_VERIFY_CLEAN ||
	       v->state == NETRAM_VERIFY_RUNNING ? CTL_OK : CTL_FAILED;
}

/* @array: where JSON is gathered, or NULL */
static int tell(const struct netram_volume *volume, struct json_object *array,
		bool json)
{
	const struct netram_verify *v = volume->verify;

	if (array) {
		json_object_array_add(array, shape_verify(volume->name, v));
	} else if (json) {
		ctl_json_print(shape_verify(volume->name, v));
	} else {
		ctl_show_verify(volume->name, v);
		if (!args.all)
			ctl_show_bad(v);
		fflush(stdout);
	}
	return code_of(v);
}

static int verify(struct netram *nt, const char *name, uint8_t action,
		  struct json_object *array, bool json)
{
	const struct netram_verify_spec spec = {
		.action = args.cancel ? NETRAM_VERIFY_CANCEL : action,
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
	if (!ret && !args.cancel && (!args.no_wait || json))
		ret = tell(volume, array, json);
	netram_volume_free(volume);
	return ret;
}

/* What is wrong with one does not keep the others from being looked at. */
static int verify_all(struct netram *nt, uint8_t action, bool json)
{
	struct json_object *array = json ? json_object_new_array() : NULL, *o;
	struct netram_volume *volumes, *v;
	int ret = CTL_OK, one;
	int err = netram_volume_list(nt, &volumes);

	if (err) {
		json_object_put(array);
		return ctl_fail_module(nt, err);
	}
	for (v = volumes; v && !ctl_lookon_interrupted(); v = v->next) {
		one = verify(nt, v->name, action, array, json);
		ret = one > ret ? one : ret;
	}
	netram_volume_free(volumes);
	if (!json)
		return ret;
	o = json_object_new_object();
	put_object(o, "volumes", array);
	ctl_json_print(o);
	return ret;
}

static int verify_one(struct netram *nt, const char *operand, uint8_t action,
		      bool json)
{
	struct netram_volume *volume;
	int ret = ctl_find_volume(nt, operand, &volume);

	if (ret)
		return ret;
	ret = verify(nt, volume->name, action, NULL, json);
	netram_volume_free(volume);
	return ret;
}

static int run(const struct ctl_call *call, uint8_t action)
{
	const char *operand = call->operands[0];
	struct netram *nt;
	int ret;

	if (!operand == !args.all)
		return ctl_fail(CTL_USAGE,
				"which one? a volume, or --all of them");
	if (args.cancel && (args.no_wait || args.rate))
		return ctl_fail(CTL_USAGE,
				"--cancel goes with neither --no-wait nor --rate");
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = args.all ? verify_all(nt, action, call->json) :
			 verify_one(nt, operand, action, call->json);
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
	.opts = opts,
	.run = run_verify,
};

const struct ctl_command ctl_resolve = {
	.name = "resolve",
	.operands = "VOLUME|/dev/netramN|--all",
	.summary = "and repair those that are wrong",
	.examples =
		"  netramctl resolve v1\n"
		"  netramctl resolve v1 --json | jq '.bad[] | select(.kind == \"lost\")'\n",
	.min = 0,
	.max = 1,
	.opts = opts,
	.run = run_resolve,
};
