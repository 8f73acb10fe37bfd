/* SPDX-License-Identifier: MIT */
#include "web/agenda.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "store/meeting_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/ical.h"
#include "web/minutes_text.h"
#include "web/moment.h"
#include "web/room_path.h"
#include "web/session_log.h"
#include "web/web.h"
#include "web/web_site.h"
#include "web/zone_form.h"

#define MAX_ALL 500  /* sessions, the newest, of the service */
#define MAX_ROOM 200 /* of a room */
#define MAX_PAGE 20  /* of a room, on its page */

/* Sessions as they are read, the newest first. */
struct agenda {
	struct record **sessions; /* owned */
	size_t count;
};

static void on_session(void *owner, const struct record *record)
{
	struct agenda *a = owner;

	a->sessions =
		mem_realloc(a->sessions, (a->count + 1) * sizeof(*a->sessions));
	a->sessions[a->count++] = session_log_copy(record);
}

static int read_sessions(struct agenda *a, struct call *c, const char *room,
			 size_t max)
{
	*a = (struct agenda){ 0 };
	return meeting_reader_list(c->desk->reader, room, true, max, on_session,
				   a);
}

static void free_sessions(struct agenda *a)
{
	for (size_t i = 0; i < a->count; i++)
		record_free(&a->sessions[i]);
	mem_free(&a->sessions);
}

/* ---- lists ---- */

struct listing {
	struct call *call;
	struct html *html;
	const struct zone *zone; /* or NULL */
	bool with_room;
};

static bool is_coming(const struct record_meeting *m)
{
	return m->state == RECORD_MEETING_PLANNED ||
	       m->state == RECORD_MEETING_OPEN;
}

static char *page_path(const struct call *c, const struct record *r)
{
	char *behind = str_format("meeting/%s/", r->as_meeting.name);
	char *path = room_path_new(c->desk->settings, r->room, behind);

	mem_free(&behind);
	return path;
}

static void write_room(const struct listing *l, const char *room)
{
	const struct web_room *view = web_site_find(l->call->desk->site, room);
	char *path = room_path_new(l->call->desk->settings, room, "");
	char *local = str_dup_n(room, strcspn(room, "@"));
	const char *name =
		view && view->is_on_web && view->name ? view->name : local;

	html_text(l->html, ", ");
	html_open(l->html, "a");
	html_attr(l->html, "href", path);
	html_isolate(l->html, name);
	html_close(l->html);
	mem_free(&local);
	mem_free(&path);
}

static void write_session(const struct listing *l, const struct record *r)
{
	const struct record_meeting *m = &r->as_meeting;
	struct html *h = l->html;
	char *path = page_path(l->call, r);

	html_open(h, "li");
	moment_write(h, session_log_start(m), l->zone, MOMENT_MINUTE, NULL);
	html_text(h, " ");
	html_open(h, "a");
	html_attr(h, "href", path);
	html_isolate(h, session_log_title(m));
	html_close(h);
	if (l->with_room)
		write_room(l, r->room);
	if (m->state == RECORD_MEETING_OPEN ||
	    m->state == RECORD_MEETING_CANCELLED) {
		html_text(h, " ");
		html_elem_class(h, "strong", "mark", minutes_state(m));
	}
	html_close(h);
	html_text(h, "\n");
	mem_free(&path);
}

/* False: none is of that sort. What comes is told the soonest first. */
static bool write_sort(const struct listing *l, const struct agenda *a,
		       bool coming, const char *level, const char *heading)
{
	bool is_begun = false;

	for (size_t i = 0; i < a->count; i++) {
		const struct record *r =
			a->sessions[coming ? a->count - 1 - i : i];

		if (is_coming(&r->as_meeting) != coming)
			continue;
		if (!is_begun) {
			html_elem(l->html, level, heading);
			html_open_class(l->html, "ul", "sessions");
		}
		is_begun = true;
		write_session(l, r);
	}
	if (is_begun)
		html_close(l->html);
	return is_begun;
}

int agenda_write_room(struct call *c, struct html *h)
{
	const struct listing l = { .call = c, .html = h };
	struct agenda a;
	int error = read_sessions(&a, c, c->room, MAX_PAGE);

	if (!error && a.count) {
		char *feed = room_path_new(c->desk->settings, c->room,
					   "calendar.ics");

		html_elem(h, "h2", "Sessions");
		(void)write_sort(&l, &a, true, "h3", "Coming");
		(void)write_sort(&l, &a, false, "h3", "Over or called off");
		html_open(h, "p");
		html_link(h, feed,
			  "Sessions of this room as a calendar "
			  "(iCalendar)");
		html_close(h);
		mem_free(&feed);
	}
	free_sessions(&a);
	return error;
}

/* ---- the page ---- */

static void write_zone(struct html *h, const char *tz, bool is_known)
{
	zone_form_write(h, "Time zone", tz, NULL);
	html_open_class(h, "p", "times");
	if (is_known)
		html_format(h, "Times are those of %s.", tz);
	else
		html_text(h, tz && *tz ? "The time zone asked for is not known "
					 "here; times are UTC."
				       : "Times are UTC.");
	html_close(h);
}

static void write_page(struct call *c, const struct agenda *a)
{
	static const struct frame_alternate alternates[] = {
		{ "text/calendar", "/-/calendar.ics", "Sessions (iCalendar)" },
		{ "application/atom+xml", "/-/decisions.atom",
		  "Actions and decisions" },
	};
	static const struct frame frame = {
		.title = "Calendar",
		.description = "Sessions of all rooms",
		.canonical = "/-/calendar",
		.alternates = alternates,
		.alternate_count = array_len(alternates),
	};
	const char *tz = call_arg(c, "tz");
	struct zone *zone = tz && *tz ? zone_new(tz) : NULL;
	struct html h;
	const struct listing l = {
		.call = c, .html = &h, .zone = zone, .with_room = true
	};
	bool is_any;

	frame_open(&frame, &h, c);
	html_elem(&h, "h1", "Calendar");
	write_zone(&h, tz, zone != NULL);
	is_any = write_sort(&l, a, true, "h2", "Coming sessions");
	is_any = write_sort(&l, a, false, "h2",
			    "Sessions that are over or called off") ||
		 is_any;
	if (!is_any)
		html_elem(&h, "p",
			  "No session is planned, and none was "
			  "held.");
	html_open(&h, "p");
	html_link(&h, "/-/calendar.ics",
		  "All sessions as a calendar "
		  "(iCalendar)");
	html_text(&h, ", ");
	html_link(&h, "/-/decisions.atom",
		  "actions and decisions as a feed "
		  "(Atom)");
	html_close(&h);
	frame_close(&frame, &h);
	zone_free(&zone);
}

void agenda_answer(struct call *c)
{
	struct agenda a;
	int error = read_sessions(&a, c, NULL, MAX_ALL);

	if (error)
		call_fail(c, 503, NULL);
	else
		write_page(c, &a);
	free_sessions(&a);
}

/* ---- iCalendar ---- */

static void add_event(struct buf *out, const struct web_settings *s,
		      const struct record *r)
{
	const struct record_meeting *m = &r->as_meeting;
	char *behind = str_format("meeting/%s/", m->name);
	char *url = room_path_new_url(s, r->room, behind);
	char *join = room_path_new_join(r->room);
	char *uid = m->uid ? str_dup(m->uid)
			   : str_format("%s.%s", m->name, r->room);
	char *local = str_dup_n(r->room, strcspn(r->room, "@"));
	char *summary = str_format("%s: %s", local, session_log_title(m));
	char *description =
		m->agenda && *m->agenda
			? str_format("%s\nAgenda: %s", url, m->agenda)
			: str_dup(url);

	ical_add(out,
		 &(struct ical_event){
			 .uid = uid,
			 .summary = summary,
			 .description = description,
			 .location = join,
			 .url = url,
			 .start = session_log_start(m),
			 .end = session_log_end(m),
			 .changed = r->at,
			 .is_cancelled = m->state == RECORD_MEETING_CANCELLED,
		 });
	mem_free(&behind);
	mem_free(&url);
	mem_free(&join);
	mem_free(&uid);
	mem_free(&local);
	mem_free(&summary);
	mem_free(&description);
}

static void answer_ics(struct call *c, const char *room, size_t max)
{
	struct agenda a;
	int error = read_sessions(&a, c, room, max);

	if (error) {
		free_sessions(&a);
		call_fail(c, 503, NULL);
		return;
	}
	c->type = "text/calendar; charset=utf-8";
	c->cache = "public, max-age=300";
	call_add_header(c, "Access-Control-Allow-Origin", "*");
	ical_begin(&c->body, room ? room : c->domain);
	for (size_t i = 0; i < a.count; i++)
		add_event(&c->body, c->desk->settings, a.sessions[i]);
	ical_end(&c->body);
	free_sessions(&a);
}

void agenda_answer_ics(struct call *c)
{
	answer_ics(c, NULL, MAX_ALL);
}

/* A room that nobody knows has an empty calendar at most. */
void agenda_answer_room_ics(struct call *c)
{
	struct agenda a;
	int error = read_sessions(&a, c, c->room, 1);
	bool is_known = a.count || (c->view && c->view->is_on_web);

	free_sessions(&a);
	if (!error && !is_known)
		call_fail(c, 404,
			  "There is no such room, and none that held "
			  "a session.");
	else
		answer_ics(c, c->room, MAX_ROOM);
}
