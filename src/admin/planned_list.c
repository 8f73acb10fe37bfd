/* SPDX-License-Identifier: MIT */
#include "admin/planned_list.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include <jansson.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "xmpp/datetime.h"

#define MEETINGS_MAX 100 /* in one file */

static void planned_fini(struct planned *p)
{
	mem_free(&p->uid);
	mem_free(&p->group);
	mem_free(&p->place);
	mem_free(&p->title);
	mem_free(&p->agenda);
}

void planned_list_fini(struct planned_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		planned_fini(&l->items[i]);
	mem_free(&l->items);
	l->count = 0;
}

void planned_list_add(struct planned_list *l, struct planned *p)
{
	if (!p->uid || p->start <= 0 || (p->end && p->end < p->start) ||
	    l->count >= PLANNED_LIST_MAX) {
		planned_fini(p);
		l->skipped++;
		return;
	}
	if (p->group)
		str_lower_ascii(p->group);
	l->items = mem_realloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = *p;
}

/* Never half a character at the end. */
static size_t cut(const char *text, size_t len)
{
	if (len <= PLANNED_TEXT_MAX)
		return len;
	len = PLANNED_TEXT_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

char *planned_list_clean(const char *text, size_t len)
{
	char *copy;

	while (len && isspace((unsigned char)*text))
		text++, len--;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	len = cut(text, len);
	if (!len || !str_is_utf8(text, len))
		return NULL;
	copy = str_dup_n(text, len);
	for (char *c = copy; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	return copy;
}

/* ---- the datatracker's JSON ---- */

static char *get_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? planned_list_clean(text, strlen(text)) : NULL;
}

/* "1:30:00"; ms, 0: not known. */
static int64_t read_duration(const char *text)
{
	unsigned hours, minutes, seconds;

	if (!text ||
	    sscanf(text, "%3u:%2u:%2u", &hours, &minutes, &seconds) != 3)
		return 0;
	return (((int64_t)hours * 60 + minutes) * 60 + seconds) * 1000;
}

static char *make_uid(const json_t *session, const char *meeting)
{
	const json_t *id = json_object_get(session, "session_id");

	if (!json_is_integer(id))
		id = json_object_get(session, "id");
	if (!json_is_integer(id))
		return NULL;
	return str_format("datatracker-%s-%" JSON_INTEGER_FORMAT, meeting,
			  json_integer_value(id));
}

/* One of an older agenda has no number of its own. */
static char *make_old_uid(const char *meeting, const struct planned *p)
{
	return p->group ? str_format("datatracker-%s-%s-%" PRId64, meeting,
				     p->group, p->start / 1000)
			: NULL;
}

static void read_session(struct planned_list *l, const json_t *session,
			 const char *meeting)
{
	const json_t *group = json_object_get(session, "group");
	const char *start =
		json_string_value(json_object_get(session, "start"));
	const char *duration =
		json_string_value(json_object_get(session, "duration"));
	const char *status =
		json_string_value(json_object_get(session, "status"));
	struct planned p = {
		.uid = make_uid(session, meeting),
		.group = get_text(group, "acronym"),
		.place = get_text(session, "location"),
		.title = get_text(session, "name"),
		.agenda = get_text(session, "agenda"),
		.is_cancelled = status && str_has_prefix(status, "canceled"),
	};

	if (!start || datetime_parse(start, &p.start))
		p.start = 0;
	else if (read_duration(duration))
		p.end = p.start + read_duration(duration);
	if (!p.title)
		p.title = get_text(group, "name");
	if (!p.uid)
		p.uid = make_old_uid(meeting, &p);
	planned_list_add(l, &p);
}

static bool is_session(const json_t *row)
{
	const char *type = json_string_value(json_object_get(row, "objtype"));

	return type && str_equal(type, "session");
}

static void read_meeting(struct planned_list *l, const char *name,
			 const json_t *rows)
{
	size_t i;
	json_t *row;
	char *clean = planned_list_clean(name, strlen(name));

	json_array_foreach(rows, i, row)
		if (is_session(row))
			read_session(l, row, clean ? clean : "");
	mem_free(&clean);
}

static char *read_json(struct planned_list *l, const char *text, size_t len)
{
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	const char *key;
	json_t *rows;
	char *complaint = NULL;

	if (!root)
		return str_format("line %d: %s", error.line, error.text);
	if (!json_is_object(root) || json_object_size(root) > MEETINGS_MAX)
		complaint = str_dup("this is no agenda of a meeting");
	else
		json_object_foreach(root, key, rows)
			read_meeting(l, key, rows);
	json_decref(root);
	return complaint;
}

/* ---- either ---- */

int planned_list_read(struct planned_list *l, const char *text, size_t len,
		      char **complaint_out)
{
	static const char mark[] = "\xef\xbb\xbf";

	*l = (struct planned_list){ .count = 0 };
	*complaint_out = NULL;
	if (len >= 3 && !memcmp(text, mark, 3))
		text += 3, len -= 3;
	while (len && isspace((unsigned char)*text))
		text++, len--;
	if (len && *text == '{')
		*complaint_out = read_json(l, text, len);
	else if (!planned_list_read_ical(l, text, len))
		*complaint_out = str_dup("neither a calendar (iCalendar) nor "
					 "an agenda of the datatracker (JSON)");
	return *complaint_out ? HW_E_INVALID : 0;
}
