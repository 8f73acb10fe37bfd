/* SPDX-License-Identifier: MIT */
#include "muc/hats.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/hat.h"
#include "muc/house.h"
#include "muc/persist.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/wear.h"

static const struct {
	const char *word;
	const char *text;
} results[] = {
	[HATS_DONE] = { NULL, "done" },
	[HATS_SAME] = { NULL, "it was so already" },
	[HATS_NO_ROOM] = { "not-found", "there is no such room" },
	[HATS_NO_HAT] = { "not-found", "the room has no such hat" },
	[HATS_BAD_JID] = { "bad-argument", "that is no address of a person "
					   "(user@domain)" },
	[HATS_BAD_HAT] = { "bad-argument",
			   "a hat needs a URI that is not of the house, a "
			   "title that no other hat of the house looks like, "
			   "and a hue, if any, in degrees; a room has 32 of "
			   "its own at most" },
	[HATS_FULL] = { "limit", "too many hats for one person or room" },
	[HATS_NOBODY] = { "not-found", "nobody of that nickname is in the "
				       "room" },
	[HATS_NOT_YOURS] = { "not-allowed", "you wear no such hat that you "
					    "could pass on" },
	[HATS_BEHIND] = { "busy", "the record of this room is behind; try "
				  "again soon" },
};

const char *hats_result_word(enum hats_result r)
{
	return results[r].word;
}

const char *hats_result_text(enum hats_result r)
{
	return results[r].text;
}

enum affiliation hats_gives_rank(const char *hat)
{
	struct hat found;

	return hat_find(NULL, hat, &found) ? found.rank : AFFILIATION_NONE;
}

/* NULL: no such room, or no more. */
static struct room *find_room(struct muc *m, const char *text)
{
	struct jid *jid = jid_parse(text);
	struct room *r = jid ? map_get(m->rooms, jid_bare(jid)) : NULL;

	jid_free(&jid);
	return r && !r->config.is_destroyed ? r : NULL;
}

/* ---- giving and taking ---- */

/** What a command names, found. */
struct wish {
	struct room *room;
	struct jid *jid; /* owned */
	struct hat hat;
};

static enum hats_result read_wish(struct muc *m, const char *room,
				  const char *jid, const char *hat,
				  struct wish *w)
{
	*w = (struct wish){ .room = find_room(m, room) };
	if (!w->room)
		return HATS_NO_ROOM;
	if (!hat_find(w->room->config.hats, hat, &w->hat))
		return HATS_NO_HAT;
	w->jid = jid_parse(jid);
	if (!w->jid || !jid_local(w->jid) || !jid_is_bare(w->jid))
		return HATS_BAD_JID;
	if (!room_may_save(w->room))
		return HATS_BEHIND;
	return HATS_DONE;
}

static void finish(struct muc *m, struct room *r, const char *act,
		   const char *who, const char *uri, const char *by)
{
	log_info(LOG_MUC, "%s: %s %s %s by %s", jid_text(r->jid), act, uri,
		 who ? who : "", by ? by : "nobody");
	house_finish(m, r);
}

enum hats_result muc_hat_give(struct muc *m, const char *room, const char *jid,
			      const char *hat, const char *by)
{
	struct wish w;
	enum hats_result result = read_wish(m, room, jid, hat, &w);

	if (result == HATS_DONE &&
	    hat_list_wears(&w.room->hats, jid_bare(w.jid), w.hat.uri))
		result = HATS_SAME;
	if (result == HATS_DONE &&
	    hat_list_is_full(&w.room->hats, jid_bare(w.jid)))
		result = HATS_FULL;
	if (result == HATS_DONE) {
		wear_put(w.room, w.jid, &w.hat, by);
		finish(m, w.room, "hat given:", jid_bare(w.jid), w.hat.uri, by);
	}
	jid_free(&w.jid);
	return result;
}

enum hats_result muc_hat_take(struct muc *m, const char *room, const char *jid,
			      const char *hat, const char *by)
{
	struct wish w;
	enum hats_result result = read_wish(m, room, jid, hat, &w);

	if (result == HATS_DONE && !wear_take(w.room, w.jid, w.hat.uri, by))
		result = HATS_SAME;
	if (result == HATS_DONE)
		finish(m, w.room, "hat taken:", jid_bare(w.jid), w.hat.uri, by);
	jid_free(&w.jid);
	return result;
}

/* To whom; owned. */
static struct jid *find_heir(const struct room *r, const char *nick)
{
	const struct occupant *o = room_find_nick(r, nick);

	return o ? jid_to_bare(o->shown->jid) : NULL;
}

enum hats_result muc_hat_pass(struct muc *m, const char *room, const char *from,
			      const char *nick, const char *hat)
{
	struct wish w;
	enum hats_result result = read_wish(m, room, from, hat, &w);
	struct jid *heir = w.room ? find_heir(w.room, nick) : NULL;

	if (result == HATS_DONE &&
	    (w.hat.rank > AFFILIATION_NONE ||
	     !hat_list_wears(&w.room->hats, jid_bare(w.jid), w.hat.uri)))
		result = HATS_NOT_YOURS;
	if (result == HATS_DONE && !heir)
		result = HATS_NOBODY;
	if (result == HATS_DONE && jid_equal_bare(heir, w.jid))
		result = HATS_SAME;
	if (result == HATS_DONE &&
	    hat_list_is_full(&w.room->hats, jid_bare(heir)))
		result = HATS_FULL;
	if (result == HATS_DONE) {
		wear_take(w.room, w.jid, w.hat.uri, jid_bare(w.jid));
		wear_put(w.room, heir, &w.hat, jid_bare(w.jid));
		finish(m, w.room, "hat passed to", jid_bare(heir), w.hat.uri,
		       jid_bare(w.jid));
	}
	jid_free(&heir);
	jid_free(&w.jid);
	return result;
}

/* ---- making and destroying ---- */

/* #create: the list of hats changed, and those who wear it are shown anew. */
static void keep_list(struct room *r, char *owned_list)
{
	mem_free(&r->config.hats);
	r->config.hats = *owned_list ? owned_list : NULL;
	if (!*owned_list)
		mem_free(&owned_list);
	persist_room(r);
	reconfigure_say_changed(r);
}

enum hats_result muc_hat_make(struct muc *m, const char *room, const char *uri,
			      const char *title, const char *hue,
			      const char *by)
{
	struct room *r = find_room(m, room);
	char *list;

	if (!r)
		return HATS_NO_ROOM;
	if (!room_may_save(r))
		return HATS_BEHIND;
	list = hat_define(r->config.hats, uri, title, hue);
	if (!list)
		return HATS_BAD_HAT;
	if (str_equal(list, r->config.hats)) {
		mem_free(&list);
		return HATS_SAME;
	}
	keep_list(r, list);
	wear_show(r, uri);
	finish(m, r, "hat made:", NULL, uri, by);
	return HATS_DONE;
}

enum hats_result muc_hat_destroy(struct muc *m, const char *room,
				 const char *hat, const char *by)
{
	struct room *r = find_room(m, room);
	struct hat found;
	char *list;

	if (!r)
		return HATS_NO_ROOM;
	if (!hat_find(r->config.hats, hat, &found))
		return HATS_NO_HAT;
	if (found.name)
		return HATS_BAD_HAT;
	if (!room_may_save(r))
		return HATS_BEHIND;
	list = hat_undefine(r->config.hats, found.uri);
	keep_list(r, list);
	wear_take_all(r, found.uri, by);
	finish(m, r, "hat destroyed:", NULL, found.uri, by);
	return HATS_DONE;
}

/* ---- listing ---- */

bool muc_hats_each(struct muc *m, const char *room, hat_view_fn fn, void *owner)
{
	const struct room *r = find_room(m, room);
	struct hat hat;

	for (size_t i = 0; r && hat_get(r->config.hats, i, &hat); i++)
		fn(owner, &(struct hat_view){
				  .uri = hat.uri,
				  .name = hat.name,
				  .title = hat.title,
				  .hue = *hat.hue ? hat.hue : NULL,
			  });
	return r != NULL;
}

static void view_worn(const struct room *r, const char *jid,
		      const struct hat_worn *worn, hat_view_fn fn, void *owner)
{
	struct hat hat;
	bool is_known = hat_find(r->config.hats, worn->uri, &hat);

	fn(owner, &(struct hat_view){
			  .uri = worn->uri,
			  .name = is_known ? hat.name : NULL,
			  .title = is_known ? hat.title : worn->title,
			  .hue = is_known && *hat.hue ? hat.hue : NULL,
			  .jid = jid,
			  .of_roster = worn->of_roster,
		  });
}

bool muc_hats_worn(struct muc *m, const char *room, hat_view_fn fn, void *owner)
{
	const struct room *r = find_room(m, room);
	struct map_cursor cursor;

	if (!r || !r->hats.wearers)
		return r != NULL;
	map_begin(r->hats.wearers, &cursor);
	while (map_next(&cursor)) {
		const struct hat_wearer *wearer = cursor.value;

		for (size_t i = 0; i < wearer->count; i++)
			view_worn(r, cursor.key, &wearer->worn[i], fn, owner);
	}
	return true;
}
