// SPDX-License-Identifier: GPL-2.0
/*
 * Only what both sides can say is compared: a file system has options that are never
 * shown, or shown without being told, and others are for mount(8) alone.
 */
#include "mounted.h"

#include <stdio.h>
#include <string.h>

enum {
	RO	= 1 << 0,
	NODEV	= 1 << 1,
	NOSUID	= 1 << 2,
	NOEXEC	= 1 << 3,
	NOATIME	= 1 << 4,
	STRICT	= 1 << 5,
	RELATIME = 1 << 6,
	DISCARD	= 1 << 7,
};

#define ATIMES	(NOATIME | STRICT | RELATIME)

/**
 * struct word - an option
 * @name: as it is written
 * @on: flags that it sets
 * @off: flags that it takes back
 */
struct word {
	const char *name;
	unsigned int on;
	unsigned int off;
};

static const struct word words[] = {
	{ "ro", RO, 0 },
	{ "rw", 0, RO },
	{ "nodev", NODEV, 0 },
	{ "dev", 0, NODEV },
	{ "nosuid", NOSUID, 0 },
	{ "suid", 0, NOSUID },
	{ "noexec", NOEXEC, 0 },
	{ "exec", 0, NOEXEC },
	{ "noatime", NOATIME, 0 },
	{ "atime", 0, NOATIME },
	{ "strictatime", STRICT, 0 },
	{ "nostrictatime", 0, STRICT },
	{ "relatime", RELATIME, 0 },
	{ "discard", DISCARD, 0 },
	{ "nodiscard", 0, DISCARD },
	/* to mount(8) these mean others, too */
	{ "user", NODEV | NOSUID | NOEXEC, 0 },
	{ "users", NODEV | NOSUID | NOEXEC, 0 },
	{ "owner", NODEV | NOSUID, 0 },
	{ "group", NODEV | NOSUID, 0 },
};

/* How they are told: the first that fits what is set, or not. */
static const struct {
	unsigned int flag;
	const char *set, *unset;
} flags[] = {
	{ RO, "ro", "rw" },
	{ NODEV, "nodev", "dev" },
	{ NOSUID, "nosuid", "suid" },
	{ NOEXEC, "noexec", "exec" },
	{ NOATIME, "noatime", "" },
	{ STRICT, "strictatime", "" },
	{ RELATIME, "relatime", "" },
	{ DISCARD, "discard", "nodiscard" },
};

/* Later ones count more. */
static unsigned int read_options(const char *text, unsigned int value)
{
	size_t len, i;

	for (; *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strlen(words[i].name) == len &&
			    !strncmp(words[i].name, text, len))
				value = (value & ~words[i].off) | words[i].on;
	}
	return value;
}

/* One of the three: relatime is what the kernel takes by itself. */
static unsigned int settle_atime(unsigned int value)
{
	unsigned int atime = value & STRICT ? STRICT :
			     value & NOATIME ? NOATIME : RELATIME;

	return (value & ~ATIMES) | atime;
}

/* discard: see mount_options(). */
static unsigned int of_file(const char *told)
{
	return settle_atime(read_options(told, DISCARD));
}

/*
 * Of the file system's own only discard: one that has met an error is read-only as a
 * whole, which is not what somebody has told. That none of the three is shown is strictatime.
 */
static unsigned int of_kernel(const struct mounts_entry *mount)
{
	unsigned int value = read_options(mount->own, 0);

	if (!(value & ATIMES))
		value |= STRICT;
	return settle_atime(value) | (read_options(mount->super, 0) & DISCARD);
}

static void write_words(unsigned int value, unsigned int which, char *text,
			size_t size)
{
	const char *word;
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		word = value & flags[i].flag ? flags[i].set : flags[i].unset;
		if (which & flags[i].flag && word[0] && len < size)
			len += snprintf(text + len, size - len, "%s%s",
					len ? "," : "", word);
	}
}

/**
 * mounted_differs() - is something mounted with other options than the file tells?
 * @told: the file's options; "": none, and it is as it should be
 * @mount: what it is mounted with
 * @has: filled with those that differ, as they are
 * @wanted: the same, as the file says
 * @size: room in each, MOUNTED_SIZE
 *
 * Return: whether it is so.
 */
bool mounted_differs(const char *told, const struct mounts_entry *mount,
		     char *has, char *wanted, size_t size)
{
	unsigned int is = of_kernel(mount), should = of_file(told);
	unsigned int which = is ^ should;

	write_words(is, which, has, size);
	write_words(should, which, wanted, size);
	return told[0] && which;
}
