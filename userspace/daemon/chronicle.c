// SPDX-License-Identifier: GPL-2.0
#include "chronicle.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "common/put.h"

#define TEXT_SIZE	256

/**
 * struct entry - something that has happened
 * @time_ns: when, as the module tells it of its events
 * @kind: what it is about
 * @text: a line
 */
struct entry {
	uint64_t time_ns;
	enum chronicle_kind kind;
	char text[TEXT_SIZE];
};

static struct entry entries[CHRONICLE_MAX];
static uint64_t nr_entries;

static const char *kind_name(enum chronicle_kind kind)
{
	static const char *const names[] = {
		[CHRONICLE_CHANGE] = "change",
		[CHRONICLE_MISSED] = "missed",
		[CHRONICLE_MET] = "met",
	};

	return names[kind];
}

/* The oldest one gives way. */
void chronicle_add(enum chronicle_kind kind, const char *text)
{
	struct entry *entry = &entries[nr_entries++ % CHRONICLE_MAX];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	entry->time_ns = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	entry->kind = kind;
	snprintf(entry->text, sizeof(entry->text), "%s", text);
}

/* The newest first. */
struct json_object *chronicle_json(void)
{
	struct json_object *a = json_object_new_array(), *o;
	const struct entry *entry;
	uint64_t i;

	for (i = 0; i < CHRONICLE_MAX && i < nr_entries; i++) {
		entry = &entries[(nr_entries - 1 - i) % CHRONICLE_MAX];
		o = json_object_new_object();
		put_u64(o, "time_ns", entry->time_ns);
		put_text(o, "kind", kind_name(entry->kind));
		put_text(o, "text", entry->text);
		json_object_array_add(a, o);
	}
	return a;
}
