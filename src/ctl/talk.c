/* SPDX-License-Identifier: MIT */
#include "ctl/talk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

#define READ_SIZE 65536
#define LINE_MAX_BYTES ((size_t)16 << 20)
#define PATIENCE 300 /* ms; then what has come is printed */

int talk_complain_usage(const char *text)
{
	fprintf(stderr, "hallwayctl: %s\nTry hallwayctl --help.\n", text);
	return EXIT_USAGE;
}

int talk_complain_unreachable(const char *socket, const char *why)
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

int talk_open(struct talk *t, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	t->socket = path;
	if (!*path || !str_copy(at.sun_path, sizeof(at.sun_path), path))
		return talk_complain_usage(
			"the socket's path is empty or too long");
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (t->fd < 0 ||
	    connect(t->fd, (const struct sockaddr *)&at, sizeof(at)))
		return talk_complain_unreachable(path, text_of_errno(errno));
	return 0;
}

void talk_close(struct talk *t)
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
void talk_say(struct talk *t, const char *command, json_t *args)
{
	struct buf line = { 0 };
	json_t *request = json_object();

	json_object_set_new(request, "id", json_integer(1));
	json_object_set_new(request, "command", json_string(command));
	json_object_set(request, "args", args);
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

json_t *talk_hear(struct talk *t)
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

bool talk_is_slow(const struct talk *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	return !memchr(buf_data(&t->in), '\n', t->in.len) &&
	       poll(&p, 1, PATIENCE) == 0;
}
