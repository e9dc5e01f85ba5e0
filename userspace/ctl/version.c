// SPDX-License-Identifier: GPL-2.0
/* sysfs, because a module without version information still runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

/* "unknown" where there is none to tell. */
void ctl_module_version(char *version, size_t size)
{
	char *text;

	snprintf(version, size, "unknown");
	if (file_read("/sys/module/netram/version", &text))
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(version, size, "%s", text);
	free(text);
}
