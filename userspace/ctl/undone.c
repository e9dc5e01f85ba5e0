// SPDX-License-Identifier: GPL-2.0
/* What netramd makes as it was, as soon as it sees that it is not as its file says. */
#include "undone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ask.h"
#include "common/device.h"
#include "common/swaps.h"
#include "ctl.h"
#include "netramd.h"

#define STOP_IT		"or stop netramd first"

/**
 * struct said - what netramd says of a node or a volume
 * @status: all that it says, or NULL; json_object_put() it
 * @object: that, or NULL: it is not in the file
 * @file: what the file says of it; NULL also if netramd is older than this
 */
struct said {
	struct json_object *status, *object, *file;
};

static bool is(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_get_boolean(value);
}

static bool has(struct json_object *o, const char *key)
{
	return json_object_object_get_ex(o, key, NULL);
}

static struct said ask(struct json_object *(*list)(struct json_object *),
		       const char *name)
{
	struct json_object *o;
	struct said said = { 0 };

	if (ask_status(NETRAMD_SOCKET, &said.status))
		return said;
	o = netramd_find(list(said.status), name);
	if (!is(o, "in_file"))
		return said;
	said.object = o;
	json_object_object_get_ex(o, "file", &said.file);
	return said;
}

static void forget(struct said *said)
{
	json_object_put(said->status);
}

/* Taken away, but for what the file says to remove. @how: what netramd does then */
static void note_gone(struct json_object *(*list)(struct json_object *),
		      const char *what, const char *name, const char *how)
{
	struct said said = ask(list, name);

	if (said.object && !is(said.file, "remove"))
		ctl_note("netramd has %s %s in its file, and %s: write 'remove: yes' for it there, "
			 STOP_IT, what, name, how);
	forget(&said);
}

void ctl_undone_delete(const char *volume)
{
	note_gone(netramd_volumes, "volume", volume, "makes it anew, empty");
}

void ctl_undone_remove(const char *node)
{
	note_gone(netramd_nodes, "node", node, "adds it again");
}

/* While a size or the like is not as the file says, netramd leaves it off. */
static void note_swapoff(const char *volume)
{
	struct said said = ask(netramd_volumes, volume);

	if (is(said.file, "swap") && !is(said.file, "remove"))
		ctl_note("netramd has volume %s as swap in its file, and swaps to it again if all else is as it says there: write 'remove: yes' for it, "
			 STOP_IT, volume);
	forget(&said);
}

/* A name, or a device, which can be swapped off without asking the module anything. */
void ctl_undone_swapoff(const char *operand)
{
	char path[64], *name;
	uint32_t index;

	if (!device_index(operand, &index)) {
		note_swapoff(operand);
		return;
	}
	snprintf(path, sizeof(path), "/sys/block/netram%" PRIu32 "/netram/name",
		 index);
	if (file_read(path, &name))
		return;
	name[strcspn(name, "\n")] = '\0';
	note_swapoff(name);
	free(name);
}

static void note_put_back(const char *key, const char *value, const char *what,
			  const char *name)
{
	ctl_note("netramd has '%s: %s' for %s %s in its file, and puts that back: change it there, "
		 STOP_IT, key, value, what, name);
}

/* @replicas may be 0 and @on_loss NULL: not to be changed. */
void ctl_undone_set(const char *volume, uint64_t replicas, const char *on_loss)
{
	struct said said = ask(netramd_volumes, volume);
	const char *wanted = netramd_text(said.file, "on_loss");
	uint64_t copies = netramd_u64(said.file, "replicas");
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, copies);
	if (!is(said.file, "remove")) {
		if (replicas && copies && copies != replicas)
			note_put_back("replicas", text, "volume", volume);
		if (on_loss && wanted[0] && strcmp(wanted, on_loss))
			note_put_back("on_loss", wanted, "volume", volume);
	}
	forget(&said);
}

/* A node that is to be removed is emptied before, whatever 'drain' says. */
void ctl_undone_drain(const char *node, bool drain)
{
	struct said said = ask(netramd_nodes, node);
	bool wanted = is(said.file, "drain"), goes = is(said.file, "remove");

	if (goes && !drain)
		note_put_back("remove", "yes", "node", node);
	else if (!goes && has(said.file, "drain") && wanted != drain)
		note_put_back("drain", wanted ? "yes" : "no", "node", node);
	forget(&said);
}

/* What auto_weight is about has a weight by what it measures. */
void ctl_undone_weight(const char *node, uint64_t weight)
{
	struct said said = ask(netramd_nodes, node);
	bool kept = has(said.object, "weight") ||
		    (has(said.file, "weight") &&
		     netramd_u64(said.file, "weight") != weight);

	if (kept && !is(said.file, "remove"))
		ctl_note("netramd keeps the weight of node %s as its file says, and puts that back: change it there, "
			 STOP_IT, node);
	forget(&said);
}
