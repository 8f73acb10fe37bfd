/* SPDX-License-Identifier: MIT */
#include "muc/voices.h"

#include "base/map.h"
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

void voices_set(struct voices *v, const struct jid *real, enum role role,
		enum role usual)
{
	if (!v->roles)
		v->roles = map_new();
	map_steal(v->roles, jid_bare(real));
	/* a moderator of that kind is one for this visit alone */
	if (role == usual || role == ROLE_NONE || role == ROLE_MODERATOR)
		return;
	if (map_count(v->roles) >= VOICES_MAX)
		forget_oldest(v);
	map_add(v->roles, jid_bare(real), (void *)&values[role]);
}

enum role voices_get(const struct voices *v, const struct jid *real,
		     enum role usual)
{
	const enum role *role = v->roles ? map_get(v->roles, jid_bare(real))
					 : NULL;

	return role && usual != ROLE_MODERATOR ? *role : usual;
}
