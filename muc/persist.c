/* SPDX-License-Identifier: MIT */
#include "muc/persist.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/nickname.h"
#include "muc/observe.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/tombstone.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static struct record *new_record(struct room *r, enum record_kind kind)
{
	return record_new(kind, jid_text(r->jid), site_now(r->site));
}

void persist_room(struct room *r)
{
	struct record *record = new_record(r, RECORD_ROOM);

	mem_free(&r->config.voices);
	r->config.voices = voices_write(&r->voices);
	record->as_room.config = room_config_write(&r->config);
	record->as_room.subject = str_dup(r->subject.text);
	record->as_room.subject_nick = str_dup(r->subject.nick);
	record->as_room.subject_at = r->subject.at;
	record->as_room.created = r->created;
	room_save(r, record, true);
}

void persist_room_gone(struct room *r)
{
	room_save(r, new_record(r, RECORD_ROOM_GONE), true);
}

void persist_affiliation(struct room *r, const char *key)
{
	const struct affiliation_entry *entry;
	struct record *record = new_record(r, RECORD_AFFILIATION);
	struct record_affiliation *to = &record->as_affiliation;

	entry = affiliation_list_find(&r->affiliations, key);
	to->jid = str_dup(key);
	to->affiliation = str_dup(affiliation_text(
		entry ? entry->affiliation : AFFILIATION_NONE));
	to->nick = str_dup(entry ? entry->nick : NULL);
	to->reason = str_dup(entry ? entry->reason : NULL);
	to->details = str_dup(entry ? entry->details : NULL);
	to->at = record->at;
	room_save(r, record, true);
}

void persist_hat(struct room *r, const char *jid, const char *uri,
		 const char *title, const char *by)
{
	struct record *record = new_record(r, RECORD_HAT);

	record->as_hat.jid = str_dup(jid);
	record->as_hat.uri = str_dup(uri);
	record->as_hat.title = str_dup(title);
	record->as_hat.by = str_dup(by);
	room_save(r, record, true);
}

void persist_session(struct room *r, const struct session *s, bool gates)
{
	struct record *record = new_record(r, RECORD_SESSION);
	struct record_session *to = &record->as_session;

	to->jid = str_dup(jid_text(s->jid));
	to->nick = str_dup(occupant_nick(s->occupant));
	to->role = str_dup(role_text(s->occupant->role));
	to->presence = str_dup(s->presence);
	to->joined = s->joined;
	room_save(r, record, gates);
}

void persist_session_gone(struct room *r, const struct session *s,
			  bool gates)
{
	struct record *record = new_record(r, RECORD_SESSION_GONE);

	record->as_session.jid = str_dup(jid_text(s->jid));
	record->as_session.joined = s->joined;
	room_save(r, record, gates);
}

void persist_message(struct room *r, const struct elem *message,
		     const struct frozen *f, const char *stanza_id,
		     const struct session *from, bool is_subject, int64_t at)
{
	struct record_line line = {
		.stanza = frozen_str(f),
		.body = elem_child_text(
			message, is_subject ? "subject" : "body", NS_SERVER),
	};
	char *hats = NULL;
	struct record *record;
	struct record_message *to;

	if (from) {
		line.jid = jid_bare(from->jid);
		line.nick = occupant_nick(from->occupant);
		line.occupant_id = from->occupant->id;
		line.hats = hats = hat_list_print(&r->hats, line.jid);
		/* what changes a room has happened, and does not go back */
		if (!is_subject && !elem_child(message, "retract", NS_RETRACT))
			line.sender = jid_text(from->jid);
	}
	record = record_line_new(jid_text(r->jid), at, &line);
	mem_free(&hats);
	to = &record->as_message;
	str_copy(to->id, sizeof(to->id), stanza_id);
	to->at = at;
	to->is_subject = is_subject;
	to->is_public = room_config_is_on_record(&r->config);
	room_save(r, record, true);
}

void persist_retraction(struct room *r, const struct retraction *retraction,
			const struct elem *tombstone, const struct jid *by)
{
	struct record *record = new_record(r, RECORD_RETRACTION);
	struct record_retraction *to = &record->as_retraction;
	struct buf stanza = { 0 };

	write_elem(&stanza, tombstone, NS_SERVER);
	str_copy(to->id, sizeof(to->id), retraction->id);
	to->stanza = buf_steal_str(&stanza);
	to->by = str_dup(jid_bare(by));
	to->reason = str_dup(retraction->reason);
	to->at = retraction->at;
	room_save(r, record, true);
	observe_retracted(r, retraction->id);
}

void persist_presence(struct room *r, const struct occupant *o,
		      const struct jid *real, enum record_move move, const char *other,
		      const char *reason)
{
	struct record *record = new_record(r, RECORD_PRESENCE);
	struct record_presence *to = &record->as_presence;

	to->move = move;
	to->nick = str_dup(occupant_nick(o));
	to->other = str_dup(other);
	to->occupant_id = str_dup(o->id);
	to->reason = str_dup(reason);
	/* of whom nobody in the room is told the log does not tell, either */
	to->is_public = room_config_is_on_record(&r->config) &&
			(r->config.broadcast & (1u << o->role));
	room_save(r, record, false);
	observe_move(r, o, real, move, other);
}

void persist_gap(struct room *r, const char *domain, int64_t since)
{
	struct record *record = new_record(r, RECORD_GAP);

	record->as_gap.domain = str_dup(domain);
	record->as_gap.from = since;
	record->as_gap.until = record->at;
	room_save(r, record, false);
}

void persist_restore_room(struct room *r, const struct record_room *record)
{
	r->created = record->created;
	if (record->config && room_config_read(&r->config, record->config))
		log_warn(LOG_MUC, "%s: stored configuration is unreadable",
			 jid_text(r->jid));
	voices_read(&r->voices, r->config.voices);
	subject_set(&r->subject, record->subject, record->subject_nick, NULL,
		    record->subject_at);
}

void persist_restore_affiliation(struct room *r,
				 const struct record_affiliation *record)
{
	enum affiliation a;

	if (affiliation_parse(record->affiliation, &a))
		affiliation_list_set(&r->affiliations, record->jid, a,
				     record->nick, record->reason);
	affiliation_list_describe(&r->affiliations, record->jid,
				  record->details);
}

void persist_restore_hat(struct room *r, const struct record_hat *record)
{
	if (record->title)
		hat_list_put(&r->hats, record->jid, record->uri, record->title,
			     str_equal(record->by, HAT_LIST_ROSTER));
}

static bool is_sane(const struct room *r, const struct jid *jid,
		    const struct jid *at, const struct nickname *nick)
{
	const struct occupant *o = roster_find_key(&r->roster, nick->key);

	return jid_resource(jid) && at &&
	       !roster_find_session(&r->roster, jid) &&
	       (!o || str_equal(occupant_bare(o), jid_bare(jid)));
}

static void restore_session(struct room *r, const struct jid *jid,
			    enum role role, const struct nickname *nick,
			    const struct record_session *record)
{
	struct occupant *o = roster_find_key(&r->roster, nick->key);
	struct jid *at = jid_with_resource(r->jid, nick->text);
	struct session *s;

	if (is_sane(r, jid, at, nick)) {
		if (!o)
			o = roster_add_occupant(&r->roster, nick->key, at);
		else if (o->role != role)
			roster_set_role(&r->roster, o, role);
		/* A proof does not outlive the stream: an operator who was
		 * a moderator looks like one, and proves it anew to act. */
		o->affiliation = room_affiliation(r, jid,
						  role == ROLE_MODERATOR);
		o->role = role;
		presence_restore(r, o);
		occupant_id_make(r->site->secret, r->jid, jid, o->id);
		s = session_new(jid, record->presence,
				presence_read_priority(record->presence),
				record->joined);
		room_add_session(r, o, s);
		/* the text stood on their screen before the restart */
		note_well_put(&r->note_well, jid_bare(jid), record->joined);
	}
	jid_free(&at);
}

void persist_restore_session(struct room *r,
			     const struct record_session *record)
{
	struct jid *jid = record->jid ? jid_parse(record->jid) : NULL;
	struct nickname nick;
	enum role role;

	if (jid && record->nick && role_parse(record->role, &role) &&
	    nickname_make(&nick, record->nick)) {
		restore_session(r, jid, role, &nick, record);
		nickname_fini(&nick);
	} else {
		log_warn(LOG_MUC, "%s: stored session is unreadable",
			 jid_text(r->jid));
	}
	jid_free(&jid);
}
