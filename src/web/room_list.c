/* SPDX-License-Identifier: MIT */
#include "web/room_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/group_index.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/moment.h"
#include "web/room_path.h"
#include "web/web.h"
#include "web/web_site.h"

#define PAGE 200 /* rooms */

/* A room as the list tells it. Strings are borrowed but for jid. */
struct entry {
	char *jid;                   /* owned */
	const struct web_room *view; /* NULL: there is none now, or it is not
				      * for everybody to know */
	const struct record *group;  /* or NULL */
	int64_t said;                /* ms, or 0 */
	int64_t lines;
};

struct listing {
	struct call *call;
	struct html html;
	struct group_index catalogue;
	struct entry *entries; /* owned */
	size_t count, cap;
	struct map *logged; /* jid -> anything: has an entry by its log */
	char *wanted;       /* owned; lower case, or NULL */
	const char *area;   /* or NULL */
	bool has_areas;     /* the catalogue tells of any */
	size_t from;        /* first entry of the page */
};

static struct entry *add_entry(struct listing *l, const char *jid)
{
	struct entry *e;

	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 128;
		l->entries =
			mem_realloc(l->entries, l->cap * sizeof(*l->entries));
	}
	e = &l->entries[l->count++];
	*e = (struct entry){ .jid = str_dup(jid) };
	e->group = group_index_find(&l->catalogue, jid);
	return e;
}

/* Rooms with a log, whether or not they are there. */
static void on_room(void *owner, const struct log_room *room)
{
	struct listing *l = owner;
	const struct web_room *view =
		web_site_find(l->call->desk->site, room->jid);
	struct entry *e;

	/* one that is not for everybody now is not told of here */
	if (room->lines == 0 || (view && !view->is_on_web && !view->is_gone))
		return;
	e = add_entry(l, room->jid);
	map_add(l->logged, room->jid, l);
	e->view = view && !view->is_gone ? view : NULL;
	e->said = room->last;
	e->lines = room->lines;
	if (view && view->said > e->said)
		e->said = view->said;
}

static void add_silent(struct listing *l)
{
	const struct web_site *site = l->call->desk->site;

	for (size_t i = 0; i < site->room_count; i++) {
		const struct web_room *view = &site->rooms[i];
		struct entry *e;

		if (!view->is_on_web || view->is_gone ||
		    map_get(l->logged, view->jid))
			continue;
		e = add_entry(l, view->jid);
		e->view = view;
		e->said = view->said;
	}
}

/* ---- which of them ---- */

static bool holds(const char *text, const char *wanted)
{
	char *lower;
	bool is_there;

	if (!text)
		return false;
	lower = str_dup(text);
	str_lower_ascii(lower);
	is_there = strstr(lower, wanted) != NULL;
	mem_free(&lower);
	return is_there;
}

static bool is_wanted(const struct listing *l, const struct entry *e)
{
	const struct record_group *g = e->group ? &e->group->as_group : NULL;

	if (l->area && (!g || !g->area || !str_equal_case(g->area, l->area)))
		return false;
	return !l->wanted || holds(e->jid, l->wanted) ||
	       (e->view && (holds(e->view->name, l->wanted) ||
			    holds(e->view->description, l->wanted))) ||
	       (g && holds(g->name, l->wanted));
}

static void choose(struct listing *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (is_wanted(l, &l->entries[i]))
			l->entries[kept++] = l->entries[i];
		else
			mem_free(&l->entries[i].jid);
	}
	l->count = kept;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;

	/* rooms that are there come before those that left a log only */
	if (!one->view != !two->view)
		return one->view ? -1 : 1;
	return strcmp(one->jid, two->jid);
}

static size_t people(const struct entry *e)
{
	return e->view ? e->view->occupants : 0;
}

static int by_people(const void *a, const void *b)
{
	size_t one = people(a), two = people(b);

	return one != two ? (one < two) - (one > two) : by_name(a, b);
}

static int by_activity(const void *a, const void *b)
{
	int64_t one = ((const struct entry *)a)->said;
	int64_t two = ((const struct entry *)b)->said;

	return one != two ? (one < two) - (one > two) : by_name(a, b);
}

static void sort(struct listing *l)
{
	const char *how = call_arg(l->call, "sort");
	int (*compare)(const void *, const void *) = by_name;

	if (str_equal(how, "occupants"))
		compare = by_people;
	else if (str_equal(how, "activity"))
		compare = by_activity;
	if (l->count > 1)
		qsort(l->entries, l->count, sizeof(*l->entries), compare);
}

/* ---- how it looks ---- */

static void write_field(struct html *h, const char *name, const char *label,
			const char *value)
{
	html_open(h, "label");
	html_text(h, label);
	html_text(h, " ");
	html_open(h, "input");
	html_attr(h, "name", name);
	html_attr(h, "type", "search");
	html_attr(h, "maxlength", "200");
	html_attr(h, "value", value ? value : "");
	html_close_n(h, 2);
	html_text(h, " ");
}

static void write_option(struct html *h, const char *value, const char *text,
			 const char *now)
{
	html_open(h, "option");
	html_attr(h, "value", value);
	if (str_equal_case(now ? now : "", value))
		html_attr(h, "selected", "");
	html_text(h, text);
	html_close(h);
}

static bool is_first_of_area(const struct group_index *c, size_t at)
{
	const char *area = c->groups[at]->as_group.area;

	if (!area || !*area)
		return false;
	for (size_t i = 0; i < at; i++)
		if (c->groups[i]->as_group.area &&
		    str_equal_case(c->groups[i]->as_group.area, area))
			return false;
	return true;
}

static void write_areas(struct listing *l)
{
	struct html *h = &l->html;
	const struct group_index *c = &l->catalogue;

	if (!l->has_areas)
		return;
	html_open(h, "label");
	html_text(h, "Area ");
	html_open(h, "select");
	html_attr(h, "name", "area");
	write_option(h, "", "all", l->area);
	for (size_t i = 0; i < c->count; i++)
		if (is_first_of_area(c, i))
			write_option(h, c->groups[i]->as_group.area,
				     c->groups[i]->as_group.area, l->area);
	html_close_n(h, 2);
	html_text(h, " ");
}

static void write_form(struct listing *l)
{
	struct html *h = &l->html;
	const char *how = call_arg(l->call, "sort");

	html_open_class(h, "form", "finder");
	html_attr(h, "method", "get");
	html_attr(h, "action", "/");
	html_attr(h, "role", "search");
	write_field(h, "q", "Find a room", call_arg(l->call, "q"));
	write_areas(l);
	html_open(h, "label");
	html_text(h, "Order ");
	html_open(h, "select");
	html_attr(h, "name", "sort");
	write_option(h, "", "by name", how);
	write_option(h, "occupants", "by occupants", how);
	write_option(h, "activity", "by last activity", how);
	html_close_n(h, 2);
	html_text(h, " ");
	html_elem(h, "button", "Find");
	html_close(h);
}

static void write_name(struct listing *l, const struct entry *e)
{
	struct html *h = &l->html;
	char *path = room_path_new(l->call->desk->settings, e->jid, "");
	char *local = str_dup_n(e->jid, strcspn(e->jid, "@"));
	const char *name = e->view ? e->view->name : NULL;

	html_open(h, "th");
	html_attr(h, "scope", "row");
	html_open(h, "a");
	html_attr(h, "href", path);
	html_isolate(h, local);
	html_close(h);
	if (!name && e->group)
		name = e->group->as_group.name;
	if (name && strcmp(name, local) != 0) {
		html_text(h, " ");
		html_elem_class(h, "bdi", "name", name);
	}
	html_close(h);
	mem_free(&local);
	mem_free(&path);
}

static void write_entry(struct listing *l, const struct entry *e)
{
	struct html *h = &l->html;
	const char *area = e->group ? e->group->as_group.area : NULL;

	html_open(h, "tr");
	write_name(l, e);
	if (l->has_areas)
		html_elem_class(h, "td", "area", area ? area : "");
	html_open_class(h, "td", "number");
	if (e->view)
		html_format(h, "%zu", e->view->occupants);
	else
		html_text(h, "gone");
	html_close(h);
	html_open(h, "td");
	if (e->said)
		moment_write(h, e->said, NULL, MOMENT_DAY, NULL);
	else
		html_text(h, "never");
	html_close_n(h, 2);
	html_text(h, "\n");
}

static void write_head(struct html *h, const char *class_name, const char *text)
{
	html_open_class(h, "th", class_name);
	html_attr(h, "scope", "col");
	html_text(h, text);
	html_close(h);
}

static void write_heads(const struct listing *l, struct html *h)
{
	html_open(h, "thead");
	html_open(h, "tr");
	write_head(h, NULL, "Room");
	if (l->has_areas)
		write_head(h, "area", "Area");
	write_head(h, NULL, "Occupants");
	write_head(h, NULL, "Last activity");
	html_close_n(h, 2);
}

static void write_more(struct listing *l, size_t from, const char *word)
{
	struct call *c = l->call;
	struct buf path = { 0 };
	static const char *const kept[] = { "q", "area", "sort" };

	buf_add_format(&path, "/?from=%zu", from);
	for (size_t i = 0; i < array_len(kept); i++) {
		const char *value = call_arg(c, kept[i]);

		if (!value || !*value)
			continue;
		buf_add_format(&path, "&%s=", kept[i]);
		html_add_encoded(&path, value);
	}
	html_open(&l->html, "li");
	html_link(&l->html, buf_str(&path), word);
	html_close(&l->html);
	buf_fini(&path);
}

static void write_table(struct listing *l)
{
	struct html *h = &l->html;
	size_t end = l->count - l->from > PAGE ? l->from + PAGE : l->count;

	html_open(h, "p");
	html_format(h, "%zu %s.", l->count, l->count == 1 ? "room" : "rooms");
	html_close(h);
	html_open_class(h, "table", "rooms");
	html_elem_class(h, "caption", "away", "Rooms");
	write_heads(l, h);
	html_open(h, "tbody");
	for (size_t i = l->from; i < end; i++)
		write_entry(l, &l->entries[i]);
	html_close_n(h, 2);
	if (l->from == 0 && end == l->count)
		return;
	html_open(h, "nav");
	html_attr(h, "aria-label", "Pages");
	html_open(h, "ul");
	if (l->from > 0)
		write_more(l, l->from > PAGE ? l->from - PAGE : 0,
			   "Rooms before");
	if (end < l->count)
		write_more(l, end, "More rooms");
	html_close_n(h, 2);
}

/* Is any room of the area open to everybody? */
static bool has_feed(const struct listing *l, const char *area)
{
	const struct group_index *c = &l->catalogue;

	for (size_t i = 0; i < c->count; i++) {
		const struct record *g = c->groups[i];
		const struct web_room *view =
			web_site_find(l->call->desk->site, g->room);

		if (view && view->is_on_web && g->as_group.area &&
		    str_equal_case(g->as_group.area, area))
			return true;
	}
	return false;
}

/* "/-/areas/sec.atom"; owned, NULL: there is none. */
static char *feed_path(const struct listing *l, const char *area)
{
	struct buf path;

	if (!area || !has_feed(l, area))
		return NULL;
	buf_init(&path);
	buf_add_str(&path, "/-/areas/");
	html_add_encoded(&path, area);
	buf_add_str(&path, ".atom");
	return buf_steal_str(&path);
}

/* Of the area that was chosen; else of each. */
static void write_feeds(struct listing *l, const char *chosen)
{
	const struct group_index *c = &l->catalogue;
	struct html *h = &l->html;
	bool is_first = true;

	html_open(h, "p");
	if (chosen)
		html_link(h, chosen, "Feed of this area (Atom)");
	for (size_t i = 0; i < c->count && !l->area; i++) {
		const char *area = c->groups[i]->as_group.area;
		char *path = is_first_of_area(c, i) ? feed_path(l, area) : NULL;

		if (!path)
			continue;
		html_text(h, is_first ? "What is said in an area, as a feed "
					"(Atom): "
				      : ", ");
		html_link(h, path, area);
		is_first = false;
		mem_free(&path);
	}
	html_close(h);
}

static void write_page(struct listing *l)
{
	char *feed = feed_path(l, l->area);
	const struct frame_alternate alternates[] = {
		{ "application/atom+xml", "/-/news.atom", "News" },
		{ "application/atom+xml", feed, "What was said in this area" },
	};
	struct frame frame = {
		.title = "Rooms",
		.canonical = "/",
		.description = "Conference rooms: who talks where, and "
			       "everything that was said.",
		.alternates = alternates,
		.alternate_count = feed ? 2 : 1,
		.is_noindex = l->call->arg_count > 0,
	};

	frame_open(&frame, &l->html, l->call);
	html_open(&l->html, "h1");
	html_format(&l->html, "Rooms of %s",
		    l->call->desk->settings->domains[0]);
	html_close(&l->html);
	write_form(l);
	if (l->count > 0)
		write_table(l);
	else
		html_elem(&l->html, "p", "There is no such room.");
	if (l->has_areas)
		write_feeds(l, feed);
	frame_close(&frame, &l->html);
	mem_free(&feed);
}

static void read_wishes(struct listing *l)
{
	const char *q = call_arg(l->call, "q");
	const char *area = call_arg(l->call, "area");
	const char *from = call_arg(l->call, "from");
	int64_t value;

	if (q && *q) {
		l->wanted = str_dup(q);
		str_lower_ascii(l->wanted);
	}
	l->area = area && *area ? area : NULL;
	if (from && str_to_int64(from, 0, 1 << 24, &value) == 0)
		l->from = (size_t)value;
}

void room_list_answer(struct call *c)
{
	struct listing l = { .call = c, .logged = map_new() };
	int error = group_index_read(&l.catalogue, c->desk->reader);

	read_wishes(&l);
	if (!error)
		error = log_reader_rooms(c->desk->reader, on_room, &l);
	for (size_t i = 0; i < l.catalogue.count && !l.has_areas; i++)
		l.has_areas = is_first_of_area(&l.catalogue, i);
	if (!error) {
		add_silent(&l);
		choose(&l);
		sort(&l);
		if (l.from >= l.count)
			l.from = 0;
		write_page(&l);
	} else {
		call_fail(c, 503, NULL);
	}
	for (size_t i = 0; i < l.count; i++)
		mem_free(&l.entries[i].jid);
	mem_free(&l.entries);
	mem_free(&l.wanted);
	map_free(&l.logged, NULL);
	group_index_fini(&l.catalogue);
}
