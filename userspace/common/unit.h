/* SPDX-License-Identifier: GPL-2.0 */
/* The unit of systemd that swaps a volume off while the network is there still. */
#ifndef NETRAM_COMMON_UNIT_H
#define NETRAM_COMMON_UNIT_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>

/* Each byte of a volume's name may be escaped by four. */
#define UNIT_COMMAND_SIZE \
	(sizeof("systemctl enable --now \"netram-swap@.service\"") + \
	 4 * NETRAM_NAME_SIZE)

bool unit_systemd_runs(void);
bool unit_swap_enabled(const char *root, const char *volume);
bool unit_swap_runs(const char *root, const char *volume);
void unit_swap_command(const char *volume, char *text, size_t size);

#endif /* NETRAM_COMMON_UNIT_H */
