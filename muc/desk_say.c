/* SPDX-License-Identifier: MIT */
/*
 * desk_say: a room itself says something, by command.
 *
 * Thread: conference loop.
 */
#include "muc/desk.h"

#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/room.h"
#include "muc/say.h"

#define TEXT_MAX 20000

enum desk_result desk_say(struct muc *m, const struct desk_actor *actor,
			  const char *room, const char *text)
{
	struct room *r = map_get(m->rooms, room);

	if (!r)
		return DESK_NO_ROOM;
	if (r->config.is_destroyed)
		return DESK_IS_GONE;
	if (!*text || strlen(text) > TEXT_MAX)
		return DESK_BAD_VALUE;
	if (!room_may_save(r))
		return DESK_BEHIND;
	desk_audit(m, actor, room, "say", NULL, NULL);
	say_line(r, text);
	house_finish(m, r);
	return DESK_DONE;
}

size_t desk_say_all(struct muc *m, const struct desk_actor *actor,
		    const char *text)
{
	struct map_cursor cursor;
	size_t count = 0;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		const struct room *r = cursor.value;

		if (roster_session_count(&r->roster))
			count += desk_say(m, actor, jid_text(r->jid), text) ==
				 DESK_DONE;
	}
	return count;
}
