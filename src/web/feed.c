/* SPDX-License-Identifier: MIT */
#include "web/feed.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/meeting_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/html.h"
#include "web/line.h"
#include "web/minutes.h"
#include "web/room_path.h"
#include "web/session_log.h"
#include "web/web.h"
#include "web/web_site.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/datetime.h"

#define ATOM "http://www.w3.org/2005/Atom"
#define ROWS 100       /* lines that are looked at */
#define NEWS_MAX 50
#define SESSIONS_MAX 30   /* whose decisions are told */
#define SESSIONS_LOOK 500 /* planned ones come first */
#define ERA INT64_C(1767225600000) /* 2026: of the names of feeds */
#define TITLE_MAX 100  /* bytes of what was said */

/* ---- parts of Atom ---- */

static void add_time(struct elem *e, const char *name, int64_t at)
{
	char text[DATETIME_SIZE];

	datetime_print(at, text);
	elem_add_with_text(e, name, ATOM, text);
}

static void add_link(struct elem *e, const char *rel, const char *type,
		     const char *url)
{
	struct elem *link = elem_add(e, "link", ATOM);

	elem_set_attr(link, "rel", rel);
	elem_set_attr(link, "type", type);
	elem_set_attr(link, "href", url);
}

static void add_author(struct elem *e, const char *name)
{
	elem_add_with_text(elem_add(e, "author", ATOM), "name", ATOM, name);
}

/* RFC 4151: names that outlive addresses of the web. */
static void add_id(struct elem *e, const char *domain, int64_t at,
		   const char *path, const char *behind)
{
	time_t seconds = (time_t)(at / 1000);
	struct buf id = { 0 };
	char year[8] = "2026";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		(void)strftime(year, sizeof(year), "%Y", &tm);
	buf_add_format(&id, "tag:%s,%s:", domain, year);
	html_add_encoded(&id, path);
	if (behind) {
		buf_add_char(&id, '/');
		html_add_encoded(&id, behind);
	}
	elem_add_with_text(e, "id", ATOM, buf_str(&id));
	buf_fini(&id);
}

/* ---- a feed ---- */

/* One that is being written; strings are borrowed. */
struct feed {
	struct call *call;
	struct elem *root; /* owned */
	int64_t updated;   /* ms; of the newest entry */
};

/* self and page are paths of ours. */
static void feed_open(struct feed *f, struct call *c, const char *id,
		      const char *title, const char *self, const char *page)
{
	const struct web_settings *s = c->desk->settings;
	char *self_url = room_path_new_site_url(s, self);
	char *page_url = room_path_new_site_url(s, page);

	f->call = c;
	f->updated = c->view ? c->view->created : ERA;
	f->root = elem_new("feed", ATOM);
	elem_set_attr(f->root, "xml:lang", "en");
	add_id(f->root, c->domain, ERA, id, NULL);
	elem_add_with_text(f->root, "title", ATOM, title);
	add_link(f->root, "self", "application/atom+xml", self_url);
	add_link(f->root, "alternate", "text/html", page_url);
	add_author(f->root, c->domain);
	elem_add_with_text(f->root, "generator", ATOM, "hallway");
	mem_free(&self_url);
	mem_free(&page_url);
}

static void feed_seen(struct feed *f, int64_t at)
{
	if (at > f->updated)
		f->updated = at;
}

static void feed_close(struct feed *f)
{
	struct call *c = f->call;

	add_time(f->root, "updated", f->updated);
	c->type = "application/atom+xml; charset=utf-8";
	c->cache = "public, max-age=60";
	write_elem(&c->body, f->root, NULL);
	elem_free(&f->root);
}

static void feed_drop(struct feed *f)
{
	elem_free(&f->root);
}

/* ---- lines ---- */

/* A line of the archive, and what came of it. */
struct said {
	struct line *line; /* owned */
	const char *room;  /* borrowed */
	const char *text;  /* the latest; borrowed */
	int64_t updated;
};

static bool corrects(const struct said *later, const struct said *earlier)
{
	return later->line->about && earlier->line->sent_id &&
	       strcmp(later->line->about, earlier->line->sent_id) == 0 &&
	       strcmp(later->room, earlier->room) == 0 &&
	       line_is_of_same(later->line, earlier->line);
}

static void fold(struct said *said, size_t at)
{
	for (size_t i = at; i-- > 0;) {
		if (!corrects(&said[at], &said[i]))
			continue;
		said[i].text = said[at].line->text;
		said[i].updated = said[at].line->at;
		return;
	}
}

static struct said *said_new(const struct archive_page *page,
			     const char *room)
{
	struct said *said = mem_zero(page->count + 1, sizeof(*said));

	for (size_t i = 0; i < page->count; i++) {
		const struct record_message *m = &page->rows[i];
		struct line *line = line_new(m);

		said[i] = (struct said){
			.line = line,
			.room = m->room ? m->room : room,
			.text = line->text,
			.updated = line->gone_at ? line->gone_at : line->at,
		};
		if (line->kind == LINE_CORRECTION)
			fold(said, i);
	}
	return said;
}

static void said_free(struct said **said, size_t count)
{
	for (size_t i = 0; i < count; i++)
		line_free(&(*said)[i].line);
	mem_free(said);
}

static bool is_entry(const struct line *l)
{
	switch (l->kind) {
	case LINE_TALK:
	case LINE_ME:
	case LINE_SUBJECT:
	case LINE_TOMBSTONE:
		return true;
	default:
		return false;
	}
}

/* What an entry says, owned. */
static char *text_of(const struct said *s)
{
	const struct line *l = s->line;

	switch (l->kind) {
	case LINE_TOMBSTONE:
		return str_format("(taken back%s%s%s)",
				  l->is_moderated ? " by a moderator" : "",
				  l->reason ? ": " : "",
				  l->reason ? l->reason : "");
	case LINE_ME:
		return str_format("* %s %s", l->nick ? l->nick : "", s->text);
	case LINE_SUBJECT:
		return *s->text ? str_format("New subject: %s", s->text)
				: str_dup("The subject was cleared");
	default:
		return str_dup(s->text);
	}
}

/* The first line of text, not too long; whole characters. Owned. */
static char *shorten(const char *text)
{
	size_t len = strcspn(text, "\r\n"), n = 0, step;
	uint32_t code;

	while (n < len && n < TITLE_MAX) {
		step = str_utf8_next(text + n, len - n, &code);
		n += step ? step : 1;
	}
	n = n < len ? n : len;
	return n < strlen(text) ? str_format("%.*s\xe2\x80\xa6", (int)n, text)
				: str_dup(text);
}

static void add_title(struct elem *entry, const struct line *line,
		      const char *text, const char *room)
{
	char *brief = shorten(text);
	char *local = str_dup_n(room ? room : "",
				room ? strcspn(room, "@") : 0);
	char *title = str_format("%s%s%s%s%s", local, room ? " - " : "",
				 line->nick ? line->nick : "",
				 line->nick ? ": " : "", brief);

	elem_add_with_text(entry, "title", ATOM, title);
	mem_free(&title);
	mem_free(&local);
	mem_free(&brief);
}

/* with_room: the feed is about many. */
static void add_line(struct feed *f, const struct said *s, bool with_room)
{
	const struct web_settings *settings = f->call->desk->settings;
	struct elem *entry = elem_add(f->root, "entry", ATOM);
	char *local = str_dup_n(s->room, strcspn(s->room, "@"));
	char *behind = str_format("m/%s", s->line->id);
	char *url = room_path_new_url(settings, s->room, behind);
	char *text = text_of(s);
	struct elem *content;

	add_id(entry, f->call->domain, s->line->at, local, s->line->id);
	add_title(entry, s->line, text, with_room ? s->room : NULL);
	add_link(entry, "alternate", "text/html", url);
	add_time(entry, "published", s->line->at);
	add_time(entry, "updated", s->updated);
	add_author(entry, s->line->nick ? s->line->nick : local);
	content = elem_add_with_text(entry, "content", ATOM, text);
	elem_set_attr(content, "type", "text");
	elem_set_attr(content, "xml:lang", s->line->lang);
	feed_seen(f, s->updated);
	mem_free(&text);
	mem_free(&url);
	mem_free(&behind);
	mem_free(&local);
}

/* The newest first. */
static void add_lines(struct feed *f, const struct archive_page *page,
		      const char *room)
{
	struct said *said = said_new(page, room);

	for (size_t i = page->count; i-- > 0;)
		if (is_entry(said[i].line))
			add_line(f, &said[i], room == NULL);
	said_free(&said, page->count);
}

static void answer_lines(struct feed *f, struct archive_query *owned)
{
	struct call *c = f->call;
	struct archive_page *page;

	owned->only_public = true;
	owned->last_page = true;
	page = reader_ask(c->desk->reader, owned);
	if (page->status == ARCHIVE_OK) {
		add_lines(f, page, owned->room);
		feed_close(f);
	} else {
		feed_drop(f);
		call_fail(c, 503, NULL);
	}
	archive_page_free(&page);
	archive_query_free(&owned);
}

/* ---- a room ---- */

void feed_answer_room(struct call *c)
{
	const struct web_settings *s = c->desk->settings;
	struct feed f;
	char *local, *title, *self, *page;

	if (!c->view || !c->view->is_on_web) {
		call_fail(c, 404, NULL);
		return;
	}
	local = str_dup_n(c->room, strcspn(c->room, "@"));
	title = str_format("%s (%s)", c->view->name, c->room);
	self = room_path_new(s, c->room, "feed.atom");
	page = room_path_new(s, c->room, "");
	if (c->view->is_noindex)
		call_add_header(c, "X-Robots-Tag", "noindex");
	feed_open(&f, c, local, title, self, page);
	answer_lines(&f, archive_query_new(c->room, ROWS));
	mem_free(&page);
	mem_free(&self);
	mem_free(&title);
	mem_free(&local);
}

/* ---- an area ---- */

struct area_asking {
	const struct call *call;
	const char *area;
	struct archive_query *query; /* owned */
};

static void take_group(void *owner, const struct record *record)
{
	struct area_asking *a = owner;
	struct archive_query *q = a->query;
	const struct web_room *room =
		web_site_find(a->call->desk->site, record->room);

	if (!str_equal_case(record->as_group.area, a->area) || !room ||
	    !room->is_on_web)
		return;
	q->rooms = mem_realloc(q->rooms,
			       (q->room_count + 1) * sizeof(*q->rooms));
	q->rooms[q->room_count++] = str_dup(record->room);
}

void feed_answer_area(struct call *c)
{
	struct area_asking a = { .call = c, .area = c->parts[0] };
	struct feed f;
	char *title, *self, *id;

	a.query = archive_query_new(NULL, ROWS);
	a.query->max_scan = CALL_SCAN;
	if (log_reader_groups(c->desk->reader, take_group, &a) ||
	    !a.query->room_count) {
		archive_query_free(&a.query);
		call_fail(c, 404, NULL);
		return;
	}
	title = str_format("Rooms of the area %s (%s)", a.area, c->domain);
	self = str_format("/-/areas/%s.atom", a.area);
	id = str_format("areas-%s", a.area);
	feed_open(&f, c, id, title, self, "/");
	answer_lines(&f, a.query);
	mem_free(&id);
	mem_free(&self);
	mem_free(&title);
}

/* ---- the news ---- */

static void add_news(void *owner, const struct record *record)
{
	struct feed *f = owner;
	const struct record_news *news = &record->as_news;
	struct elem *entry = elem_add(f->root, "entry", ATOM);
	char *path = str_format("/-/news#%s", news->id);
	char *url = room_path_new_site_url(f->call->desk->settings, path);
	struct elem *content;
	char *title = shorten(news->text);

	add_id(entry, f->call->domain, record->at, "news", news->id);
	elem_add_with_text(entry, "title", ATOM, title);
	add_link(entry, "alternate", "text/html", url);
	if (news->link && html_url_is_fit(news->link))
		add_link(entry, "related", NULL, news->link);
	add_time(entry, "updated", record->at);
	content = elem_add_with_text(entry, "content", ATOM, news->text);
	elem_set_attr(content, "type", "text");
	feed_seen(f, record->at);
	mem_free(&title);
	mem_free(&url);
	mem_free(&path);
}

void feed_answer_news(struct call *c)
{
	struct feed f;
	char *title = str_format("News (%s)", c->domain);

	feed_open(&f, c, "news", title, "/-/news.atom", "/-/news");
	if (log_reader_news(c->desk->reader, NEWS_MAX, add_news, &f)) {
		feed_drop(&f);
		call_fail(c, 503, NULL);
	} else {
		feed_close(&f);
	}
	mem_free(&title);
}

/* ---- actions and decisions ---- */

struct decisions {
	struct feed *feed;
	struct record **sessions; /* owned; those that have begun */
	size_t count, entries;
};

static void on_session(void *owner, const struct record *record)
{
	struct decisions *d = owner;

	if (!record->as_meeting.started || d->count == SESSIONS_MAX)
		return;
	d->sessions = mem_realloc(d->sessions,
				  (d->count + 1) * sizeof(*d->sessions));
	d->sessions[d->count++] = session_log_copy(record);
}

static void add_decision(struct feed *f, const struct record *session,
			 const struct minutes_item *item)
{
	struct elem *entry = elem_add(f->root, "entry", ATOM);
	char *local = str_dup_n(session->room, strcspn(session->room, "@"));
	char *behind = item->line ? str_format("m/%s", item->line)
				  : str_format("meeting/%s/",
					       session->as_meeting.name);
	char *url = room_path_new_url(f->call->desk->settings, session->room,
				      behind);
	char *name = item->line ? str_dup(item->line)
				: str_format("%s-%lld",
					     session->as_meeting.name,
					     (long long)item->at);
	char *text = shorten(item->text);
	char *title = str_format("%s: %s: %s", local,
				 item->kind == MINUTES_ACTION ? "action"
							      : "decision",
				 text);
	struct elem *content;

	add_id(entry, f->call->domain, item->at, session->room, name);
	elem_add_with_text(entry, "title", ATOM, title);
	add_link(entry, "alternate", "text/html", url);
	add_time(entry, "updated", item->at);
	content = elem_add_with_text(entry, "content", ATOM, item->text);
	elem_set_attr(content, "type", "text");
	feed_seen(f, item->at);
	mem_free(&title);
	mem_free(&text);
	mem_free(&name);
	mem_free(&url);
	mem_free(&behind);
	mem_free(&local);
}

/* A session is over: its page has the record. */
static void add_session(struct feed *f, const struct record *session)
{
	const struct record_meeting *m = &session->as_meeting;
	struct elem *entry = elem_add(f->root, "entry", ATOM);
	char *local = str_dup_n(session->room, strcspn(session->room, "@"));
	char *behind = str_format("meeting/%s/", m->name);
	char *url = room_path_new_url(f->call->desk->settings, session->room,
				      behind);
	char *title = str_format("%s: the record of the session: %s", local,
				 session_log_title(m));

	add_id(entry, f->call->domain, m->ended, session->room, m->name);
	elem_add_with_text(entry, "title", ATOM, title);
	add_link(entry, "alternate", "text/html", url);
	add_time(entry, "updated", m->ended);
	feed_seen(f, m->ended);
	mem_free(&title);
	mem_free(&url);
	mem_free(&behind);
	mem_free(&local);
}

/* What was taken back is not in the minutes either. */
static int add_decisions(struct decisions *d, const struct record *session)
{
	struct session_log *l = NULL;
	int error = session_log_read_notes(d->feed->call->desk->reader,
					   session->room,
					   session->as_meeting.name, &l);

	if (!error && session->as_meeting.ended)
		add_session(d->feed, session);
	for (size_t i = error ? 0 : l->minutes->topic_count; i-- > 0;) {
		const struct minutes_topic *t = &l->minutes->topics[i];

		for (size_t j = t->count; j-- > 0;) {
			const struct minutes_item *item = &t->items[j];

			if ((item->kind == MINUTES_ACTION ||
			     item->kind == MINUTES_DECISION) &&
			    item->text && d->entries < ROWS) {
				add_decision(d->feed, session, item);
				d->entries++;
			}
		}
	}
	session_log_free(&l);
	return error;
}

void feed_answer_decisions(struct call *c)
{
	struct feed f;
	struct decisions d = { .feed = &f };
	char *title = str_format("Actions, decisions and records (%s)", c->domain);
	int error;

	feed_open(&f, c, "decisions", title, "/-/decisions.atom",
		  "/-/calendar");
	error = meeting_reader_list(c->desk->reader, NULL, true,
				    SESSIONS_LOOK, on_session, &d);
	for (size_t i = 0; i < d.count; i++) {
		if (!error && d.entries < ROWS)
			error = add_decisions(&d, d.sessions[i]);
		record_free(&d.sessions[i]);
	}
	mem_free(&d.sessions);
	if (error) {
		feed_drop(&f);
		call_fail(c, 503, NULL);
	} else {
		feed_close(&f);
		c->is_kept = c->desk->days != NULL;
		c->file_size = c->body.len;
	}
	mem_free(&title);
}
