/* SPDX-License-Identifier: MIT */
/*
 * scribe: what goes into the minutes, and who writes them (M3, M8, M9).
 */
#include "meeting/board.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/hat.h"
#include "muc/hats.h"
#include "muc/muc_meeting.h"

#define SCRIBE "scribe"

static const enum record_note_kind note_kinds[WORD_KINDS] = {
	[WORD_TOPIC] = RECORD_NOTE_TOPIC,
	[WORD_ACTION] = RECORD_NOTE_ACTION,
	[WORD_DECISION] = RECORD_NOTE_DECISION,
	[WORD_INFO] = RECORD_NOTE_INFO,
	[WORD_PRESENT] = RECORD_NOTE_PRESENT,
	[WORD_REGRETS] = RECORD_NOTE_REGRETS,
	[WORD_SAID] = RECORD_NOTE_SAID,
	[WORD_MORE] = RECORD_NOTE_SAID,
	[WORD_EDIT] = RECORD_NOTE_EDIT,
	[WORD_UNDO] = RECORD_NOTE_UNDO,
};

/* Who says "present+" and nothing else means themselves. */
static const char *person(const struct doing *x)
{
	bool is_presence = x->word->kind == WORD_PRESENT ||
			   x->word->kind == WORD_REGRETS;

	if (x->word->person || !is_presence || !x->who)
		return x->word->person;
	return x->who->nick;
}

/* What else the note says. */
static const char *other_text(const struct doing *x)
{
	return x->word->kind == WORD_UNDO ? session_last_line(x->session)
					  : x->word->other;
}

enum meeting_result run_note(struct doing *x)
{
	if (x->word->kind == WORD_TOPIC)
		relay_remind(x->desk, x->session);
	return board_note(x->desk, x->session, x,
			 &(struct board_note){
				 .kind = note_kinds[x->word->kind],
				 .person = person(x),
				 .text = x->word->text,
				 .other_text = other_text(x) });
}

/* ---- the hat ---- */

static bool find(const struct doing *x, struct observed_person *who)
{
	if (!x->word->person && x->who) {
		*who = *x->who;
		return true;
	}
	return x->word->person &&
	       muc_meeting_find(x->desk->muc, x->room, x->word->person, who);
}

static enum meeting_result of_hat(enum hats_result r)
{
	switch (r) {
	case HATS_DONE:
		return MEETING_DONE;
	case HATS_SAME:
		return MEETING_SAME;
	case HATS_FULL:
		return MEETING_FULL;
	case HATS_BEHIND:
		return MEETING_BEHIND;
	default:
		return MEETING_BAD;
	}
}

struct reminding {
	struct meeting_desk *desk;
	const char *room, *jid, *text;
};

static void remind(void *owner, const struct observed_person *who)
{
	const struct reminding *r = owner;

	if (str_equal(who->jid, r->jid))
		(void)muc_meeting_tell(r->desk->muc, r->room, who->nick,
				       r->text);
}

/* Who gives a hat answers for it: many clients cannot register with a room, and
 * there has to be somebody who leads. But it does not go unsaid. */
bool meeting_note_hat(struct meeting_desk *d, const char *room, const char *jid,
		      const char *word, const char *by)
{
	struct reminding r = { d, room, jid, NULL };
	struct hat hat;
	char *text;

	if (!d->settings.need_note_well || str_equal(jid, by) ||
	    !hat_find(NULL, word, &hat) ||
	    muc_meeting_knows_note_well(d->muc, room, jid))
		return false;
	text = str_format("You were given a hat here: %s. Who wears it "
			  "registers with this room, and ticks there that "
			  "they have read the Note Well.",
			  hat.title);
	r.text = text;
	muc_meeting_people(d->muc, room, remind, &r);
	muc_meeting_flush(d->muc, room);
	mem_free(&text);
	return true;
}

/* The strings of who are muc's, and giving a hat may move them. */
static enum meeting_result give(struct doing *x,
				const struct observed_person *who, bool on)
{
	char *jid = str_dup(who->jid), *nick = str_dup(who->nick);
	const char *by = x->who ? x->who->jid : "control";
	enum meeting_result result;

	if (on)
		result = of_hat(muc_hat_give(x->desk->muc, x->room, jid,
					     SCRIBE, by));
	else
		result = of_hat(muc_hat_take(x->desk->muc, x->room, jid,
					     SCRIBE, by));
	if (result == MEETING_DONE)
		result = board_note(
			x->desk, x->session, x,
			&(struct board_note){ .kind = RECORD_NOTE_SCRIBE,
					      .person = nick,
					      .number = on });
	if (on && result == MEETING_DONE)
		(void)meeting_note_hat(x->desk, x->room, jid, SCRIBE, by);
	free(jid);
	free(nick);
	return result;
}

/* Anybody may take it up when no scribe is there, or the scribe is cut off. */
enum meeting_result run_scribe_add(struct doing *x)
{
	struct observed_person who;

	if (!find(x, &who))
		return MEETING_NOBODY;
	if (x->who && !board_is_scribe(x->who) &&
	    (!str_equal(who.jid, x->who->jid) ||
	     cut_has_scribe(x->desk, x->session)))
		return MEETING_SCRIBES_ONLY;
	return give(x, &who, true);
}

enum meeting_result run_scribe_remove(struct doing *x)
{
	struct observed_person who;

	if (!find(x, &who))
		return MEETING_NOBODY;
	if (x->who && !board_is_chair(x->who) &&
	    !str_equal(who.jid, x->who->jid))
		return MEETING_CHAIRS_ONLY;
	return give(x, &who, false);
}
