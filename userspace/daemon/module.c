// SPDX-License-Identifier: GPL-2.0
#include "module.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The module is asked anew each time: it may have been loaded anew. */
int module_open(struct netram **nt, char *why, size_t size)
{
	int err = netram_open(nt);

	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
	case -EPROTONOSUPPORT:
		snprintf(why, size,
			 "the netram kernel module is not loaded: run 'modprobe netram'");
		return err;
	case -EPERM:
	case -EACCES:
		snprintf(why, size,
			 "not permitted: run as root, with CAP_NET_ADMIN and CAP_SYS_ADMIN");
		return err;
	}
	snprintf(why, size, "cannot talk to the netram module: %s",
		 strerror(-err));
	return err;
}
