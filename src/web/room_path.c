/* SPDX-License-Identifier: MIT */
#include "web/room_path.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/html.h"
#include "web/web.h"

void room_path_add(struct buf *out, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");
		char *piece = str_dup_n(path, len);

		html_add_encoded(out, piece);
		mem_free(&piece);
		path += len;
		if (*path == '/') {
			buf_add_char(out, '/');
			path++;
		}
	}
}

static bool is_taken(const struct web_settings *s, const char *local)
{
	if (strcmp(local, "-") == 0)
		return true;
	for (size_t i = 0; i < s->domain_count; i++)
		if (strcmp(local, s->domains[i]) == 0)
			return true;
	return false;
}

char *room_path_new(const struct web_settings *s, const char *room,
		    const char *behind)
{
	const char *at = strchr(room, '@');
	const char *domain = at ? at + 1 : room;
	char *local = str_dup_n(room, at ? (size_t)(at - room) : 0);
	struct buf out;

	buf_init(&out);
	if (strcmp(domain, s->domains[0]) != 0 || is_taken(s, local) ||
	    !*local) {
		buf_add_char(&out, '/');
		html_add_encoded(&out, domain);
	}
	buf_add_char(&out, '/');
	html_add_encoded(&out, local);
	buf_add_char(&out, '/');
	buf_add_str(&out, behind);
	mem_free(&local);
	return buf_steal_str(&out);
}

char *room_path_new_site_url(const struct web_settings *s, const char *path)
{
	const char *url = s->url ? s->url : "";
	size_t len = strlen(url);

	if (len > 0 && url[len - 1] == '/')
		len--;
	return str_format("%.*s%s", (int)len, url, path);
}

char *room_path_new_url(const struct web_settings *s, const char *room,
			const char *behind)
{
	char *path = room_path_new(s, room, behind);
	char *url = room_path_new_site_url(s, path);

	mem_free(&path);
	return url;
}

char *room_path_new_join(const char *room)
{
	const char *at = strchr(room, '@');
	char *local = str_dup_n(room, at ? (size_t)(at - room) : 0);
	struct buf out;

	buf_init(&out);
	buf_add_str(&out, "xmpp:");
	html_add_encoded(&out, local);
	buf_add_char(&out, '@');
	html_add_encoded(&out, at ? at + 1 : room);
	buf_add_str(&out, "?join");
	mem_free(&local);
	return buf_steal_str(&out);
}
