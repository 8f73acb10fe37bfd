/* SPDX-License-Identifier: MIT */
#include "muc/view.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/room.h"

static void show(const struct room *r, room_view_fn fn, void *owner)
{
	const struct room_config *c = &r->config;
	const struct room_view view = {
		.jid = jid_text(r->jid),
		.name = room_name(r),
		.description = c->description,
		.subject = r->subject.text,
		.lang = c->lang,
		.creator = c->creator,
		.venue = c->venue,
		.farewell = c->farewell,
		.occupants = roster_occupant_count(&r->roster),
		.sessions = roster_session_count(&r->roster),
		.created = r->created,
		.said = r->said,
		.is_public = c->is_public && !c->is_locked,
		.is_members_only = c->is_members_only,
		.is_moderated = c->is_moderated,
		.is_calm = room_is_calm(r),
		.has_password = c->password != NULL,
		.is_persistent = c->is_persistent,
		.is_logged = c->is_logged,
		.is_on_web = room_config_is_on_record(c),
		.is_noindex = c->is_noindex,
		.of_house = c->of_house,
		.is_gone = c->is_destroyed,
	};

	fn(owner, &view);
}

static int compare(const void *a, const void *b)
{
	const struct room *const *one = a, *const *other = b;

	return strcmp(jid_text((*one)->jid), jid_text((*other)->jid));
}

void view_rooms(const struct muc *m, room_view_fn fn, void *owner)
{
	size_t count = map_count(m->rooms), i = 0;
	struct room **rooms = mem_zero(count + 1, sizeof(*rooms));
	struct map_cursor cursor;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor))
		rooms[i++] = cursor.value;
	qsort(rooms, count, sizeof(struct room *), compare);
	for (i = 0; i < count; i++)
		show(rooms[i], fn, owner);
	mem_free(&rooms);
}

bool view_room(const struct muc *m, const char *jid, room_view_fn fn,
	       void *owner)
{
	const struct room *r = map_get(m->rooms, jid);

	if (r)
		show(r, fn, owner);
	return r != NULL;
}
