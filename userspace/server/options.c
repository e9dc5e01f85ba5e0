// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netram/nbd.h>

#include "busy_poll.h"
#include "common/ask.h"
#include "host.h"
#include "log.h"
#include "loops.h"
#include "name.h"
#include "text.h"

#define THREADS_DEF		4
#define EXPORTS_DEF		4096
#define EXPORTS_MAX		65536
#define CONNECTIONS_DEF		1024
#define CONNECTIONS_MAX		65536
#define MEMORY_MIN		(1ULL << 20)

static const char help[] =
"Usage: netram-server [OPTION]...\n"
"Keep other machines' pages in this machine's memory, over the NBD protocol.\n"
"\n"
"  -l, --listen ADDR[:PORT]   serve on this address (default 127.0.0.1:10809);\n"
"                             IPv6 as [ADDR]:PORT; port 0: any; may be repeated\n"
"  -m, --memory SIZE          hold at most so much (default: half of the memory)\n"
"  -e, --export NAME=SIZE     make this export at once; may be repeated\n"
"      --export-size SIZE     size of exports made for a bare name\n"
"                             (default: the memory limit)\n"
"  -s, --status PATH          answer GET /status (HTTP, JSON) and GET /metrics on this\n"
"                             unix socket\n"
"      --metrics ADDR[:PORT]  answer both here, too, for Prometheus and netramd\n"
"                             (port 10811 if none is given)\n"
"  -t, --threads N            threads that serve connections (default: CPUs, up to 4)\n"
"  -n, --name NAME            this server's name in its status (default: host name)\n"
"      --busy-poll US         look for the next request so many µs before sleeping\n"
"                             (default 0): faster answers for more of the CPU\n"
"      --max-exports N        (default 4096)\n"
"      --max-connections N    (default 1024)\n"
"      --no-mlock             let the kernel swap this server\n"
"  -V, --version\n"
"  -h, --help\n"
"\n"
"SIZE is in bytes, or with K, M, G or T in powers of 1024.\n";

enum {
	OPT_EXPORT_SIZE = 256,
	OPT_MAX_EXPORTS,
	OPT_MAX_CONNECTIONS,
	OPT_METRICS,
	OPT_NO_MLOCK,
	OPT_BUSY_POLL,
};

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "memory", required_argument, NULL, 'm' },
	{ "export", required_argument, NULL, 'e' },
	{ "export-size", required_argument, NULL, OPT_EXPORT_SIZE },
	{ "status", required_argument, NULL, 's' },
	{ "metrics", required_argument, NULL, OPT_METRICS },
	{ "threads", required_argument, NULL, 't' },
	{ "name", required_argument, NULL, 'n' },
	{ "busy-poll", required_argument, NULL, OPT_BUSY_POLL },
	{ "max-exports", required_argument, NULL, OPT_MAX_EXPORTS },
	{ "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS },
	{ "no-mlock", no_argument, NULL, OPT_NO_MLOCK },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	fputs("netram-server: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see netram-server --help\n", stderr);
	exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t min,
		       uint64_t max)
{
	uint64_t n;

	if (!text_u64(text, strlen(text), &n) || n < min || n > max)
		die("--%s %s: give a number from %llu to %llu", option, text,
		    (unsigned long long)min, (unsigned long long)max);
	return n;
}

static uint64_t size(const char *option, const char *text)
{
	uint64_t n;

	if (!text_size(text, &n))
		die("--%s %s: give bytes, or a number with K, M, G or T",
		    option, text);
	return n;
}

static uint64_t export_size(const char *option, const char *text)
{
	uint64_t n = size(option, text);
	const char *bad = name_bad_size(n);

	if (bad)
		die("--%s: %s is %s; give a multiple of 4096 up to 16T",
		    option, text, bad);
	return n;
}

static void check_interface(const char *option, const char *text,
			    const struct address *at)
{
	if (address_lacks_interface(at))
		die("--%s %s: a link-local address needs its interface, as [fe80::1%%eth0]",
		    option, text);
}

static void add_listen(struct options *o, const char *text)
{
	struct address *at = &o->listen[o->nr_listen];

	if (o->nr_listen++ == LISTEN_MAX)
		die("--listen: at most %d addresses", LISTEN_MAX);
	if (address_parse(text, NBD_DEFAULT_PORT, at))
		die("--listen %s: give a numeric address as 192.0.2.1, 192.0.2.1:10809, [2001:db8::1] or [2001:db8::1]:10809",
		    text);
	check_interface("listen", text, at);
}

static void set_metrics(struct options *o, const char *text)
{
	o->metrics = text;
	if (address_parse(text, STATUS_PORT, &o->metrics_at))
		die("--metrics %s: give a numeric address as 127.0.0.1, 127.0.0.1:%d or [::1]:%d",
		    text, STATUS_PORT, STATUS_PORT);
	check_interface("metrics", text, &o->metrics_at);
}

static bool is_given(const struct options *o, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < o->nr_exports; i++)
		if (o->exports[i].name_len == len &&
		    !memcmp(o->exports[i].name, name, len))
			return true;
	return false;
}

static void add_export(struct options *o, const char *text)
{
	const char *eq = strrchr(text, '=');
	struct options_export *e = &o->exports[o->nr_exports];

	if (o->nr_exports == OPTIONS_EXPORTS_MAX)
		die("--export: at most %d", OPTIONS_EXPORTS_MAX);
	if (!eq)
		die("--export %s: give NAME=SIZE", text);
	e->name = text;
	e->name_len = (unsigned int)(eq - text);
	if (e->name_len > NETRAM_EXPORT_MAX || memchr(text, '?', e->name_len) ||
	    !text_printable(text, e->name_len))
		die("--export %s: a name is up to %d printable characters without '?'",
		    text, NETRAM_EXPORT_MAX);
	if (is_given(o, text, e->name_len))
		die("--export %s: an export of this name is given already; give each its own",
		    text);
	e->size = export_size("export", eq + 1);
	o->nr_exports++;
}

static void set_name(struct options *o, const char *text)
{
	size_t len = strlen(text), i;

	if (!len || len > NETRAM_NAME_MAX)
		die("--name %s: give 1 to %d characters", text,
		    NETRAM_NAME_MAX);
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			die("--name %s: use A-Z a-z 0-9 . _ - only", text);
	strcpy(o->name, text);
}

static void set_memory(struct options *o, const char *text)
{
	o->memory = size("memory", text) & ~(uint64_t)(NETRAM_PAGE_SIZE - 1);
	if (o->memory < MEMORY_MIN)
		die("--memory %s: give at least 1M", text);
}

static void set_option(struct options *o, int opt, const char *arg)
{
	switch (opt) {
	case 'l':
		add_listen(o, arg);
		break;
	case 'm':
		set_memory(o, arg);
		break;
	case 'e':
		add_export(o, arg);
		break;
	case OPT_EXPORT_SIZE:
		o->export_size = export_size("export-size", arg);
		break;
	case 's':
		o->status_path = arg;
		break;
	case OPT_METRICS:
		set_metrics(o, arg);
		break;
	case 't':
		o->threads = number("threads", arg, 1, LOOP_THREADS_MAX);
		break;
	case 'n':
		set_name(o, arg);
		break;
	case OPT_BUSY_POLL:
		o->busy_poll_us = number("busy-poll", arg, 0, BUSY_POLL_MAX_US);
		break;
	case OPT_MAX_EXPORTS:
		o->max_exports = number("max-exports", arg, 1, EXPORTS_MAX);
		break;
	case OPT_MAX_CONNECTIONS:
		o->max_connections = number("max-connections", arg, 1,
					    CONNECTIONS_MAX);
		break;
	case OPT_NO_MLOCK:
		o->no_mlock = true;
		break;
	case 'V':
		puts("netram-server " NETRAM_VERSION);
		exit(0);
	case 'h':
		fputs(help, stdout);
		exit(0);
	default:
		/* getopt has said what is wrong. */
		fputs("see netram-server --help\n", stderr);
		exit(2);
	}
}

static uint64_t default_threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > THREADS_DEF ? THREADS_DEF : (uint64_t)cpus;
}

static void default_name(struct options *o)
{
	if (gethostname(o->name, sizeof(o->name) - 1) || !o->name[0])
		strcpy(o->name, "localhost");
}

static uint64_t default_export_size(uint64_t memory)
{
	return memory < NETRAM_VOLUME_SIZE_MAX ? memory :
						 NETRAM_VOLUME_SIZE_MAX;
}

static void set_defaults(struct options *o)
{
	if (!o->nr_listen)
		add_listen(o, "127.0.0.1");
	if (!o->memory)
		o->memory = host_memory() / 2 &
			    ~(uint64_t)(NETRAM_PAGE_SIZE - 1);
	if (!o->export_size)
		o->export_size = default_export_size(o->memory);
	if (!o->threads)
		o->threads = default_threads();
	if (!o->name[0])
		default_name(o);
}

void options_parse(int argc, char **argv, struct options *o)
{
	int opt;

	memset(o, 0, sizeof(*o));
	o->max_exports = EXPORTS_DEF;
	o->max_connections = CONNECTIONS_DEF;
	while ((opt = getopt_long(argc, argv, "l:m:e:s:t:n:Vh", long_options,
				  NULL)) != -1)
		set_option(o, opt, optarg);
	if (optind < argc)
		die("%s: not an option", argv[optind]);
	if (o->nr_exports > o->max_exports)
		die("--max-exports is less than the number of --export");
	set_defaults(o);
}
