/* SPDX-License-Identifier: MIT */
/*
 * desk_say: a room itself says something, by command.
 *
 * Thread: conference loop.
 */
#include "muc/desk.h"

#include "base/map.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define TEXT_MAX 20000

/* A room whose history is not in memory finds the line in the archive. */
static void say(struct room *r, const char *text)
{
	char id[RAND_ID_SIZE], stanza_id[RAND_ID_SIZE];
	int64_t now = site_now(r->site);
	struct frozen *f;
	struct elem *e;

	rand_id(id);
	rand_id(stanza_id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
	elem_add_with_text(e, "body", NULL, text);
	mark_add_stanza_id(e, stanza_id, r->jid);
	persist_message(r, e, stanza_id, NULL, false, now);
	f = frozen_new(e);
	elem_free(&e);
	if (r->history.state == HISTORY_AWAKE)
		history_add(&r->history, f, stanza_id, now);
	r->has_news = true;
	r->said = now;
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
}

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
	say(r, text);
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
