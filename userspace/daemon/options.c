// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <netram/netram.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define CONFIG_DEF	"/etc/netram/netram.conf"
#define STATE_DEF	"/var/lib/netram"
#define INTERVAL_DEF	10
#define INTERVAL_MAX	3600

static const char help[] =
"Usage: netramd [OPTION]...\n"
"       netramd --check [FILE]\n"
"Keep the nodes and volumes of this host as a file says.\n"
"\n"
"  -c, --config FILE       the file (default /etc/netram/netram.conf)\n"
"      --check [FILE]      say what is wrong with it, with line and advice; exit\n"
"  -i, --interval SECONDS  between looks when nothing happens, 1 to 3600 (default 10)\n"
"  -s, --status PATH       answer GET /status (HTTP, JSON) on this unix socket\n"
"      --state DIR         remember volumes there, for after a crash\n"
"                          (default /var/lib/netram)\n"
"      --no-mlock          let the kernel swap netramd\n"
"  -V, --version\n"
"  -h, --help\n"
"\n"
"SIGHUP reads the file again; SIGTERM ends netramd and leaves all as it is.\n";

enum {
	OPT_CHECK = 256,
	OPT_NO_MLOCK,
	OPT_STATE,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "interval", required_argument, NULL, 'i' },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "status", required_argument, NULL, 's' },
	{ "no-mlock", no_argument, NULL, OPT_NO_MLOCK },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	fputs("netramd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see netramd --help\n", stderr);
	exit(EXIT_USAGE);
}

static uint64_t interval(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || n < 1 || n > INTERVAL_MAX)
		die("--interval %s: give a number from 1 to %d", text,
		    INTERVAL_MAX);
	return n;
}

static const char *socket_path(const char *text)
{
	if (strlen(text) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		die("--status %s: a socket's path is shorter than that", text);
	return text;
}

static void set_option(struct options *o, int opt, const char *arg)
{
	switch (opt) {
	case 'c':
		o->config = arg;
		break;
	case OPT_CHECK:
		o->check = true;
		break;
	case 'i':
		o->interval_s = interval(arg);
		break;
	case 's':
		o->status = socket_path(arg);
		break;
	case OPT_STATE:
		o->state = arg;
		break;
	case OPT_NO_MLOCK:
		o->no_mlock = true;
		break;
	case 'V':
		puts("netramd " NETRAM_LIBRARY_VERSION);
		exit(EXIT_DONE);
	case 'h':
		fputs(help, stdout);
		exit(EXIT_DONE);
	default:
		/* getopt has said what is wrong */
		fputs("see netramd --help\n", stderr);
		exit(EXIT_USAGE);
	}
}

void options_parse(int argc, char **argv, struct options *o)
{
	int opt;

	*o = (struct options){ .config = CONFIG_DEF,
			       .state = STATE_DEF,
			       .interval_s = INTERVAL_DEF };
	while ((opt = getopt_long(argc, argv, "c:i:s:Vh", long_options,
				  NULL)) != -1)
		set_option(o, opt, optarg);
	if (o->check && optind < argc)
		o->config = argv[optind++];
	if (optind < argc)
		die("%s: not an option", argv[optind]);
}
