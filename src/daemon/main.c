/* SPDX-License-Identifier: MIT */
/*
 * main: hallwayd's arguments and exit status.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/certificates.h"
#include "daemon/config.h"
#include "daemon/wire.h"

#define EXIT_USAGE 2 /* arguments or configuration */

struct options {
	const char *config;
	bool check;
};

static void print_help(void)
{
	printf("Usage: hallwayd [-c FILE] [--check]\n"
	       "Hosts conference rooms (XMPP Multi-User Chat) for users of "
	       "other "
	       "servers.\n\n"
	       "  -c, --config FILE  read this configuration file\n"
	       "                     (default: %s)\n"
	       "      --check        check the configuration and end\n"
	       "      --version      print the version and end\n"
	       "  -h, --help         print this help and end\n\n"
	       "It stays in the foreground and logs to stderr. SIGTERM ends "
	       "it, "
	       "SIGHUP reloads\ncertificates and log settings. See hallwayd(8) "
	       "and hallway.yml(5).\n",
	       HALLWAY_CONFIG_FILE);
}

/* Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'k':
			o->check = true;
			break;
		case 'v':
			printf("hallwayd %s\n", PACKAGE_VERSION);
			return 0;
		case 'h':
			print_help();
			return 0;
		default:
			fprintf(stderr, "Try hallwayd --help.\n");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"hallwayd: unexpected argument \"%s\"\n"
			"Try hallwayd --help.\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

/* Takes config. */
static int check(const struct options *o, struct config *config)
{
	bool is_good = certificates_check(config);

	if (is_good)
		printf("%s: good\n", o->config);
	config_free(&config);
	return is_good ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options o = { .config = HALLWAY_CONFIG_FILE };
	struct config *config;
	int status = read_options(argc, argv, &o);

	if (status >= 0)
		return status;
	mem_keep();
	config = config_load(o.config);
	if (!config)
		return EXIT_USAGE;
	if (o.check)
		return check(&o, config);
	if (log_configure(&config->log)) {
		log_error(LOG_CONFIG, "%s: cannot be opened", config->log_file);
		config_free(&config);
		return EXIT_USAGE;
	}
	return wire_run(config);
}
