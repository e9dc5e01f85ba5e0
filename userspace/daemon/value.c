// SPDX-License-Identifier: GPL-2.0
/* Single values: each refusal says what would be right. */
#include <errno.h>
#include <inttypes.h>
#include <netram/netram.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ask.h"
#include "common/path.h"
#include "common/text.h"
#include "config.h"
#include "keys.h"

/**
 * struct value - what is read
 * @r: the document
 * @key: the key
 * @line: where
 * @text: what is written
 * @to: the member
 */
struct value {
	struct keys_reader *r;
	const struct key *key;
	unsigned int line;
	const char *text;
	void *to;
};

#define refuse(v, fmt, ...) \
	(complain((v)->r->complaints, (v)->line, "%s: " fmt, (v)->key->name, \
		  ##__VA_ARGS__), false)

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

/* All of it a number? */
static bool parse_number(const char *text, uint64_t *n)
{
	size_t digits = strspn(text, "0123456789");

	errno = 0;
	*n = strtoull(text, NULL, 10);
	return digits && !text[digits] && !errno;
}

/* What units of time are in units of 1/per second. */
static bool scale_time(const char *text, uint64_t per, uint64_t *n)
{
	static const struct {
		const char *unit;
		uint64_t per;		/* so many are s seconds */
		uint64_t s;
	} units[] = {
		{ "us", 1000000, 1 }, { "ms", 1000, 1 }, { "s", 1, 1 },
		{ "sec", 1, 1 }, { "m", 1, 60 }, { "min", 1, 60 },
		{ "h", 1, 3600 },
	};
	char *end;
	size_t i;

	errno = 0;
	*n = strtoull(text, &end, 10);
	if (end == text || errno)
		return false;
	end += strspn(end, " ");
	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(end, units[i].unit) &&
		    *n <= UINT64_MAX / per / units[i].s) {
			*n = *n * units[i].s * per / units[i].per;
			return true;
		}
	return false;
}

/* "30s" where milliseconds are counted: what was meant? */
static bool advise_unit(const struct value *v)
{
	bool ms = ends_with(v->key->name, "_ms");
	bool us = ends_with(v->key->name, "_us");
	uint64_t n;

	if ((!ms && !us) || !scale_time(v->text, ms ? 1000 : 1000000, &n) ||
	    n < v->key->min || n > v->key->max)
		return false;
	(void)refuse(v, "'%s' has a unit, but the key's own is %s: write %" PRIu64,
		     v->text, ms ? "milliseconds" : "microseconds", n);
	return true;
}

/* What is refused is not kept: what follows from it would be refused as well. */
static bool read_number(const struct value *v, uint64_t *to)
{
	uint64_t n;

	if (parse_number(v->text, &n) && n >= v->key->min && n <= v->key->max) {
		*to = n;
		return true;
	}
	if (advise_unit(v))
		return false;
	return refuse(v, "'%s' is not a number from %" PRIu64 " to %" PRIu64,
		      v->text, v->key->min, v->key->max);
}

static bool refuse_size(const struct value *v)
{
	char bare[32];

	if (size_strip_unit(v->text, bare, sizeof(bare)))
		return refuse(v, "'%s' is not a size: write %s", v->text, bare);
	return refuse(v, "'%s' is not a size: write a whole number, with K, M, G or T behind it for powers of 1024",
		      v->text);
}

static bool read_size(const struct value *v)
{
	char min[24], max[24];
	uint64_t n = 0;
	int err = netram_size_parse(v->text, &n);

	if (err == -EINVAL)
		return refuse_size(v);
	netram_size_format(v->key->min, min, sizeof(min));
	netram_size_format(v->key->max, max, sizeof(max));
	if (err || n < v->key->min || n > v->key->max)
		return refuse(v, "%s is not from %s to %s", v->text, min, max);
	*(uint64_t *)v->to = n;
	return true;
}

static bool read_bool(const struct value *v)
{
	static const char *const words[] = { "no", "yes", "false", "true" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(v->text, words[i])) {
			*(bool *)v->to = i & 1;
			return true;
		}
	return refuse(v, "'%s' is neither yes nor no", v->text);
}

/* The index, or -1. */
static int find_word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

static bool read_word(const struct value *v)
{
	int i = find_word(v->text, v->key->words);
	const char *near = suggest(v->text, v->key->words);

	if (i >= 0) {
		*(uint64_t *)v->to = i;
		return true;
	}
	if (near)
		return refuse(v, "there is no '%s': did you mean '%s'?",
			      v->text, near);
	return refuse(v, "there is no '%s', but '%s' and '%s'", v->text,
		      v->key->words[0], v->key->words[1]);
}

static bool read_tunable(const struct value *v)
{
	uint64_t n = 0;

	if (find_word(v->text, v->key->words) >= 0) {
		snprintf(v->to, v->key->size, "%s", v->text);
		return true;
	}
	if (v->key->words[0] && (!parse_number(v->text, &n) ||
				 n < v->key->min || n > v->key->max))
		return !advise_unit(v) && refuse(v, "'%s' is not %s, %s, or a number from %" PRIu64 " to %" PRIu64,
			      v->text, v->key->words[0], v->key->words[1],
			      v->key->min, v->key->max);
	if (!read_number(v, &n))
		return false;
	snprintf(v->to, v->key->size, "%" PRIu64, n);
	return true;
}

static bool read_name(const struct value *v)
{
	if (!netram_name_valid(v->text))
		return refuse(v, "'%s' is not a name: write 1 to %d of A-Z a-z 0-9 . _ -, no dot first",
			      v->text, NETRAM_NAME_SIZE - 1);
	snprintf(v->to, NETRAM_NAME_SIZE, "%s", v->text);
	return true;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* "/mnt/" is mounted on "/mnt". */
static void strip_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

static bool read_text(const struct value *v)
{
	size_t len = strlen(v->text);

	if (len >= v->key->size)
		return refuse(v, "longer than %zu bytes", v->key->size - 1);
	if (!is_printable(v->text))
		return refuse(v, "no control characters, please");
	memcpy(v->to, v->text, len + 1);
	return true;
}

/* Plain paths only, so that two can be compared as they are written. */
static bool check_path(const struct value *v, const char *path)
{
	char plain[CONFIG_PATH_SIZE];

	if (path[0] != '/')
		return refuse(v, "'%s' is not a whole path: begin with a slash",
			      v->text);
	/* /proc/self/mountinfo writes these in another way */
	if (strpbrk(path, " \\"))
		return refuse(v, "'%s' has a blank or a backslash in it: not here, please",
			      v->text);
	if (path_has_up(path))
		return refuse(v, "'%s' has '..' in it: write where that leads",
			      v->text);
	if (!path_plain(path, plain, sizeof(plain)))
		return refuse(v, "'%s' has needless slashes or dots in it: write %s",
			      v->text, plain);
	if (v->key->kind == KEY_MOUNT_POINT && path_of_system(path))
		return refuse(v, "mounted on %s it would hide what the system needs: take a folder of its own, as /mnt/NAME",
			      path);
	return true;
}

static bool read_path(const struct value *v)
{
	char *path = v->to;

	if (!read_text(v))
		return false;
	strip_slashes(path);
	if (check_path(v, path))
		return true;
	path[0] = '\0';
	return false;
}

/* An address whose port is a real one. */
static bool parse_address(const char *text, uint16_t port, struct address *at)
{
	char formatted[ADDRESS_SIZE];

	if (address_parse(text, port, at))
		return false;
	address_format(at, formatted, sizeof(formatted));
	return strcmp(strrchr(formatted, ':'), ":0");
}

static bool has_interface(const struct value *v, const struct address *at)
{
	return !address_lacks_interface(at) ||
	       refuse(v, "'%s' is link-local, so it needs its interface: write it as \"[fe80::1%%eth0]\"",
		      v->text);
}

static bool read_listen(const struct value *v)
{
	struct config_listen *to = v->to;

	to->off = !strcmp(v->text, "off") || !strcmp(v->text, "no");
	if (to->off)
		return true;
	if (parse_address(v->text, CONFIG_LISTEN_PORT, &to->at))
		return has_interface(v, &to->at);
	return refuse(v, "'%s' is not an address to listen on: write one as %s or \"[::1]:%d\", or off",
		      v->text, CONFIG_LISTEN_DEF, CONFIG_LISTEN_PORT);
}

static bool read_status(const struct value *v)
{
	struct address at;
	char *to = v->to;

	if (v->text[0] == '/')
		return read_path(v);
	if (parse_address(v->text, STATUS_PORT, &at) && !address_is_any(&at))
		return has_interface(v, &at) && read_text(v);
	to[0] = '\0';
	return refuse(v, "'%s' is neither an address nor the path of a socket: write what its server has as --metrics, like 192.0.2.11 or \"[2001:db8::1]:%d\"",
		      v->text, STATUS_PORT);
}

static bool read_uuid(const struct value *v)
{
	if (!netram_uuid_parse(v->text, v->to))
		return true;
	return refuse(v, "'%s' is not a uuid: uuidgen(1) makes one", v->text);
}

/**
 * value_read() - read a value, or complain
 * @r: the document
 * @key: whose value
 * @node: the value
 * @object: the struct
 *
 * Return: true if it could be read.
 */
bool value_read(struct keys_reader *r, const struct key *key,
		const yaml_node_t *node, void *object)
{
	const struct value v = {
		r, key, keys_line(node), keys_text(r, node, key->name),
		(char *)object + key->offset,
	};

	if (!v.text)
		return false;
	if (!v.text[0] && key->kind != KEY_ANY_TEXT)
		return refuse(&v, "there is nothing behind the colon");
	switch (key->kind) {
	case KEY_NAME:
		return read_name(&v);
	case KEY_TEXT:
	case KEY_ANY_TEXT:
		return read_text(&v);
	case KEY_PATH:
	case KEY_MOUNT_POINT:
		return read_path(&v);
	case KEY_STATUS:
		return read_status(&v);
	case KEY_NUMBER:
		return read_number(&v, v.to);
	case KEY_SIZE:
		return read_size(&v);
	case KEY_BOOL:
		return read_bool(&v);
	case KEY_WORD:
		return read_word(&v);
	case KEY_LISTEN:
		return read_listen(&v);
	case KEY_UUID:
		return read_uuid(&v);
	case KEY_TUNABLE:
		return read_tunable(&v);
	case KEY_GROUP:
	case KEY_LATER:
		break;
	}
	return false;
}
