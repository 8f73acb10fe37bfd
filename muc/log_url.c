/* SPDX-License-Identifier: MIT */
#include "muc/log_url.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/muc.h"

void log_url_init(struct log_url *u, const struct muc_settings *settings,
		  const struct map *domains)
{
	*u = (struct log_url){ .domains = domains };
	if (!settings->log_url || !settings->domain_count)
		return;
	u->base = str_dup(settings->log_url);
	u->first = str_dup(settings->domains[0]);
}

void log_url_fini(struct log_url *u)
{
	mem_free(&u->base);
	mem_free(&u->first);
}

/* RFC 3986 2.1, 2.3 */
static void add_piece(struct buf *out, const char *piece)
{
	for (; *piece; piece++) {
		unsigned char c = (unsigned char)*piece;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c)))
			buf_add_char(out, *piece);
		else
			buf_add_format(out, "%%%02X", c);
	}
	buf_add_char(out, '/');
}

/* Would the name at the root be that of something else there: the service's own
 * pages, another domain's rooms? */
static bool is_taken(const struct log_url *u, const char *local)
{
	return str_equal(local, "-") || map_get(u->domains, local);
}

char *log_url_make(const struct log_url *u, const struct jid *room)
{
	struct buf out = { 0 };

	if (!u->base)
		return NULL;
	buf_add_str(&out, u->base);
	if (!str_equal(jid_domain(room), u->first) ||
	    is_taken(u, jid_local(room)))
		add_piece(&out, jid_domain(room));
	add_piece(&out, jid_local(room));
	return buf_steal_str(&out);
}
