/* SPDX-License-Identifier: MIT */
#include "muc/voices.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

/* Values of the map: the addresses of these stand for the roles. */
static const enum role values[ROLE_COUNT] = {
	[ROLE_VISITOR] = ROLE_VISITOR,
	[ROLE_PARTICIPANT] = ROLE_PARTICIPANT,
};

void voices_init(struct voices *v)
{
	v->roles = NULL;
}

void voices_fini(struct voices *v)
{
	if (v->roles)
		map_free(&v->roles, NULL);
}

static void forget_oldest(struct voices *v)
{
	struct map_cursor cursor;

	map_begin(v->roles, &cursor);
	if (map_next(&cursor))
		map_steal(v->roles, cursor.key);
}

static void remember(struct voices *v, const char *bare, enum role role)
{
	if (map_count(v->roles) >= VOICES_MAX)
		forget_oldest(v);
	map_add(v->roles, bare, (void *)&values[role]);
}

bool voices_set(struct voices *v, const struct jid *real, enum role role,
		enum role usual)
{
	const enum role *before;

	if (!v->roles)
		v->roles = map_new();
	before = map_steal(v->roles, jid_bare(real));
	/* a moderator of that kind is one for this visit alone */
	if (role == usual || role == ROLE_NONE || role == ROLE_MODERATOR)
		return before != NULL;
	remember(v, jid_bare(real), role);
	return !before || *before != role;
}

enum role voices_get(const struct voices *v, const struct jid *real,
		     enum role usual)
{
	const enum role *role = v->roles ? map_get(v->roles, jid_bare(real))
					 : NULL;

	return role && usual != ROLE_MODERATOR ? *role : usual;
}

/* ---- to the store and back: "visitor a@x participant b@x" ---- */

char *voices_write(const struct voices *v)
{
	struct map_cursor cursor;
	struct buf out = { 0 };

	if (!v->roles || !map_count(v->roles))
		return NULL;
	map_begin(v->roles, &cursor);
	while (map_next(&cursor))
		buf_add_format(&out, "%s%s %s", out.len ? " " : "",
			       role_text(*(const enum role *)cursor.value),
			       cursor.key);
	return buf_steal_str(&out);
}

static void read_one(struct voices *v, const char *word, const char *address)
{
	struct jid *jid = jid_parse(address);
	enum role role;

	if (jid && jid_is_bare(jid) && role_parse(word, &role) &&
	    (role == ROLE_VISITOR || role == ROLE_PARTICIPANT)) {
		map_steal(v->roles, jid_bare(jid));
		remember(v, jid_bare(jid), role);
	}
	jid_free(&jid);
}

void voices_read(struct voices *v, const char *text)
{
	char *list, *rest, *word, *address;

	if (!text)
		return;
	if (!v->roles)
		v->roles = map_new();
	list = rest = str_dup(text);
	while ((word = strsep(&rest, " ")) && (address = strsep(&rest, " ")))
		read_one(v, word, address);
	mem_free(&list);
}
