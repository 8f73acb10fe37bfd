/* SPDX-License-Identifier: MIT */
#include "meeting/board.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/hat_list.h"
#include "muc/muc_meeting.h"
#include "store/record.h"

#define NAMES 5 /* in a line that tells who has a right */

const char *board_nick(const struct doing *x)
{
	return x->who ? x->who->nick : "The operator";
}

bool board_has_chair_hat(const struct observed_person *who)
{
	return hat_list_printed_has(who->hats, "chair");
}

bool board_has_scribe_hat(const struct observed_person *who)
{
	return hat_list_printed_has(who->hats, "scribe") ||
	       hat_list_printed_has(who->hats, "minutes");
}

bool board_is_chair(const struct observed_person *who)
{
	return who->is_operator || who->affiliation >= AFFILIATION_ADMIN ||
	       board_has_chair_hat(who);
}

bool board_is_scribe(const struct observed_person *who)
{
	return board_is_chair(who) || board_has_scribe_hat(who);
}

/* Who comes and goes, what is taken back and how a question ended has room even
 * where other notes have none any more. */
static bool has_room(const struct meeting_desk *d,
		     const struct meeting_session *s, enum record_note_kind kind)
{
	size_t max = d->settings.max_notes;

	switch (kind) {
	case RECORD_NOTE_CAME:
	case RECORD_NOTE_WENT:
	case RECORD_NOTE_RENAMED:
	case RECORD_NOTE_TAKEN_BACK:
	case RECORD_NOTE_HANDS_END:
	case RECORD_NOTE_SCRIBE:
		return s->notes < max + max / 2;
	default:
		return s->notes < max;
	}
}

bool board_has_room(const struct meeting_desk *d,
		    const struct meeting_session *s)
{
	return has_room(d, s, RECORD_NOTE_COUNT);
}

enum meeting_result board_note(struct meeting_desk *d,
			       struct meeting_session *s, const struct doing *x,
			       const struct board_note *note)
{
	int64_t now = muc_meeting_now(d->muc);
	struct record *r;
	struct record_note *n;

	if (!has_room(d, s, note->kind))
		return MEETING_FULL;
	r = record_new(RECORD_NOTE, s->room, now);
	n = &r->as_note;
	rand_id(n->id);
	n->kind = note->kind;
	n->meeting = str_dup(s->row.name);
	n->line = str_dup(note->line || !x ? note->line : x->line);
	n->jid = str_dup(note->jid || !x || !x->who ? note->jid
						    : x->who->jid);
	n->nick = str_dup(x && x->who ? x->who->nick : NULL);
	n->person = str_dup(note->person);
	n->text = str_dup(note->text);
	n->other_text = str_dup(note->other_text);
	n->number = note->number;
	n->other = note->other;
	session_take(s, n, now);
	muc_meeting_keep(d->muc, s->room, r);
	return MEETING_DONE;
}

bool board_say(struct meeting_desk *d, const char *room, char *owned_text,
	      char id_out[RAND_ID_SIZE])
{
	bool is_said = muc_meeting_say(d->muc, room, owned_text, NULL, id_out);

	mem_free(&owned_text);
	return is_said;
}

void board_tell(struct meeting_desk *d, const char *room, const char *nick,
	       char *owned_text)
{
	(void)muc_meeting_tell(d->muc, room, nick, owned_text);
	mem_free(&owned_text);
}

struct telling {
	struct meeting_desk *desk;
	const char *room, *text;
	bool (*is_meant)(const struct observed_person *who);
	size_t count;
	struct buf *names; /* instead of telling them */
};

static void tell_one(void *owner, const struct observed_person *who)
{
	struct telling *t = owner;

	if (!t->is_meant(who))
		return;
	if (t->names && t->count < NAMES)
		buf_add_format(t->names, "%s%s", t->count ? ", " : "",
			       who->nick);
	else if (!t->names)
		(void)muc_meeting_tell(t->desk->muc, t->room, who->nick,
				       t->text);
	t->count++;
}

static size_t tell_all(struct meeting_desk *d, const char *room,
		       const char *text,
		       bool (*is_meant)(const struct observed_person *who))
{
	struct telling t = { d, room, text, is_meant, 0, NULL };

	muc_meeting_people(d->muc, room, tell_one, &t);
	return t.count;
}

void board_tell_chairs(struct meeting_desk *d, const char *room,
		      char *owned_text)
{
	(void)tell_all(d, room, owned_text, board_is_chair);
	mem_free(&owned_text);
}

void board_tell_scribes(struct meeting_desk *d, const char *room,
		       char *owned_text)
{
	if (!tell_all(d, room, owned_text, board_has_scribe_hat))
		(void)tell_all(d, room, owned_text, board_is_chair);
	mem_free(&owned_text);
}

static char *name_all(struct meeting_desk *d, const char *room,
		      bool (*is_meant)(const struct observed_person *who))
{
	struct buf names = { 0 };
	struct telling t = { d, room, NULL, is_meant, 0, &names };

	muc_meeting_people(d->muc, room, tell_one, &t);
	return t.count ? buf_steal_str(&names) : NULL;
}

char *board_chairs(struct meeting_desk *d, const char *room)
{
	return name_all(d, room, board_is_chair);
}

char *board_scribes(struct meeting_desk *d, const char *room)
{
	return name_all(d, room, board_is_scribe);
}

char *board_url(struct meeting_desk *d, const struct meeting_session *s)
{
	char *log = s->row.is_public ? muc_meeting_log_url(d->muc, s->room)
				     : NULL;
	char *url = log ? str_format("%smeeting/%s/", log, s->row.name) : NULL;

	mem_free(&log);
	return url;
}
