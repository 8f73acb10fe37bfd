/* SPDX-License-Identifier: MIT */
#include "web/line_look.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "web/day.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_marks.h"
#include "web/moment.h"
#include "web/room_path.h"

#define EXCERPT 80      /* bytes, about, of a line that is replied to */
#define THREAD_SHOWN 12 /* of a thread's name, often a long random one */

static const char *const classes[] = {
	[LINE_TALK] = "talk",           [LINE_ME] = "me",
	[LINE_SUBJECT] = "subject",     [LINE_CORRECTION] = "correction",
	[LINE_REACTION] = "reacted",    [LINE_TOMBSTONE] = "tombstone",
	[LINE_ENCRYPTED] = "encrypted", [LINE_OTHER] = "other",
};

/* A tag that a browser can make something of (RFC 5646); else none. */
static const char *fit_lang(const char *lang)
{
	size_t len = lang ? strlen(lang) : 0;

	if (len < 2 || len > 35 ||
	    strspn(lang, "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != len)
		return NULL;
	return strspn(lang, "0123456789-") == 0 && lang[len - 1] != '-' &&
			       !strstr(lang, "--") &&
			       (len < 9 || strchr(lang, '-'))
		       ? lang
		       : NULL;
}

/* Where the line of that id is, seen from this page. */
static char *link_to(const struct line_view *view, const char *id, bool is_here)
{
	struct buf behind;
	char *path;

	if (is_here)
		return str_format("#%s", id);
	buf_init(&behind);
	buf_add_str(&behind, "m/");
	html_add_encoded(&behind, id);
	path = room_path_new(view->settings, view->room, buf_str(&behind));
	buf_fini(&behind);
	return path;
}

static void write_time(struct html *h, const struct line_view *view,
		       const struct line *l)
{
	char *path = link_to(view, l->id, view->day != NULL);

	html_open_class(h, "a", "at");
	html_attr(h, "href", path);
	moment_write(h, l->at, view->zone,
		     view->day ? MOMENT_CLOCK : MOMENT_WHOLE, view->day);
	html_close(h);
	html_text(h, " ");
	mem_free(&path);
}

static void write_hats(struct html *h, const char *hats)
{
	while (hats && *hats) {
		size_t len = strcspn(hats, "\n");
		const char *tab = memchr(hats, '\t', len);
		size_t title = tab ? (size_t)(hats + len - tab - 1) : 0;

		if (title > 0) {
			html_text(h, " ");
			html_open_class(h, "bdi", "hat");
			html_text_n(h, tab + 1, title);
			html_close(h);
		}
		hats += len + (hats[len] == '\n');
	}
}

static void write_who(struct html *h, const struct line *l)
{
	char class_name[16] = "who";
	bool is_said = l->kind == LINE_TALK || l->kind == LINE_CORRECTION;

	if (l->nick) /* the room itself has no colour */
		snprintf(class_name, sizeof(class_name), "who c%u",
			 line_colour(l));
	html_elem_class(h, "bdi", class_name, l->nick ? l->nick : "The room");
	write_hats(h, l->hats);
	html_text(h, is_said ? ": " : " ");
}

static void write_text(struct html *h, const struct line_view *view,
		       const struct line *l, const char *text)
{
	html_open_class(h, "span", "text");
	html_attr(h, "lang", fit_lang(l->lang ? l->lang : view->lang));
	html_attr(h, "dir", "auto");
	html_text_with_links(h, text);
	html_close(h);
}

/* ---- what it is about ---- */

/* What a line says now. */
static const char *text_of(const struct day_item *item)
{
	return item->version_count > 0
		       ? item->versions[item->version_count - 1].text
		       : item->line->text;
}

static void write_excerpt(struct html *h, const char *text)
{
	size_t len = strlen(text), at = 0, n;
	uint32_t code;

	while (at < len && at < EXCERPT && text[at] != '\n') {
		n = str_utf8_next(text + at, len - at, &code);
		at += n ? n : 1;
	}
	html_open(h, "bdi");
	html_text_n(h, text, at);
	html_close(h);
	if (at < len)
		html_text(h, " \xe2\x80\xa6");
}

static void write_reply(struct html *h, const struct line_view *view,
			const struct line *l, const struct day_item *item)
{
	const struct day_item *to = item ? item->answers : NULL;
	char *path = link_to(view, l->reply_to, to && view->day);

	html_open_class(h, "span", "reply");
	html_text(h, "in reply to ");
	html_open(h, "a");
	html_attr(h, "href", path);
	if (to) {
		html_isolate(h, to->line->nick);
		if (*text_of(to)) {
			html_text(h, ": ");
			write_excerpt(h, text_of(to));
		}
	} else {
		html_text(h, "an earlier line");
	}
	html_close_n(h, 2);
	html_text(h, " ");
	mem_free(&path);
}

static void write_thread(struct html *h, const struct line *l,
			 const struct day_item *item)
{
	char name[THREAD_SHOWN + 1];

	(void)str_copy(name, sizeof(name), l->thread);
	html_open_class(h, "span", "thread");
	html_text(h, "thread ");
	html_isolate(h, name);
	if (item->before) {
		html_text(h, ", ");
		html_open(h, "a");
		html_attr_format(h, "href", "#%s", item->before->line->id);
		html_text(h, "the line before");
		html_close(h);
	}
	html_close(h);
	html_text(h, " ");
}

/* ---- what came of it ---- */

static void write_versions(struct html *h, const struct line_view *view,
			   const struct day_item *item)
{
	html_open_class(h, "details", "versions");
	html_open(h, "summary");
	html_text(h, "corrected ");
	moment_write(h, item->versions[item->version_count - 1].at, view->zone,
		     MOMENT_CLOCK, view->day);
	html_close(h);
	html_open(h, "ol");
	for (size_t i = 0; i + 1 < item->version_count; i++) {
		html_open(h, "li");
		moment_write(h, item->versions[i].at, view->zone, MOMENT_CLOCK,
			     view->day);
		html_text(h, " ");
		write_text(h, view, item->line, item->versions[i].text);
		html_close(h);
	}
	html_close_n(h, 2);
}

/* For the script, which counts on. */
static void write_people(struct html *h, const struct day_reaction *r)
{
	char person[LINE_PERSON_SIZE];
	struct buf people = { 0 };

	for (size_t i = 0; i < r->count; i++) {
		line_person(r->by[i], person);
		buf_add_format(&people, i ? " %s" : "%s", person);
	}
	html_attr(h, "data-by", buf_str(&people));
	buf_fini(&people);
}

static void write_reactions(struct html *h, const struct line_view *view,
			    const struct day_item *item)
{
	html_open_class(h, "ul", "reactions");
	html_attr(h, "aria-label", "Reactions");
	for (size_t i = 0; i < item->reaction_count; i++) {
		html_open(h, "li");
		if (view->is_live)
			write_people(h, &item->reactions[i]);
		html_isolate(h, item->reactions[i].emoji);
		html_format(h, " %zu", item->reactions[i].count);
		html_close(h);
	}
	html_close(h);
}

/* What is told here can be linked to as well. */
static void write_marks(struct html *h, const struct line_view *view,
			const struct day_item *item)
{
	for (size_t i = 0; i < item->mark_count; i++) {
		html_open_class(h, "span", "anchor");
		html_attr(h, "id", item->marks[i]->id);
		if (view->is_live)
			html_attr(h, "data-sent", item->marks[i]->sent_id);
		html_close(h);
	}
}

/* What the line was in a session. */
static void write_mark(struct html *h, const struct line_view *view,
		       const struct line_mark *mark)
{
	html_open_class(h, "strong", "mark");
	html_text(h, mark->text);
	if (mark->at) {
		html_text(h, " ");
		moment_write(h, mark->at, view->zone, MOMENT_MINUTE, view->day);
	}
	html_close(h);
	html_text(h, " ");
}

/* ---- the kinds ---- */

static void write_tombstone(struct html *h, const struct line_view *view,
			    const struct line *l)
{
	html_open_class(h, "span", "text");
	html_text(h, l->is_moderated ? "Taken back by a moderator"
				     : "Taken back by who said it");
	if (l->gone_at) {
		html_text(h, " at ");
		moment_write(h, l->gone_at, view->zone, MOMENT_CLOCK,
			     view->day);
	}
	if (l->reason && *l->reason) {
		html_text(h, ": ");
		html_isolate(h, l->reason);
	} else {
		html_text(h, ".");
	}
	html_close(h);
}

static void write_subject(struct html *h, const struct line_view *view,
			  const struct line *l)
{
	html_open_class(h, "span", "said");
	html_text(h, *l->text ? "set the subject: " : "cleared the subject.");
	html_close(h);
	if (*l->text)
		write_text(h, view, l, l->text);
}

static void write_reacted(struct html *h, const struct line_view *view,
			  const struct line *l)
{
	char *path = l->about ? link_to(view, l->about, false) : NULL;

	html_open_class(h, "span", "said");
	html_text(h, *l->text ? "reacted " : "took back their reaction");
	html_isolate(h, l->text);
	html_text(h, " to ");
	if (path)
		html_link(h, path, "an earlier line");
	else
		html_text(h, "a line");
	html_close(h);
	mem_free(&path);
}

static void write_said(struct html *h, const struct line_view *view,
		       const struct line *l, const struct day_item *item)
{
	const char *text = item ? text_of(item) : l->text;

	if (l->kind == LINE_CORRECTION)
		html_elem_class(h, "span", "said",
				"corrected an earlier line: ");
	if (l->reply_to)
		write_reply(h, view, l, item);
	if (item && item->is_of_thread && view->day)
		write_thread(h, l, item);
	write_text(h, view, l, text);
}

static void write_kind(struct html *h, const struct line_view *view,
		       const struct line *l, const struct day_item *item)
{
	switch (l->kind) {
	case LINE_TALK:
	case LINE_ME:
	case LINE_CORRECTION:
		write_said(h, view, l, item);
		break;
	case LINE_SUBJECT:
		write_subject(h, view, l);
		break;
	case LINE_REACTION:
		write_reacted(h, view, l);
		break;
	case LINE_TOMBSTONE:
		write_tombstone(h, view, l);
		break;
	case LINE_ENCRYPTED:
		html_elem_class(h, "span", "said",
				"(encrypted: cannot be read here)");
		break;
	case LINE_OTHER:
		html_elem_class(h, "span", "said", "(nothing to read)");
		break;
	}
}

/* What the script goes by: who says what about which line. */
static void write_data(struct html *h, const struct line *l)
{
	char person[LINE_PERSON_SIZE];

	line_person(l, person);
	html_attr(h, "data-by", person);
	html_attr(h, "data-sent", l->sent_id);
	if (l->kind == LINE_CORRECTION)
		html_attr(h, "data-corrects", l->about);
	if (l->kind == LINE_REACTION)
		html_attr(h, "data-reacts", l->about);
	html_attr(h, "data-answers", l->reply_to);
	html_attr(h, "data-thread", l->thread);
}

void line_look_write(struct html *h, const struct line_view *view,
		     const struct line *l, const struct day_item *item)
{
	char class_name[32];

	snprintf(class_name, sizeof(class_name), "%s%s", classes[l->kind],
		 view->is_marked ? " marked" : "");
	html_open_class(h, "li", class_name);
	html_attr(h, "id", l->id);
	if (view->is_live)
		write_data(h, l);
	write_time(h, view, l);
	write_who(h, l);
	if (view->mark && view->mark->text && l->kind != LINE_TOMBSTONE)
		write_mark(h, view, view->mark);
	write_kind(h, view, l, item);
	if (item && l->kind != LINE_TOMBSTONE && item->version_count > 0)
		write_versions(h, view, item);
	if (item && l->kind != LINE_TOMBSTONE && item->reaction_count > 0)
		write_reactions(h, view, item);
	if (item)
		write_marks(h, view, item);
	html_close(h);
	html_text(h, "\n");
}

/* ---- comings and goings ---- */

static const char *words_of(enum record_move move)
{
	switch (move) {
	case RECORD_CAME:
		return " came";
	case RECORD_WENT:
		return " went";
	case RECORD_RENAMED:
		return " is now ";
	case RECORD_KICKED:
		return " was sent out";
	case RECORD_BANNED:
		return " was banned";
	case RECORD_REMOVED:
		return " was taken out by the service";
	}
	return " changed";
}

void line_look_write_presence(struct html *h, const struct record *record,
			      const struct zone *zone, const char *day)
{
	const struct record_presence *p = &record->as_presence;

	html_open_class(h, "li", "presence");
	moment_write(h, record->at, zone, MOMENT_CLOCK, day);
	html_text(h, " ");
	html_isolate(h, p->nick);
	html_text(h, words_of(p->move));
	if (p->other)
		html_isolate(h, p->other);
	if (p->reason && *p->reason) {
		html_text(h, ": ");
		html_isolate(h, p->reason);
	}
	html_close(h);
	html_text(h, "\n");
}
