/* SPDX-License-Identifier: MIT */
/*
 * desk_take_back: the service takes lines back, by command: what the law or
 * somebody's safety wants, also where no moderator can come any more. It leaves
 * what a moderator leaves (XEP-0425).
 *
 * Thread: conference loop.
 */
#include "muc/desk.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/edits.h"
#include "muc/house.h"
#include "muc/observe.h"
#include "muc/room.h"
#include "muc/say.h"
#include "muc/takeback.h"
#include "muc/tombstone.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/ns.h"

static struct record *record_of(const char *room, const char *by,
				const struct retraction *retraction,
				const struct elem *tombstone)
{
	struct record *record =
		record_new(RECORD_RETRACTION, room, retraction->at);
	struct record_retraction *to = &record->as_retraction;
	struct buf stanza = { 0 };

	write_elem(&stanza, tombstone, NS_SERVER);
	str_copy(to->id, sizeof(to->id), retraction->id);
	to->stanza = buf_steal_str(&stanza);
	to->by = str_dup(by);
	to->reason = str_dup(retraction->reason);
	to->at = retraction->at;
	return record;
}

/* r: the room, if it is there and not another of that name. */
static void put_tombstone(struct muc *m, struct room *r, struct record *owned,
			  const struct edit *line, struct elem *tombstone)
{
	if (!r) {
		desk_keep(m, owned);
		return;
	}
	room_save(r, owned, true);
	observe_retracted(r, line->id);
	history_replace(&r->history, r->jid, line->id, tombstone);
	takeback_remember(r, line->id, line->message);
}

static bool is_subject_now(const struct room *r, const struct edit *line)
{
	return r && line->at == r->subject.at &&
	       elem_child(line->message, "subject", NS_SERVER);
}

static void take_back(struct muc *m, struct room *r,
		      const struct desk_actor *actor, const struct jid *room,
		      const struct elem *edits)
{
	char message_id[RAND_ID_SIZE];
	struct retraction retraction = {
		.message_id = message_id,
		.by = room,
		.reason = actor->reason,
		.at = site_now(&m->site),
	};
	const struct elem *at = NULL;
	bool had_subject = false;
	struct elem *tombstone;
	struct edit line;

	rand_id_at(message_id, retraction.at);
	while (edits_next(edits, &at, &line)) {
		retraction.id = line.id;
		tombstone = tombstone_new(line.message, &retraction);
		put_tombstone(m, r,
			      record_of(jid_text(room), actor->by, &retraction,
					tombstone),
			      &line, tombstone);
		elem_free(&tombstone);
		had_subject |= is_subject_now(r, &line);
	}
	at = NULL;
	if (r && edits_next(edits, &at, &line))
		say_retraction(r, line.id, actor->reason, message_id);
	if (had_subject)
		say_subject(r, "");
}

enum desk_result desk_take_back(struct muc *m, const struct desk_actor *actor,
				const char *room, const struct elem *edits)
{
	struct room *r = map_get(m->rooms, room);
	struct jid *jid = jid_parse(room);
	const struct elem *at = NULL;
	struct edit line;

	if (!jid || !edits_next(edits, &at, &line)) {
		jid_free(&jid);
		return DESK_BAD_VALUE;
	}
	if (r && (r->config.is_destroyed || line.at < r->created))
		r = NULL;
	if (r ? !room_may_save(r) : !desk_may_keep(m)) {
		jid_free(&jid);
		return DESK_BEHIND;
	}
	desk_audit(m, actor, room, "take back", line.id, NULL);
	take_back(m, r, actor, jid, edits);
	if (r)
		house_finish(m, r);
	jid_free(&jid);
	return DESK_DONE;
}
