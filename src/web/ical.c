/* SPDX-License-Identifier: MIT */
#include "web/ical.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "xmpp/datetime.h"

#define FOLD 75 /* bytes of a line without its end (RFC 5545 3.1) */
#define ERA INT64_C(1767225600000) /* 2026: sequences count from there */

/* A content line; folded where it is too long, but never within a character. */
static void add_line(struct buf *out, const char *name, const char *value)
{
	char *line = str_format("%s:%s", name, value);
	size_t len = strlen(line), at = 0, room = FOLD;

	while (len - at > room) {
		size_t n = room;

		while (n > 1 && ((unsigned char)line[at + n] & 0xc0) == 0x80)
			n--;
		buf_add(out, line + at, n);
		buf_add_str(out, "\r\n ");
		at += n;
		room = FOLD - 1; /* the blank counts */
	}
	buf_add_str(out, line + at);
	buf_add_str(out, "\r\n");
	mem_free(&line);
}

/* TEXT (RFC 5545 3.3.11); other controls are nothing for a line. */
static void add_text(struct buf *out, const char *name, const char *text)
{
	struct buf value = { 0 };

	if (!text || !*text)
		return;
	for (; *text; text++) {
		if (*text == '\n')
			buf_add_str(&value, "\\n");
		else if (strchr("\\;,", *text))
			buf_add_format(&value, "\\%c", *text);
		else if ((unsigned char)*text >= ' ' && *text != 0x7f)
			buf_add_char(&value, *text);
		else if (*text == '\t')
			buf_add_char(&value, ' ');
	}
	add_line(out, name, buf_str(&value));
	buf_fini(&value);
}

/* URI and the like: no controls, and no escapes. */
static void add_uri(struct buf *out, const char *name, const char *uri)
{
	for (const char *c = uri; c && *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return;
	if (uri && *uri)
		add_line(out, name, uri);
}

/* "20261122T140500Z" */
static void add_time(struct buf *out, const char *name, int64_t at)
{
	char stamp[DATETIME_SIZE], text[DATETIME_SIZE];
	size_t n = 0;

	datetime_print(at, stamp);
	for (const char *c = stamp; *c && *c != '.' && *c != 'Z'; c++)
		if (*c != '-' && *c != ':')
			text[n++] = *c;
	text[n++] = 'Z';
	text[n] = '\0';
	add_line(out, name, text);
}

void ical_begin(struct buf *out, const char *name)
{
	add_line(out, "BEGIN", "VCALENDAR");
	add_line(out, "VERSION", "2.0");
	add_line(out, "PRODID", "-//hallway//hallway " PACKAGE_VERSION "//EN");
	add_line(out, "CALSCALE", "GREGORIAN");
	add_line(out, "METHOD", "PUBLISH");
	add_text(out, "X-WR-CALNAME", name);
	add_line(out, "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
}

/* A change later is a sequence higher; seconds are fine enough. */
static void add_sequence(struct buf *out, int64_t changed)
{
	int64_t number = changed > ERA ? (changed - ERA) / 1000 : 0;
	char *text = str_format("%" PRId64, number);

	add_line(out, "SEQUENCE", text);
	mem_free(&text);
}

void ical_add(struct buf *out, const struct ical_event *event)
{
	add_line(out, "BEGIN", "VEVENT");
	add_text(out, "UID", event->uid);
	add_time(out, "DTSTAMP", event->changed);
	add_time(out, "LAST-MODIFIED", event->changed);
	add_sequence(out, event->changed);
	add_line(out, "STATUS",
		 event->is_cancelled ? "CANCELLED" : "CONFIRMED");
	add_time(out, "DTSTART", event->start);
	if (event->end > event->start)
		add_time(out, "DTEND", event->end);
	add_text(out, "SUMMARY", event->summary);
	add_text(out, "DESCRIPTION", event->description);
	add_text(out, "LOCATION", event->location);
	add_uri(out, "URL", event->url);
	add_line(out, "END", "VEVENT");
}

void ical_end(struct buf *out)
{
	add_line(out, "END", "VCALENDAR");
}
