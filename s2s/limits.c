/* SPDX-License-Identifier: MIT */
#include "s2s/limits.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define LEAST_BYTES 10000
#define MOST_BYTES 1000000000
#define LEAST_IDLE 10        /* s: nobody keeps us busier */
#define MOST_IDLE 31536000   /* s */

static void add_number(struct elem *e, const char *name, int64_t number)
{
	char *text = str_format("%" PRId64, number);

	elem_add_with_text(e, name, NULL, text);
	mem_free(&text);
}

void limits_add(struct elem *parent, const struct limits *l)
{
	struct elem *e = elem_add(parent, "limits", NS_STREAM_LIMITS);

	if (l->max_bytes > 0)
		add_number(e, "max-bytes", (int64_t)l->max_bytes);
	if (l->idle > 0)
		add_number(e, "idle-seconds", l->idle / 1000);
}

/* False: it is not there, or no number above 0. */
static bool read_number(const struct elem *e, const char *name, int64_t least,
			int64_t most, int64_t *out)
{
	const char *text = elem_child_text(e, name, NS_STREAM_LIMITS);

	if (!text || str_to_int64(text, 1, INT64_MAX, out) != 0)
		return false;
	if (*out < least)
		*out = least;
	if (*out > most)
		*out = most;
	return true;
}

void limits_read(const struct elem *parent, struct limits *l)
{
	const struct elem *e = elem_child(parent, "limits", NS_STREAM_LIMITS);
	int64_t number;

	if (!e)
		return;
	if (read_number(e, "max-bytes", LEAST_BYTES, MOST_BYTES, &number))
		l->max_bytes = (size_t)number;
	if (read_number(e, "idle-seconds", LEAST_IDLE, MOST_IDLE, &number))
		l->idle = number * 1000;
}

int64_t limits_keepalive(const struct limits *peer, int64_t ours)
{
	if (peer->idle > 0 && peer->idle / 2 < ours)
		return peer->idle / 2;
	return ours;
}
