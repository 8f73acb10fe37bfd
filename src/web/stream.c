/* SPDX-License-Identifier: MIT */
#include "web/stream.h"

#include <string.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/mem.h"

#define BLOCK 32768 /* bytes that are asked for at once */

struct stream {
	const struct stream_events *events;
	void *owner;
	struct buf piece;
	bool is_over;
};

static ssize_t on_read(void *owner, uint64_t position, char *out, size_t max)
{
	struct stream *s = owner;
	size_t n;

	(void)position;
	while (!s->piece.len && !s->is_over)
		s->is_over = !s->events->fill(s->owner, &s->piece);
	if (!s->piece.len)
		return MHD_CONTENT_READER_END_OF_STREAM;
	n = s->piece.len < max ? s->piece.len : max;
	memcpy(out, buf_data(&s->piece), n);
	buf_eat(&s->piece, n);
	return (ssize_t)n;
}

static void on_gone(void *owner)
{
	struct stream *s = owner;

	s->events->gone(s->owner);
	buf_fini(&s->piece);
	mem_free(&s);
}

struct MHD_Response *stream_new(const struct stream_events *events,
				void *owner)
{
	struct stream *s = mem_new(struct stream);
	struct MHD_Response *response;

	s->events = events;
	s->owner = owner;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK,
						     on_read, s, on_gone);
	require(response);
	return response;
}
