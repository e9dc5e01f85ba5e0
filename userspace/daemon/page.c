// SPDX-License-Identifier: GPL-2.0
#include "page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exposition.h"
#include "log.h"

#define BACKLOG	16

static void answer_asset(const char *url, struct http_answer *a)
{
	const struct asset *asset;

	for (asset = assets; asset->url; asset++) {
		if (strcmp(asset->url, url))
			continue;
		a->type = asset->type;
		a->text = (char *)asset->begin;
		a->size = asset->end - asset->begin;
		a->fixed = true;
		return;
	}
}

/* One behind the other; NULL: one of them is not there yet. */
static struct pieces *texts(struct board *board, const enum board_text *which,
			    size_t nr)
{
	struct pieces *all = pieces_new(nr);
	bool there = all;
	size_t i;

	for (i = 0; i < nr && there; i++)
		there = board_get(board, which[i], all);
	if (there)
		return all;
	pieces_free(all);
	return NULL;
}

static struct pieces *text(struct board *board, enum board_text which)
{
	return texts(board, &which, 1);
}

/* What the keeper and what the watch has to tell. */
static struct pieces *all_metrics(struct board *board)
{
	static const enum board_text both[] = {
		BOARD_KEEPER_METRICS, BOARD_SAMPLE_METRICS,
	};

	return texts(board, both, 2);
}

static struct pieces *history(struct board *board,
			      const struct http_request *request)
{
	const char *after = http_argument(request, "after");

	return board_history(board, after ? strtoull(after, NULL, 10) : 0);
}

void page_answer(void *arg, const char *url, const struct http_request *request,
		 struct http_answer *a)
{
	struct board *board = arg;

	if (!strcmp(url, "/metrics"))
		http_pieces(a, EXPOSITION_TYPE, all_metrics(board));
	else if (!strcmp(url, "/api/status") || !strcmp(url, "/status"))
		http_pieces(a, HTTP_JSON, text(board, BOARD_STATUS));
	else if (!strcmp(url, "/api/live"))
		http_pieces(a, HTTP_JSON, text(board, BOARD_LIVE));
	else if (!strcmp(url, "/api/history"))
		http_pieces(a, HTTP_JSON, history(board, request));
	else
		answer_asset(url, a);
}

static bool same(const struct config_listen *a, const struct config_listen *b)
{
	return a->off == b->off && a->at.len == b->at.len &&
	       !memcmp(&a->at.sa, &b->at.sa, a->at.len) &&
	       !strcmp(a->at.interface, b->at.interface);
}

/* Told when it changes, not each time it is tried again. */
static void fail(struct page *page, int err)
{
	char at[ADDRESS_SIZE], why[sizeof(page->why)];

	address_format(&page->listen.at, at, sizeof(at));
	snprintf(why, sizeof(why), "%s: %s", at, address_error(err));
	if (strcmp(page->why, why))
		log_line("no status page: %s; see status: in netram.conf(5)",
			 why);
	memcpy(page->why, why, sizeof(why));
}

static void start(struct page *page)
{
	int fd = address_listen(&page->listen.at, BACKLOG);
	int err = fd < 0 ? fd : http_start(fd, page_answer, page->board,
					   &page->http);
	char at[ADDRESS_SIZE];

	if (err) {
		fail(page, err);
		return;
	}
	page->why[0] = '\0';
	address_format(&page->listen.at, at, sizeof(at));
	log_line("status page: http://%s/", at);
}

void page_settle(struct page *page, const struct config_listen *listen)
{
	if (!same(&page->listen, listen)) {
		page_stop(page);
		page->listen = *listen;
		page->why[0] = '\0';
	}
	if (!page->http && !listen->off)
		start(page);
}

void page_stop(struct page *page)
{
	http_stop(page->http);
	page->http = NULL;
}
