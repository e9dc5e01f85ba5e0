// SPDX-License-Identifier: GPL-2.0
/* Use a device as swap, without losing what may be on it. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "common/device.h"
#include "common/swaps.h"

/* Where a sentence goes. */
struct text {
	char *at;
	size_t size;
};

__attribute__((format(printf, 3, 4)))
static int refuse(const struct text *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->at, why->size, fmt, ap);
	va_end(ap);
	return err;
}

/* Which of the many ways to be in use is it? */
static int check_unused(const char *device, const struct text *why)
{
	struct mounts_entry mount;
	struct swaps swaps;
	bool on;
	int fd;

	swaps_read(&swaps);
	on = swaps_find(&swaps, device);
	swaps_free(&swaps);
	if (on)
		return refuse(why, -EBUSY, "%s is already swapped on", device);
	if (mounts_find(device, &mount))
		return refuse(why, -EBUSY,
			      "%s is mounted on %s: run 'umount %s' first",
			      device, mount.where, mount.where);
	/* Not for writing: udev looks at a device again after that. */
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return refuse(why, -EBUSY,
			      "%s is in use: lsblk(8) and fuser(1) tell by whom",
			      device);
	if (fd < 0)
		return refuse(why, -EIO, "cannot open %s: %m", device);
	close(fd);
	return 0;
}

/* Does it need a new signature, and may it get one? */
static int check_content(const struct swapon_spec *spec, bool *sign,
			 const struct text *why)
{
	enum content content;
	char type[64] = "";
	int err = content_probe(spec->device, &content, type, sizeof(type));

	*sign = spec->force || (!err && content != CONTENT_SWAP);
	if (spec->force)
		return 0;
	if (err)
		return refuse(why, err, "cannot read %s: %s", spec->device,
			      strerror(-err));
	if (content == CONTENT_OTHER)
		return refuse(why, -EEXIST,
			      "%s has something on it (%s): use %s to overwrite it",
			      spec->device, type, spec->how_to_force);
	return 0;
}

/**
 * swapon_check() - would swapon_volume() do it, and how
 * @spec: what it would be given
 * @sign: set on success: whether it would write a new signature
 * @why: on failure one line that says what is in the way
 * @size: room there
 *
 * Return: 0 or -errno.
 */
int swapon_check(const struct swapon_spec *spec, bool *sign, char *why,
		 size_t size)
{
	const struct text text = { why, size };
	int err = check_unused(spec->device, &text);

	return err ? err : check_content(spec, sign, &text);
}

static int enable(const struct swapon_spec *spec, const struct text *why)
{
	int flags = SWAP_FLAG_DISCARD;

	if (spec->priority != SWAP_PRIORITY_UNSET)
		flags |= SWAP_FLAG_PREFER |
			 spec->priority << SWAP_FLAG_PRIO_SHIFT;
	if (!swapon(spec->device, flags))
		return 0;
	if (errno == EPERM)
		return refuse(why, -EPERM, "not permitted: run as root");
	if (errno == EINVAL)
		return refuse(why, -EINVAL,
			      "the kernel does not take the swap signature on %s: use %s to write a new one",
			      spec->device, spec->how_to_force);
	return refuse(why, -errno, "swapon(2) of %s failed: %m", spec->device);
}

int swapon_volume(const struct swapon_spec *spec, char *why, size_t size)
{
	const struct text text = { why, size };
	bool sign;
	int err = swapon_check(spec, &sign, why, size);

	if (!err && sign)
		err = mkswap_run(spec->device, spec->label, spec->force, why,
				 size);
	if (!err && !spec->keep_vm)
		vm_prepare(spec->note);
	return err ? err : enable(spec, &text);
}
