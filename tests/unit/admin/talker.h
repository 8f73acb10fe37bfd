/* SPDX-License-Identifier: MIT */
/*
 * talker: the other end of a control socket, blocking, a line at a time. What
 * does not come within TALKER_PATIENCE fails the test.
 */
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/str.h"

#define TALKER_PATIENCE 60 /* s */

struct talker {
	int fd;
	struct buf in;
	struct buf line; /* the last one heard */
};

static inline void talker_open(struct talker *t, const char *path)
{
	const struct timeval patience = { .tv_sec = TALKER_PATIENCE };
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	*t = (struct talker){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	assert_true(t->fd >= 0);
	assert_true(str_copy(at.sun_path, sizeof(at.sun_path), path));
	setsockopt(t->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(t->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(t->fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static inline void talker_close(struct talker *t)
{
	close(t->fd);
	buf_fini(&t->in);
	buf_fini(&t->line);
}

static inline void talker_say_bytes(struct talker *t, const char *data,
				    size_t len)
{
	while (len > 0) {
		ssize_t n = send(t->fd, data, len, MSG_NOSIGNAL);

		assert_true(n > 0);
		data += n;
		len -= (size_t)n;
	}
}

static inline void talker_say(struct talker *t, const char *text)
{
	talker_say_bytes(t, text, strlen(text));
}

/* The next line without its end; NULL when the daemon closed. */
static inline const char *talker_hear(struct talker *t)
{
	const unsigned char *end;

	while (!(end = memchr(buf_data(&t->in), '\n', t->in.len))) {
		ssize_t n = read(t->fd, buf_reserve(&t->in, 65536), 65536);

		assert_true(n >= 0);
		if (n == 0)
			return NULL;
		buf_grow(&t->in, (size_t)n);
	}
	buf_clear(&t->line);
	buf_add(&t->line, buf_data(&t->in), (size_t)(end - buf_data(&t->in)));
	buf_eat(&t->in, t->line.len + 1);
	return buf_str(&t->line);
}

#define assert_hears(talker, expected)                        \
	do {                                                  \
		const char *heard_line = talker_hear(talker); \
		assert_non_null(heard_line);                  \
		assert_string_equal(heard_line, expected);    \
	} while (0)

/* A path for a socket in a folder of its own. Owned. */
static inline char *talker_make_path(void)
{
	char folder[] = "/tmp/hallway-test.XXXXXX";

	assert_non_null(mkdtemp(folder));
	return str_format("%s/control", folder);
}

static inline void talker_remove_path(char *owned_path)
{
	unlink(owned_path);
	*strrchr(owned_path, '/') = '\0';
	assert_int_equal(rmdir(owned_path), 0);
	free(owned_path);
}
