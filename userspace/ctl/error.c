// SPDX-License-Identifier: GPL-2.0
/* One line on stderr that says what to do, and the exit code that goes with it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct ctl_command *current;

/* Errors from here on name this command. */
void ctl_error_prefix(const struct ctl_command *cmd)
{
	current = cmd;
}

int ctl_fail(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("netramctl: ", stderr);
	if (current)
		fprintf(stderr, "%s%s%s: ", current->group ?: "",
			current->group ? " " : "", current->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

void ctl_note(const char *fmt, ...)
{
	va_list ap;

	fputs("netramctl: note: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static int error_code(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
	case -EBADMSG:
	case -ENODEV:
		return CTL_MODULE;
	}
	return CTL_FAILED;
}

int ctl_fail_module(struct netram *nt, int err)
{
	char text[512];

	netram_error(nt, text, sizeof(text));
	return ctl_fail(error_code(err), "%s", text);
}

int ctl_check_name(const char *what, const char *name)
{
	if (netram_name_valid(name))
		return CTL_OK;
	return ctl_fail(CTL_USAGE,
			"'%s' is not a name for a %s: write 1 to %d of A-Z a-z 0-9 . _ -, no dot first",
			name, what, NETRAM_NAME_SIZE - 1);
}

/*
 * Where something is to be mounted; not on the root of everything. A slash at the
 * end, as shells complete a folder, is cut off: what is told of it has none.
 */
int ctl_check_folder(char *path)
{
	size_t len = strlen(path);

	if (path[0] != '/' || len == strspn(path, "/"))
		return ctl_fail(CTL_USAGE,
				"'%s' is no absolute path of a folder", path);
	while (path[len - 1] == '/')
		path[--len] = '\0';
	return CTL_OK;
}

int ctl_open_failed(int err)
{
	switch (err) {
	case -ENOENT:
	case -EPROTONOSUPPORT:
		return ctl_fail(CTL_MODULE,
				"the netram kernel module is not loaded: run 'modprobe netram' as root");
	case -EPERM:
	case -EACCES:
		return ctl_fail(CTL_MODULE, "not permitted: run as root");
	}
	return ctl_fail(CTL_MODULE, "cannot talk to the netram module: %s",
			strerror(-err));
}

int ctl_open(struct netram **nt)
{
	int err = netram_open(nt);

	return err ? ctl_open_failed(err) : CTL_OK;
}
