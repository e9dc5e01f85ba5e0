// SPDX-License-Identifier: GPL-2.0
#include "estate.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "log.h"

/* A node that is away is asked again as often as the module itself tries. */
#define RETRY_MS	5000
/* So long a volume waits for nodes to let go of its uuid. */
#define WAIT_S		6
/* Room for the names of some nodes. */
#define NAMES_SIZE	256

/**
 * struct item - a dead volume
 * @uuid: the volume's
 * @claim: likewise
 * @result: what came of it
 */
struct item {
	uint8_t uuid[16];
	uint8_t claim[16];
	enum orphan_result result;
};

/**
 * struct clearing - a thread and what it is to clear up on its node
 * @thread: the thread
 * @wake: of the estate
 * @done: it has ended but for that
 * @node: as in the file
 * @nr: how many items
 * @items: the volumes
 */
struct clearing {
	pthread_t thread;
	int wake;
	bool done;
	struct config_node node;
	size_t nr;
	struct item items[];
};

/* ---- the thread */

static bool find_node(struct config_node *node)
{
	char why[256];

	/* a name was not known when the file was read */
	return node->resolved ||
	       !netram_endpoint_parse(node->address, &node->endpoint, why,
				      sizeof(why));
}

static void *run(void *arg)
{
	const uint64_t one = 1;
	struct clearing *c = arg;
	bool there = find_node(&c->node);
	size_t i;

	for (i = 0; i < c->nr && there; i++) {
		c->items[i].result = orphan_clear(&c->node.endpoint,
						  c->items[i].uuid,
						  c->items[i].claim);
		there = c->items[i].result != ORPHAN_AWAY;
	}
	__atomic_store_n(&c->done, true, __ATOMIC_RELEASE);
	if (write(c->wake, &one, sizeof(one)) != sizeof(one))
		return arg;
	return NULL;
}

/* ---- what came of it */

static struct estate_part *find_part(const struct estate *e,
				     const uint8_t claim[16], const char *node)
{
	struct estate_part *part;

	for (part = e->parts; part < e->parts + e->nr_parts; part++)
		if (!memcmp(part->claim, claim, sizeof(part->claim)) &&
		    !strcmp(part->node, node))
			return part;
	return NULL;
}

static void note(struct estate *e, const char *node, const struct item *item)
{
	struct estate_part *part = find_part(e, item->claim, node), *more;

	if (!part) {
		more = realloc(e->parts, (e->nr_parts + 1) * sizeof(*more));
		if (!more)
			return;
		e->parts = more;
		part = &more[e->nr_parts++];
		memcpy(part->claim, item->claim, sizeof(part->claim));
		snprintf(part->node, sizeof(part->node), "%s", node);
	}
	part->result = item->result;
}

static bool is_over(const struct estate_part *part)
{
	return part && (part->result == ORPHAN_FREED ||
			part->result == ORPHAN_NONE);
}

static void drop_parts(struct estate *e, const uint8_t claim[16])
{
	size_t i, kept = 0;

	for (i = 0; i < e->nr_parts; i++)
		if (memcmp(e->parts[i].claim, claim, 16))
			e->parts[kept++] = e->parts[i];
	e->nr_parts = kept;
}

static void take(struct estate *e, struct estate_node *node)
{
	struct clearing *c = node->clearing;
	size_t i;

	for (i = 0; i < c->nr; i++)
		note(e, node->name, &c->items[i]);
	node->clearing = NULL;
	node->next_ms = clock_ms() + RETRY_MS;
	free(c);
}

static void collect(struct estate *e)
{
	struct clearing *c;
	size_t i;

	for (i = 0; i < e->nr_nodes; i++) {
		c = e->nodes[i].clearing;
		if (!c || !__atomic_load_n(&c->done, __ATOMIC_ACQUIRE))
			continue;
		pthread_join(c->thread, NULL);
		take(e, &e->nodes[i]);
	}
}

/* ---- which nodes */

/*
 * A foreign server knows no owners, and shares its one export with all volumes; one
 * that is to be removed may be gone for good.
 */
static bool is_asked(const struct config_node *node)
{
	return !CONFIG_HAS(node, NODE_EXPORT) && !node->remove;
}

/**
 * struct names - nodes in a row
 * @text: "n1, n2"
 * @nr: how many
 */
struct names {
	char text[NAMES_SIZE];
	size_t nr;
};

static void add_name(struct names *names, const char *name)
{
	size_t len = strlen(names->text);

	snprintf(names->text + len, sizeof(names->text) - len, "%s%s",
		 names->nr++ ? ", " : "", name);
}

/* The nodes of the file where it is so with a volume. */
static void name_nodes(const struct estate *e, const struct memory_volume *v,
		       const struct config *config, enum orphan_result result,
		       struct names *names)
{
	const struct estate_part *part;
	size_t i;

	*names = (struct names){ 0 };
	for (i = 0; i < config->nr_nodes; i++) {
		part = find_part(e, v->claim, config->nodes[i].name);
		if (is_asked(&config->nodes[i]) && part &&
		    part->result == result)
			add_name(names, part->node);
	}
}

static bool is_settled(const struct estate *e, const struct memory_volume *v,
		       const struct config *config)
{
	const struct config_node *node = config->nodes;
	size_t asked = 0;

	for (; node < config->nodes + config->nr_nodes; node++) {
		if (!is_asked(node))
			continue;
		if (!is_over(find_part(e, v->claim, node->name)))
			return false;
		asked++;
	}
	return asked;
}

/* Why it is dead: for sentences. */
static const char *which(const struct memory *m, const struct memory_volume *v)
{
	return memory_is_current(m, v) ? "that is deleted" : "of an earlier boot";
}

static void tell_settled(const struct estate *e, const struct memory *m,
			 const struct memory_volume *v,
			 const struct config *config)
{
	char uuid[NETRAM_UUID_SIZE];
	struct names names;

	netram_uuid_format(v->uuid, uuid);
	name_nodes(e, v, config, ORPHAN_FREED, &names);
	if (names.nr)
		log_line("volume %s %s (%s): what it had on %s is freed",
			 v->name, which(m, v), uuid, names.text);
	else if (!memory_is_current(m, v))
		log_line("volume %s of an earlier boot (%s): no node has anything of it",
			 v->name, uuid);
}

/* Of whom no node has anything, nothing has to be remembered. */
static void settle(struct estate *e, struct memory *m,
		   const struct config *config)
{
	struct memory_volume *v;
	size_t i = m->nr;

	while (i--) {
		v = &m->volumes[i];
		if (!memory_is_dead(m, v) || !is_settled(e, v, config))
			continue;
		tell_settled(e, m, v, config);
		drop_parts(e, v->claim);
		memory_forget(m, v);
	}
}

/* ---- asking */

static struct estate_node *node_of(struct estate *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->nr_nodes; i++)
		if (!strcmp(e->nodes[i].name, name))
			return &e->nodes[i];
	/* one that the file does not have any more gives way */
	for (i = 0; i < e->nr_nodes && e->nr_nodes == NETRAM_NODES_MAX; i++)
		if (!e->nodes[i].clearing)
			break;
	if (i == NETRAM_NODES_MAX)
		return NULL;
	if (e->nr_nodes < NETRAM_NODES_MAX)
		i = e->nr_nodes++;
	e->nodes[i] = (struct estate_node){ 0 };
	snprintf(e->nodes[i].name, sizeof(e->nodes[i].name), "%s", name);
	return &e->nodes[i];
}

static struct clearing *make(const struct estate *e, const struct memory *m,
			     const struct config_node *node)
{
	struct clearing *c = calloc(1, sizeof(*c) + m->nr * sizeof(*c->items));
	const struct memory_volume *v;
	struct item *item;

	if (!c)
		return NULL;
	c->wake = e->wake;
	c->node = *node;
	for (v = m->volumes; v < m->volumes + m->nr; v++) {
		if (!memory_is_dead(m, v) ||
		    is_over(find_part(e, v->claim, node->name)))
			continue;
		item = &c->items[c->nr++];
		memcpy(item->uuid, v->uuid, sizeof(item->uuid));
		memcpy(item->claim, v->claim, sizeof(item->claim));
	}
	return c;
}

static void begin(const struct estate *e, const struct memory *m,
		  const struct config_node *node, struct estate_node *is)
{
	struct clearing *c = make(e, m, node);

	is->next_ms = clock_ms() + RETRY_MS;
	if (c && c->nr && !pthread_create(&c->thread, NULL, run, c))
		is->clearing = c;
	else
		free(c);
}

static void look_at(struct estate *e, const struct memory *m,
		    const struct config_node *node)
{
	struct estate_node *is = node_of(e, node->name);

	/* who is at it makes itself heard */
	if (!is || is->clearing)
		return;
	if (clock_ms() >= is->next_ms)
		begin(e, m, node, is);
	if (!is->clearing && is->next_ms < e->next_ms)
		e->next_ms = is->next_ms;
}

static bool any_dead(const struct memory *m)
{
	const struct memory_volume *v;

	for (v = m->volumes; v < m->volumes + m->nr; v++)
		if (memory_is_dead(m, v))
			return true;
	return false;
}

/**
 * estate_look() - see what came of it, and ask nodes that have not cleared up yet
 * @e: the estate
 * @m: what is remembered; a volume of which no node has anything is forgotten
 * @config: the nodes
 *
 * Does not wait for any node.
 */
void estate_look(struct estate *e, struct memory *m,
		 const struct config *config)
{
	size_t i;

	e->next_ms = UINT64_MAX;
	collect(e);
	settle(e, m, config);
	if (!any_dead(m))
		return;
	for (i = 0; i < config->nr_nodes; i++)
		if (is_asked(&config->nodes[i]))
			look_at(e, m, &config->nodes[i]);
}

/* ---- a volume that is to have the uuid of a dead one */

static void wait_all(struct estate *e)
{
	struct estate_node *node;
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_S;
	for (node = e->nodes; node < e->nodes + e->nr_nodes; node++)
		if (node->clearing &&
		    !pthread_timedjoin_np(node->clearing->thread, NULL, &end))
			take(e, node);
}

/**
 * estate_holds() - is a uuid in use by what is left of a dead volume
 * @e: the estate
 * @m: what is remembered
 * @config: the nodes
 * @uuid: the uuid
 * @who: set to the nodes where it is
 * @size: room there
 *
 * Waits for nodes that are being asked, for some seconds. One that is away holds
 * nothing up: it is asked when it is back, before the new volume can have it.
 */
bool estate_holds(struct estate *e, struct memory *m,
		  const struct config *config, const uint8_t uuid[16],
		  char *who, size_t size)
{
	const struct memory_volume *v;
	struct names names;

	if (!memory_has_dead(m, uuid))
		return false;
	wait_all(e);
	settle(e, m, config);
	for (v = m->volumes; v < m->volumes + m->nr; v++) {
		if (!memory_is_dead(m, v) || memcmp(v->uuid, uuid, 16))
			continue;
		name_nodes(e, v, config, ORPHAN_HELD, &names);
		snprintf(who, size, "%s", names.text);
		if (names.nr)
			return true;
	}
	return false;
}

/* ---- telling */

/**
 * estate_tell() - add to the findings what is still to be cleared up
 * @e: the estate
 * @m: what is remembered
 * @config: the nodes
 * @plan: has the findings
 */
void estate_tell(const struct estate *e, const struct memory *m,
		 const struct config *config, struct plan *plan)
{
	const struct memory_volume *v;
	struct names names;

	for (v = m->volumes; v < m->volumes + m->nr; v++) {
		if (!memory_is_dead(m, v))
			continue;
		name_nodes(e, v, config, ORPHAN_AWAY, &names);
		if (names.nr)
			plan_find(plan, FINDING_NOTE,
				  "volume %s %s: what it had on %s is freed when that can be reached",
				  v->name, which(m, v), names.text);
		name_nodes(e, v, config, ORPHAN_HELD, &names);
		if (names.nr)
			plan_find(plan, FINDING_NOTE,
				  "volume %s %s: what it had is freed when its connections to %s have ended, two minutes after a crash; if they do not, a copy of this machine has them",
				  v->name, which(m, v), names.text);
	}
}

/* A node has been asked: whoever waits for @wake is to look. */
void estate_hear(const struct estate *e)
{
	uint64_t count;

	if (read(e->wake, &count, sizeof(count)) < 0)
		return;
}

/* ---- beginning and end */

int estate_init(struct estate *e)
{
	*e = (struct estate){ .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	return e->wake < 0 ? -errno : 0;
}

/* Who still waits for a node does so until netramd has ended. */
void estate_exit(struct estate *e)
{
	free(e->parts);
	e->parts = NULL;
	e->nr_parts = 0;
}
