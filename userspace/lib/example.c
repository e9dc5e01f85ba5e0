// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * An example of libnetram: what there is, and then what happens.
 *
 *   cc example.c $(pkg-config --cflags --libs libnetram) -o example
 *   ./example [EVENTS]
 *
 * lists nodes and volumes, waits for that many events (0 if not given), and tells
 * them. It wants the module and CAP_NET_ADMIN.
 */
#include <netram/netram.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void list_nodes(const struct netram_node *node)
{
	char address[NETRAM_ENDPOINT_SIZE];

	for (; node; node = node->next) {
		netram_endpoint_format(&node->endpoint, address, sizeof(address));
		printf("node %s at %s: %s, %" PRIu64 " pages of ours\n", node->name,
		       address, netram_node_state_name(node->state), node->pages);
	}
}

static void list_volumes(const struct netram_volume *volume)
{
	char size[24];

	for (; volume; volume = volume->next) {
		netram_size_format(volume->size, size, sizeof(size));
		printf("volume %s of %s is /dev/netram%u: %s\n", volume->name, size,
		       volume->index, netram_volume_state_name(volume->state));
	}
}

static int complain(struct netram *nt, int err)
{
	char why[NETRAM_TEXT_SIZE];

	netram_error(nt, why, sizeof(why));
	fprintf(stderr, "%s\n", why);
	return err;
}

static int list(struct netram *nt)
{
	struct netram_volume *volumes;
	struct netram_node *nodes;
	int err;

	err = netram_node_list(nt, &nodes);
	if (err)
		return complain(nt, err);
	list_nodes(nodes);
	netram_node_free(nodes);

	err = netram_volume_list(nt, &volumes);
	if (err)
		return complain(nt, err);
	list_volumes(volumes);
	netram_volume_free(volumes);
	return 0;
}

static int tell(const struct netram_event_info *event, void *left)
{
	printf("%s%s%s%s%s\n", netram_event_name(event->type),
	       *event->node ? " node " : "", event->node,
	       *event->volume ? " volume " : "", event->volume);
	/* what is not 0 ends the reading */
	return --*(long *)left <= 0;
}

static int watch(struct netram *nt, struct netram_events *events, long count)
{
	int err = 0;

	while (!err && count > 0) {
		err = netram_events_read(events, tell, &count);
		if (err == -ENOBUFS) {
			printf("events were lost, but this is what there is now:\n");
			err = list(nt);
		} else if (err == -EINTR) {
			/* a program that is to end with a signal would do so here */
			err = 0;
		} else if (err == -ENODEV) {
			fprintf(stderr, "the module was unloaded\n");
		} else if (err < 0) {
			fprintf(stderr, "cannot read events: %s\n", strerror(-err));
		}
	}
	return err < 0 ? err : 0;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	struct netram_events *events;
	struct netram *nt;
	int err;

	/* First, so that nothing happens between the list and the events. */
	err = netram_events_open(&events);
	if (err) {
		fprintf(stderr, "cannot reach the module: %s\n", strerror(-err));
		return 1;
	}
	err = netram_open(&nt);
	if (err) {
		fprintf(stderr, "cannot reach the module: %s\n", strerror(-err));
		netram_events_close(events);
		return 1;
	}
	err = list(nt);
	if (!err)
		err = watch(nt, events, count);
	netram_close(nt);
	netram_events_close(events);
	return err ? 1 : 0;
}
