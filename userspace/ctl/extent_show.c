// SPDX-License-Identifier: GPL-2.0
/* netramctl extent show */
#include <errno.h>
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl.h"
#include "show.h"

static struct {
	uint64_t offset;
} args = { .offset = UINT64_MAX };

static const struct ctl_opt opts[] = {
	{ "offset", CTL_OPT_SIZE, &args.offset, "BYTES",
	  "the extent that has this byte of the volume", 0,
	  NETRAM_VOLUME_SIZE_MAX, 0 },
	{ 0 }
};

static const char *number;

/* Return: whether the operand is one. */
static bool parse(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int check(const struct ctl_call *call)
{
	bool by_offset = args.offset != UINT64_MAX;
	uint64_t index;

	number = call->operands[1];
	if (!number == !by_offset)
		return ctl_fail(CTL_USAGE,
				"which one? either the number of the extent, counted from 0, or --offset BYTES");
	if (number && !parse(number, &index))
		return ctl_fail(CTL_USAGE,
				"'%s' is not the number of an extent: write 0, 1, 2 and so on, or --offset BYTES",
				number);
	return CTL_OK;
}

static void print_extent(const struct netram_volume *volume,
			 const struct netram_extent *extent)
{
	uint64_t from = extent->index * volume->extent_size;
	uint64_t to = from + volume->extent_size;
	const struct netram_copy *copy;

	if (to > volume->size)
		to = volume->size;
	printf("volume       %s\n", volume->name);
	printf("extent       %" PRIu64 "\n", extent->index);
	printf("bytes        %" PRIu64 " to %" PRIu64 "\n", from, to - 1);
	printf("pages        %u of %" PRIu64 "\n", extent->pages,
	       (to - from) / NETRAM_PAGE_SIZE);
	printf("lost pages   %u\n", extent->lost_pages);
	if (volume->backup)
		printf("backup only  %u\n", extent->backup_pages);
	if (!extent->copies)
		puts("copies       none: it gets a place when it is written to");
	for (copy = extent->copies; copy; copy = copy->next)
		printf("%-13s%s %s, lacks %u pages%s\n",
		       copy == extent->copies ? "copies" : "",
		       copy->node, netram_copy_state_name(copy->state),
		       copy->missing,
		       copy->up ? "" : ", its node is away");
}

static int print_json(const struct netram_volume *volume,
		      const struct netram_extent *extent)
{
	struct json_object *o = shape_extent(extent);

	put_text(o, "volume", volume->name);
	put_u64(o, "offset_bytes", extent->index * volume->extent_size);
	put_u64(o, "extent_size_bytes", volume->extent_size);
	return ctl_json_print(o);
}

static int show(struct netram *nt, const struct netram_volume *volume,
		bool json)
{
	uint64_t index = args.offset / volume->extent_size;
	struct netram_extent *extent;
	int err, ret = CTL_OK;

	if (number)
		parse(number, &index);
	err = netram_extent_get(nt, volume->name, index, &extent);
	if (err == -ERANGE)
		return ctl_fail(CTL_FAILED,
				"%s has %" PRIu64 " extents, the last one is number %" PRIu64,
				volume->name,
				(volume->size - 1) / volume->extent_size + 1,
				(volume->size - 1) / volume->extent_size);
	if (err)
		return ctl_fail_module(nt, err);
	if (json)
		ret = print_json(volume, extent);
	else
		print_extent(volume, extent);
	netram_extent_free(extent);
	return ret;
}

static int run(const struct ctl_call *call)
{
	int ret = check(call);

	return ret ? ret : ctl_on_volume(call, show);
}

const struct ctl_command ctl_extent_show = {
	.group = "extent",
	.name = "show",
	.operands = "VOLUME|/dev/netramN [NUMBER]",
	.summary = "show one extent: its pages, its copies and what they lack",
	.examples =
		"  netramctl extent show v1 0\n"
		"  netramctl extent show /dev/netram0 --offset 5G\n",
	.min = 1,
	.max = 2,
	.opts = opts,
	.run = run,
};
