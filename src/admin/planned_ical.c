/* SPDX-License-Identifier: MIT */
/*
 * planned_ical: of a calendar (RFC 5545) the single events, with the few
 * properties that a session has. What a rule repeats is left out: each session
 * is a decision of its own.
 */
#include "admin/planned_list.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "xmpp/datetime.h"

/** An event that is being read. */
struct event {
	struct planned p;
	int64_t duration; /* ms, or 0 */
	bool is_inside;
	unsigned depth;   /* of parts in it: alarms */
	bool is_repeated;
};

/* ---- lines (3.1) ---- */

/* The next line, unfolded, in out; false at the end. */
static bool next_line(const char **at, const char *end, struct buf *out)
{
	buf_eat(out, out->len);
	if (*at >= end)
		return false;
	do {
		const char *stop = memchr(*at, '\n', (size_t)(end - *at));
		size_t len = (size_t)((stop ? stop : end) - *at);

		if (len && (*at)[len - 1] == '\r')
			len--;
		if (memchr(*at, '\0', len))
			len = strlen(*at);
		buf_add(out, *at, len);
		*at = stop ? stop + 1 : end;
		if (*at >= end || (**at != ' ' && **at != '\t'))
			return true;
		(*at)++; /* goes on */
	} while (out->len < 65536);
	return true;
}

/* Where the value begins, behind name and parameters; NULL: no such line. */
static const char *find_value(const char *line)
{
	bool is_quoted = false;

	for (; *line; line++) {
		if (*line == '"')
			is_quoted = !is_quoted;
		else if (*line == ':' && !is_quoted)
			return line + 1;
	}
	return NULL;
}

static bool is_named(const char *line, const char *name)
{
	size_t len = strlen(name);

	return !strncasecmp(line, name, len) &&
	       (line[len] == ':' || line[len] == ';');
}

/* "TZID=..." of the parameters before value; owned, or NULL. */
static char *find_zone(const char *line, const char *value)
{
	const char *at = strcasestr(line, ";TZID=");
	size_t len;

	if (!at || at >= value)
		return NULL;
	at += strlen(";TZID=");
	at += *at == '"';
	len = strcspn(at, "\";:");
	return str_dup_n(at, len);
}

/* 3.3.11 */
static char *read_text(const char *value)
{
	struct buf out = { 0 };
	char *clean;

	for (; *value; value++) {
		if (*value != '\\' || !value[1])
			buf_add_char(&out, *value);
		else if (*++value == 'n' || *value == 'N')
			buf_add_char(&out, ' ');
		else
			buf_add_char(&out, *value);
	}
	clean = planned_list_clean(buf_str(&out), out.len);
	buf_fini(&out);
	return clean;
}

/* ---- times (3.3.5) ---- */

/* "20261122T140000" as if it were UTC; 0: it is none. */
static int64_t read_digits(const char *value)
{
	char *text;
	int64_t at = 0;

	if (strspn(value, "0123456789") != 8 || value[8] != 'T' ||
	    strspn(value + 9, "0123456789") != 6)
		return 0;
	text = str_format("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", value, value + 4,
			  value + 6, value + 9, value + 11, value + 13);
	if (datetime_parse(text, &at))
		at = 0;
	mem_free(&text);
	return at;
}

/* The moment at which clocks there show that. Twice: the first guess may lie on
 * the other side of a change. */
static int64_t from_local(const struct zone *z, int64_t local)
{
	int64_t at = local - (int64_t)zone_offset(z, local) * 1000;

	return local - (int64_t)zone_offset(z, at) * 1000;
}

static int64_t read_time(const char *line, const char *value)
{
	int64_t at = read_digits(value);
	char *name = find_zone(line, value);
	struct zone *z;

	if (at && value[15] != 'Z') {
		z = name ? zone_new(name) : NULL;
		at = z ? from_local(z, at) : 0;
		zone_free(&z);
	}
	mem_free(&name);
	return at;
}

/* "PT1H30M" and the like (3.3.6); ms. */
static int64_t read_duration(const char *value)
{
	int64_t sum = 0, number = 0;

	if (*value++ != 'P')
		return 0;
	for (; *value; value++) {
		if (isdigit((unsigned char)*value)) {
			if (number < 100000)
				number = 10 * number + *value - '0';
			continue;
		}
		if (*value == 'W')
			sum += number * 7 * 86400;
		else if (*value == 'D')
			sum += number * 86400;
		else if (*value == 'H')
			sum += number * 3600;
		else if (*value == 'M')
			sum += number * 60;
		else if (*value == 'S')
			sum += number;
		number = 0;
	}
	return sum * 1000;
}

/* ---- events (3.6.1) ---- */

/* "dnsop - Domain Name System Operations": the group is the first word. */
static char *find_group(const char *title)
{
	size_t len = title ? strcspn(title, " :,") : 0;

	return len ? str_dup_n(title, len) : NULL;
}

static void set(char **field, char *owned)
{
	mem_free(field);
	*field = owned;
}

static void take_property(struct event *e, const char *line, const char *value)
{
	struct planned *p = &e->p;

	if (is_named(line, "UID"))
		set(&p->uid, read_text(value));
	else if (is_named(line, "SUMMARY"))
		set(&p->title, read_text(value));
	else if (is_named(line, "LOCATION"))
		set(&p->place, read_text(value));
	else if (is_named(line, "URL"))
		set(&p->agenda, read_text(value));
	else if (is_named(line, "DTSTART"))
		p->start = read_time(line, value);
	else if (is_named(line, "DTEND"))
		p->end = read_time(line, value);
	else if (is_named(line, "DURATION"))
		e->duration = read_duration(value);
	else if (is_named(line, "STATUS"))
		p->is_cancelled = !strcasecmp(value, "CANCELLED");
	else if (is_named(line, "RRULE") || is_named(line, "RDATE") ||
		 is_named(line, "RECURRENCE-ID"))
		e->is_repeated = true;
}

static void end_event(struct planned_list *l, struct event *e)
{
	if (!e->p.end && e->p.start && e->duration)
		e->p.end = e->p.start + e->duration;
	if (e->is_repeated)
		e->p.start = 0;
	e->p.group = find_group(e->p.title);
	planned_list_add(l, &e->p);
	*e = (struct event){ .duration = 0 };
}

/* Parts of an event, such as alarms, have properties of the same names. */
static void take_line(struct planned_list *l, struct event *e,
		      const char *line)
{
	const char *value = find_value(line);

	if (!value)
		return;
	if (is_named(line, "BEGIN") && e->is_inside)
		e->depth++;
	else if (is_named(line, "BEGIN"))
		e->is_inside = !strcasecmp(value, "VEVENT");
	else if (is_named(line, "END") && e->is_inside && e->depth)
		e->depth--;
	else if (is_named(line, "END") && e->is_inside)
		end_event(l, e);
	else if (e->is_inside && !e->depth)
		take_property(e, line, value);
}

bool planned_list_read_ical(struct planned_list *l, const char *text,
			    size_t len)
{
	const char *at = text, *end = text + len;
	struct event e = { .duration = 0 };
	struct buf line = { 0 };

	if (len < 15 || strncasecmp(text, "BEGIN:VCALENDAR", 15))
		return false;
	while (next_line(&at, end, &line))
		take_line(l, &e, buf_str(&line));
	if (e.is_inside) { /* cut off */
		e.p.start = 0;
		end_event(l, &e);
	}
	buf_fini(&line);
	return true;
}
