/* SPDX-License-Identifier: GPL-2.0 */
/* What resolve would do with what verifying has found. */
#ifndef NETRAM_CTL_REPAIRS_H
#define NETRAM_CTL_REPAIRS_H

#include <json-c/json.h>
#include <netram/limits.h>
#include <netram/netram.h>

/**
 * struct ctl_repairs - where copies would be repaired from
 * @count: of those listed, how many would be
 * @from: by place in the list of what was found, the node, or "": it would not be
 */
struct ctl_repairs {
	uint64_t count;
	char from[NETRAM_VERIFY_BAD_MAX][NETRAM_NAME_SIZE];
};

/* repairs.c */
int ctl_repairs_find(struct netram *nt, const struct netram_volume *volume,
		     struct ctl_repairs *repairs);
void ctl_repairs_put(const struct ctl_repairs *repairs,
		     struct json_object *report);
bool ctl_repairs_are_all(const struct ctl_repairs *repairs,
			 const struct netram_verify *v);

#endif /* NETRAM_CTL_REPAIRS_H */
