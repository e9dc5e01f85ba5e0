// SPDX-License-Identifier: GPL-2.0
/* The volume that an operand means: a name, or the path of a device. */
#include "common/device.h"
#include "ctl.h"

static struct netram_volume *take_index(struct netram_volume *first,
					uint32_t index)
{
	struct netram_volume **at = &first, *found;

	while (*at && (*at)->index != index)
		at = &(*at)->next;
	found = *at;
	if (found) {
		*at = found->next;
		found->next = NULL;
	}
	netram_volume_free(first);
	return found;
}

static int find_index(struct netram *nt, const char *operand, uint32_t index,
		      struct netram_volume **volume)
{
	struct netram_volume *first;
	int err = netram_volume_list(nt, &first);

	if (err)
		return ctl_fail_module(nt, err);
	*volume = take_index(first, index);
	if (!*volume)
		return ctl_fail(CTL_FAILED,
				"%s belongs to no volume: 'netramctl volume list' shows them",
				operand);
	return CTL_OK;
}

/* The volume that a name or a device path means; an exit code. */
int ctl_find_volume(struct netram *nt, const char *operand,
		    struct netram_volume **volume)
{
	uint32_t index;
	int err;

	if (device_index(operand, &index))
		return find_index(nt, operand, index, volume);
	if (ctl_check_name("volume", operand))
		return CTL_USAGE;
	err = netram_volume_get(nt, operand, volume);
	return err ? ctl_fail_module(nt, err) : CTL_OK;
}

/* Do something with the volume that the first operand means; an exit code. */
int ctl_on_volume(const struct ctl_call *call,
		  int (*fn)(struct netram *nt,
			    const struct netram_volume *volume, bool json))
{
	struct netram_volume *volume;
	struct netram *nt;
	int ret = ctl_open(&nt);

	if (ret)
		return ret;
	ret = ctl_find_volume(nt, call->operands[0], &volume);
	if (!ret) {
		ret = fn(nt, volume, call->json);
		netram_volume_free(volume);
	}
	netram_close(nt);
	return ret;
}

/* Do something with all nodes; an exit code. */
int ctl_on_nodes(const struct ctl_call *call,
		 int (*fn)(const struct netram_node *first, bool json))
{
	struct netram_node *first;
	struct netram *nt;
	int err, ret = ctl_open(&nt);

	if (ret)
		return ret;
	err = netram_node_list(nt, &first);
	ret = err ? ctl_fail_module(nt, err) : fn(first, call->json);
	netram_node_free(first);
	netram_close(nt);
	return ret;
}
