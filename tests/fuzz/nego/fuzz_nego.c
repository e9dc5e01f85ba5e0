// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of kernel/nego.c and sums.c, built in userspace: a sequence of NBD_REP_INFO
 * items (a byte of length, then that many bytes), each taken for an answer about
 * checksums as well, then the verdict on the export.
 */
#include <stdlib.h>
#include <string.h>

#include <netram/nbd.h>
#include "nego.h"
#include "sums.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check(const struct netram_export_info *info)
{
	size_t i, len = strnlen(info->instance, sizeof(info->instance));

	if (len && len != NETRAM_INSTANCE_LEN)
		abort();
	for (i = 0; i < len; i++)
		if (!strchr("0123456789abcdef", info->instance[i]))
			abort();
	len = strnlen(info->holder, sizeof(info->holder));
	if (len > NETRAM_NAME_MAX || !len != (info->refusal == NETRAM_REFUSAL_NONE))
		abort();
	if (!info->has_export && !netram_nego_check(info, 0, 0))
		abort();
}

/* As the head of an answer, and as the payload of one whose head was in order. */
static void take_sums(const u8 *data, u32 len)
{
	u32 sums[NETRAM_SUMS_MAX];
	const char *why = NULL;
	int n;

	if (len >= sizeof(struct nbd_structured_reply)) {
		n = netram_sums_head((const void *)data, 0, NETRAM_SUMS_MAX, &why);
		if (n > (int)NETRAM_SUMS_PAYLOAD || (n < 0) != !!why)
			abort();
	}
	why = NULL;
	if (len <= 4 || (len - 4) % 8 || len > NETRAM_SUMS_PAYLOAD)
		return;
	n = netram_sums_take(data, len, 0, NETRAM_SUMS_MAX, sums, &why);
	if (!n || n > NETRAM_SUMS_MAX || (n < 0) != !!why)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct netram_export_info info;
	size_t len;
	u32 context;
	u8 *copy;

	netram_nego_init(&info);
	while (size) {
		len = *data++;
		size--;
		if (len > size)
			len = size;
		/* memory of that very length, for ASAN */
		copy = malloc(len ? len : 1);
		memcpy(copy, data, len);
		netram_nego_info(len ? copy : copy + 1, len, &info);
		netram_nego_refused(len ? (char *)copy : (char *)copy + 1, len,
				    &info);
		netram_nego_context(len ? copy : copy + 1, len,
				    NBD_META_NETRAM_CRC32C, &context);
		take_sums(copy, (u32)len);
		free(copy);
		check(&info);
		data += len;
		size -= len;
	}
	netram_nego_check(&info, info.size / 2, 1U << 20);
	if (!netram_nego_error(NBD_REP_ERR(info.flags)))
		abort();
	return 0;
}
