/* SPDX-License-Identifier: MIT */
#include "web/pages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/page_text.h"
#include "web/room_path.h"
#include "web/texts.h"
#include "web/web.h"
#include "xmpp/datetime.h"

#define TEXT_MAX (256 << 10) /* bytes of a page of the operator's */
#define NEWS_MAX 200	     /* lines */
#define TEST_ROOM "hallway"
#define DAY INT64_C(86400000)

static const struct page {
	const char *name;
	const unsigned char *text;
	const size_t *len;
} pages[] = {
	{ "note-well", text_note_well, &text_note_well_len },
	{ "overview", text_overview, &text_overview_len },
	{ "getting-started", text_getting_started, &text_getting_started_len },
	{ "meeting", text_meeting, &text_meeting_len },
	{ "questions", text_questions, &text_questions_len },
	{ "how-it-works", text_how_it_works, &text_how_it_works_len },
	{ "acknowledgements", text_acknowledgements,
	  &text_acknowledgements_len },
	{ "privacy", text_privacy, &text_privacy_len },
};

/* ---- texts ---- */

static const struct page *find_page(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < array_len(pages); i++)
		if (strcmp(pages[i].name, name) == 0)
			return &pages[i];
	return NULL;
}

static bool read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file) {
		if (errno != ENOENT)
			log_warn(LOG_WEB, "%s: %s", path,
				 hw_error_text(hw_error_of_errno(errno)));
		return false;
	}
	n = fread(buf_reserve(out, TEXT_MAX + 1), 1, TEXT_MAX + 1, file);
	fclose(file);
	buf_grow(out, n);
	return true;
}

/* The operator's, if there is a good one. */
static bool read_own(const struct web_settings *s, const struct page *page,
		     struct buf *out)
{
	char *path;
	bool is_there;

	if (!s->texts)
		return false;
	path = str_format("%s/%s.md", s->texts, page->name);
	is_there = read_file(path, out);
	if (is_there &&
	    (out->len > TEXT_MAX ||
	     !str_is_utf8((const char *)buf_data(out), out->len))) {
		log_warn(LOG_WEB, "%s: is no UTF-8, or beyond 256 KiB; the "
				  "built-in page is shown",
			 path);
		is_there = false;
	}
	mem_free(&path);
	return is_there;
}

/* ---- words ---- */

static const struct {
	const char *kind;
	const char *text;
} contact_texts[] = {
	{ "admin", "Those who run the service" },
	{ "support", "Help" },
	{ "abuse", "Complaints about the behaviour of others" },
	{ "security", "Holes in the service" },
	{ "feedback", "Praise, blame and wishes" },
	{ "sales", "Sales" },
	{ "status", "State of the service" },
	{ "outage", "State of the service, also when it is down" },
	{ "terms", "Terms of the service" },
};

static void write_contact(struct html *h, const char *text, const char *uri)
{
	const char *shown = str_has_prefix(uri, "mailto:") ||
					    str_has_prefix(uri, "xmpp:")
				    ? strchr(uri, ':') + 1
				    : uri;

	html_open(h, "li");
	html_text(h, text);
	html_text(h, ": ");
	html_open(h, "a");
	(void)html_attr_own(h, "href", uri);
	html_text(h, shown);
	html_close_n(h, 2);
}

static size_t write_contacts_of(struct html *h, const struct call *c,
				const char *kind, const char *text)
{
	const struct web_settings *s = c->desk->settings;
	size_t count = 0;

	for (size_t i = 0; i < s->contact_count; i++) {
		const struct web_contact *contact = &s->contacts[i];

		if (!str_equal(contact->kind, kind) ||
		    !str_equal(contact->domain, c->domain))
			continue;
		if (h)
			write_contact(h, text, contact->uri);
		count++;
	}
	return count;
}

static void write_contacts(void *owner, struct html *h)
{
	const struct call *c = owner;
	size_t count = 0;

	for (size_t i = 0; i < array_len(contact_texts); i++)
		count += write_contacts_of(NULL, c, contact_texts[i].kind,
					   NULL);
	if (!count) {
		html_elem(h, "p", "Whoever runs this service has left no "
				  "address. Ask in a room.");
		return;
	}
	html_open(h, "ul");
	for (size_t i = 0; i < array_len(contact_texts); i++)
		write_contacts_of(h, c, contact_texts[i].kind,
				  contact_texts[i].text);
	html_close(h);
}

static char *keep_text(int64_t ms)
{
	int64_t days = ms / DAY;

	if (!ms)
		return str_dup("for ever");
	if (days < 1)
		return str_dup("for less than a day");
	return str_format("for %lld day%s", (long long)days,
			  days == 1 ? "" : "s");
}

/* ---- a page ---- */

static void write_page(struct call *c, const struct page_text *text)
{
	char *title = page_text_title(text);
	char *canonical = str_dup(c->path);
	struct frame frame = { .title = title, .canonical = canonical };
	struct html h;

	frame_open(&frame, &h, c);
	html_open_class(&h, "article", "text");
	page_text_write(text, &h);
	html_close(&h);
	frame_close(&frame, &h);
	mem_free(&canonical);
	mem_free(&title);
}

/* text has its source already. */
static void write_with_words(struct call *c, struct page_text *text)
{
	char *room = str_format(TEST_ROOM "@%s", c->domain);
	char *url = room_path_new_site_url(c->desk->settings, "/");
	char *keep = keep_text(c->desk->settings->keep);
	char *presence = keep_text(c->desk->settings->keep_presence);
	const struct page_word words[] = {
		{ "domain", c->domain, NULL },
		{ "room", room, NULL },
		{ "test", TEST_ROOM, NULL },
		{ "url", url, NULL },
		{ "keep", keep, NULL },
		{ "keep_presence", presence, NULL },
		{ "version", c->desk->settings->version, NULL },
		{ "contacts", NULL, write_contacts },
	};

	text->words = words;
	text->word_count = array_len(words);
	text->owner = c;
	write_page(c, text);
	mem_free(&presence);
	mem_free(&keep);
	mem_free(&url);
	mem_free(&room);
}

void pages_answer(struct call *c)
{
	const struct page *page = find_page(c->path);
	struct buf own = { 0 };
	struct page_text text = { 0 };

	if (!page) {
		call_fail(c, 404, NULL);
		return;
	}
	text.source = (const char *)page->text;
	text.len = *page->len;
	if (read_own(c->desk->settings, page, &own)) {
		text.source = (const char *)buf_data(&own);
		text.len = own.len;
	}
	c->cache = "public, max-age=300";
	write_with_words(c, &text);
	buf_fini(&own);
}

/* ---- the news ---- */

struct news_writing {
	struct html *h;
	size_t count;
};

static void write_news(void *owner, const struct record *record)
{
	struct news_writing *w = owner;
	const struct record_news *news = &record->as_news;
	char at[DATETIME_SIZE];

	datetime_print(record->at, at);
	if (!w->count++)
		html_open_class(w->h, "ul", "news");
	html_open(w->h, "li");
	html_attr(w->h, "id", news->id);
	html_open(w->h, "time");
	html_attr(w->h, "datetime", at);
	html_text_n(w->h, at, 10);
	html_close(w->h);
	html_text(w->h, " ");
	html_text(w->h, news->text);
	if (news->link && html_url_is_fit(news->link)) {
		html_text(w->h, " ");
		html_open(w->h, "a");
		(void)html_attr_own(w->h, "href", news->link);
		html_text(w->h, "More");
		html_close(w->h);
	}
	html_close(w->h);
}

void pages_answer_news(struct call *c)
{
	static const struct frame_alternate feed = {
		"application/atom+xml", "/-/news.atom", "News"
	};
	const struct frame frame = {
		.title = "News",
		.canonical = "/-/news",
		.alternates = &feed,
		.alternate_count = 1,
	};
	struct html h;
	struct news_writing w = { &h, 0 };
	int error;

	frame_open(&frame, &h, c);
	html_elem(&h, "h1", "News");
	html_open(&h, "p");
	html_text(&h, "New rooms, and what else changes here. Also as ");
	html_link(&h, "/-/news.atom", "a feed");
	html_text(&h, ".");
	html_close(&h);
	error = log_reader_news(c->desk->reader, NEWS_MAX, write_news, &w);
	if (w.count)
		html_close(&h);
	else if (!error)
		html_elem(&h, "p", "Nothing yet.");
	frame_close(&frame, &h);
	if (error)
		call_fail(c, 503, NULL);
}
