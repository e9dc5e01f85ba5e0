// SPDX-License-Identifier: GPL-2.0
#include "status.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/exposition.h"
#include "common/http.h"
#include "common/put.h"
#include "host.h"

struct status {
	struct http *http;
	struct status_source source;
};

static void put_double(struct json_object *o, const char *key, double v)
{
	put_object(o, key, json_object_new_double(v));
}

/* Absent where the kernel does not tell. */
static void put_pressure(struct json_object *o)
{
	struct host_pressure p;

	if (host_pressure(&p))
		return;
	put_double(o, "pressure_some_percent", p.some.avg10);
	put_double(o, "pressure_full_percent", p.full.avg10);
}

static struct json_object *memory_json(const struct store *store)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "limit_bytes", store->limit << NETRAM_PAGE_SHIFT);
	put_u64(o, "used_bytes", store_present(store) << NETRAM_PAGE_SHIFT);
	put_u64(o, "idle_bytes", __atomic_load_n(&store->idle, __ATOMIC_RELAXED)
				 << NETRAM_PAGE_SHIFT);
	put_pressure(o);
	return o;
}

static struct json_object *export_json(const struct export_info *e)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", e->name);
	put_u64(o, "size_bytes", e->size);
	put_u64(o, "used_bytes", e->used);
	put_u64(o, "connections", e->connections);
	put_u64(o, "epoch", e->epoch);
	put_u64(o, "takeovers", e->reign);
	put_text(o, "client", e->client);
	put_text(o, "class", e->class);
	return o;
}

static struct json_object *exports_json(struct export_table *t)
{
	struct json_object *a = json_object_new_array();
	struct export_info *all;
	unsigned int i, nr;

	all = export_list(t, &nr);
	for (i = 0; all && i < nr; i++)
		json_object_array_add(a, export_json(&all[i]));
	free(all);
	return a;
}

static struct json_object *requests_json(const struct stats *s)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "read", s->reads);
	put_u64(o, "write", s->writes);
	put_u64(o, "trim", s->trims);
	put_u64(o, "write_zeroes", s->zeroes);
	put_u64(o, "errors", s->errors);
	put_u64(o, "enospc", s->enospc);
	return o;
}

static struct json_object *bytes_json(const struct stats *s)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "read", s->bytes_read);
	put_u64(o, "written", s->bytes_written);
	return o;
}

static struct json_object *status_json(const struct status_source *src,
				       bool exports)
{
	struct json_object *o = json_object_new_object();
	struct stats sum;

	loops_stats(src->loops, &sum);
	put_text(o, "version", NETRAM_VERSION);
	put_text(o, "name", src->name);
	put_text(o, "instance", src->instance);
	put_u64(o, "pid", (uint64_t)getpid());
	put_u64(o, "uptime_s",
		(clock_ms() - (uint64_t)src->started_ms) / 1000);
	put_object(o, "memory", memory_json(src->table->store));
	put_u64(o, "connections",
		__atomic_load_n(&src->loops->nr_connections, __ATOMIC_RELAXED));
	if (exports)
		put_object(o, "exports", exports_json(src->table));
	put_object(o, "requests", requests_json(&sum));
	put_object(o, "bytes", bytes_json(&sum));
	return o;
}

static char *status_text(const struct status_source *src, bool exports)
{
	struct json_object *o = status_json(src, exports);
	char *text;

	text = strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return text;
}

static void answer(void *arg, const char *url,
		   const struct http_request *request, struct http_answer *a)
{
	const char *exports = http_argument(request, "exports");
	const struct status *s = arg;

	if (!strcmp(url, "/metrics"))
		http_text(a, EXPOSITION_TYPE, metrics_text(&s->source));
	else if (!strcmp(url, "/status"))
		http_text(a, HTTP_JSON,
			  status_text(&s->source,
				      !exports || strcmp(exports, "0")));
}

int status_start(int fd, const struct status_source *source,
		 struct status **status)
{
	struct status *s = calloc(1, sizeof(*s));
	int err;

	if (!s) {
		close(fd);
		return -ENOMEM;
	}
	s->source = *source;
	err = http_start(fd, answer, s, &s->http);
	if (err)
		free(s);
	else
		*status = s;
	return err;
}

void status_stop(struct status *s)
{
	if (!s)
		return;
	http_stop(s->http);
	free(s);
}
