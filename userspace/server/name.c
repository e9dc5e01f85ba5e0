// SPDX-License-Identifier: GPL-2.0
#include "name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* A piece of the name; not terminated. */
struct piece {
	const char *s;
	size_t len;
};

struct key {
	const char *name;
	int (*parse)(struct piece v, struct name *name);
	const char *expects;
};

static int parse_word(struct piece v, char word[NETRAM_NAME_MAX + 1])
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-";

	if (!v.len || v.len > NETRAM_NAME_MAX)
		return -EINVAL;
	memcpy(word, v.s, v.len);
	word[v.len] = '\0';
	return strspn(word, allowed) == v.len ? 0 : -EINVAL;
}

static int parse_client(struct piece v, struct name *name)
{
	return parse_word(v, name->client);
}

static int parse_claim(struct piece v, struct name *name)
{
	return parse_word(v, name->claim);
}

static int parse_one(struct piece v, bool *is)
{
	*is = true;
	return v.len == 1 && v.s[0] == '1' ? 0 : -EINVAL;
}

static int parse_takeover(struct piece v, struct name *name)
{
	return parse_one(v, &name->takeover);
}

static int parse_readonly(struct piece v, struct name *name)
{
	return parse_one(v, &name->readonly);
}

static int parse_orphan(struct piece v, struct name *name)
{
	return parse_one(v, &name->orphan);
}

static int parse_epoch(struct piece v, struct name *name)
{
	name->has_epoch = true;
	return text_u64(v.s, v.len, &name->epoch) ? 0 : -EINVAL;
}

static int parse_class(struct piece v, struct name *name)
{
	static const char *const classes[] = {
		"critical", "inference", "training", "general",
	};
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strlen(classes[i]) == v.len &&
		    !memcmp(classes[i], v.s, v.len)) {
			name->class = classes[i];
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_size(struct piece v, struct name *name)
{
	if (!text_u64(v.s, v.len, &name->size))
		return -EINVAL;
	return name_bad_size(name->size) ? -EINVAL : 0;
}

static const struct key keys[] = {
	{ "client", parse_client,
	  "1 to 63 characters of A-Z a-z 0-9 . _ -" },
	{ "epoch", parse_epoch, "a decimal number below 2^64" },
	{ "class", parse_class,
	  "critical, inference, training or general" },
	{ "size", parse_size,
	  "bytes, a multiple of 4096, at most 17592186044416" },
	{ "claim", parse_claim,
	  "1 to 63 characters of A-Z a-z 0-9 . _ -" },
	{ "takeover", parse_takeover, "1" },
	{ "readonly", parse_readonly, "1" },
	{ "orphan", parse_orphan, "1" },
};

#define NR_KEYS (sizeof(keys) / sizeof(*keys))

const char *name_bad_size(uint64_t bytes)
{
	if (!bytes || bytes % NETRAM_PAGE_SIZE)
		return "not a multiple of 4096";
	if (bytes > NETRAM_VOLUME_SIZE_MAX)
		return "larger than 16T";
	return NULL;
}

static int complain(char *why, const char *fmt, struct piece what,
		    const char *tail)
{
	snprintf(why, NAME_WHY_MAX, fmt, (int)(what.len > 64 ? 64 : what.len),
		 what.s, tail);
	return -EINVAL;
}

/* Takes the text up to @sep, or all of it, off @rest. */
static struct piece take(struct piece *rest, char sep)
{
	const char *at = memchr(rest->s, sep, rest->len);
	struct piece p = { rest->s, at ? (size_t)(at - rest->s) : rest->len };
	size_t skip = at ? p.len + 1 : p.len;

	rest->s += skip;
	rest->len -= skip;
	return p;
}

static int parse_pair(struct piece pair, struct name *name, unsigned int *seen,
		      char *why)
{
	struct piece key = take(&pair, '=');
	size_t i;

	for (i = 0; i < NR_KEYS; i++) {
		if (strlen(keys[i].name) == key.len &&
		    !memcmp(keys[i].name, key.s, key.len))
			break;
	}
	if (i == NR_KEYS)
		return complain(why, "unknown key '%.*s' in the export name%s",
				key, "; known: client, epoch, class, size, claim, takeover, readonly, orphan");
	if (*seen & 1U << i)
		return complain(why, "key '%.*s' given twice%s", key, "");
	*seen |= 1U << i;
	if (keys[i].parse(pair, name))
		return complain(why, "bad value of key '%.*s': expected %s",
				key, keys[i].expects);
	return 0;
}

/* What does not go together, or NULL. */
static const char *misfit(const struct name *name)
{
	if (name->takeover && name->readonly)
		return "keys takeover and readonly exclude each other";
	if (name->orphan && (name->takeover || name->readonly))
		return "key orphan excludes takeover and readonly";
	if (name->orphan && (!name->has_epoch || !name->claim[0]))
		return "key orphan needs claim and epoch";
	return NULL;
}

int name_parse(const char *text, size_t len, struct name *name, char *why)
{
	struct piece rest = { text, len }, base;
	bool query = memchr(text, '?', len);
	unsigned int seen = 0;
	int ret = 0;

	memset(name, 0, sizeof(*name));
	if (!text_printable(text, len))
		return complain(why, "%.*sthe export name is %s",
				(struct piece){ "", 0 },
				"not printable UTF-8 text");
	base = take(&rest, '?');
	if (base.len > NETRAM_EXPORT_MAX)
		return complain(why, "%.*sthe export name is longer than %s",
				(struct piece){ "", 0 }, "255 bytes");
	if (query && !base.len)
		return complain(why, "%.*sthe export name begins with '?': %s",
				(struct piece){ "", 0 }, "the uuid is missing");
	memcpy(name->export, base.s, base.len);
	while (rest.len && !ret)
		ret = parse_pair(take(&rest, '&'), name, &seen, why);
	if (!ret && misfit(name))
		return complain(why, "%.*s%s", (struct piece){ "", 0 },
				misfit(name));
	return ret;
}
