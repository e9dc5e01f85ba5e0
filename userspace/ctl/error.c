// SPDX-License-Identifier: GPL-2.0
/* One line on stderr that says what to do, and the exit code that goes with it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/path.h"
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
 * Where something is to be mounted: never over what the system needs, by whatever
 * name. It is written plainly from then on, also where a shell has completed a folder
 * with a slash at the end.
 */
int ctl_check_folder(char *path)
{
	char plain[PATH_MAX], full[PATH_MAX];

	if (path[0] != '/' || strlen(path) >= sizeof(plain))
		return ctl_fail(CTL_USAGE,
				"'%s' is no absolute path of a folder", path);
	if (!path_plain(path, plain, sizeof(plain)))
		strcpy(path, plain);
	path_follow(plain, full);
	/* with ".." in it, what it is written below says nothing */
	if ((!path_has_up(plain) && path_of_system(plain)) ||
	    path_of_system(full))
		return ctl_fail(CTL_USAGE,
				"mounted on %s it would hide what the system needs: take a folder of its own, as /mnt/NAME",
				path);
	return CTL_OK;
}

/*
 * What is in the folder would not be seen any more, and who looks for it would find
 * something empty.
 */
int ctl_check_empty(const char *path, bool force)
{
	if (!path_holds_something(path))
		return CTL_OK;
	if (!force)
		return ctl_fail(CTL_FAILED,
				"%s is not empty, and what is in it would be hidden: take another folder, or use --force",
				path);
	ctl_note("what is in %s is hidden until that is unmounted", path);
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
