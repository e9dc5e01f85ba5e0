/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_NEGO_H
#define NETRAM_NEGO_H

#include <linux/types.h>
#include <netram/limits.h>

#define NETRAM_INSTANCE_LEN 32

/**
 * enum netram_refusal - another host has the export
 * @NETRAM_REFUSAL_NONE: not that we know
 * @NETRAM_REFUSAL_IN_USE: it had it before us; a takeover would be granted
 * @NETRAM_REFUSAL_TAKEN_OVER: it was ours, and is not any more, for good
 */
enum netram_refusal {
	NETRAM_REFUSAL_NONE,
	NETRAM_REFUSAL_IN_USE,
	NETRAM_REFUSAL_TAKEN_OVER,
};

/**
 * struct netram_export_info - what a server said of an export
 * @size: bytes
 * @flags: NBD transmission flags
 * @block_min: smallest block it takes, bytes, 1 where it does not say
 * @payload_max: largest payload it takes, bytes
 * @has_export: NBD_INFO_EXPORT has come
 * @instance: hex digits, "" where the server tells none
 * @refusal: why it is refused, if that is because of another host
 * @holder: that host's name, safe to print; "" while there is no @refusal
 */
struct netram_export_info {
	u64 size;
	u32 flags;
	u32 block_min;
	u32 payload_max;
	bool has_export;
	char instance[NETRAM_INSTANCE_LEN + 1];
	enum netram_refusal refusal;
	char holder[NETRAM_NAME_MAX + 1];
};

void netram_nego_init(struct netram_export_info *info);
int netram_nego_info(const void *data, u32 len,
		     struct netram_export_info *info);
void netram_nego_refused(const char *text, u32 len,
			 struct netram_export_info *info);
const char *netram_nego_check(const struct netram_export_info *info,
			      u64 size, u32 payload);
const char *netram_nego_check_reader(const struct netram_export_info *info,
				     u64 size, const char *instance);
int netram_nego_context(const void *data, u32 len, const char *name, u32 *id);
const char *netram_nego_error(u32 reply);

#endif /* NETRAM_NEGO_H */
