// SPDX-License-Identifier: GPL-2.0
/* The netramd and netram-server processes of this host, by /proc. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>

#include "doctor.h"

#define UNLIMITED	"unlimited"

static bool is_ours(const char *comm, bool *server)
{
	*server = !strcmp(comm, "netram-server");
	return *server || !strcmp(comm, "netramd");
}

/* What follows the key at the beginning of a line, or NULL. */
static const char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, key, len))
			return text + len;
	}
	return NULL;
}

/**
 * doctor_process_parse() - understand what /proc says about a process
 * @status: its status
 * @limits: its limits
 * @oom: its oom_score_adj
 * @process: filled but for the pid
 *
 * Return: false: it is none of ours, or not what is expected.
 */
bool doctor_process_parse(const char *status, const char *limits,
			  const char *oom, struct doctor_process *process)
{
	const char *locked = value_of(status, "VmLck:");
	const char *files = value_of(limits, "Max open files");
	char comm[32], soft[32];

	if (sscanf(status, "Name: %31s", comm) != 1 ||
	    !is_ours(comm, &process->server))
		return false;
	if (!locked || sscanf(locked, "%" SCNu64 " kB",
			      &process->locked_kb) != 1)
		return false;
	if (!files || sscanf(files, "%31s", soft) != 1)
		return false;
	process->files = strcmp(soft, UNLIMITED) ? strtoull(soft, NULL, 10) :
						   UINT64_MAX;
	process->oom_score_adj = atoi(oom);
	return true;
}

/* Of a process that ends meanwhile there is nothing. */
static char *read_one(const char *pid, const char *name)
{
	char path[64], *text = NULL;

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, name);
	return file_read(path, &text) ? NULL : text;
}

static bool look(const char *pid, struct doctor_process *process)
{
	char *status = read_one(pid, "status");
	char *limits = read_one(pid, "limits");
	char *oom = read_one(pid, "oom_score_adj");
	bool ours = status && limits && oom &&
		    doctor_process_parse(status, limits, oom, process);

	process->pid = atoi(pid);
	free(oom);
	free(limits);
	free(status);
	return ours;
}

static void add(struct doctor_facts *facts,
		const struct doctor_process *process)
{
	size_t n = facts->nr_processes;

	facts->processes = realloc(facts->processes,
				   (n + 1) * sizeof(*process));
	if (!facts->processes)
		abort();
	facts->processes[n] = *process;
	facts->nr_processes++;
}

void doctor_processes(struct doctor_facts *facts)
{
	struct doctor_process process = { 0 };
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    look(entry->d_name, &process))
			add(facts, &process);
	if (proc)
		closedir(proc);
}
