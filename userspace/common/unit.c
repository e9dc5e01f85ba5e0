// SPDX-License-Identifier: GPL-2.0
/*
 * netram-swap@VOLUME.service. Whether it is enabled, symbolic links tell, as they tell
 * systemd, and whether it runs, a folder: nobody has to be asked, who may be busy, as
 * often as somebody looks.
 */
#include "common/unit.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNIT_SIZE	UNIT_COMMAND_SIZE

bool unit_systemd_runs(void)
{
	return !access("/run/systemd/system", F_OK);
}

/* As systemd-escape(1) has it, of a name that does not begin with a dot. */
static void escape(const char *name, char *text, size_t size)
{
	size_t len = 0;

	for (text[0] = '\0'; *name && len < size; name++)
		len += snprintf(text + len, size - len,
				isalnum((unsigned char)*name) ||
				strchr(":_.", *name) ? "%c" : "\\x%02x",
				(unsigned char)*name);
}

static bool any(const char *root, const char *where, const char *unit)
{
	char pattern[UNIT_SIZE + 256];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s%s/%s", root, where, unit);
	/* that it escapes is the unit's, not glob's */
	if (glob(pattern, GLOB_NOESCAPE, NULL, &found))
		return false;
	globfree(&found);
	return true;
}

/**
 * unit_swap_enabled() - will a volume's unit be started with its device?
 * @root: "", or the folder to take for the root
 * @volume: the volume
 *
 * Return: whether it is enabled. That it runs now does not follow, nor the opposite.
 */
bool unit_swap_enabled(const char *root, const char *volume)
{
	static const char *const where[] = {
		"/etc/systemd/system/*.wants", "/run/systemd/system/*.wants",
		"/etc/systemd/system/*.requires",
		"/run/systemd/system/*.requires",
	};
	char name[4 * NETRAM_NAME_SIZE], unit[UNIT_SIZE];
	size_t i;

	escape(volume, name, sizeof(name));
	snprintf(unit, sizeof(unit), "netram-swap@%s.service", name);
	for (i = 0; i < sizeof(where) / sizeof(*where); i++)
		if (any(root, where[i], unit))
			return true;
	return false;
}

/**
 * unit_swap_runs() - will somebody see to a volume's pages at a shutdown?
 * @root: "", or the folder to take for the root
 * @volume: the volume
 *
 * For only what runs is stopped then. One that was enabled while the device was there
 * already, or could not be stopped, does not.
 *
 * Return: whether its unit has been started and neither stopped nor failed: the folder
 * that RuntimeDirectory= of the unit names is there for as long.
 */
bool unit_swap_runs(const char *root, const char *volume)
{
	char name[4 * NETRAM_NAME_SIZE], path[UNIT_SIZE + 256];

	escape(volume, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/run/netram-swap/active/%s", root,
		 name);
	return !access(path, F_OK);
}

/**
 * unit_swap_command() - how to have it enabled
 * @volume: the volume
 * @text: the command
 * @size: room there, UNIT_COMMAND_SIZE
 *
 * It is started with it, see unit_swap_runs().
 */
void unit_swap_command(const char *volume, char *text, size_t size)
{
	char name[4 * NETRAM_NAME_SIZE];
	const char *quote;

	escape(volume, name, sizeof(name));
	quote = strchr(name, '\\') ? "\"" : "";
	snprintf(text, size, "systemctl enable --now %snetram-swap@%s%s", quote,
		 name, quote);
}
