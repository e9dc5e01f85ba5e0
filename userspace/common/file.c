// SPDX-License-Identifier: GPL-2.0
/* Whole small files, as /proc and /sys have them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/swaps.h"

#define FILE_MAX	(4 << 20)

static int read_all(int fd, char **text)
{
	size_t room = 8192, len = 0;
	char *buf = malloc(room), *more;
	ssize_t got = 0;

	while (buf) {
		got = read(fd, buf + len, room - len - 1);
		if (got <= 0)
			break;
		len += got;
		if (len + 1 < room)
			continue;
		more = room < FILE_MAX ? realloc(buf, room *= 2) : NULL;
		if (!more)
			free(buf);
		buf = more;
	}
	if (!buf)
		return -ENOMEM;
	if (got < 0) {
		free(buf);
		return -errno;
	}
	buf[len] = '\0';
	*text = buf;
	return 0;
}

int file_read(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, text);
	close(fd);
	return err;
}
