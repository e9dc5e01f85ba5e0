// SPDX-License-Identifier: GPL-2.0
/* The value of --on-loss. */
#include <string.h>

#include "ctl.h"

/* NULL, for an option that was not given, leaves *on_loss as it is. */
int ctl_on_loss_parse(const char *text, uint8_t *on_loss)
{
	uint8_t i;

	if (!text)
		return CTL_OK;
	for (i = NETRAM_ON_LOSS_ERROR; i <= NETRAM_ON_LOSS_WAIT; i++) {
		if (!strcmp(text, netram_on_loss_name(i))) {
			*on_loss = i;
			return CTL_OK;
		}
	}
	return ctl_fail(CTL_USAGE, "--on-loss: '%s' is neither error nor wait",
			text);
}
