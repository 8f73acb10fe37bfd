/* SPDX-License-Identifier: MIT */
#include "web/route.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "web/agenda.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/closed_day.h"
#include "web/day_key.h"
#include "web/day_page.h"
#include "web/export.h"
#include "web/feed.h"
#include "web/health.h"
#include "web/live.h"
#include "web/old_path.h"
#include "web/pages.h"
#include "web/record_package.h"
#include "web/room_list.h"
#include "web/room_page.h"
#include "web/room_path.h"
#include "web/search.h"
#include "web/session_page.h"
#include "web/web.h"
#include "web/web_site.h"

static void answer_day_page(struct call *c)
{
	closed_day_answer(c, day_page_answer);
}

static void answer_day_export(struct call *c)
{
	call_forget_args(c); /* there are none; what is kept will do */
	closed_day_answer(c, export_answer_day);
}

/* The first that matches answers. What is not below "/-/" belongs to rooms, so
 * only what has no '/' behind it can be ours there. */
static const struct route routes[] = {
	{ "/", room_list_answer },
	{ "/favicon.ico", asset_answer_icon },
	{ "/robots.txt", old_path_answer_robots },
	{ "/metrics", health_answer_metrics },
	{ "/-/note-well", pages_answer },
	{ "/-/overview", pages_answer },
	{ "/-/getting-started", pages_answer },
	{ "/-/meeting", pages_answer },
	{ "/-/questions", pages_answer },
	{ "/-/how-it-works", pages_answer },
	{ "/-/acknowledgements", pages_answer },
	{ "/-/privacy", pages_answer },
	{ "/-/news", pages_answer_news },
	{ "/-/news.atom", feed_answer_news },
	{ "/-/areas/{name}.atom", feed_answer_area },
	{ "/-/health", health_answer },
	{ "/-/key", health_answer_key },
	{ "/-/status.json", health_answer_status },
	{ "/-/search", search_answer },
	{ "/-/calendar", agenda_answer },
	{ "/-/calendar.ics", agenda_answer_ics },
	{ "/-/decisions.atom", feed_answer_decisions },
	{ "/-/{name}", asset_answer },
	{ "/logs/", old_path_answer_index },
	{ "/logs/{name}/", old_path_answer },
	{ "/logs/{name}/{name}", old_path_answer },
	{ "/logs/{name}/{year}/{name}/{name}", old_path_answer },
	{ "/{room}/", room_page_answer },
	{ "/{room}/join.svg", room_page_answer_qr },
	{ "/{room}/search", search_answer },
	{ "/{room}/tombstones", room_page_answer_tombstones },
	{ "/{room}/{year}/", room_page_answer_year },
	{ "/{room}/feed.atom", feed_answer_room },
	{ "/{room}/calendar.ics", agenda_answer_room_ics },
	{ "/{room}/live", live_answer },
	{ "/{room}/{day}", answer_day_page },
	{ "/{room}/{day}.chatlog.json", answer_day_export },
	{ "/{room}/{day}.json", answer_day_export },
	{ "/{room}/{day}.jsonl", answer_day_export },
	{ "/{room}/{day}.txt", answer_day_export },
	{ "/{room}/{day}.xml", answer_day_export },
	{ "/{room}/{day}.md", answer_day_export },
	{ "/{room}/{year}.chatlog.json", export_answer_year },
	{ "/{room}/{year}.json", export_answer_year },
	{ "/{room}/{year}.jsonl", export_answer_year },
	{ "/{room}/{year}.txt", export_answer_year },
	{ "/{room}/{year}.xml", export_answer_year },
	{ "/{room}/{year}.md", export_answer_year },
	{ "/{room}/{year}.zip", export_answer_year },
	{ "/{room}/export.chatlog.json", export_answer_range },
	{ "/{room}/export.json", export_answer_range },
	{ "/{room}/export.jsonl", export_answer_range },
	{ "/{room}/export.txt", export_answer_range },
	{ "/{room}/export.xml", export_answer_range },
	{ "/{room}/export.md", export_answer_range },
	{ "/{room}/export.zip", export_answer_range },
	{ "/{room}/m/{id}", day_page_answer_line },
	{ "/{room}/meeting/{id}/", session_page_answer },
	{ "/{room}/meeting/{id}/minutes.md", session_page_answer_minutes },
	{ "/{room}/meeting/{id}/chatlog.json", session_page_answer_chatlog },
	{ "/{room}/meeting/{id}/polls.json", session_page_answer_polls },
	{ "/{room}/meeting/{id}/record.zip", record_package_answer },
	{ "/{room}/meeting/{id}/{name}.zip",
	  record_package_answer_revision },
};

/* -1: no digit. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *route_decode(const char *raw)
{
	char *out = str_dup(raw);
	char *to = out;

	for (const char *at = raw; *at; at++) {
		if (*at != '%') {
			*to++ = *at;
		} else if (digit(at[1]) >= 0 && digit(at[2]) >= 0) {
			*to++ = (char)(digit(at[1]) * 16 + digit(at[2]));
			at += 2;
		} else {
			mem_free(&out);
			return NULL;
		}
	}
	*to = '\0';
	if (!str_is_utf8(out, (size_t)(to - out)))
		mem_free(&out);
	return out;
}

static bool is_id(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == strlen(text) &&
	       strlen(text) <= 128;
}

static bool is_year(const char *text)
{
	return strlen(text) == 4 && strspn(text, "0123456789") == 4;
}

static bool take_room(struct call *c, const char *name)
{
	struct jid *jid = jid_new(name, c->domain, NULL);

	if (!jid)
		return false;
	str_set(&c->room, jid_bare(jid));
	jid_free(&jid);
	return true;
}

/* Does text fit what the braces say? Then it is kept. */
static bool take(struct call *c, const char *braces, size_t len,
		 const char *text)
{
	int64_t start;

	if (!*text || strchr(text, '/'))
		return false;
	if (strncmp(braces, "{room}", len) == 0)
		return take_room(c, text);
	if (strncmp(braces, "{day}", len) == 0 && !day_key_parse(text, &start))
		return false;
	if (strncmp(braces, "{year}", len) == 0 && !is_year(text))
		return false;
	if (strncmp(braces, "{id}", len) == 0 && !is_id(text))
		return false;
	require(c->part_count < CALL_PARTS_MAX);
	c->parts[c->part_count++] = str_dup(text);
	return true;
}

static void forget(struct call *c)
{
	mem_free(&c->room);
	for (; c->part_count > 0; c->part_count--)
		mem_free(&c->parts[c->part_count - 1]);
}

/* One piece of a path, piece_len long, against one of a pattern. */
static bool piece_matches(struct call *c, const char *pattern, size_t len,
			  const char *piece, size_t piece_len)
{
	const char *end = memchr(pattern, '}', len);
	size_t behind;
	char *text;
	bool fits;

	if (!end || pattern[0] != '{')
		return len == piece_len && memcmp(pattern, piece, len) == 0;
	behind = len - (size_t)(end + 1 - pattern);
	if (piece_len <= behind ||
	    memcmp(end + 1, piece + piece_len - behind, behind) != 0)
		return false;
	text = str_dup_n(piece, piece_len - behind);
	fits = take(c, pattern, len - behind, text);
	mem_free(&text);
	return fits;
}

static bool matches(struct call *c, const char *pattern, const char *path)
{
	forget(c);
	while (*pattern == '/' && *path == '/') {
		size_t len = strcspn(++pattern, "/");
		size_t piece = strcspn(++path, "/");

		if (!piece_matches(c, pattern, len, path, piece))
			return false;
		pattern += len;
		path += piece;
	}
	return *pattern == *path;
}

route_fn route_find(struct call *c, const char *path)
{
	for (size_t i = 0; i < array_len(routes); i++)
		if (matches(c, routes[i].pattern, path))
			return routes[i].answer;
	forget(c);
	return NULL;
}

/* The path without the name of a domain in front; c->domain is set. Rooms of the
 * first domain may be asked for either way. */
static const char *take_domain(struct call *c, const char *path)
{
	const struct web_settings *s = c->desk->settings;

	for (size_t i = 0; i < s->domain_count; i++) {
		size_t len = strlen(s->domains[i]);

		if (strncmp(path + 1, s->domains[i], len) == 0 &&
		    path[1 + len] == '/') {
			c->domain = s->domains[i];
			return path + 1 + len;
		}
	}
	c->domain = s->domains[0];
	return path;
}

/* The same address as it should be written: with a '/' at its end. */
static void redirect_to_folder(struct call *c)
{
	struct buf location;

	buf_init(&location);
	room_path_add(&location, c->path);
	buf_add_char(&location, '/');
	call_redirect(c, 301, buf_str(&location));
	buf_fini(&location);
}

void route_answer(struct call *c, const char *raw_path)
{
	const char *path;
	char *folder;
	route_fn answer;

	c->path = route_decode(raw_path);
	if (!c->path || c->path[0] != '/') {
		call_fail(c, 400, NULL);
		return;
	}
	path = take_domain(c, c->path);
	answer = route_find(c, path);
	if (answer) {
		if (c->room)
			c->view = web_site_find(c->desk->site, c->room);
		answer(c);
		return;
	}
	folder = str_format("%s/", path);
	answer = str_has_suffix(path, "/") ? NULL : route_find(c, folder);
	mem_free(&folder);
	if (answer)
		redirect_to_folder(c);
	else
		call_fail(c, 404, NULL);
}
