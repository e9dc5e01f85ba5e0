// SPDX-License-Identifier: GPL-2.0
/* netramctl top: on a terminal until a key ends it, elsewhere line by line. */
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "ctl.h"
#include "print.h"
#include "progress.h"
#include "show.h"
#include "top.h"

#define INTERVAL_DEF	1
#define PLAIN_WIDTH	132

static struct {
	uint64_t interval, count;
	const char *sort;
} args;

static const struct ctl_opt opts[] = {
	{ "interval", CTL_OPT_NUMBER, &args.interval, "SECONDS",
	  "between two looks", 1, 3600, INTERVAL_DEF },
	{ "count", CTL_OPT_NUMBER, &args.count, "N",
	  "end after so many looks (default: go on)", 1, 1000000, 0 },
	{ "sort", CTL_OPT_TEXT, &args.sort,
	  "name|stored|ops|bytes|latency",
	  "what rows are in order of (default: name)", 0, 0, 0 },
	{ 0 }
};

/**
 * struct top - what goes on
 * @nt: the module
 * @before: the sample before
 * @rows: of the last interval
 * @view: how they are shown
 * @looks: how often they were
 */
struct top {
	struct netram *nt;
	struct sample before;
	struct top_rows rows;
	struct top_view view;
	uint64_t looks;
};

static uint64_t interval_ms(void)
{
	return (args.interval ?: INTERVAL_DEF) * 1000;
}

/* Replaces rows; an exit code. */
static int look(struct top *top)
{
	struct sample now;
	int err = sample_take(top->nt, top_stats, TOP_STATS, &now);

	if (err)
		return err;
	top_rows_free(&top->rows);
	top_rows_make(&top->before, &now, &top->rows);
	sample_free(&top->before);
	top->before = now;
	top->looks++;
	return 0;
}

static bool over(const struct top *top)
{
	return args.count && top->looks >= args.count;
}

/* ---- on a terminal */

static void draw(struct top *top)
{
	struct top_line *lines;
	size_t count;

	top_screen_size(&top->view);
	top_rows_sort(&top->rows, top->view.key, top->view.reverse);
	lines = top_lines(&top->rows, &top->view, &count);
	top_screen_draw(lines, count);
	free(lines);
}

/* Return: false: it was the one that ends it. */
static bool press(struct top *top, int key)
{
	static const struct {
		int key;
		enum top_key by;
	} keys[] = {
		{ 'n', TOP_NAME },	{ 's', TOP_STORED },
		{ 'o', TOP_OPS },	{ 'b', TOP_BYTES },
		{ 'l', TOP_LATENCY },
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].key == key)
			top->view.key = keys[i].by;
	if (key == 'r')
		top->view.reverse = !top->view.reverse;
	return key != 'q';
}

/* Keys until the interval is over. Return: false: no more of it. */
static bool serve_keys(struct top *top)
{
	const uint64_t end = clock_ms() + interval_ms();
	uint64_t now;
	int key;

	while ((now = clock_ms()) < end) {
		key = top_screen_key(end - now);
		if (ctl_lookon_interrupted() || !press(top, key))
			return false;
		if (key != ERR)
			draw(top);
	}
	return true;
}

static int watch_screen(struct top *top)
{
	int err = 0;

	if (top_screen_open())
		return ctl_fail(CTL_FAILED,
				"this terminal is not known: set TERM, or write to a file");
	top->view.help = true;
	do {
		draw(top);
		if (over(top) || !serve_keys(top))
			break;
		err = look(top);
	} while (!err);
	top_screen_close();
	return err ? ctl_fail_module(top->nt, err) : CTL_OK;
}

/* ---- elsewhere */

static void print_text(const struct top *top)
{
	struct top_line *lines;
	size_t count, i;

	lines = top_lines(&top->rows, &top->view, &count);
	for (i = 0; i < count; i++)
		puts(lines[i].text);
	putchar('\n');
	free(lines);
}

static int watch_plain(struct top *top, bool json)
{
	int err = 0;

	top->view.width = PLAIN_WIDTH;
	while (!over(top)) {
		ctl_lookon_pause(interval_ms());
		if (ctl_lookon_interrupted())
			break;
		err = look(top);
		if (err)
			return ctl_fail_module(top->nt, err);
		top_rows_sort(&top->rows, top->view.key, top->view.reverse);
		if (json)
			ctl_json_print_line(ctl_json_speed(&top->rows));
		else
			print_text(top);
		if (fflush(stdout))
			break;
	}
	return CTL_OK;
}

static int watch(struct top *top, bool json)
{
	bool terminal = !json && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	int ret, err = sample_take(top->nt, top_stats, TOP_STATS, &top->before);

	if (err)
		return ctl_fail_module(top->nt, err);
	ctl_lookon_start();
	if (terminal) {
		/* something to see at once: what there is, without rates */
		top_rows_make(&top->before, &top->before, &top->rows);
		ret = watch_screen(top);
	} else {
		ret = watch_plain(top, json);
	}
	ctl_lookon_stop();
	top_rows_free(&top->rows);
	sample_free(&top->before);
	return ret;
}

static int run(const struct ctl_call *call)
{
	struct top top = { 0 };
	int ret;

	if (args.sort && !top_key_parse(args.sort, &top.view.key))
		return ctl_fail(CTL_USAGE,
				"--sort: '%s' is not name, stored, ops, bytes or latency",
				args.sort);
	ret = ctl_open(&top.nt);
	if (ret)
		return ret;
	ret = watch(&top, call->json);
	netram_close(top.nt);
	return ret;
}

const struct ctl_command ctl_top = {
	.name = "top",
	.summary = "watch volumes and nodes at work",
	.examples =
		"  netramctl top\n"
		"  netramctl top --sort latency --interval 5\n"
		"  netramctl top --count 1 --json | jq '.volumes[].reads_per_second'\n",
	.opts = opts,
	.run = run,
};
