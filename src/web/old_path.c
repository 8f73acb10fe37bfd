/* SPDX-License-Identifier: MIT */
#include "web/old_path.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "web/call.h"
#include "web/day_key.h"
#include "web/day_page.h"
#include "web/room_page.h"
#include "web/room_path.h"
#include "web/web.h"
#include "web/web_site.h"

#define OURS "logs" /* the folder's name, and perhaps a room's */

/* The room that stands in the path, "talk" or "talk@conference.example"; a
 * domain that is not ours any more is the first one. Owned; NULL: none. */
static char *room_of(const struct call *c, const char *name)
{
	const struct web_settings *s = c->desk->settings;
	const char *at = strchr(name, '@'), *domain = s->domains[0];
	char *local = str_dup_n(name, at ? (size_t)(at - name) : strlen(name));
	struct jid *jid;
	char *room;

	for (size_t i = 0; at && i < s->domain_count; i++)
		if (str_equal_case(at + 1, s->domains[i]))
			domain = s->domains[i];
	jid = jid_new(local, domain, NULL);
	room = jid ? str_dup(jid_bare(jid)) : NULL;
	jid_free(&jid);
	mem_free(&local);
	return room;
}

/* "2006-03-21.html": the day, its text for ".txt". Owned; NULL: no day. */
static char *day_of(const char *name)
{
	char key[DAY_KEY_SIZE];
	int64_t start;

	(void)str_copy(key, sizeof(key), name);
	if (!day_key_parse(key, &start))
		return NULL;
	return str_format("%s%s", key,
			  str_has_suffix(name, ".txt") ? ".txt" : "");
}

/* Year, month and "21.html" as pieces. */
static char *split_day_of(const struct call *c)
{
	char name[64];

	snprintf(name, sizeof(name), "%.4s-%.2s-%.40s", c->parts[1],
		 c->parts[2], c->parts[3]);
	return day_of(name);
}

/* A room of that name has its own pages below it: "/logs/2026/". */
static bool answer_as_room(struct call *c)
{
	char *room = room_of(c, OURS);
	const struct web_room *view =
		room ? web_site_find(c->desk->site, room) : NULL;
	int64_t start;
	char first[32];

	if (!view) {
		mem_free(&room);
		return false;
	}
	c->view = view;
	mem_free(&c->room);
	c->room = room;
	snprintf(first, sizeof(first), "%.20s-01-01", c->parts[0]);
	if (c->part_count == 1 && day_key_parse(first, &start)) {
		room_page_answer_year(c);
		return true;
	}
	if (c->part_count == 2 && strcmp(c->parts[0], "m") == 0) {
		str_set(&c->parts[0], c->parts[1]);
		day_page_answer_line(c);
		return true;
	}
	return false;
}

void old_path_answer(struct call *c)
{
	char *room, *behind = NULL, *path;

	if (answer_as_room(c))
		return;
	room = room_of(c, c->parts[0]);
	if (c->part_count == 4)
		behind = split_day_of(c);
	else if (c->part_count == 2)
		behind = day_of(c->parts[1]);
	if (!room) {
		call_fail(c, 404, NULL);
		return;
	}
	path = room_path_new(c->desk->settings, room, behind ? behind : "");
	call_redirect(c, 301, path);
	mem_free(&path);
	mem_free(&behind);
	mem_free(&room);
}

void old_path_answer_index(struct call *c)
{
	char *room = room_of(c, OURS);

	c->view = room ? web_site_find(c->desk->site, room) : NULL;
	if (c->view) {
		c->room = room;
		room_page_answer(c);
		return;
	}
	mem_free(&room);
	call_redirect(c, 301, "/");
}

/* Days may be read by anybody. What is made for each question anew may not, nor
 * what never ends; the same day in other dress would only be found twice. */
void old_path_answer_robots(struct call *c)
{
	c->type = "text/plain; charset=utf-8";
	c->cache = "public, max-age=3600";
	buf_add_str(&c->body, "User-agent: *\n"
			      "Disallow: /-/search\n"
			      "Disallow: /*/search\n"
			      "Disallow: /*/live\n"
			      "Disallow: /*?\n"
			      "Allow: /?from=\n"
			      "Disallow: /metrics\n"
			      "Allow: /\n");
}
