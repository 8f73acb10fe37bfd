/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

void scan_reset(struct scan *s)
{
	free(s->last);
	*s = (struct scan){ .has_header = false };
}

/* What a room says to many of a domain comes in a row: the same bytes, but for
 * who it is to. */
static void keep(struct scan *s, const char *element, size_t len)
{
	size_t to_len;
	const char *to = scan_attr(element, len, "to", &to_len);

	s->head = to ? (size_t)(to - element) : 0;
	if (!to)
		return;
	if (s->last_cap < len) {
		s->last_cap = 2 * len;
		s->last = realloc(s->last, s->last_cap);
	}
	memcpy(s->last, element, len);
	s->tail = s->head + to_len;
	s->last_len = len;
}

#define TO_MAX 256

/* The length of the element at data if it is the last one again, else 0. */
static size_t scan_again(const struct scan *s, const char *data, size_t len)
{
	size_t tail_len = s->last_len - s->tail, to_max;
	const char *end;

	if (!s->head || len <= s->head + tail_len ||
	    memcmp(data, s->last, s->head))
		return 0;
	to_max = len - s->head - tail_len + 1;
	end = memchr(data + s->head, s->last[s->tail],
		     to_max < TO_MAX ? to_max : TO_MAX);
	if (!end || memcmp(end, s->last + s->tail, tail_len))
		return 0;
	return (size_t)(end - data) + tail_len;
}

/* One tag of the stream itself; returns its end, or 0. */
static size_t scan_outer(struct scan *s, const char *tag, size_t len,
			 scan_fn fn, void *owner)
{
	if (tag[1] == '?')
		return len;
	if (!s->has_header) {
		s->has_header = true;
		fn(owner, SCAN_HEADER, tag, len);
	} else {
		fn(owner, SCAN_FOOTER, tag, len);
	}
	return len;
}

/* Looks on from where it stopped; the end of the element at start, or 0. */
static size_t scan_element(struct scan *s, const char *data, size_t len)
{
	while (s->seen < len) {
		const char *open = memchr(data + s->seen, '<', len - s->seen);
		const char *close;

		if (!open) {
			s->seen = len;
			return 0;
		}
		s->seen = (size_t)(open - data);
		close = memchr(open, '>', len - s->seen);
		if (!close)
			return 0;
		s->seen = (size_t)(close - data) + 1;
		if (open[1] == '/')
			s->depth--;
		else if (close[-1] != '/')
			s->depth++;
		if (s->depth == 0)
			return s->seen;
	}
	return 0;
}

static bool is_outer(const struct scan *s, const char *tag)
{
	return tag[1] == '?' || !s->has_header || tag[1] == '/';
}

size_t scan_run(struct scan *s, const char *data, size_t len, scan_fn fn,
		void *owner)
{
	size_t at = 0, end;

	while (at < len) {
		const char *tag;

		if (s->depth == 0 && s->seen <= at &&
		    (end = scan_again(s, data + at, len - at))) {
			fn(owner, SCAN_AGAIN, data + at, end);
			at += end;
			continue;
		}
		if (s->depth == 0 && s->seen <= at) {
			tag = memchr(data + at, '<', len - at);
			if (!tag)
				return len;
			at = (size_t)(tag - data);
			s->seen = at;
			if (len - at < 2)
				break;
			if (is_outer(s, tag)) {
				const char *close =
					memchr(tag, '>', len - at);

				if (!close)
					break;
				at += scan_outer(s, tag,
						 (size_t)(close - tag) + 1,
						 fn, owner);
				s->seen = at;
				continue;
			}
		}
		end = scan_element(s, data, len);
		if (!end)
			break;
		keep(s, data + at, end - at);
		fn(owner, SCAN_ELEMENT, data + at, end - at);
		at = end;
	}
	s->seen = s->seen > at ? s->seen - at : 0;
	return at;
}

bool scan_is(const char *element, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n + 1 && !memcmp(element + 1, name, n) &&
	       strchr(" />\t\n", element[1 + n]);
}

const char *scan_attr(const char *element, size_t len, const char *name,
		      size_t *len_out)
{
	const char *close = memchr(element, '>', len), *at = element, *end;
	size_t n = strlen(name);

	while (close && (at = memmem(at, (size_t)(close - at), name, n))) {
		if (at[-1] == ' ' && at[n] == '=') {
			at += n + 2;
			end = memchr(at, at[-1], (size_t)(close - at));
			*len_out = end ? (size_t)(end - at) : 0;
			return end ? at : NULL;
		}
		at += n;
	}
	return NULL;
}
