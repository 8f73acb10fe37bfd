/* SPDX-License-Identifier: MIT */
#include "web/minutes_text.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "store/record.h"
#include "web/day_key.h"
#include "web/export_text.h"
#include "web/html.h"
#include "web/minutes.h"
#include "web/moment.h"
#include "web/room_path.h"
#include "web/session_log.h"

#define TAKEN_BACK "(taken back)"
#define BEFORE_TOPICS "Before the first topic"

const char *minutes_state(const struct record_meeting *m)
{
	switch (m->state) {
	case RECORD_MEETING_PLANNED:
		return "planned";
	case RECORD_MEETING_OPEN:
		return "open";
	case RECORD_MEETING_ENDED:
		return "ended";
	case RECORD_MEETING_CANCELLED:
		return "cancelled";
	}
	return "unknown";
}

static const char *text_of(const char *text)
{
	return text ? text : TAKEN_BACK;
}

/* What came before the first topic may be nothing. */
static bool is_shown(const struct minutes *m, size_t topic)
{
	return topic > 0 || m->topics[0].count > 0;
}

static const char *topic_text(const struct minutes *m, size_t topic)
{
	return topic ? text_of(m->topics[topic].text) : BEFORE_TOPICS;
}

static const char *label_of(enum minutes_kind kind)
{
	switch (kind) {
	case MINUTES_ACTION:
		return "Action";
	case MINUTES_DECISION:
		return "Decision";
	default:
		return NULL;
	}
}

static char *print_counts(const struct minutes_item *hands)
{
	if (!hands->done_at)
		return str_dup("still open");
	return str_format(
		"%" PRId64 " raised a hand, %" PRId64 " did not, %" PRId64
		" abstained, of %" PRId64 " present; not a vote",
		hands->yes, hands->no, hands->abstained, hands->present);
}

/* The day on which it began, there: times of it are told without. */
static void print_day(const struct minutes_view *v, char key[DAY_KEY_SIZE])
{
	int64_t at = session_log_start(v->row);

	if (v->zone)
		at += zone_offset(v->zone, at) * INT64_C(1000);
	day_key_print(at, key);
}

static void print_clock(const struct minutes_view *v, int64_t at,
			char out[MOMENT_SIZE])
{
	char day[DAY_KEY_SIZE];

	print_day(v, day);
	moment_print(at, v->zone, MOMENT_MINUTE, day, out);
}

static char *print_relay(const struct minutes_view *v,
			 const struct minutes_item *mic)
{
	char at[MOMENT_SIZE];

	if (!mic->done_at)
		return str_dup(v->row->state == RECORD_MEETING_ENDED
				       ? "not relayed"
				       : "not relayed yet");
	print_clock(v, mic->done_at, at);
	return str_format("relayed %s", at);
}

static char *print_span(const struct minutes_view *v)
{
	int64_t start = session_log_start(v->row);
	int64_t end = session_log_end(v->row);
	char from[MOMENT_SIZE], until[MOMENT_SIZE] = "";

	moment_print(start, v->zone, MOMENT_MINUTE, NULL, from);
	if (end)
		print_clock(v, end, until);
	return str_format("%s%s%s %s", from, end ? " to " : "", until,
			  v->zone ? zone_name(v->zone) : "UTC");
}

static void add_people(struct buf *out, const struct minutes_people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct minutes_person *who = &p->items[i];

		buf_add_str(out, i ? ", " : "");
		buf_add_str(out, who->name);
		if (who->about)
			buf_add_format(out, " (%s)", who->about);
	}
}

/* ---- Markdown ---- */

static void markdown_time(struct buf *out, const struct minutes_view *v,
			  int64_t at, const char *line)
{
	char clock[MOMENT_SIZE];
	char *behind, *url;

	print_clock(v, at, clock);
	if (!line) {
		buf_add_str(out, clock);
		return;
	}
	behind = str_format("m/%s", line);
	url = room_path_new_url(v->settings, v->room, behind);
	buf_add_format(out, "[%s](%s)", clock, url);
	mem_free(&behind);
	mem_free(&url);
}

static void markdown_said(struct buf *out, const struct minutes_item *item)
{
	const char *label = label_of(item->kind);

	if (label)
		buf_add_format(out, "**%s:** ", label);
	if (item->kind == MINUTES_MIC)
		buf_add_format(out, "**MIC %" PRId64 "**, ", item->number);
	if (item->kind == MINUTES_HANDS)
		buf_add_str(out, "**Show of hands:** ");
	if (item->person && item->kind != MINUTES_HANDS) {
		buf_add_str(out, item->kind == MINUTES_SAID ? "**" : "");
		export_text_add_escaped(out, item->person);
		buf_add_str(out, item->kind == MINUTES_SAID ? ":** " : ": ");
	}
	export_text_add_escaped(out, text_of(item->text));
}

static void markdown_item(struct buf *out, const struct minutes_view *v,
			  const struct minutes_item *item)
{
	char *more = NULL;

	if (item->kind == MINUTES_MIC)
		more = print_relay(v, item);
	else if (item->kind == MINUTES_HANDS)
		more = print_counts(item);
	buf_add_str(out, "- ");
	markdown_time(out, v, item->at, item->line);
	buf_add_char(out, ' ');
	markdown_said(out, item);
	if (more)
		buf_add_format(out, " *(%s)*", more);
	buf_add_char(out, '\n');
	mem_free(&more);
}

static void markdown_people(struct buf *out, const char *term,
			    const struct minutes_people *p)
{
	struct buf text = { 0 };

	if (!p->count)
		return;
	add_people(&text, p);
	buf_add_format(out, "- %s: ", term);
	export_text_add_escaped(out, buf_str(&text));
	buf_add_char(out, '\n');
	buf_fini(&text);
}

static void markdown_head(struct buf *out, const struct minutes_view *v)
{
	char *behind = str_format("meeting/%s/", v->row->name);
	char *url = room_path_new_url(v->settings, v->room, behind);
	char *span = print_span(v);

	buf_add_str(out, "# ");
	export_text_add_escaped(out, session_log_title(v->row));
	buf_add_str(out, "\n\n- Room: ");
	export_text_add_escaped(out, v->name);
	buf_add_format(out, ", [%s](%s)\n- Time: %s\n- State: %s\n", url, url,
		       span, minutes_state(v->row));
	if (v->row->agenda && html_url_is_fit(v->row->agenda))
		buf_add_format(out, "- Agenda: %s\n", v->row->agenda);
	buf_add_format(out, "- People in the room: %zu\n", v->minutes->people);
	markdown_people(out, "Scribes", &v->minutes->scribes);
	markdown_people(out, "Present, by their own word",
			&v->minutes->present);
	markdown_people(out, "Regrets", &v->minutes->regrets);
	buf_add_str(out, "\nA draft that the room wrote of what was typed in "
			 "it. Times lead to the log.\n");
	mem_free(&behind);
	mem_free(&url);
	mem_free(&span);
}

static void markdown_contents(struct buf *out, const struct minutes *m)
{
	if (m->topic_count < 2)
		return;
	buf_add_str(out, "\n## Contents\n\n");
	for (size_t i = 1; i < m->topic_count; i++) {
		buf_add_format(out, "%zu. ", i);
		export_text_add_escaped(out, topic_text(m, i));
		buf_add_char(out, '\n');
	}
}

static void markdown_topic(struct buf *out, const struct minutes_view *v,
			   size_t topic)
{
	const struct minutes_topic *t = &v->minutes->topics[topic];

	buf_add_str(out, "\n## ");
	if (topic)
		buf_add_format(out, "%zu. ", topic);
	export_text_add_escaped(out, topic_text(v->minutes, topic));
	buf_add_str(out, "\n\n");
	if (topic) {
		buf_add_str(out, "Begun ");
		markdown_time(out, v, t->at, t->line);
		buf_add_str(out, t->count ? ".\n\n" : ".\n");
	}
	for (size_t i = 0; i < t->count; i++)
		markdown_item(out, v, &t->items[i]);
}

static void markdown_list(struct buf *out, const struct minutes_view *v,
			  const char *heading, enum minutes_kind kind)
{
	struct minutes_walk walk = { 0 };
	const struct minutes_item *item = minutes_next(v->minutes, kind, &walk);

	if (item)
		buf_add_format(out, "\n## %s\n\n", heading);
	for (; item; item = minutes_next(v->minutes, kind, &walk)) {
		buf_add_str(out, "- ");
		markdown_time(out, v, item->at, item->line);
		buf_add_char(out, ' ');
		export_text_add_escaped(out, text_of(item->text));
		buf_add_char(out, '\n');
	}
}

void minutes_write_markdown(struct buf *out, const struct minutes_view *v)
{
	markdown_head(out, v);
	markdown_contents(out, v->minutes);
	for (size_t i = 0; i < v->minutes->topic_count; i++)
		if (is_shown(v->minutes, i))
			markdown_topic(out, v, i);
	markdown_list(out, v, "Actions", MINUTES_ACTION);
	markdown_list(out, v, "Decisions", MINUTES_DECISION);
}

/* ---- HTML ---- */

void minutes_write_time(struct html *h, const struct minutes_view *v,
			int64_t at, const char *line)
{
	char *behind = line ? str_format("m/%s", line) : NULL;
	char *path = NULL;
	char day[DAY_KEY_SIZE];

	print_day(v, day);
	if (line) {
		html_open_class(h, "a", "at");
		if (v->is_away) {
			path = room_path_new_url(v->settings, v->room, behind);
			(void)html_attr_own(h, "href", path);
		} else {
			path = room_path_new(v->settings, v->room, behind);
			html_attr(h, "href", path);
		}
	}
	moment_write(h, at, v->zone, MOMENT_MINUTE, day);
	if (line)
		html_close(h);
	html_text(h, " ");
	mem_free(&path);
	mem_free(&behind);
}

static void html_term(struct html *h, const char *term)
{
	html_elem(h, "dt", term);
	html_open(h, "dd");
}

static void html_people(struct html *h, const char *term,
			const struct minutes_people *p)
{
	if (!p->count)
		return;
	html_term(h, term);
	for (size_t i = 0; i < p->count; i++) {
		html_text(h, i ? ", " : "");
		html_isolate(h, p->items[i].name);
		if (!p->items[i].about)
			continue;
		html_text(h, " (");
		html_isolate(h, p->items[i].about);
		html_text(h, ")");
	}
	html_close(h);
}

static void html_moments(struct html *h, const struct minutes_view *v)
{
	int64_t end = session_log_end(v->row);
	char day[DAY_KEY_SIZE];

	print_day(v, day);
	html_term(h, v->row->started ? "Time" : "Planned for");
	moment_write(h, session_log_start(v->row), v->zone, MOMENT_MINUTE,
		     NULL);
	if (end) {
		html_text(h, " to ");
		moment_write(h, end, v->zone, MOMENT_MINUTE, day);
	}
	html_format(h, " (%s)", v->zone ? zone_name(v->zone) : "UTC");
	html_close(h);
}

void minutes_write_facts(struct html *h, const struct minutes_view *v)
{
	const struct minutes *m = v->minutes;

	html_open_class(h, "dl", "facts");
	html_term(h, "State");
	html_text(h, minutes_state(v->row));
	html_close(h);
	html_moments(h, v);
	if (v->row->agenda && *v->row->agenda) {
		html_term(h, "Agenda");
		html_text_with_links(h, v->row->agenda);
		html_close(h);
	}
	if (v->row->started) {
		html_term(h, "People in the room");
		html_format(h, "%zu", m->people);
		html_close(h);
		html_term(h, "On the record");
		html_format(h, "%zu %s, %zu %s, %zu %s", v->lines,
			    v->lines == 1 ? "line" : "lines", m->actions,
			    m->actions == 1 ? "action" : "actions",
			    m->decisions,
			    m->decisions == 1 ? "decision" : "decisions");
		html_close(h);
	}
	html_people(h, "Scribes", &m->scribes);
	html_people(h, "Present, by their own word", &m->present);
	html_people(h, "Regrets", &m->regrets);
	html_close(h);
}

/* is_told: a heading says already what kind it is. */
static void html_said(struct html *h, const struct minutes_view *v,
		      const struct minutes_item *item, bool is_told)
{
	const char *label = is_told ? NULL : label_of(item->kind);
	char *more = NULL;

	if (label) {
		html_elem_class(h, "strong", "mark", label);
		html_text(h, " ");
	}
	if (item->kind == MINUTES_MIC) {
		more = print_relay(v, item);
		html_open_class(h, "strong", "mark");
		html_format(h, "MIC %" PRId64, item->number);
		html_close(h);
		html_text(h, " ");
	} else if (item->kind == MINUTES_HANDS) {
		more = print_counts(item);
		if (!is_told) {
			html_elem_class(h, "strong", "mark", "Show of hands");
			html_text(h, " ");
		}
	}
	if (item->person && item->kind != MINUTES_HANDS) {
		html_elem_class(h, "bdi", "who", item->person);
		html_text(h, ": ");
	}
	html_open_class(h, "span", item->text ? "text" : "said");
	html_attr(h, "dir", "auto");
	html_text_with_links(h, text_of(item->text));
	html_close(h);
	if (more) {
		html_text(h, " ");
		html_open_class(h, "span", "said");
		html_format(h, "(%s)", more);
		html_close(h);
	}
	mem_free(&more);
}

static void html_item(struct html *h, const struct minutes_view *v,
		      const struct minutes_item *item, bool is_told)
{
	html_open(h, "li");
	minutes_write_time(h, v, item->at, item->line);
	html_said(h, v, item, is_told);
	html_close(h);
	html_text(h, "\n");
}

static void html_contents(struct html *h, const struct minutes *m)
{
	if (m->topic_count < 2)
		return;
	html_open(h, "nav");
	html_attr(h, "aria-labelledby", "contents");
	html_open(h, "h3");
	html_attr(h, "id", "contents");
	html_text(h, "Contents");
	html_close(h);
	html_open(h, "ol");
	for (size_t i = 1; i < m->topic_count; i++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attr_format(h, "href", "#topic-%zu", i);
		html_isolate(h, topic_text(m, i));
		html_close_n(h, 2);
	}
	html_close_n(h, 2);
}

static void html_topic(struct html *h, const struct minutes_view *v,
		       size_t topic)
{
	const struct minutes_topic *t = &v->minutes->topics[topic];

	html_open(h, "h3");
	html_attr_format(h, "id", "topic-%zu", topic);
	if (topic)
		html_format(h, "%zu. ", topic);
	html_isolate(h, topic_text(v->minutes, topic));
	html_close(h);
	if (topic) {
		html_open_class(h, "p", "said");
		html_text(h, "begun ");
		minutes_write_time(h, v, t->at, t->line);
		html_close(h);
	}
	if (!t->count)
		return;
	html_open_class(h, "ul", "minutes");
	for (size_t i = 0; i < t->count; i++)
		html_item(h, v, &t->items[i], false);
	html_close(h);
}

static void html_list(struct html *h, const struct minutes_view *v,
		      const char *heading, enum minutes_kind kind)
{
	struct minutes_walk walk = { 0 };
	const struct minutes_item *item = minutes_next(v->minutes, kind, &walk);

	if (!item)
		return;
	html_elem(h, "h2", heading);
	html_open_class(h, "ul", "minutes");
	for (; item; item = minutes_next(v->minutes, kind, &walk))
		html_item(h, v, item, true);
	html_close(h);
}

void minutes_write_html(struct html *h, const struct minutes_view *v)
{
	const struct minutes *m = v->minutes;

	html_elem(h, "h2", "Draft minutes");
	html_elem(h, "p",
		  "A draft that the room wrote of what was typed in it. Times "
		  "lead to the log.");
	html_contents(h, m);
	for (size_t i = 0; i < m->topic_count; i++)
		if (is_shown(m, i))
			html_topic(h, v, i);
	if (m->topic_count < 2 && !m->topics[0].count)
		html_elem(h, "p", "Nothing was noted.");
	html_list(h, v, "Actions", MINUTES_ACTION);
	html_list(h, v, "Decisions", MINUTES_DECISION);
	html_list(h, v, "Questions for the microphone", MINUTES_MIC);
	html_list(h, v, "Shows of hands", MINUTES_HANDS);
}
