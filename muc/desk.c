/* SPDX-License-Identifier: MIT */
#include "muc/desk.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/audit.h"
#include "muc/destroy.h"
#include "muc/hats.h"
#include "muc/house.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "store/record.h"

#define REASON_MAX 1000

#define DESK_WORD_(name, word, text) word,
#define DESK_TEXT_(name, word, text) text,
static const char *const words[] = { DESK_TABLE(DESK_WORD_) };
static const char *const texts[] = { DESK_TABLE(DESK_TEXT_) };

const char *desk_result_word(enum desk_result r)
{
	return words[r];
}

const char *desk_result_text(enum desk_result r)
{
	return texts[r];
}

/* ---- who and where ---- */

bool desk_is_operator(const struct muc *m, const struct jid *jid,
		      bool by_certificate)
{
	return site_is_operator(&m->site, jid, by_certificate);
}

enum affiliation desk_rank_of(const struct muc *m, const char *room,
			      const struct jid *jid, bool by_certificate)
{
	const struct room *r = map_get(m->rooms, room);

	return r && !r->config.is_destroyed
		       ? room_affiliation(r, jid, by_certificate)
		       : AFFILIATION_NONE;
}

bool desk_has_room(const struct muc *m, const char *room, bool *is_gone_out)
{
	const struct room *r = map_get(m->rooms, room);

	*is_gone_out = r && r->config.is_destroyed;
	return r != NULL;
}

/* The address of a room that could be here, owned; or NULL. */
static struct jid *read_name(const struct muc *m, const char *room)
{
	struct jid *jid = jid_parse(room);

	if (jid && (!jid_local(jid) || !jid_is_bare(jid) ||
		    !map_get(m->domains, jid_domain(jid))))
		jid_free(&jid);
	return jid;
}

/* ---- the record ---- */

bool desk_may_keep(const struct muc *m)
{
	return m->site.env.may_save(m->site.env.owner);
}

void desk_keep(struct muc *m, struct record *owned)
{
	m->site.env.save(m->site.env.owner, owned->room, owned, false);
}

void desk_audit(struct muc *m, const struct desk_actor *actor, const char *room,
		const char *act, const char *target, const char *detail)
{
	log_info(LOG_ADMIN, "%s: %s%s%s by %s", room ? room : "service", act,
		 target ? " " : "", target ? target : "", actor->by);
	muc_audit(m, room, actor->by, act, target,
		  actor->reason && *actor->reason ? actor->reason : NULL,
		  detail);
}

/* ---- making ---- */

static void configure(struct room_config *c, const struct desk_wish *wish)
{
	str_set(&c->name, wish->name);
	str_set(&c->description, wish->description);
	str_set(&c->lang, wish->lang);
	c->is_members_only = wish->is_members_only;
	c->is_public = !wish->is_hidden;
	c->is_persistent = true;
	c->list_readers = 1u << ROLE_MODERATOR;
	c->of_house = true;
}

static void lift_tombstone(struct muc *m, struct room *tombstone)
{
	persist_room_gone(tombstone);
	house_end_room(m, tombstone, NULL);
}

/* Its history is asked for when somebody comes: there may have been a room of
 * that name before. */
static struct room *add_room(struct muc *m, const struct jid *jid,
			     struct room *tombstone)
{
	if (tombstone)
		lift_tombstone(m, tombstone);
	return house_add_room(m, jid, site_now(&m->site));
}

static enum desk_result create(struct muc *m, const struct desk_actor *actor,
			       const struct jid *jid,
			       const struct desk_wish *wish)
{
	struct room *r = map_get(m->rooms, jid_text(jid));

	if (r && !r->config.is_destroyed)
		return DESK_EXISTS;
	if (!r && map_count(m->rooms) >= m->max_rooms)
		return DESK_FULL;
	if (!desk_may_keep(m))
		return DESK_BEHIND;
	r = add_room(m, jid, r);
	configure(&r->config, wish);
	persist_room(r);
	desk_audit(m, actor, jid_text(jid), "create", NULL, NULL);
	house_finish(m, r);
	return DESK_DONE;
}

enum desk_result desk_create(struct muc *m, const struct desk_actor *actor,
			     const char *room, const struct desk_wish *wish)
{
	struct jid *jid = read_name(m, room);
	enum desk_result result = DESK_BAD_NAME;

	if (jid)
		result = create(m, actor, jid, wish);
	jid_free(&jid);
	return result;
}

/* ---- ending ---- */

static enum desk_result judge_end(struct muc *m, const struct room *r)
{
	if (!r)
		return DESK_NO_ROOM;
	if (str_equal(jid_local(r->jid), HOUSE_STANDING_ROOM))
		return DESK_STANDING;
	return desk_may_keep(m) ? DESK_DONE : DESK_BEHIND;
}

/* A tombstone says something else from now on. */
static enum desk_result engrave(struct room *tombstone, const char *successor,
				const char *reason)
{
	struct room_config *c = &tombstone->config;

	if (str_equal(c->venue, successor) &&
	    (!reason || str_equal(c->farewell, reason)))
		return DESK_SAME;
	str_set(&c->venue, successor);
	if (reason)
		str_set(&c->farewell, reason);
	persist_room(tombstone);
	room_flush(tombstone);
	return DESK_DONE;
}

static bool is_sound(const struct room *r, const char *successor)
{
	struct jid *jid = successor ? jid_parse(successor) : NULL;
	bool is_good =
		!successor || (jid && jid_local(jid) && jid_is_bare(jid) &&
			       !jid_equal_bare(jid, r->jid));

	jid_free(&jid);
	return is_good;
}

enum desk_result desk_retire(struct muc *m, const struct desk_actor *actor,
			     const char *room, const char *successor)
{
	struct room *r = map_get(m->rooms, room);
	enum desk_result result = judge_end(m, r);
	const char *reason = actor->reason;

	if (result != DESK_DONE)
		return result;
	if (!is_sound(r, successor) || (reason && strlen(reason) > REASON_MAX))
		return DESK_BAD_VALUE;
	if (r->config.is_destroyed) {
		result = engrave(r, successor, reason);
	} else {
		/* a temporary one leaves a tombstone, too */
		r->config.is_persistent = true;
		destroy_room(r, successor, reason);
		house_finish(m, r);
	}
	if (result == DESK_DONE)
		desk_audit(m, actor, room, "retire", successor, NULL);
	return result;
}

enum desk_result desk_delete(struct muc *m, const struct desk_actor *actor,
			     const char *room)
{
	struct room *r = map_get(m->rooms, room);
	enum desk_result result = judge_end(m, r);

	if (result != DESK_DONE)
		return result;
	/* destroyed, but nothing shall stand in its place */
	if (!r->config.is_destroyed)
		destroy_room(r, NULL, actor->reason);
	r->config.is_destroyed = false;
	r->is_over = true;
	desk_audit(m, actor, room, "delete", NULL, NULL);
	house_finish(m, r);
	return DESK_DONE;
}

/* ---- a new name ---- */

static void copy_affiliations(struct room *to, const struct room *from)
{
	struct map_cursor cursor;

	if (!from->affiliations.entries)
		return;
	map_begin(from->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;

		affiliation_list_set(&to->affiliations, cursor.key,
				     entry->affiliation, entry->nick,
				     entry->reason);
		affiliation_list_describe(&to->affiliations, cursor.key,
					  entry->details);
		persist_affiliation(to, cursor.key);
	}
}

struct hat_move {
	struct muc *m;
	const char *to;
	const char *by;
};

static void move_hat(void *owner, const struct hat_view *view)
{
	const struct hat_move *move = owner;

	if (view->jid)
		(void)muc_hat_give(move->m, move->to, view->jid, view->uri,
				   view->of_roster ? HAT_LIST_ROSTER
						   : move->by);
}

static void move_in(struct muc *m, const struct desk_actor *actor,
		    struct room *from, struct room *to)
{
	struct hat_move move = { m, jid_text(to->jid), actor->by };

	room_config_fini(&to->config);
	room_config_copy(&to->config, &from->config);
	subject_set(&to->subject, from->subject.text, from->subject.nick, NULL,
		    from->subject.at);
	persist_room(to);
	copy_affiliations(to, from);
	house_finish(m, to);
	(void)muc_hats_worn(m, jid_text(from->jid), move_hat, &move);
	desk_audit(m, actor, jid_text(to->jid), "rename", jid_text(from->jid),
		   NULL);
}

static enum desk_result judge_rename(struct muc *m, const struct room *from,
				     const struct room *to)
{
	enum desk_result result = judge_end(m, from);

	if (result != DESK_DONE)
		return result;
	if (from->config.is_destroyed)
		return DESK_IS_GONE;
	return to && !to->config.is_destroyed ? DESK_EXISTS : DESK_DONE;
}

enum desk_result desk_rename(struct muc *m, const struct desk_actor *actor,
			     const char *from, const char *to)
{
	struct room *old = map_get(m->rooms, from);
	struct room *tombstone = map_get(m->rooms, to);
	struct jid *jid = read_name(m, to);
	enum desk_result result = DESK_BAD_NAME;

	if (jid)
		result = judge_rename(m, old, tombstone);
	if (result == DESK_DONE) {
		move_in(m, actor, old, add_room(m, jid, tombstone));
		result = desk_retire(m, actor, from, to);
	}
	jid_free(&jid);
	return result;
}
