/* SPDX-License-Identifier: MIT */
/*
 * hallwayctl: says one command to the daemon over its control socket and prints
 * the answer. Plain blocking input and output.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "ctl/list_file.h"
#include "ctl/log_verify.h"
#include "ctl/record_verify.h"
#include "ctl/restore.h"
#include "ctl/table.h"
#include "ctl/talk.h"

struct options {
	const char *socket;
	bool is_json, is_csv;
	char *command; /* owned */
	json_t *args;  /* owned */
};

/* ---- arguments ---- */

static void print_help(void)
{
	printf("Usage: hallwayctl [-s SOCKET] [--json | --csv] COMMAND "
	       "[ARGUMENT]...\n"
	       "Tells a running hallwayd what to do.\n\n"
	       "  -s, --socket SOCKET  the daemon's control socket\n"
	       "                       (default: %s)\n"
	       "      --json           print each row as a line of JSON\n"
	       "      --csv            print the rows as CSV\n"
	       "      --version        print the version and end\n"
	       "  -h, --help           print this help and end\n\n"
	       "An ARGUMENT is --NAME=VALUE or --NAME. Commands:\n"
	       "  help              list all commands of the daemon\n"
	       "  status            show version, rooms, users and counters\n"
	       "  metrics           print all counters as OpenMetrics\n"
	       "  rooms             list the rooms\n"
	       "  rooms import FILE make rooms as a list of groups has them\n"
	       "  people list ROOM  list who is what in a room\n"
	       "  announce TEXT     have the rooms say something\n"
	       "  audit             list who did what to rooms and people\n"
	       "  s2s               list links and streams to other servers\n"
	       "  s2s check DOMAIN  find out what keeps a domain out\n"
	       "  s2s forget DOMAIN forget that a domain had a certificate\n"
	       "  log verify FILE   check a log that was taken from the "
	       "pages;\n"
	       "                    needs no daemon\n"
	       "  record verify ZIP check the record of a session; needs no "
	       "daemon\n"
	       "  reload            take up what may change without a "
	       "restart\n"
	       "  stop              end the daemon; rooms keep their "
	       "users;\n"
	       "                    --farewell[=TEXT] sends them away\n\n"
	       "Exit status: 0 done, 1 the command failed, 2 wrong usage, 3 "
	       "the daemon\ncannot be reached. See hallwayctl(1).\n",
	       HALLWAY_CONTROL_SOCKET);
}

/* Ours, and before the command. Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+s:h", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			o->socket = optarg;
			break;
		case 'j':
			o->is_json = true;
			break;
		case 'c':
			o->is_csv = true;
			break;
		case 'v':
			printf("hallwayctl %s\n", PACKAGE_VERSION);
			return 0;
		case 'h':
			print_help();
			return 0;
		default:
			fprintf(stderr, "Try hallwayctl --help.\n");
			return EXIT_USAGE;
		}
	}
	return -1;
}

/* --name=value is a text, --name alone means true. */
static int add_argument(struct options *o, const char *word)
{
	const char *equals = strchr(word, '=');
	char *name = str_dup_n(word,
			       equals ? (size_t)(equals - word) : strlen(word));
	json_t *value = equals ? json_string(equals + 1) : json_true();
	int error = -1;

	if (*name && value && !json_object_get(o->args, name))
		error = json_object_set(o->args, name, value);
	json_decref(value);
	mem_free(&name);
	return error;
}

/* What the files held is an argument. */
static int take_list(struct options *o, struct buf *list)
{
	if (json_object_get(o->args, "list"))
		return -1;
	if (!list->len)
		return talk_complain_usage("which file? \"-\" is what comes "
					   "on standard input");
	if (!str_is_utf8(buf_str(list), list->len))
		return talk_complain_usage("the list is no UTF-8 text");
	json_object_set_new(o->args, "list",
			    json_stringn(buf_str(list), list->len));
	return -1;
}

/* Words that begin with -- are arguments, the others the command's name. */
static int read_words(char **words, struct options *o)
{
	struct buf command = { 0 }, list = { 0 };
	int status = -1;

	for (; *words && status < 0; words++) {
		if (str_equal(*words, "--json")) {
			o->is_json = true;
		} else if (str_equal(*words, "--csv")) {
			o->is_csv = true;
		} else if (str_equal(*words, "--help")) {
			print_help();
			status = 0;
		} else if (str_has_prefix(*words, "--")) {
			if (add_argument(o, *words + 2))
				status = talk_complain_usage(
					"an argument is empty, given twice "
					"or no UTF-8");
		} else if (list_file_is_meant(buf_str(&command))) {
			status = list_file_add(*words, &list);
		} else {
			if (command.len > 0)
				buf_add_char(&command, ' ');
			buf_add_str(&command, *words);
		}
	}
	o->command = buf_steal_str(&command);
	if (status < 0 && list_file_is_meant(o->command))
		status = take_list(o, &list);
	buf_fini(&list);
	if (status < 0 && !*o->command)
		status = talk_complain_usage("which command?");
	if (status < 0 && !str_is_utf8(o->command, strlen(o->command)))
		status = talk_complain_usage("the command is no UTF-8");
	return status;
}

/* Words that the daemon does not understand are the caller's fault. */
static int error_status(const json_t *end)
{
	const char *error = json_string_value(json_object_get(end, "error"));

	return str_equal(error, "bad-argument") ||
			       str_equal(error, "unknown-command")
		       ? EXIT_USAGE
		       : EXIT_FAILED;
}

static int print_end(const json_t *end)
{
	const json_t *text = json_object_get(end, "text");
	char *cell;

	if (json_is_true(json_object_get(end, "ok")))
		return 0;
	cell = table_cell_new(text ? text : json_object_get(end, "error"));
	fprintf(stderr, "hallwayctl: %s\n", cell);
	mem_free(&cell);
	return error_status(end);
}

/* Rows are printed as they come; when columns are to align, at the end, or in
 * parts when the daemon takes its time. */
static int print_answer(struct talk *t, const struct options *o)
{
	json_t *rows = json_array();
	json_t *line;
	struct table table = { .is_begun = false };
	int status = -1;

	while (status < 0 && (line = talk_hear(t))) {
		json_t *row = json_object_get(line, "row");

		if (json_object_get(line, "ok")) {
			table_print(&table, rows);
			status = print_end(line);
		} else if (row && o->is_json) {
			table_print_json(row);
		} else if (row && o->is_csv) {
			table_print_csv(&table, row);
		} else if (row) {
			json_array_append(rows, row);
			if (talk_is_slow(t)) {
				table_print(&table, rows);
				fflush(stdout);
			}
		}
		json_decref(line);
	}
	json_decref(rows);
	if (status < 0)
		status = talk_complain_unreachable(
			t->socket, "no whole answer came from there");
	return status;
}

/* Output that did not get out (a full disk) must not look like success. */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "hallwayctl: writing the output: %s\n",
		strerror(errno));
	return status ? status : EXIT_FAILED;
}

static int talk_about(const struct options *o)
{
	struct talk t = { .fd = -1 };
	int status = talk_open(&t, o->socket);

	if (!status) {
		talk_say(&t, o->command, o->args);
		status = print_answer(&t, o);
	}
	talk_close(&t);
	return status;
}

/* The one command that is not for a daemon: it needs that there is none. */
static int restore_here(const struct options *o)
{
	const json_t *state_dir = json_object_get(o->args, "state-dir");

	if (json_object_size(o->args) > (state_dir != NULL) ||
	    (state_dir && !json_is_string(state_dir)))
		return talk_complain_usage("store restore knows no argument "
					   "but --state-dir=FOLDER");
	return restore_run(o->command, json_string_value(state_dir));
}

int main(int argc, char **argv)
{
	struct options o = { .socket = HALLWAY_CONTROL_SOCKET };
	int status;

	json_set_alloc_funcs(mem_alloc, free);
	status = read_options(argc, argv, &o);
	if (status < 0 && argc - optind >= 2 &&
	    strcmp(argv[optind], "log") == 0 &&
	    strcmp(argv[optind + 1], "verify") == 0)
		return flush_output(log_verify_run(argv + optind));
	if (status < 0 && argc - optind >= 2 &&
	    strcmp(argv[optind], "record") == 0 &&
	    strcmp(argv[optind + 1], "verify") == 0)
		return flush_output(record_verify_run(argv + optind));
	if (status < 0) {
		o.args = json_object();
		status = read_words(argv + optind, &o);
	}
	if (status < 0 && restore_is_meant(o.command))
		status = restore_here(&o);
	else if (status < 0)
		status = talk_about(&o);
	json_decref(o.args);
	mem_free(&o.command);
	return flush_output(status);
}
