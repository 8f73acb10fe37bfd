/* SPDX-License-Identifier: MIT */
#include "web/room_page.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/agenda.h"
#include "web/calendar.h"
#include "web/call.h"
#include "web/group_index.h"
#include "web/export.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/moment.h"
#include "web/qr.h"
#include "web/room_path.h"
#include "web/web.h"
#include "web/web_site.h"
#include "xml/elem.h"
#include "xml/write.h"

#define TOMBSTONES 10       /* on the room's page */
#define TOMBSTONES_ALL 1000 /* on their own */
#define NS_SVG "http://www.w3.org/2000/svg"
#define QR_MARGIN 4 /* modules around the code */

struct sheet {
	struct call *call;
	struct html html;
	struct calendar calendar;
	struct group_index catalogue;
	const struct web_room *view;      /* NULL: not to be told of now */
	const struct record_group *group; /* or NULL */
	const char *name;
	size_t tombstones;
};

static char *path_of(const struct sheet *s, const char *behind)
{
	return room_path_new(s->call->desk->settings, s->call->room, behind);
}

static void link_behind(struct sheet *s, const char *behind, const char *text)
{
	char *path = path_of(s, behind);

	html_link(&s->html, path, text);
	mem_free(&path);
}

/* ---- what it is ---- */

static void write_term(struct html *h, const char *term)
{
	html_elem(h, "dt", term);
	html_open(h, "dd");
}

static void write_away(struct html *h, const char *url, const char *text)
{
	html_open(h, "a");
	(void)html_attr_own(h, "href", url);
	html_text(h, text);
	html_close(h);
}

static void write_url(struct html *h, const char *term, const char *url)
{
	if (!url || !*url)
		return;
	write_term(h, term);
	if (html_url_is_fit(url))
		write_away(h, url, url);
	else
		html_isolate(h, url);
	html_close(h);
}

static void write_email(struct html *h, const char *email)
{
	char *url;

	if (!email || !*email)
		return;
	url = str_format("mailto:%s", email);
	write_term(h, "Mailing list");
	write_away(h, url, email);
	html_close(h);
	mem_free(&url);
}

static void write_text(struct html *h, const char *term, const char *text,
		       const char *lang)
{
	if (!text || !*text)
		return;
	html_elem(h, "dt", term);
	html_open_class(h, "dd", "prose");
	html_attr(h, "dir", "auto");
	html_attr(h, "lang", lang);
	html_text_with_links(h, text);
	html_close(h);
}

static void write_group(struct sheet *s)
{
	const struct record_group *g = s->group;
	struct html *h = &s->html;

	if (!g)
		return;
	if (g->area) {
		write_term(h, "Area");
		html_isolate(h, g->area);
		html_close(h);
	}
	if (g->state) {
		write_term(h, "State of the group");
		html_isolate(h, g->state);
		html_close(h);
	}
	write_url(h, "Charter", g->charter);
	write_email(h, g->list_email);
	write_url(h, "Subscribe to the list", g->list_subscribe);
	write_url(h, "Archive of the list", g->list_archive);
}

/* "https://chat.example/#{room}" with the room's address in its place. */
static char *client_url(const struct web_settings *settings, const char *room)
{
	const char *place =
		settings->client ? strstr(settings->client, "{room}") : NULL;
	struct buf url = { 0 };

	if (!place)
		return NULL;
	buf_add(&url, settings->client, (size_t)(place - settings->client));
	html_add_encoded(&url, room);
	buf_add_str(&url, place + strlen("{room}"));
	return buf_steal_str(&url);
}

static void write_qr(struct sheet *s)
{
	struct html *h = &s->html;
	char *path = path_of(s, "join.svg");

	html_open_class(h, "details", "qr");
	html_elem(h, "summary", "The address as a QR code");
	html_open(h, "img");
	html_attr(h, "src", path);
	html_attr_format(h, "alt", "QR code that leads into %s", s->call->room);
	html_attr(h, "width", "220");
	html_attr(h, "height", "220");
	html_attr(h, "loading", "lazy");
	html_close_n(h, 2);
	mem_free(&path);
}

static void write_join(struct sheet *s)
{
	struct html *h = &s->html;
	char *join = room_path_new_join(s->call->room);
	char *client = client_url(s->call->desk->settings, s->call->room);

	html_open_class(h, "p", "join");
	html_open_class(h, "a", "button");
	(void)html_attr_own(h, "href", join);
	html_text(h, "Join with your XMPP client");
	html_close(h);
	if (client) {
		html_text(h, " ");
		html_open(h, "a");
		if (html_attr_own(h, "href", client))
			html_attr(h, "rel", "noopener noreferrer");
		html_text(h, "Join in the browser");
		html_close(h);
	}
	html_text(h, " The room's address is ");
	html_elem(h, "code", s->call->room);
	html_text(h, ".");
	html_close(h);
	write_qr(s);
	mem_free(&client);
	mem_free(&join);
}

static void write_facts(struct sheet *s)
{
	const struct web_room *v = s->view;
	struct html *h = &s->html;

	html_open_class(h, "dl", "facts");
	if (v) {
		write_text(h, "Description", v->description, v->lang);
		write_text(h, "Subject", v->subject, v->lang);
		write_term(h, "Occupants");
		html_format(h, "%zu", v->occupants);
		html_close(h);
	}
	write_group(s);
	if (s->calendar.count > 0) {
		write_term(h, "On the record");
		html_format(h, "%lld %s on %zu %s, since ",
			    (long long)s->calendar.lines,
			    s->calendar.lines == 1 ? "line" : "lines",
			    s->calendar.count,
			    s->calendar.count == 1 ? "day" : "days");
		link_behind(s, s->calendar.days[0].key,
			    s->calendar.days[0].key);
		html_close(h);
	}
	html_close(h);
}

static void write_gone(struct sheet *s)
{
	const struct web_room *v = s->call->view;
	struct html *h = &s->html;

	html_open_class(h, "p", "gap");
	if (v && !v->is_gone)
		html_text(h, "This room is not open to everybody now. What was "
			     "said while it was stays here.");
	else
		html_text(h, "This room is gone. What was said in it stays "
			     "here.");
	if (v && v->is_gone && v->venue) {
		char *path =
			room_path_new(s->call->desk->settings, v->venue, "");

		html_text(h, " Go on in ");
		html_link(h, path, v->venue);
		html_text(h, ".");
		mem_free(&path);
	}
	html_close(h);
}

/* ---- its log ---- */

static void write_search(struct sheet *s)
{
	struct html *h = &s->html;
	char *path = path_of(s, "search");

	html_open_class(h, "form", "finder");
	html_attr(h, "method", "get");
	html_attr(h, "action", path);
	html_attr(h, "role", "search");
	html_open(h, "label");
	html_text(h, "Search this room ");
	html_open(h, "input");
	html_attr(h, "name", "q");
	html_attr(h, "type", "search");
	html_attr(h, "maxlength", "200");
	html_close_n(h, 2);
	html_text(h, " ");
	html_elem(h, "button", "Search");
	html_close(h);
	mem_free(&path);
}

static void on_tombstone(void *owner, const struct record *record)
{
	struct sheet *s = owner;
	const struct record_retraction *r = &record->as_retraction;
	struct html *h = &s->html;
	struct record_message as_message = {
		.stanza = r->stanza,
		.at = r->at,
	};
	struct line *l;
	char *behind;

	(void)str_copy(as_message.id, sizeof(as_message.id), r->id);
	l = line_new(&as_message);
	behind = str_format("m/%s", r->id);
	if (s->tombstones++ == 0)
		html_open_class(h, "ul", "tombstones");
	html_open(h, "li");
	moment_write(h, r->at, NULL, MOMENT_WHOLE, NULL);
	html_text(h, l->is_moderated ? ": a moderator took back "
				     : ": its author took back ");
	link_behind(s, behind, "a line");
	if (l->reason && *l->reason) {
		html_text(h, ": ");
		html_isolate(h, l->reason);
	}
	html_close(h);
	mem_free(&behind);
	line_free(&l);
}

static int write_tombstones(struct sheet *s, size_t max)
{
	int error = log_reader_retractions(s->call->desk->reader, s->call->room,
					   true, max, on_tombstone, s);

	if (s->tombstones > 0)
		html_close(&s->html);
	else
		html_elem(&s->html, "p", "Nothing was taken back.");
	return error;
}

static void write_log(struct sheet *s)
{
	struct html *h = &s->html;
	const struct calendar_day *newest;

	html_elem(h, "h2", "Log");
	if (s->calendar.count == 0) {
		html_elem(h, "p", "Nothing is on the record yet.");
		return;
	}
	newest = &s->calendar.days[s->calendar.count - 1];
	html_open(h, "p");
	html_text(h, "The newest day: ");
	link_behind(s, newest->key, newest->key);
	html_text(h, ".");
	html_close(h);
	write_search(s);
	html_elem(h, "h3", "Years");
	calendar_write_years(&s->calendar, h, s->call->desk->settings,
			     s->call->room, NULL);
	html_open(h, "h3");
	html_format(h, "Days of %.4s", newest->key);
	html_close(h);
	calendar_write_year(&s->calendar, h, s->call->desk->settings,
			    s->call->room, newest->key, "h4");
}

static int write_taken_back(struct sheet *s)
{
	struct html *h = &s->html;
	int error;

	html_elem(h, "h2", "Taken back");
	error = write_tombstones(s, TOMBSTONES);
	if (s->tombstones == TOMBSTONES) {
		html_open(h, "p");
		link_behind(s, "tombstones", "All that was taken back");
		html_close(h);
	}
	return error;
}

/* ---- pages ---- */

static int open_sheet(struct sheet *s, struct call *c)
{
	struct reader *r = c->desk->reader;
	const struct record *group;
	int error;

	*s = (struct sheet){ .call = c };
	error = calendar_read(&s->calendar, r, c->room);
	if (!error)
		error = group_index_read(&s->catalogue, r);
	if (error)
		return error;
	if (c->view && c->view->is_on_web && !c->view->is_gone)
		s->view = c->view;
	/* the list is public, but which rooms are open is not told by it */
	group = group_index_find(&s->catalogue, c->room);
	if (s->calendar.count == 0 && !s->view &&
	    !(group && c->view && c->view->is_gone))
		return HW_E_NOT_FOUND;
	s->group = group && (s->view || !c->view || c->view->is_gone)
			   ? &group->as_group
			   : NULL;
	s->name = s->view && s->view->name ? s->view->name
		  : s->group               ? s->group->name
					   : c->room;
	return 0;
}

static void close_sheet(struct sheet *s, int error)
{
	if (error == HW_E_NOT_FOUND)
		call_fail(s->call, 404,
			  "There is no such room, and none that "
			  "left a log.");
	else if (error)
		call_fail(s->call, 503, NULL);
	calendar_fini(&s->calendar);
	group_index_fini(&s->catalogue);
}

static void answer_with(struct call *c, int (*write_page)(struct sheet *s))
{
	struct sheet s;
	int error = open_sheet(&s, c);

	if (!error)
		error = write_page(&s);
	close_sheet(&s, error);
}

static bool is_noindex(const struct sheet *s)
{
	return s->call->view &&
	       (s->call->view->is_noindex ||
		(!s->call->view->is_on_web && !s->call->view->is_gone));
}

static void write_heading(struct sheet *s, const char *more)
{
	html_open(&s->html, "h1");
	html_isolate(&s->html, s->name);
	html_text(&s->html, more);
	html_close(&s->html);
}

static int write_room(struct sheet *s)
{
	char *self = path_of(s, ""), *feed = path_of(s, "feed.atom");
	struct frame_alternate alternates[] = {
		{ "application/atom+xml", feed, "What was said, as a feed" },
	};
	struct frame frame = {
		.title = s->name,
		.description = s->view ? s->view->description : NULL,
		.canonical = self,
		.room = s->call->room,
		.room_name = s->name,
		.alternates = alternates,
		.alternate_count = s->view ? array_len(alternates) : 0,
		.is_noindex = is_noindex(s),
	};
	int error;

	frame_open(&frame, &s->html, s->call);
	write_heading(s, "");
	if (s->view)
		write_join(s);
	else
		write_gone(s);
	write_facts(s);
	error = agenda_write_room(s->call, &s->html);
	write_log(s);
	if (!error)
		error = write_taken_back(s);
	if (s->view) {
		html_open(&s->html, "p");
		html_link(&s->html, feed, "Feed of this room (Atom)");
		html_close(&s->html);
	}
	frame_close(&frame, &s->html);
	mem_free(&self);
	mem_free(&feed);
	return error;
}

void room_page_answer(struct call *c)
{
	answer_with(c, write_room);
}

static void write_year(struct sheet *s, const char *year)
{
	char *behind = str_format("%s/", year);
	char *self = path_of(s, behind);
	char *title = str_format("%s %s", s->name, year);
	char *more = str_format(": %s", year);
	struct frame frame = {
		.title = title,
		.canonical = self,
		.room = s->call->room,
		.room_name = s->name,
		.is_noindex = is_noindex(s),
	};

	frame_open(&frame, &s->html, s->call);
	write_heading(s, more);
	html_elem(&s->html, "h2", "Years");
	calendar_write_years(&s->calendar, &s->html, s->call->desk->settings,
			     s->call->room, year);
	html_elem(&s->html, "h2", "Days");
	html_elem(&s->html, "p",
		  "Days on which something was said are links; "
		  "the number below is that of lines. Days are "
		  "those of UTC.");
	calendar_write_year(&s->calendar, &s->html, s->call->desk->settings,
			    s->call->room, year, "h3");
	html_elem(&s->html, "h2", "To take along");
	export_write_links(&s->html, s->call->desk->settings, s->call->room,
			   year);
	frame_close(&frame, &s->html);
	mem_free(&behind);
	mem_free(&self);
	mem_free(&title);
	mem_free(&more);
}

static int write_asked_year(struct sheet *s)
{
	const char *year = s->call->parts[0];
	const struct calendar_day *first = calendar_after(&s->calendar, year);

	if (!first || strncmp(first->key, year, 4) != 0)
		return HW_E_NOT_FOUND;
	write_year(s, year);
	return 0;
}

void room_page_answer_year(struct call *c)
{
	answer_with(c, write_asked_year);
}

static int write_tombstone_page(struct sheet *s)
{
	char *self = path_of(s, "tombstones");
	char *title = str_format("Taken back in %s", s->name);
	struct frame frame = {
		.title = title,
		.canonical = self,
		.room = s->call->room,
		.room_name = s->name,
		.is_noindex = is_noindex(s),
	};
	int error;

	frame_open(&frame, &s->html, s->call);
	write_heading(s, ": taken back");
	html_elem(&s->html, "p",
		  "Lines of the log that were taken back, the newest first. "
		  "Each keeps its place; what it said is not shown any more.");
	error = write_tombstones(s, TOMBSTONES_ALL);
	frame_close(&frame, &s->html);
	mem_free(&self);
	mem_free(&title);
	return error;
}

void room_page_answer_tombstones(struct call *c)
{
	answer_with(c, write_tombstone_page);
}

/* ---- the picture ---- */

static struct elem *svg_new(const struct qr *q)
{
	struct elem *svg = elem_new("svg", NS_SVG), *part;
	int side = q->side + 2 * QR_MARGIN;
	char *box = str_format("0 0 %d %d", side, side);
	struct buf path = { 0 };

	elem_set_attr(svg, "viewBox", box);
	elem_set_attr(svg, "shape-rendering", "crispEdges");
	part = elem_add(svg, "path", NULL);
	elem_set_attr(part, "fill", "#fff");
	elem_set_attr(part, "d", "M0 0h99v99h-99z");
	for (int row = 0; row < q->side; row++)
		for (int column = 0; column < q->side; column++)
			if (q->is_dark[row][column])
				buf_add_format(&path, "M%d %dh1v1h-1z",
					       column + QR_MARGIN,
					       row + QR_MARGIN);
	part = elem_add(svg, "path", NULL);
	elem_set_attr(part, "d", buf_str(&path));
	buf_fini(&path);
	mem_free(&box);
	return svg;
}

void room_page_answer_qr(struct call *c)
{
	char *join = room_path_new_join(c->room);
	struct elem *svg;
	struct qr q;

	if (!c->view || !c->view->is_on_web || c->view->is_gone ||
	    !qr_make(&q, join)) {
		call_fail(c, 404, NULL);
	} else {
		svg = svg_new(&q);
		write_elem(&c->body, svg, NULL);
		elem_free(&svg);
		c->type = "image/svg+xml";
		c->cache = "public, max-age=86400";
	}
	mem_free(&join);
}
