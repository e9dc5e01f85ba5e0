// SPDX-License-Identifier: GPL-2.0
/* The file's sections, as tables of keys, and how they become a struct config. */
#include "config.h"

#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "host.h"
#include "keys.h"

#define MEMBER(type, member) \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
/* Far more than there is, and a sum of all nodes fits into 64 bits. */
#define CAPACITY_MAX	(1ULL << 56)
#define NOT_YET(what)	"netram has no " what " yet: take it out"
#define RANGE(limit)	.min = NETRAM_##limit##_MIN, .max = NETRAM_##limit##_MAX

const char *const config_filesystems[] = { "ext4", "xfs", NULL };

static const char *const on_loss_words[] = {
	[NETRAM_ON_LOSS_ERROR] = "error",
	[NETRAM_ON_LOSS_WAIT] = "wait",
	NULL
};

static const struct key host_keys[] = {
	{ "region", KEY_NAME, HOST_REGION, MEMBER(struct config_host, region) },
	{ "zone", KEY_NAME, HOST_ZONE, MEMBER(struct config_host, zone) },
	{ 0 }
};

#define NODE(member)	MEMBER(struct config_node, member)
static const struct key node_keys[] = {
	{ "address", KEY_TEXT, NODE_ADDRESS, NODE(address) },
	{ "region", KEY_NAME, NODE_REGION, NODE(region) },
	{ "zone", KEY_NAME, NODE_ZONE, NODE(zone) },
	{ "weight", KEY_NUMBER, NODE_WEIGHT, NODE(weight), RANGE(WEIGHT) },
	{ "capacity", KEY_SIZE, NODE_CAPACITY, NODE(capacity),
	  .min = NETRAM_VOLUME_SIZE_MIN, .max = CAPACITY_MAX },
	{ "export", KEY_ANY_TEXT, NODE_EXPORT, NODE(export_name) },
	{ "status", KEY_STATUS, NODE_STATUS, NODE(status) },
	{ "drain", KEY_BOOL, NODE_DRAIN, NODE(drain) },
	{ "remove", KEY_BOOL, NODE_REMOVE, NODE(remove) },
	{ "class", KEY_LATER, -1, .later = NOT_YET("classes of volumes") },
	{ "limit", KEY_LATER, -1,
	  .later = "what a node gives is set where it is given, by netram-server --memory; tell it here as capacity" },
	{ 0 }
};

#define VOLUME(member)	MEMBER(struct config_volume, member)
static const struct key swap_keys[] = {
	{ "priority", KEY_NUMBER, -1, VOLUME(swap_priority),
	  .max = SWAP_FLAG_PRIO_MASK },
	{ "tune_vm", KEY_BOOL, -1, VOLUME(swap_tune_vm) },
	{ 0 }
};

static const struct key mount_keys[] = {
	{ "path", KEY_MOUNT_POINT, -1, VOLUME(mount_path),
	  .required = "where? path: /mnt/..." },
	{ "type", KEY_WORD, -1, VOLUME(mount_type),
	  .words = config_filesystems },
	{ "options", KEY_TEXT, -1, VOLUME(mount_options) },
	{ "format", KEY_BOOL, -1, VOLUME(mount_format) },
	{ 0 }
};

static const char *const backup_mode_words[] = {
	[NETRAM_BACKUP_SYNC] = "sync",
	[NETRAM_BACKUP_BEHIND] = "behind",
	NULL
};

static const struct key backup_keys[] = {
	{ "device", KEY_PATH, -1, VOLUME(backup_path),
	  .required = "where? device: /dev/..., or the path of a file" },
	{ "mode", KEY_WORD, -1, VOLUME(backup_mode),
	  .words = backup_mode_words },
	{ "force", KEY_BOOL, -1, VOLUME(backup_force) },
	{ 0 }
};

/* What defaults: can have. */
#define COMMON_KEYS							\
	{ "replicas", KEY_NUMBER, VOLUME_REPLICAS, VOLUME(replicas),	\
	  RANGE(REPLICAS) },						\
	{ "on_loss", KEY_WORD, VOLUME_ON_LOSS, VOLUME(on_loss),		\
	  .words = on_loss_words },					\
	{ "extent_size", KEY_SIZE, VOLUME_EXTENT_SIZE,			\
	  VOLUME(extent_size), RANGE(EXTENT_SIZE) },			\
	{ "checksum", KEY_BOOL, VOLUME_CHECKSUM, VOLUME(checksum) },	\
	{ "connections", KEY_NUMBER, VOLUME_CONNECTIONS,		\
	  VOLUME(connections), RANGE(CONNECTIONS) },			\
	{ "queue_depth", KEY_NUMBER, VOLUME_QUEUE_DEPTH,		\
	  VOLUME(queue_depth), RANGE(QUEUE_DEPTH) },			\
	{ "class", KEY_LATER, -1, .later = NOT_YET("classes of volumes") },	\
	{ "group", KEY_LATER, -1, .later = NOT_YET("groups of volumes") },	\
	{ "prefetch", KEY_LATER, -1, .later = NOT_YET("prefetching") },		\
	{ "profile", KEY_LATER, -1, .later = NOT_YET("profiles") }

static const struct key common_keys[] = { COMMON_KEYS };

static const struct key volume_keys[] = {
	{ "size", KEY_SIZE, VOLUME_SIZE, VOLUME(size), RANGE(VOLUME_SIZE) },
	{ "uuid", KEY_UUID, VOLUME_UUID, VOLUME(uuid) },
	{ "swap", KEY_GROUP, VOLUME_SWAP, .group = swap_keys },
	{ "mount", KEY_GROUP, VOLUME_MOUNT, .group = mount_keys },
	{ "backup", KEY_GROUP, VOLUME_BACKUP, .group = backup_keys },
	{ "remove", KEY_BOOL, VOLUME_REMOVE, VOLUME(remove) },
};

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

_Static_assert(VOLUME_TUNABLE + TUNABLES <= KEY_SET_MAX, "room for each key");

/**
 * struct tables - the tables that are put together
 * @defaults: common and tunables
 * @volume: the same and a volume's own
 */
struct tables {
	struct key defaults[LENGTH(common_keys) + TUNABLES + 1];
	struct key volume[LENGTH(volume_keys) + LENGTH(common_keys) +
			  TUNABLES + 1];
};

static struct key tunable_key(unsigned int id)
{
	return (struct key){
		.name = tunables[id].name,
		.kind = KEY_TUNABLE,
		.bit = VOLUME_TUNABLE + id,
		.offset = offsetof(struct config_volume, tune[id]),
		.size = TUNABLE_SIZE,
		.min = tunables[id].min,
		.max = tunables[id].max,
		.words = tunables[id].words,
	};
}

static void make_tables(struct tables *t)
{
	struct key *to = t->defaults;
	unsigned int i;

	memset(t, 0, sizeof(*t));
	memcpy(to, common_keys, sizeof(common_keys));
	to += LENGTH(common_keys);
	for (i = 0; i < TUNABLES; i++)
		*to++ = tunable_key(i);
	memcpy(t->volume, volume_keys, sizeof(volume_keys));
	memcpy(t->volume + LENGTH(volume_keys), t->defaults,
	       sizeof(t->defaults));
}

static const struct key objective_keys[] = {
#define OBJECTIVE(name, id, greatest)					\
	{ name, KEY_NUMBER, OBJECTIVE_##id,				\
	  MEMBER(struct config_objectives, limit[OBJECTIVE_##id]),	\
	  .min = 1, .max = (greatest) }
	OBJECTIVE("read_p50_us", READ_P50_US, 10000000),
	OBJECTIVE("read_p99_us", READ_P99_US, 10000000),
	OBJECTIVE("hit_rate_percent", HIT_RATE_PERCENT, 100),
	OBJECTIVE("utilization_percent", UTILIZATION_PERCENT, 100),
	OBJECTIVE("network_overhead_percent", NETWORK_OVERHEAD_PERCENT, 100),
	{ 0 }
};

static const struct key placement_keys[] = {
	{ "auto_weight", KEY_BOOL, PLACEMENT_AUTO_WEIGHT,
	  MEMBER(struct config_placement, auto_weight) },
	{ 0 }
};

static const struct key status_keys[] = {
	{ "listen", KEY_LISTEN, STATUS_LISTEN,
	  MEMBER(struct config_status, listen) },
	{ 0 }
};

/**
 * struct load - what is needed while reading
 * @config: what becomes of it
 * @tables: see there
 */
struct load {
	struct config *config;
	struct tables tables;
};

/* One more in an array; NULL after a complaint. */
static void *append(struct keys_reader *r, void **array, size_t *nr,
		    size_t size, unsigned int line)
{
	char *more = realloc(*array, (*nr + 1) * size);

	if (!more) {
		complain(r->complaints, line, "out of memory");
		return NULL;
	}
	*array = more;
	more += (*nr)++ * size;
	memset(more, 0, size);
	return more;
}

#define APPEND(r, array, nr, line) \
	append(r, (void **)&(array), &(nr), sizeof(*(array)), line)

/* ---- nodes */

static void resolve(struct keys_reader *r, struct config_node *node,
		    bool look_up)
{
	int (*look)(const char *text, struct sockaddr_storage *endpoint,
		    char *why, size_t size) =
		look_up ? netram_endpoint_parse : netram_endpoint_numeric;
	int err;

	if (!node->address[0])
		return;
	if (!host_check(node->address, node->why, sizeof(node->why)))
		err = -EINVAL;
	else
		err = look(node->address, &node->endpoint, node->why,
			   sizeof(node->why));
	node->resolved = !err;
	node->looked_up = look_up || err != -ENOENT;
	if (err == -EINVAL)
		complain(r->complaints, CONFIG_LINE(node, NODE_ADDRESS),
			 "node %s: address: %s", node->name, node->why);
	else if (err && node->looked_up)
		complain_note(r->complaints, CONFIG_LINE(node, NODE_ADDRESS),
			      "node %s: %s; netramd tries again", node->name,
			      node->why);
}

static void read_node(struct keys_reader *r, const char *name,
		      unsigned int line, const yaml_node_t *value, void *arg)
{
	struct load *load = arg;
	struct config_node *node;
	char what[128];

	node = APPEND(r, load->config->nodes, load->config->nr_nodes, line);
	if (!node)
		return;
	node->line = line;
	snprintf(node->name, sizeof(node->name), "%s", name);
	snprintf(what, sizeof(what), "of node %s", name);
	keys_read(r, value, what, node_keys, node, &node->set);
	if (!CONFIG_HAS(node, NODE_ADDRESS) && !node->remove)
		complain(r->complaints, line,
			 "node %s: where is it? address: HOST, HOST:PORT, IPV6 or [IPV6]:PORT",
			 name);
	resolve(r, node, load->config->look_up);
}

static void read_nodes(struct keys_reader *r, const yaml_node_t *value,
		       struct load *load)
{
	keys_each(r, value, "nodes", "node", read_node, load);
	if (load->config->nr_nodes > NETRAM_NODES_MAX)
		complain(r->complaints, keys_line(value),
			 "%zu nodes: a host knows at most %d",
			 load->config->nr_nodes, NETRAM_NODES_MAX);
}

/* ---- volumes */

static void volume_init(struct config_volume *volume)
{
	memset(volume, 0, sizeof(*volume));
	volume->swap_priority = CONFIG_UNSET;
	volume->swap_tune_vm = true;
}

static void read_volume(struct keys_reader *r, const char *name,
			unsigned int line, const yaml_node_t *value, void *arg)
{
	struct load *load = arg;
	struct config_volume *volume;
	char what[128];

	volume = APPEND(r, load->config->volumes, load->config->nr_volumes,
			line);
	if (!volume)
		return;
	volume_init(volume);
	volume->line = line;
	snprintf(volume->name, sizeof(volume->name), "%s", name);
	snprintf(what, sizeof(what), "of volume %s", name);
	keys_read(r, value, what, load->tables.volume, volume, &volume->set);
	if (!CONFIG_HAS(volume, VOLUME_SIZE) && !volume->remove)
		complain(r->complaints, line,
			 "volume %s: how large? size: 8G", name);
}

static void read_volumes(struct keys_reader *r, const yaml_node_t *value,
			 struct load *load)
{
	keys_each(r, value, "volumes", "volume", read_volume, load);
	if (load->config->nr_volumes > NETRAM_VOLUMES_MAX)
		complain(r->complaints, keys_line(value),
			 "%zu volumes: a host has at most %d",
			 load->config->nr_volumes, NETRAM_VOLUMES_MAX);
}

static void read_defaults(struct keys_reader *r, const yaml_node_t *value,
			  struct load *load)
{
	struct config_volume *defaults = &load->config->defaults;

	defaults->line = keys_line(value);
	keys_read(r, value, "of defaults", load->tables.defaults, defaults,
		  &defaults->set);
}

/* ---- the rest */

static void read_host(struct keys_reader *r, const yaml_node_t *value,
		      struct load *load)
{
	struct config_host *host = &load->config->host;

	host->line = keys_line(value);
	keys_read(r, value, "of host", host_keys, host, &host->set);
}

static void add_zone(struct keys_reader *r, struct load *load,
		     const char *region, const char *zone, unsigned int line)
{
	struct config_zone *to;

	to = APPEND(r, load->config->zones, load->config->nr_zones, line);
	if (!to)
		return;
	snprintf(to->region, sizeof(to->region), "%s", region);
	snprintf(to->zone, sizeof(to->zone), "%s", zone);
}

static void read_zone(struct keys_reader *r, struct load *load,
		      const char *region, const yaml_node_t *node)
{
	const char *name = keys_text(r, node, "zone");

	if (!name)
		return;
	if (netram_name_valid(name))
		add_zone(r, load, region, name, keys_line(node));
	else
		complain(r->complaints, keys_line(node),
			 "'%s' is not a name for a zone: write 1 to %d of A-Z a-z 0-9 . _ -, no dot first",
			 name, NETRAM_NAME_SIZE - 1);
}

static void read_region(struct keys_reader *r, const char *name,
			unsigned int line, const yaml_node_t *value, void *arg)
{
	const yaml_node_item_t *item;
	struct load *load = arg;

	add_zone(r, load, name, "", line);
	if (keys_is_empty(value))
		return;
	if (value->type != YAML_SEQUENCE_NODE) {
		complain(r->complaints, keys_line(value),
			 "region %s: expected a list of its zones: [rack1, rack2]",
			 name);
		return;
	}
	for (item = value->data.sequence.items.start;
	     item < value->data.sequence.items.top; item++)
		read_zone(r, load, name, yaml_document_get_node(r->doc, *item));
}

static void read_regions(struct keys_reader *r, const yaml_node_t *value,
			 struct load *load)
{
	keys_each(r, value, "regions", "region", read_region, load);
}

static void read_objectives(struct keys_reader *r, const yaml_node_t *value,
			    struct load *load)
{
	struct config_objectives *o = &load->config->objectives;

	keys_read(r, value, "of objectives", objective_keys, o, &o->set);
}

static void read_placement(struct keys_reader *r, const yaml_node_t *value,
			   struct load *load)
{
	struct config_placement *p = &load->config->placement;

	keys_read(r, value, "of placement", placement_keys, p, &p->set);
}

static void read_status(struct keys_reader *r, const yaml_node_t *value,
			struct load *load)
{
	struct config_status *status = &load->config->status;

	status->line = keys_line(value);
	keys_read(r, value, "of status", status_keys, status, &status->set);
}

static const struct section {
	const char *name;
	void (*read)(struct keys_reader *r, const yaml_node_t *value,
		     struct load *load);
} sections[] = {
	{ "host", read_host },
	{ "regions", read_regions },
	{ "defaults", read_defaults },
	{ "nodes", read_nodes },
	{ "volumes", read_volumes },
	{ "objectives", read_objectives },
	{ "placement", read_placement },
	{ "status", read_status },
};

static void read_section(struct keys_reader *r, const char *name,
			 unsigned int line, const yaml_node_t *value, void *arg)
{
	const char *known[LENGTH(sections) + 1] = { NULL };
	size_t i;

	for (i = 0; i < LENGTH(sections); i++) {
		known[i] = sections[i].name;
		if (!strcmp(name, sections[i].name)) {
			sections[i].read(r, value, arg);
			return;
		}
	}
	keys_unknown(r, line, name, "at the left margin", known);
}

/* ---- the file */

static void read_document(yaml_document_t *doc, struct config *config,
			  struct complaints *c)
{
	struct keys_reader r = { doc, c };
	struct load load = { .config = config };
	yaml_node_t *root = yaml_document_get_root_node(doc);

	make_tables(&load.tables);
	if (!root || keys_is_empty(root))
		complain_note(c, 0, "it declares nothing");
	else
		keys_each(&r, root, "the file", "section", read_section, &load);
}

/* "[2001:db8::1]:10809" without quotes is a list to YAML, and something behind it. */
static bool is_bracketed(const char *line)
{
	const char *at = strchr(line, '['), *end = at ? strchr(at, ']') : NULL;

	if (!end)
		return false;
	at++;
	return end[1] == ':' &&
	       strspn(at, "0123456789abcdefABCDEF:.") == (size_t)(end - at);
}

/* Is there one in a line of the file, or, where that is told of the next, before it? */
static bool bracket_in(FILE *file, size_t nr)
{
	bool found = false;
	char *line = NULL;
	size_t room = 0, i;

	rewind(file);
	for (i = 0; i <= nr && getline(&line, &room, file) > 0; i++)
		found = is_bracketed(line) || (found && i == nr);
	free(line);
	return found;
}

static void complain_syntax(const yaml_parser_t *parser, FILE *file,
			    struct complaints *c)
{
	if (parser->error == YAML_READER_ERROR)
		complain(c, 0, "cannot read it: %s", parser->problem);
	else if (parser->problem && strstr(parser->problem, "cannot start any token"))
		complain(c, parser->problem_mark.line + 1,
			 "not YAML: a line cannot begin with this character; indent with spaces, not tabs");
	else
		complain(c, parser->problem_mark.line + 1,
			 "not YAML: %s%s%s; keys of one thing begin in the same column, as 'key: value' with a blank behind the colon%s",
			 parser->context ?: "", parser->context ? ", " : "",
			 parser->problem ?: "out of memory",
			 bracket_in(file, parser->problem_mark.line) ?
			 "; put an address in brackets in quotes" : "");
}

/* A second document would be overlooked. */
static void check_end(yaml_parser_t *parser, FILE *file, struct complaints *c)
{
	yaml_document_t more;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &more)) {
		complain_syntax(parser, file, c);
		return;
	}
	root = yaml_document_get_root_node(&more);
	if (root)
		complain(c, keys_line(root),
			 "a second document begins before this: take the line '---' out");
	yaml_document_delete(&more);
}

static void parse(FILE *file, struct config *config, struct complaints *c)
{
	yaml_parser_t parser;
	yaml_document_t doc;

	if (!yaml_parser_initialize(&parser)) {
		complain(c, 0, "out of memory");
		return;
	}
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &doc)) {
		complain_syntax(&parser, file, c);
	} else {
		read_document(&doc, config, c);
		if (yaml_document_get_root_node(&doc))
			check_end(&parser, file, c);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
}

static FILE *open_file(const char *path, struct complaints *c)
{
	FILE *file = fopen(path, "re");
	struct stat st;

	if (!file) {
		complain(c, 0, "cannot open it: %s", strerror(errno));
		return NULL;
	}
	if (!fstat(fileno(file), &st) && !S_ISDIR(st.st_mode))
		return file;
	complain(c, 0, "it is a directory");
	fclose(file);
	return NULL;
}

struct config *config_load(const char *path, bool look_up,
			   struct complaints *c)
{
	FILE *file = open_file(path, c);
	struct config *config;

	if (!file)
		return NULL;
	config = calloc(1, sizeof(*config));
	if (config) {
		config->look_up = look_up;
		volume_init(&config->defaults);
		config->placement.auto_weight = true;
		address_parse(CONFIG_LISTEN_DEF, 0, &config->status.listen.at);
		parse(file, config, c);
		rules_apply(config, c);
	} else {
		complain(c, 0, "out of memory");
	}
	fclose(file);
	complaints_settle(c);
	if (!c->errors)
		return config;
	config_free(config);
	return NULL;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	free(config->zones);
	free(config->nodes);
	free(config->volumes);
	free(config);
}

const struct config_node *config_find_node(const struct config *config,
					   const char *name)
{
	size_t i;

	for (i = 0; i < config->nr_nodes; i++)
		if (!strcmp(config->nodes[i].name, name))
			return &config->nodes[i];
	return NULL;
}

const struct config_volume *config_find_volume(const struct config *config,
					       const char *name)
{
	size_t i;

	for (i = 0; i < config->nr_volumes; i++)
		if (!strcmp(config->volumes[i].name, name))
			return &config->volumes[i];
	return NULL;
}
