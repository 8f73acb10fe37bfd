/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <string.h>

void scan_reset(struct scan *s)
{
	*s = (struct scan){ .has_header = false };
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
