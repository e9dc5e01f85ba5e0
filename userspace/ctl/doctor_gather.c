// SPDX-License-Identifier: GPL-2.0
/* What the doctor looks at: the module's answers, netramd's, /proc and the way to nodes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/unit.h"
#include "doctor.h"
#include "print.h"

static uint64_t number(const char *path)
{
	uint64_t value = DOCTOR_UNKNOWN;
	char *text;

	if (file_read(path, &text))
		return value;
	if (sscanf(text, "%" SCNu64, &value) != 1)
		value = DOCTOR_UNKNOWN;
	free(text);
	return value;
}

static void read_tcp_mem(uint64_t pages[3])
{
	char *text;
	int n = 0;

	if (!file_read("/proc/sys/net/ipv4/tcp_mem", &text)) {
		n = sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &pages[0],
			   &pages[1], &pages[2]);
		free(text);
	}
	if (n != 3)
		pages[0] = pages[1] = pages[2] = DOCTOR_UNKNOWN;
}

static bool ask(struct doctor_facts *facts)
{
	struct netram *nt;
	int err = netram_open(&nt);

	if (err)
		return false;
	err = netram_node_list(nt, &facts->nodes);
	if (!err)
		err = netram_volume_list(nt, &facts->volumes);
	netram_close(nt);
	return !err;
}

static void find_unguarded(struct doctor_facts *facts)
{
	const struct netram_volume *v;
	size_t n = 0;

	for (v = facts->volumes; v; v = v->next)
		n++;
	facts->unguarded = calloc(n + 1, sizeof(*facts->unguarded));
	if (!facts->unguarded)
		abort();
	for (v = facts->volumes; v && unit_systemd_runs(); v = v->next)
		if (!unit_swap_enabled("", v->name) ||
		    !unit_swap_runs("", v->name))
			strcpy(facts->unguarded[facts->nr_unguarded++],
			       v->name);
}

void doctor_gather(struct doctor_facts *facts)
{
	*facts = (struct doctor_facts){ 0 };
	snprintf(facts->tools_version, sizeof(facts->tools_version), "%s",
		 NETRAM_LIBRARY_VERSION);
	facts->loaded = !access("/sys/module/netram", F_OK);
	ctl_module_version(facts->module_version,
			   sizeof(facts->module_version));
	facts->asked = ask(facts);
	swaps_read(&facts->swaps);
	if (meminfo_read(&facts->mem))
		facts->mem = (struct meminfo){ 0 };
	facts->min_free_kb = number("/proc/sys/vm/min_free_kbytes");
	facts->boost = number("/proc/sys/vm/watermark_boost_factor");
	facts->swappiness = number("/proc/sys/vm/swappiness");
	facts->tcp_probing = number("/proc/sys/net/ipv4/tcp_mtu_probing");
	read_tcp_mem(facts->tcp_mem);
	doctor_processes(facts);
	doctor_netramd(facts);
	find_unguarded(facts);
	doctor_paths(facts->nodes, facts);
}

void doctor_forget(struct doctor_facts *facts)
{
	free(facts->unguarded);
	free(facts->silent);
	free(facts->processes);
	free(facts->paths);
	swaps_free(&facts->swaps);
	netram_volume_free(facts->volumes);
	netram_node_free(facts->nodes);
}
