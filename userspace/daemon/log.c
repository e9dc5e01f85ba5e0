// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define LINE_SIZE	1024

void log_line(const char *fmt, ...)
{
	char text[LINE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* in one write, so that lines of the programs we run do not come between */
	fprintf(stderr, "netramd: %s\n", text);
}

/* As systemd.exec(5) has it: a program that was started with it may have another now. */
static bool stderr_is_journal(void)
{
	const char *told = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return told && sscanf(told, "%ju:%ju", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

void log_event(const struct log_event *event)
{
	if (stderr_is_journal() &&
	    !sd_journal_send("MESSAGE=%s", event->text, "PRIORITY=%d",
			     event->good ? LOG_NOTICE : LOG_WARNING,
			     "NETRAM_EVENT=%s", event->type,
			     "NETRAM_STATE=%s", event->good ? "off" : "on",
			     "NETRAM_OBJECT=%s", event->object,
			     "NETRAM_NAME=%s", event->name,
			     "NETRAM_VALUE=%" PRIu64, event->value,
			     "NETRAM_LIMIT=%" PRIu64, event->limit, NULL))
		return;
	log_line("%s", event->text);
}
