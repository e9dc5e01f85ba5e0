// SPDX-License-Identifier: GPL-2.0
#include "health.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

static void keep(struct health *health, bool is_node, const char *name,
		 uint8_t state)
{
	struct health_state *more;

	more = realloc(health->states, (health->nr + 1) * sizeof(*more));
	if (!more)
		return;
	health->states = more;
	more += health->nr++;
	more->is_node = is_node;
	more->state = state;
	strcpy(more->name, name);
}

/* Is it another one than before? What is new begins well. */
static bool changed(const struct health *before, bool is_node,
		    const char *name, uint8_t state, uint8_t good)
{
	size_t i;

	for (i = 0; i < before->nr; i++)
		if (before->states[i].is_node == is_node &&
		    !strcmp(before->states[i].name, name))
			return before->states[i].state != state;
	return state != good;
}

static void tell_node(const struct netram_node *node)
{
	bool why = node->last_error[0] && node->state != NETRAM_NODE_UP &&
		   node->state != NETRAM_NODE_IDLE;

	log_line("node %s is %s%s%s", node->name,
		 netram_node_state_name(node->state), why ? ": " : "",
		 why ? node->last_error : "");
}

static void tell_volume(const struct netram_volume *volume)
{
	log_line("volume %s is %s%s%s", volume->name,
		 netram_volume_state_name(volume->state),
		 volume->reason[0] ? ": " : "", volume->reason);
}

/**
 * health_tell() - log what is not as it was
 * @health: how it was; afterwards, how it is
 * @actual: how it is
 */
void health_tell(struct health *health, const struct actual *actual)
{
	const struct netram_node *node;
	const struct netram_volume *volume;
	struct health now = { 0 };

	for (node = actual->nodes; node; node = node->next) {
		if (changed(health, true, node->name, node->state,
			    NETRAM_NODE_IDLE))
			tell_node(node);
		keep(&now, true, node->name, node->state);
	}
	for (volume = actual->list; volume; volume = volume->next) {
		if (changed(health, false, volume->name, volume->state,
			    NETRAM_VOLUME_OK))
			tell_volume(volume);
		keep(&now, false, volume->name, volume->state);
	}
	health_free(health);
	*health = now;
}

void health_free(struct health *health)
{
	free(health->states);
	memset(health, 0, sizeof(*health));
}
