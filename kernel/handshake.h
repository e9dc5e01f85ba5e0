/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_HANDSHAKE_H
#define NETRAM_HANDSHAKE_H

#include <linux/net.h>
#include "nego.h"

int netram_handshake(struct socket *sock, const char *export,
		     unsigned long deadline, struct netram_export_info *info,
		     const char **why);

int netram_handshake_sums(struct socket *sock, const char *export,
			  unsigned long deadline,
			  struct netram_export_info *info, u32 *context,
			  const char **why);

#endif /* NETRAM_HANDSHAKE_H */
