// SPDX-License-Identifier: GPL-2.0
/* What Documentation/metrics.md has of netram-server. */
#include <stdlib.h>

#include "common/exposition.h"
#include "host.h"
#include "status.h"

#define PREFIX	"netram_server_"

static void add_info(struct exposition *e, const struct status_source *src)
{
	exposition_family(e, PREFIX "info", "gauge",
			  "The page server; a new life means that all pages were lost.");
	exposition_u64(e, 1, "version", NETRAM_VERSION, "name", src->name,
		       "life", src->instance, NULL);
	exposition_family(e, PREFIX "start_time_seconds", "gauge",
			  "When it was started, in seconds since the epoch.");
	exposition_u64(e, (uint64_t)src->started, NULL);
}

static void add_stall(struct exposition *e, const char *kind,
		      const struct host_stall *stall)
{
	exposition_double(e, (double)stall->total_us / 1e6, "kind", kind, NULL);
}

static void add_pressure(struct exposition *e)
{
	struct host_pressure p;

	if (host_pressure(&p))
		return;
	exposition_family(e, PREFIX "memory_stall_seconds_total", "counter",
			  "Time in which some or all tasks of the machine waited for memory.");
	add_stall(e, "some", &p.some);
	add_stall(e, "full", &p.full);
}

static void add_memory(struct exposition *e, const struct store *store)
{
	exposition_family(e, PREFIX "memory_limit_bytes", "gauge",
			  "Bytes of pages it may hold.");
	exposition_u64(e, store->limit << NETRAM_PAGE_SHIFT, NULL);
	exposition_family(e, PREFIX "memory_used_bytes", "gauge",
			  "Bytes of pages it holds.");
	exposition_u64(e, store_present(store) << NETRAM_PAGE_SHIFT, NULL);
	exposition_family(e, PREFIX "memory_idle_bytes", "gauge",
			  "Bytes of pages that were trimmed and are yet to be given back to the system.");
	exposition_u64(e, stats_get(&store->idle) << NETRAM_PAGE_SHIFT, NULL);
	add_pressure(e);
}

static void add_requests(struct exposition *e, struct loops *loops)
{
	struct stats sum;

	loops_stats(loops, &sum);
	exposition_family(e, PREFIX "connections", "gauge",
			  "Connections that are open.");
	exposition_u64(e, __atomic_load_n(&loops->nr_connections,
					  __ATOMIC_RELAXED), NULL);
	exposition_family(e, PREFIX "requests_total", "counter",
			  "Requests of clients, by type.");
	exposition_u64(e, sum.reads, "type", "read", NULL);
	exposition_u64(e, sum.writes, "type", "write", NULL);
	exposition_u64(e, sum.trims, "type", "trim", NULL);
	exposition_u64(e, sum.zeroes, "type", "write_zeroes", NULL);
	exposition_family(e, PREFIX "errors_total", "counter",
			  "Requests that were answered with an error.");
	exposition_u64(e, sum.errors, NULL);
	exposition_family(e, PREFIX "no_space_errors_total", "counter",
			  "Of them, those for want of memory for a new page.");
	exposition_u64(e, sum.enospc, NULL);
	exposition_family(e, PREFIX "read_bytes_total", "counter",
			  "Bytes that clients read.");
	exposition_u64(e, sum.bytes_read, NULL);
	exposition_family(e, PREFIX "written_bytes_total", "counter",
			  "Bytes that clients wrote.");
	exposition_u64(e, sum.bytes_written, NULL);
}

static void add_exports(struct exposition *e, struct export_table *t)
{
	struct export_info *all;
	unsigned int i, nr;

	all = export_list(t, &nr);
	if (!all)
		return;
	exposition_family(e, PREFIX "exports", "gauge", "Exports there are.");
	exposition_u64(e, nr, NULL);
	if (nr)
		exposition_family(e, PREFIX "export_used_bytes", "gauge",
				  "Bytes of pages of an export.");
	for (i = 0; i < nr; i++)
		exposition_u64(e, all[i].used, "export", all[i].name, "client",
			       all[i].client, NULL);
	if (nr)
		exposition_family(e, PREFIX "export_connections", "gauge",
				  "Connections that use an export.");
	for (i = 0; i < nr; i++)
		exposition_u64(e, all[i].connections, "export", all[i].name,
			       "client", all[i].client, NULL);
	free(all);
}

char *metrics_text(const struct status_source *src)
{
	struct exposition e;

	if (exposition_begin(&e))
		return NULL;
	add_info(&e, src);
	add_memory(&e, src->table->store);
	add_requests(&e, src->loops);
	add_exports(&e, src->table);
	return exposition_end(&e);
}
