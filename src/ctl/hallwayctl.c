/* SPDX-License-Identifier: MIT */
/*
 * hallwayctl: says one command to the daemon over its control socket and prints
 * the answer. Plain blocking input and output.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#define EXIT_FAILED 1      /* the daemon said no */
#define EXIT_USAGE 2       /* arguments */
#define EXIT_UNREACHABLE 3 /* no daemon, or it went away */

#define READ_SIZE 65536
#define LINE_MAX_BYTES ((size_t)16 << 20)
#define COLUMNS_MAX 16
#define WIDTH_MAX 48 /* a longer cell does not widen its column */
#define HEADED 5     /* rows of so many columns get a heading */
#define PATIENCE 300 /* ms; then what has come is printed */

struct options {
	const char *socket;
	bool is_json;
	char *command; /* owned */
	json_t *args;  /* owned */
};

/* The connection, and what of it is not yet read as lines. */
struct talk {
	const char *socket;
	int fd;
	struct buf in;
};

/* ---- arguments ---- */

static void print_help(void)
{
	printf("Usage: hallwayctl [-s SOCKET] [--json] COMMAND [ARGUMENT]...\n"
	       "Tells a running hallwayd what to do.\n\n"
	       "  -s, --socket SOCKET  the daemon's control socket\n"
	       "                       (default: %s)\n"
	       "      --json           print each row as a line of JSON\n"
	       "      --version        print the version and end\n"
	       "  -h, --help           print this help and end\n\n"
	       "An ARGUMENT is --NAME=VALUE or --NAME. Commands:\n"
	       "  help              list all commands of the daemon\n"
	       "  status            show version, rooms, users and counters\n"
	       "  metrics           print all counters as OpenMetrics\n"
	       "  s2s               list links and streams to other servers\n"
	       "  s2s check DOMAIN  find out what keeps a domain out\n"
	       "  s2s forget DOMAIN forget that a domain had a certificate\n"
	       "  reload            take up what may change without a "
	       "restart\n"
	       "  stop              end the daemon; rooms keep their "
	       "users;\n"
	       "                    --farewell[=TEXT] sends them away\n\n"
	       "Exit status: 0 done, 1 the command failed, 2 wrong usage, 3 "
	       "the daemon\ncannot be reached. See hallwayctl(1).\n",
	       HALLWAY_CONTROL_SOCKET);
}

static int complain_usage(const char *text)
{
	fprintf(stderr, "hallwayctl: %s\nTry hallwayctl --help.\n", text);
	return EXIT_USAGE;
}

/* Ours, and before the command. Returns -1 to go on, else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
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

/* Words that begin with -- are arguments, the others the command's name. */
static int read_words(char **words, struct options *o)
{
	struct buf command = { 0 };
	int status = -1;

	for (; *words && status < 0; words++) {
		if (str_equal(*words, "--json")) {
			o->is_json = true;
		} else if (str_equal(*words, "--help")) {
			print_help();
			status = 0;
		} else if (str_has_prefix(*words, "--")) {
			if (add_argument(o, *words + 2))
				status = complain_usage(
					"an argument is empty, given twice "
					"or no UTF-8");
		} else {
			if (command.len > 0)
				buf_add_char(&command, ' ');
			buf_add_str(&command, *words);
		}
	}
	o->command = buf_steal_str(&command);
	if (status < 0 && !*o->command)
		status = complain_usage("which command?");
	if (status < 0 && !str_is_utf8(o->command, strlen(o->command)))
		status = complain_usage("the command is no UTF-8");
	return status;
}

/* ---- the connection ---- */

static int complain_unreachable(const char *socket, const char *why)
{
	fprintf(stderr, "hallwayctl: %s: %s\n", socket, why);
	return EXIT_UNREACHABLE;
}

static const char *text_of_errno(int errnum)
{
	switch (errnum) {
	case ENOENT:
		return "there is no such socket; is hallwayd running, and is "
		       "this the path that its configuration names?";
	case ECONNREFUSED:
		return "nobody listens there; hallwayd is not running";
	case EACCES:
	case EPERM:
		return "permission denied; only root and the socket's group "
		       "may talk to hallwayd";
	default:
		return strerror(errnum);
	}
}

/* Returns 0 or the exit status. */
static int talk_open(struct talk *t, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	t->socket = path;
	if (!*path || !str_copy(at.sun_path, sizeof(at.sun_path), path))
		return complain_usage("the socket's path is empty or too long");
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (t->fd < 0 ||
	    connect(t->fd, (const struct sockaddr *)&at, sizeof(at)))
		return complain_unreachable(path, text_of_errno(errno));
	return 0;
}

static void talk_close(struct talk *t)
{
	if (t->fd >= 0)
		close(t->fd);
	buf_fini(&t->in);
}

static int add_bytes(const char *data, size_t len, void *out)
{
	buf_add(out, data, len);
	return 0;
}

/* A daemon that does not want to hear us may have said why: errors show when
 * its answer is read. */
static void talk_say(struct talk *t, const struct options *o)
{
	struct buf line = { 0 };
	json_t *request = json_object();

	json_object_set_new(request, "id", json_integer(1));
	json_object_set_new(request, "command", json_string(o->command));
	json_object_set(request, "args", o->args);
	require(!json_dump_callback(request, add_bytes, &line, JSON_COMPACT));
	buf_add_char(&line, '\n');
	while (line.len > 0) {
		ssize_t n =
			send(t->fd, buf_data(&line), line.len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			break;
		buf_eat(&line, n > 0 ? (size_t)n : 0);
	}
	buf_fini(&line);
	json_decref(request);
}

/* The next line without its end, parsed; NULL when there is none, or when it
 * is no JSON. */
static json_t *talk_hear(struct talk *t)
{
	size_t scanned = 0;

	for (;;) {
		const unsigned char *data = buf_data(&t->in);
		const unsigned char *end =
			memchr(data + scanned, '\n', t->in.len - scanned);
		ssize_t n;

		if (end) {
			json_t *line =
				json_loadb((const char *)data,
					   (size_t)(end - data), 0, NULL);

			buf_eat(&t->in, (size_t)(end - data) + 1);
			return line;
		}
		scanned = t->in.len;
		if (scanned > LINE_MAX_BYTES)
			return NULL;
		n = read(t->fd, buf_reserve(&t->in, READ_SIZE), READ_SIZE);
		if (n > 0)
			buf_grow(&t->in, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return NULL;
	}
}

/* Is there nothing whole to hear for a while? */
static bool talk_is_slow(const struct talk *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	return !memchr(buf_data(&t->in), '\n', t->in.len) &&
	       poll(&p, 1, PATIENCE) == 0;
}

/* ---- what is printed ---- */

/* Text of a cell, safe for a terminal. Owned. */
static char *cell_new(const json_t *value)
{
	struct buf cell = { 0 };
	const char *text = json_string_value(value);
	char *dumped = NULL;

	if (!text)
		text = dumped = json_dumps(value, JSON_ENCODE_ANY);
	str_add_escaped(&cell, text, strlen(text), "");
	mem_free(&dumped);
	return buf_steal_str(&cell);
}

/* Characters, each taken to be as wide as any other. */
static size_t cell_width(const char *cell)
{
	size_t width = 0;

	for (; *cell; cell++)
		width += ((unsigned char)*cell & 0xc0) != 0x80;
	return width;
}

static void measure(json_t *rows, size_t *widths)
{
	size_t i, column;
	json_t *row, *value;
	const char *name;

	json_array_foreach(rows, i, row)
	{
		column = 0;
		json_object_foreach(row, name, value)
		{
			char *cell = cell_new(value);
			size_t width = cell_width(cell);

			if (column < COLUMNS_MAX && width <= WIDTH_MAX &&
			    width > widths[column])
				widths[column] = width;
			column++;
			mem_free(&cell);
		}
	}
}

static void print_row(json_t *row, const size_t *widths)
{
	size_t column = 0, count = json_object_size(row);
	json_t *value;
	const char *name;

	json_object_foreach(row, name, value)
	{
		char *cell = cell_new(value);
		size_t width = cell_width(cell);

		fputs(cell, stdout);
		mem_free(&cell);
		if (column + 1 == count)
			break;
		printf("  ");
		for (; column < COLUMNS_MAX && width < widths[column]; width++)
			putchar(' ');
		column++;
	}
	putchar('\n');
}

/* A row of the names of its values, if they are many. */
static json_t *heading_new(const json_t *rows)
{
	json_t *row = json_array_get(rows, 0), *heading, *value;
	const char *name;

	if (json_object_size(row) < HEADED)
		return NULL;
	heading = json_object();
	json_object_foreach(row, name, value)
		json_object_set_new(heading, name, json_string(name));
	return heading;
}

/* What has come is printed; columns side by side, as wide as the widest cell so
 * far. */
static void print_rows(json_t *rows, size_t *widths, bool is_first)
{
	json_t *heading = is_first ? heading_new(rows) : NULL;
	size_t i;
	json_t *row;

	if (heading)
		json_array_insert_new(rows, 0, heading);
	measure(rows, widths);
	json_array_foreach(rows, i, row) print_row(row, widths);
	json_array_clear(rows);
}

static void print_json(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
}

static int print_end(const json_t *end)
{
	const json_t *text = json_object_get(end, "text");
	char *cell;

	if (json_is_true(json_object_get(end, "ok")))
		return 0;
	cell = cell_new(text ? text : json_object_get(end, "error"));
	fprintf(stderr, "hallwayctl: %s\n", cell);
	mem_free(&cell);
	return EXIT_FAILED;
}

/* Rows are printed as they come; when columns are to align, at the end, or in
 * parts when the daemon takes its time. */
static int print_answer(struct talk *t, const struct options *o)
{
	json_t *rows = json_array();
	json_t *line;
	size_t widths[COLUMNS_MAX] = { 0 };
	bool is_first = true;
	int status = -1;

	while (status < 0 && (line = talk_hear(t))) {
		json_t *row = json_object_get(line, "row");

		if (json_object_get(line, "ok")) {
			print_rows(rows, widths, is_first);
			status = print_end(line);
		} else if (row && o->is_json) {
			print_json(row);
		} else if (row) {
			json_array_append(rows, row);
			if (talk_is_slow(t)) {
				print_rows(rows, widths, is_first);
				is_first = false;
				fflush(stdout);
			}
		}
		json_decref(line);
	}
	json_decref(rows);
	if (status < 0)
		status = complain_unreachable(
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
		talk_say(&t, o);
		status = print_answer(&t, o);
	}
	talk_close(&t);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = { .socket = HALLWAY_CONTROL_SOCKET };
	int status;

	json_set_alloc_funcs(mem_alloc, free);
	status = read_options(argc, argv, &o);
	if (status < 0) {
		o.args = json_object();
		status = read_words(argv + optind, &o);
	}
	if (status < 0)
		status = talk_about(&o);
	json_decref(o.args);
	mem_free(&o.command);
	return flush_output(status);
}
