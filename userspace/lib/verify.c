// SPDX-License-Identifier: LGPL-2.1-or-later
/* What came of verifying a volume: NETRAM_VOLUME_A_VERIFY */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "list.h"

#define COUNT(_attr, _member) \
	NETRAM_FIELD(NETRAM_VERIFY_A_##_attr, U64, true, \
		     struct netram_verify, _member)
#define BAD(_attr, _kind, _required, _member) \
	NETRAM_FIELD(NETRAM_BAD_A_##_attr, _kind, _required, \
		     struct netram_bad, _member)

static const struct netram_field verify_fields[] = {
	NETRAM_FIELD(NETRAM_VERIFY_A_ACTION, U8, true, struct netram_verify,
		     action),
	NETRAM_FIELD(NETRAM_VERIFY_A_STATE, U8, true, struct netram_verify,
		     state),
	COUNT(RUN, run),
	COUNT(PAGES, pages),
	COUNT(TOTAL, total),
	COUNT(COMPARED, compared),
	COUNT(BY_SUM, by_sum),
	COUNT(WRONG, wrong),
	COUNT(REPAIRED, repaired),
	COUNT(MISSING, missing),
	COUNT(UNREADABLE, unreadable),
	COUNT(LOST, lost),
	COUNT(UNDECIDED, undecided),
	COUNT(SKIPPED, skipped),
	COUNT(FOUND, found),
};

static const struct netram_field bad_fields[] = {
	BAD(OFFSET, U64, true, offset),
	BAD(KIND, U8, true, kind),
	BAD(NODE, NAME, false, node),
};

static void bad_free(struct netram_bad *bad)
{
	struct netram_bad *next;

	for (; bad; bad = next) {
		next = bad->next;
		free(bad);
	}
}

static int bad_decode(const struct nlattr *attr, void *arg)
{
	struct netram_list *list = arg;

	/* callers have been told how many there are at most; a later module may tell more */
	if (mnl_attr_get_type(attr) != NETRAM_VERIFY_A_BAD ||
	    list->count == NETRAM_VERIFY_BAD_MAX)
		return 0;
	return netram_list_decode(list, attr, bad_fields,
				  sizeof(bad_fields) / sizeof(*bad_fields),
				  sizeof(struct netram_bad));
}

/* On failure nothing is left to free in verify. */
int netram_verify_decode(const struct nlattr *nest,
			 struct netram_verify *verify)
{
	struct netram_list list = { 0 };
	uint64_t seen;
	int err;

	err = netram_fields_decode(verify_fields,
				   sizeof(verify_fields) /
				   sizeof(*verify_fields),
				   nest, verify, &seen);
	if (err)
		return err;
	err = netram_attr_nested(nest, bad_decode, &list);
	if (err) {
		bad_free(list.first);
		return err;
	}
	verify->bad = list.first;
	return 0;
}

void netram_verify_free(struct netram_verify *verify)
{
	if (verify)
		bad_free(verify->bad);
	free(verify);
}

void netram_verify_encode(struct netram_message *msg, const char *name,
			  const struct netram_verify_spec *spec)
{
	struct nlattr *volume = netram_message_nest(msg, NETRAM_A_VOLUME);
	struct nlattr *nest;

	netram_message_reserved(msg, spec->reserved);
	netram_message_string(msg, NETRAM_VOLUME_A_NAME, name);
	nest = netram_message_nest(msg, NETRAM_VOLUME_A_VERIFY);
	netram_message_u8(msg, NETRAM_VERIFY_A_ACTION, spec->action);
	if (spec->rate_mib)
		netram_message_u32(msg, NETRAM_VERIFY_A_RATE, spec->rate_mib);
	netram_message_nest_end(msg, nest);
	netram_message_nest_end(msg, volume);
}
