/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 256

void scan_reset(struct scan *s)
{
	free(s->kept);
	*s = (struct scan){ .has_header = false };
}

/* What a room says to many of a domain comes in a row: the same bytes, but for
 * who it is to. What it says of many to one is alike, too. */
static void keep(struct scan *s, const char *element, size_t len)
{
	size_t to_len;
	const char *to = scan_attr(element, len, "to", &to_len);

	s->last = element;
	s->last_len = len;
	s->head = to ? (size_t)(to - element) : 0;
	s->tail = to ? s->head + to_len : 0;
	s->has_values = false;
}

/* The data goes; what may come again does not. */
static void settle(struct scan *s)
{
	if (!s->last || s->last == s->kept)
		return;
	if (s->kept_cap < s->last_len) {
		s->kept_cap = 2 * s->last_len;
		s->kept = realloc(s->kept, s->kept_cap);
	}
	memcpy(s->kept, s->last, s->last_len);
	s->last = s->kept;
}

/* ---- once more ---- */

static const char *value_end(const char *value, size_t len)
{
	return memchr(value, value[-1], len < VALUE_MAX ? len : VALUE_MAX);
}

/* The length of the element at data if it is the last one again, else 0. */
static size_t scan_again(const struct scan *s, const char *data, size_t len)
{
	size_t tail_len = s->last_len - s->tail;
	const char *end;

	if (!s->head || len <= s->head + tail_len ||
	    memcmp(data, s->last, s->head))
		return 0;
	end = value_end(data + s->head, len - s->head - tail_len + 1);
	if (!end || memcmp(end, s->last + s->tail, tail_len))
		return 0;
	return (size_t)(end - data) + tail_len;
}

/* ---- alike ---- */

/* Does such a name end there? */
static bool may_differ(const char *element, const char *end)
{
	static const char *const names[] = { " from", " to", " id", " jid" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		if ((size_t)(end - element) > len &&
		    !memcmp(end - len, names[i], len))
			return true;
	}
	return false;
}

static void add_value(struct scan *s, size_t at, size_t len)
{
	if (at == s->head)
		s->to_index = s->value_count;
	else if (s->from_index < 0 && !memcmp(s->last + at - 6, "from=", 5))
		s->from_index = s->value_count;
	s->values[s->value_count++] = (struct scan_value){ at, len };
}

static void find_values(struct scan *s)
{
	const char *at = s->last, *end = at + s->last_len, *close;

	s->has_values = true;
	s->value_count = 0;
	s->to_index = s->from_index = -1;
	if (!scan_is(at, s->last_len, "presence"))
		return;
	while (s->value_count < SCAN_VALUES &&
	       (at = memchr(at, '=', (size_t)(end - at)))) {
		if (at[1] != '\'' && at[1] != '"') {
			at++;
			continue;
		}
		close = memchr(at + 2, at[1], (size_t)(end - at) - 2);
		if (!close)
			break;
		if (may_differ(s->last, at))
			add_value(s, (size_t)(at + 2 - s->last),
				  (size_t)(close - at) - 2);
		at = close + 1;
	}
}

static bool has_values(struct scan *s)
{
	if (s->head && !s->has_values)
		find_values(s);
	return s->head && s->from_index >= 0 && s->to_index >= 0;
}

/* Those of the element at data; its length, or 0. */
static size_t match_values(const struct scan *s, const char *data, size_t len,
			   struct scan_value *values_out)
{
	size_t at = 0, old = 0, same;

	for (int i = 0; i < s->value_count; i++) {
		const struct scan_value *v = &s->values[i];
		const char *close;

		same = v->at - old;
		if (len - at <= same || memcmp(data + at, s->last + old, same))
			return 0;
		at += same;
		close = value_end(data + at, len - at);
		if (!close)
			return 0;
		values_out[i].at = at;
		values_out[i].len = (size_t)(close - data) - at;
		at += values_out[i].len;
		old = v->at + v->len;
	}
	same = s->last_len - old;
	if (len - at < same || memcmp(data + at, s->last + old, same))
		return 0;
	return at + same;
}

/* The length of the element at data if it is like the last one, which it then
 * is itself; else 0. */
static size_t scan_alike(struct scan *s, const char *data, size_t len)
{
	struct scan_value values[SCAN_VALUES];
	size_t end = has_values(s) ? match_values(s, data, len, values) : 0;

	if (!end)
		return 0;
	memcpy(s->values, values, sizeof(values));
	s->last = data;
	s->last_len = end;
	s->head = values[s->to_index].at;
	s->tail = s->head + values[s->to_index].len;
	return end;
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

/* The element at data if it is seen at a glance; returns its length, or 0. */
static size_t scan_glance(struct scan *s, const char *data, size_t len,
			  scan_fn fn, void *owner)
{
	size_t end = scan_again(s, data, len);

	if (end) {
		fn(owner, SCAN_AGAIN, data, end);
		return end;
	}
	end = scan_alike(s, data, len);
	if (end)
		fn(owner, SCAN_ALIKE, data, end);
	return end;
}

/* What begins at data, where nothing is open; returns the length of what was
 * done with, 0: there is more to come. */
static size_t scan_start(struct scan *s, const char *data, size_t len,
			 scan_fn fn, void *owner)
{
	const char *tag, *close;
	size_t end = scan_glance(s, data, len, fn, owner);

	if (end)
		return end;
	tag = memchr(data, '<', len);
	if (tag != data)
		return tag ? (size_t)(tag - data) : len;
	if (len < 2 || !is_outer(s, tag))
		return 0;
	close = memchr(tag, '>', len);
	return close ? scan_outer(s, tag, (size_t)(close - tag) + 1, fn, owner)
		     : 0;
}

size_t scan_run(struct scan *s, const char *data, size_t len, scan_fn fn,
		void *owner)
{
	size_t at = 0, end;

	while (at < len) {
		if (s->depth == 0 && s->seen <= at) {
			s->seen = at;
			end = scan_start(s, data + at, len - at, fn, owner);
			at += end;
			if (end)
				continue;
			if (len - at < 2 || is_outer(s, data + at))
				break;
		}
		end = scan_element(s, data, len);
		if (!end)
			break;
		keep(s, data + at, end - at);
		fn(owner, SCAN_ELEMENT, data + at, end - at);
		at = end;
	}
	settle(s);
	s->seen = s->seen > at ? s->seen - at : 0;
	return at;
}

const char *scan_from(const struct scan *s)
{
	return s->last + s->values[s->from_index].at;
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
	const char *end = memchr(element, '>', len), *at = element, *close;
	size_t n = strlen(name);

	while (end && (at = memchr(at, '=', (size_t)(end - at)))) {
		bool is_it = (size_t)(at - element) > n &&
			     *(at - n - 1) == ' ' && !memcmp(at - n, name, n);

		at += 2;
		close = at < end ? memchr(at, at[-1], (size_t)(end - at)) : NULL;
		if (!close)
			return NULL;
		if (is_it) {
			*len_out = (size_t)(close - at);
			return at;
		}
		at = close + 1;
	}
	return NULL;
}
