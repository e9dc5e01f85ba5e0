// SPDX-License-Identifier: GPL-2.0
/* The values of --backup and --backup-mode. */
#include <netram/limits.h>
#include <string.h>

#include "common/backup.h"
#include "ctl.h"

/* NULL, for an option that was not given, leaves *mode as it is. */
int ctl_backup_mode_parse(const char *text, uint8_t *mode)
{
	uint8_t i;

	if (!text)
		return CTL_OK;
	for (i = NETRAM_BACKUP_SYNC; i <= NETRAM_BACKUP_BEHIND; i++) {
		if (!strcmp(text, netram_backup_mode_name(i))) {
			*mode = i;
			return CTL_OK;
		}
	}
	return ctl_fail(CTL_USAGE,
			"--backup-mode: '%s' is neither sync nor behind", text);
}

/* See backup_open(). An exit code. */
int ctl_backup_open(const char *path, char *device, size_t size, int *fd)
{
	char why[512];

	if (!backup_open(path, device, size, fd, why, sizeof(why)))
		return CTL_OK;
	return ctl_fail(CTL_FAILED, "--backup: %s", why);
}
