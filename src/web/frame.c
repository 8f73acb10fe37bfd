/* SPDX-License-Identifier: MIT */
#include "web/frame.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/html.h"
#include "web/room_path.h"
#include "web/web.h"

struct place {
	const char *path;
	const char *name;
};

static const struct place top_places[] = {
	{ "/", "Rooms" },
	{ "/-/search", "Search" },
	{ "/-/news", "News" },
	{ "/-/calendar", "Calendar" },
	{ "/-/getting-started", "Getting Started" },
	{ "/-/overview", "Overview" },
};

static const struct place foot_places[] = {
	{ "/-/note-well", "Note Well" },
	{ "/-/privacy", "Privacy, retention, redaction and terms" },
	{ "/-/how-it-works", "How It Works" },
	{ "/-/meeting", "In a physical meeting" },
	{ "/-/questions", "Questions" },
	{ "/-/acknowledgements", "Acknowledgements" },
	{ "/-/health", "Health" },
};

static void meta(struct html *h, const char *name, const char *content)
{
	html_open(h, "meta");
	html_attr(h, "name", name);
	html_attr(h, "content", content);
	html_close(h);
}

static void relation(struct html *h, const char *rel, const char *path)
{
	html_open(h, "link");
	html_attr(h, "rel", rel);
	html_attr(h, "href", path);
}

static void write_canonical(struct html *h, const struct web_settings *s,
			    const char *path)
{
	char *url = room_path_new_site_url(s, path);

	html_open(h, "link");
	html_attr(h, "rel", "canonical");
	if (!html_attr_own(h, "href", url))
		html_attr(h, "href", path);
	html_close(h);
	mem_free(&url);
}

static void write_relations(const struct frame *f, struct html *h,
			    const struct web_settings *s)
{
	relation(h, "stylesheet", asset_path(ASSET_CSS));
	html_close(h);
	relation(h, "icon", "/favicon.ico");
	html_attr(h, "type", "image/svg+xml");
	html_close(h);
	relation(h, "search", "/-/search");
	html_close(h);
	if (f->canonical)
		write_canonical(h, s, f->canonical);
	if (f->prev) {
		relation(h, "prev", f->prev);
		html_close(h);
	}
	if (f->next) {
		relation(h, "next", f->next);
		html_close(h);
	}
	for (size_t i = 0; i < f->alternate_count; i++) {
		relation(h, "alternate", f->alternates[i].path);
		html_attr(h, "type", f->alternates[i].type);
		html_attr(h, "title", f->alternates[i].title);
		html_close(h);
	}
}

static void write_head(const struct frame *f, struct html *h,
		       const struct web_settings *s)
{
	html_open(h, "head");
	html_open(h, "meta");
	html_attr(h, "charset", "utf-8");
	html_close(h);
	html_open(h, "title");
	html_format(h, "%s - %s", f->title, s->domains[0]);
	html_close(h);
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "color-scheme", "light dark");
	if (f->description)
		meta(h, "description", f->description);
	if (f->is_noindex)
		meta(h, "robots", "noindex");
	if (f->refresh) {
		html_open(h, "meta");
		html_attr(h, "http-equiv", "refresh");
		html_attr_format(h, "content", "%d", f->refresh);
		html_close(h);
	}
	write_relations(f, h, s);
	html_open(h, "script");
	html_attr(h, "src", asset_path(ASSET_JS));
	html_attr(h, "defer", "");
	html_close_n(h, 2);
}

static void write_places(struct html *h, const struct place *places,
			 size_t count, const char *here)
{
	html_open(h, "ul");
	for (size_t i = 0; i < count; i++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attr(h, "href", places[i].path);
		if (here && strcmp(here, places[i].path) == 0)
			html_attr(h, "aria-current", "page");
		html_text(h, places[i].name);
		html_close_n(h, 2);
	}
	html_close(h);
}

static void write_crumbs(const struct frame *f, struct html *h,
			 const struct web_settings *s)
{
	char *path = room_path_new(s, f->room, "");
	char *local = str_dup_n(f->room, strcspn(f->room, "@"));

	html_open_class(h, "nav", "crumbs");
	html_attr(h, "aria-label", "Where this is");
	html_link(h, "/", "Rooms");
	html_text(h, " / ");
	html_open(h, "a");
	html_attr(h, "href", path);
	html_isolate(h, f->room_name ? f->room_name : local);
	html_close_n(h, 2);
	mem_free(&local);
	mem_free(&path);
}

void frame_open(const struct frame *f, struct html *h, struct call *c)
{
	const struct web_settings *s = c->desk->settings;

	if (f->is_noindex)
		call_add_header(c, "X-Robots-Tag", "noindex");
	html_init(h, &c->body);
	html_doctype(h);
	html_open(h, "html");
	html_attr(h, "lang", f->lang ? f->lang : "en");
	write_head(f, h, s);
	html_open(h, "body");
	if (f->live)
		html_attr(h, "data-live", f->live);
	html_open_class(h, "a", "skip");
	html_attr(h, "href", "#main");
	html_text(h, "To the content");
	html_close(h);
	html_open(h, "header");
	html_open_class(h, "a", "home");
	html_attr(h, "href", "/");
	html_text(h, s->domains[0]);
	html_close(h);
	html_open(h, "nav");
	html_attr(h, "aria-label", "Service");
	write_places(h, top_places, array_len(top_places), c->path);
	html_close_n(h, 2);
	if (f->room)
		write_crumbs(f, h, s);
	html_open(h, "main");
	html_attr(h, "id", "main");
}

void frame_close(const struct frame *f, struct html *h)
{
	(void)f;
	html_close(h); /* main */
	html_open(h, "footer");
	html_open(h, "nav");
	html_attr(h, "aria-label", "Policy and help");
	write_places(h, foot_places, array_len(foot_places), NULL);
	html_close(h);
	html_elem(h, "p",
		  "What is said in these rooms is public and kept. Times and "
		  "days are those of UTC unless a page says otherwise.");
	html_close(h);
	html_fini(h);
}
