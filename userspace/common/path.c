// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"

/* The next component, after any slashes; its length, 0 at the end. */
static size_t next_part(const char **at)
{
	*at += strspn(*at, "/");
	return strcspn(*at, "/");
}

/* A component that is "..": what that is depends on links. */
bool path_has_up(const char *path)
{
	size_t len;

	for (; (len = next_part(&path)); path += len)
		if (len == 2 && !strncmp(path, "..", 2))
			return true;
	return false;
}

/**
 * path_plain() - is it written without needless slashes and dots?
 * @path: begins with a slash
 * @plain: on return the same without them
 * @size: room there, at least 2 and as much as @path takes
 */
bool path_plain(const char *path, char *plain, size_t size)
{
	const char *at = path;
	size_t len, n = 0;

	snprintf(plain, size, "/");
	for (; (len = next_part(&at)); at += len)
		if (len != 1 || *at != '.')
			n += snprintf(plain + n, size - n, "/%.*s", (int)len, at);
	return !strcmp(path, plain);
}

/**
 * path_below() - is it in a folder, or in one of its folders?
 * @path: a plain one
 * @above: the folder, likewise
 */
bool path_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	return !strncmp(path, above, len) && path[len] == '/';
}

/* What would be mounted there, or below, would hide what the system needs. */
static const char *const whole[] = {
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32",
	"/proc", "/run/netramd", "/run/systemd", "/run/udev", "/sbin", "/sys",
	"/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
	"/usr/libx32", "/usr/local/bin", "/usr/local/lib", "/usr/local/libexec",
	"/usr/local/sbin", "/usr/sbin", "/var/lib/netram",
};

/*
 * Or only there: below, people have folders of their own. /tmp, /var/cache, /srv and the
 * like may be on a volume as a whole.
 */
static const char *const alone[] = {
	"/", "/home", "/root", "/run", "/run/user", "/usr", "/usr/local",
	"/usr/share", "/var", "/var/lib",
};

/**
 * path_of_system() - would what is mounted there hide what the system needs?
 * @path: a plain one
 *
 * As it is written: where links may lead there, ask for what path_follow() makes of
 * it, too.
 */
bool path_of_system(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (!strcmp(path, whole[i]) || path_below(path, whole[i]))
			return true;
	for (i = 0; i < sizeof(alone) / sizeof(*alone); i++)
		if (!strcmp(path, alone[i]))
			return true;
	return false;
}

/**
 * path_holds_something() - would what is mounted there hide files?
 * @path: of a folder, which may not be there
 *
 * Where it cannot be read, nobody knows, and no is the answer. An empty file system has
 * lost+found.
 */
bool path_holds_something(const char *path)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(path);

	while (dir && !found && (entry = readdir(dir)))
		found = strcmp(entry->d_name, ".") &&
			strcmp(entry->d_name, "..") &&
			strcmp(entry->d_name, "lost+found");
	if (dir)
		closedir(dir);
	return found;
}

/**
 * path_follow() - where a path leads, without links
 * @path: begins with a slash
 * @full: on return that, as far as it is there; the rest, which may be made later, as
 *        in @path. Empty if it is too long.
 */
void path_follow(const char *path, char full[PATH_MAX])
{
	char head[PATH_MAX], found[PATH_MAX] = "";
	char *slash;

	snprintf(head, sizeof(head), "%s", path);
	while (!realpath(head, found) && (slash = strrchr(head, '/'))) {
		*slash = '\0';
		found[0] = '\0';
	}
	if (snprintf(full, PATH_MAX, "%s%s", found, path + strlen(head)) >= PATH_MAX)
		full[0] = '\0';
}

/**
 * path_same() - do two paths lead to one place?
 * @a: a path, as it is in the file
 * @b: another
 *
 * Where they are written alike nobody is asked: what is mounted there may be slow.
 */
bool path_same(const char *a, const char *b)
{
	char left[PATH_MAX], right[PATH_MAX];

	if (!strcmp(a, b))
		return true;
	path_follow(a, left);
	path_follow(b, right);
	return left[0] && !strcmp(left, right);
}
