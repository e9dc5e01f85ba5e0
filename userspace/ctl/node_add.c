// SPDX-License-Identifier: GPL-2.0
/* netramctl node add */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "print.h"

static struct {
	const char *region, *zone, *export;
	uint64_t weight;
} args;

static const struct ctl_opt opts[] = {
	{ "region", CTL_OPT_NAME, &args.region, "R",
	  "where it stands, coarse (default: default)", 0, 0, 0 },
	{ "zone", CTL_OPT_NAME, &args.zone, "Z",
	  "what fails together with it (default: NAME)", 0, 0, 0 },
	{ "weight", CTL_OPT_NUMBER, &args.weight, "N",
	  "its share of new extents",
	  NETRAM_WEIGHT_MIN, NETRAM_WEIGHT_MAX, NETRAM_WEIGHT_DEF },
	{ "export", CTL_OPT_TEXT, &args.export, "NAME",
	  "not a netram-server: use this export of an NBD server", 0, 0, 0 },
	{ 0 }
};

static int check_export(const char *name)
{
	const unsigned char *c = (const unsigned char *)name;

	if (strlen(name) > NETRAM_EXPORT_MAX)
		return ctl_fail(CTL_USAGE,
				"--export: a name has at most %d bytes",
				NETRAM_EXPORT_MAX);
	for (; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			return ctl_fail(CTL_USAGE,
					"--export: a name has no control characters");
	return CTL_OK;
}

static int add(const struct netram_node_spec *spec, bool json)
{
	struct netram *nt;
	int err, ret = ctl_open(&nt);

	if (ret)
		return ret;
	err = netram_node_add(nt, spec);
	if (err)
		ret = ctl_fail_module(nt, err);
	else if (json)
		ret = ctl_node_json(nt, spec->name);
	netram_close(nt);
	return ret;
}

static int run(const struct ctl_call *call)
{
	struct netram_node_spec spec = {
		.name = call->operands[0],
		.region = args.region,
		.zone = args.zone,
		.weight = args.weight,
		.export_name = args.export,
	};
	char why[512];
	int err;

	if (ctl_check_name("node", spec.name))
		return CTL_USAGE;
	if (args.export && check_export(args.export))
		return CTL_USAGE;
	err = netram_endpoint_parse(call->operands[1], &spec.endpoint, why,
				    sizeof(why));
	if (err)
		return ctl_fail(err == -EINVAL ? CTL_USAGE : CTL_FAILED, "%s",
				why);
	return add(&spec, call->json);
}

const struct ctl_command ctl_node_add = {
	.group = "node",
	.name = "add",
	.operands = "NAME ADDRESS[:PORT]",
	.summary = "make a page server known",
	.examples =
		"  netramctl node add n1 192.0.2.10\n"
		"  netramctl node add n2 '[2001:db8::2]:10809' --zone rack2 --weight 200\n"
		"  netramctl node add n3 fe80::3%eth0\n"
		"  netramctl node add old nbd.example.org:10900 --export disk1\n",
	.min = 2,
	.max = 2,
	.opts = opts,
	.run = run,
};
