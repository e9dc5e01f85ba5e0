// SPDX-License-Identifier: GPL-2.0
#include "status.h"

#include <json-c/json.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

struct status {
	struct MHD_Daemon *daemon;
	struct status_source source;
};

static void put_u64(struct json_object *o, const char *key, uint64_t v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

static void put_text(struct json_object *o, const char *key, const char *v)
{
	json_object_object_add(o, key, json_object_new_string(v));
}

static struct json_object *memory_json(const struct store *store)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "limit_bytes", store->limit << NETRAM_PAGE_SHIFT);
	put_u64(o, "used_bytes", store_present(store) << NETRAM_PAGE_SHIFT);
	put_u64(o, "idle_bytes", __atomic_load_n(&store->idle, __ATOMIC_RELAXED)
				 << NETRAM_PAGE_SHIFT);
	return o;
}

static struct json_object *export_json(const struct export *e)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", e->name);
	put_u64(o, "size_bytes", e->space.size);
	put_u64(o, "used_bytes", space_present(&e->space) << NETRAM_PAGE_SHIFT);
	put_u64(o, "connections", e->nr_users);
	put_u64(o, "epoch", e->epoch);
	put_u64(o, "takeovers", e->reign);
	put_text(o, "client", e->client);
	put_text(o, "class", e->class ? e->class : "");
	return o;
}

static struct json_object *exports_json(struct export_table *t)
{
	struct json_object *a = json_object_new_array();
	unsigned int i;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->max; i++)
		if (t->slots[i])
			json_object_array_add(a, export_json(t->slots[i]));
	pthread_mutex_unlock(&t->lock);
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

static struct json_object *status_json(const struct status_source *src)
{
	struct json_object *o = json_object_new_object();
	struct stats sum;

	loops_stats(src->loops, &sum);
	put_text(o, "version", NETRAM_VERSION);
	put_text(o, "name", src->name);
	put_text(o, "instance", src->instance);
	put_u64(o, "pid", (uint64_t)getpid());
	put_u64(o, "uptime_s",
		(uint64_t)(clock_ms() - src->started_ms) / 1000);
	json_object_object_add(o, "memory", memory_json(src->table->store));
	put_u64(o, "connections",
		__atomic_load_n(&src->loops->nr_connections, __ATOMIC_RELAXED));
	json_object_object_add(o, "exports", exports_json(src->table));
	json_object_object_add(o, "requests", requests_json(&sum));
	json_object_object_add(o, "bytes", bytes_json(&sum));
	return o;
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned int code,
			      const char *type, const char *text)
{
	struct MHD_Response *r;
	enum MHD_Result ret;

	r = MHD_create_response_from_buffer(strlen(text), (void *)text,
					    MHD_RESPMEM_MUST_COPY);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	ret = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return ret;
}

static enum MHD_Result answer_status(struct MHD_Connection *c,
				     const struct status_source *src)
{
	struct json_object *o = status_json(src);
	enum MHD_Result ret;

	ret = answer(c, MHD_HTTP_OK, "application/json",
		     json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return ret;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *data,
			      size_t *data_size, void **state)
{
	const struct status *status = arg;

	(void)version;
	(void)data;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return *data_size ? MHD_NO :
		       answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
			      "only GET\n");
	if (strcmp(url, "/status"))
		return answer(c, MHD_HTTP_NOT_FOUND, "text/plain",
			      "there is only /status\n");
	return answer_status(c, &status->source);
}

struct status *status_start(int fd, const struct status_source *source)
{
	struct status *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	s->source = *source;
	s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0,
				     NULL, NULL, handle, s,
				     MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_CONNECTION_TIMEOUT, 5U,
				     MHD_OPTION_CONNECTION_LIMIT, 16U,
				     MHD_OPTION_END);
	if (!s->daemon) {
		close(fd);
		free(s);
		return NULL;
	}
	return s;
}

void status_stop(struct status *s)
{
	MHD_stop_daemon(s->daemon);
	free(s);
}
