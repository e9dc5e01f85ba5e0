/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_FINDINGS_H
#define NETRAM_FINDINGS_H

#include <linux/netram.h>
#include <linux/types.h>
#include <netram/limits.h>

/**
 * struct netram_finding - something that is not as it should be
 * @page: of the volume
 * @kind: enum netram_verify_kind
 * @node: whose copy; "" if all are meant
 */
struct netram_finding {
	u64	page;
	u8	kind;
	char	node[NETRAM_NAME_MAX + 1];
};

/**
 * struct netram_findings - what was found, and the part of it that is listed
 * @found: how many there were
 * @listed: how many of them are in @list
 * @list: the gravest, and of those equally grave the first; in that order
 */
struct netram_findings {
	u64			found;
	u32			listed;
	struct netram_finding	list[NETRAM_VERIFY_BAD_MAX];
};

void netram_findings_add(struct netram_findings *f,
			 const struct netram_finding *one);

#endif /* NETRAM_FINDINGS_H */
