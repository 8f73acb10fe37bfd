/* SPDX-License-Identifier: MIT */
/*
 * ear: what is heard of the rooms (muc/observer.h): words that are typed, taken
 * back and corrected, reactions, and who comes and goes.
 */
#include "meeting/board.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/caption.h"
#include "muc/muc_meeting.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define TYPED_MAX 500 /* messages whose corrections are still understood */

static char there;

/* ---- what is typed ---- */

static bool is_known(struct meeting_desk *d, const struct meeting_session *s,
		     const char *name)
{
	struct observed_person who;

	return queue_find(&s->queue, name) >= 0 ||
	       muc_meeting_find(d->muc, s->room, name, &who);
}

/* Words that others use in talk ("Alice: yes", "ack", "first we ..."), and that
 * mean nothing to us there. */
static bool is_talk(struct meeting_desk *d, const struct meeting_session *s,
		    const struct word *w, const struct observed_person *who)
{
	switch (w->kind) {
	case WORD_SAID:
	case WORD_MORE:
	case WORD_EDIT:
		return !board_has_scribe_hat(who);
	case WORD_QUEUE_NEXT:
		if (!w->person)
			return !board_is_chair(who);
		return !str_equal_case(w->person, "next") &&
		       !is_known(d, s, w->person);
	case WORD_QUEUE_FIRST:
		return !w->person || !is_known(d, s, w->person);
	default:
		return false;
	}
}

static void explain(struct meeting_desk *d, const char *room,
		    const struct observed_person *who,
		    enum meeting_result result)
{
	char *names = NULL, *text;

	if (result == MEETING_CHAIRS_ONLY)
		names = board_chairs(d, room);
	else if (result == MEETING_SCRIBES_ONLY)
		names = board_scribes(d, room);
	text = str_format("%s%s%s.", meeting_result_text(result),
			  names ? ": " : "", names ? names : "");
	*text = (char)toupper((unsigned char)*text);
	board_tell(d, room, who->nick, text);
	mem_free(&names);
}

/* One line of help, once. */
static void help(struct meeting_desk *d, struct meeting_session *s,
		 const struct observed_person *who)
{
	if (map_get(s->helped, who->jid))
		return;
	map_add(s->helped, who->jid, &there);
	board_tell(d, s->room, who->nick,
		   str_dup("I know: q+ q- q? | MIC: text | +1 -1 abstain | "
			   "#info #topic #action #agreed #undo | hands: "
			   "question | ack next | scribe+ nick | "
			   "#startmeeting #endmeeting."));
}

/* What went wrong is worth a word only where it was clearly meant for us. */
static bool is_worth_a_word(const struct word *w, enum meeting_result result)
{
	if (result == MEETING_DONE || result == MEETING_SAME)
		return false;
	return w->kind != WORD_HAND || result != MEETING_NO_HANDS;
}

static char *typed_key(const char *jid, const char *id)
{
	return str_format("%s %s", jid, id);
}

/* A correction names the message by its sender's id (XEP-0308). */
static void remember_typed(struct meeting_session *s,
			   const struct observed_line *line)
{
	const char *id = elem_attr(line->message, "id");
	struct map_cursor cursor;
	char *key;

	if (!id || !session_has_line(s, line->id))
		return;
	map_begin(s->typed, &cursor);
	if (map_count(s->typed) >= TYPED_MAX && map_next(&cursor))
		free(map_steal(s->typed, cursor.key));
	key = typed_key(line->by->jid, id);
	free(map_put(s->typed, key, str_dup(line->id)));
	mem_free(&key);
}

static void hear_word(struct meeting_desk *d, const struct observed_line *line)
{
	struct meeting_session *s = map_get(d->open, line->room);
	enum meeting_result result;
	struct word w;

	word_read(&w, line->body);
	if (w.kind == WORD_UNKNOWN && s) {
		help(d, s, line->by);
	} else if (w.kind == WORD_START ||
		   (s && w.kind != WORD_NONE && w.kind != WORD_UNKNOWN &&
		    !is_talk(d, s, &w, line->by))) {
		result = board_run(d, line->room, &w, line->by, line->id);
		if (is_worth_a_word(&w, result))
			explain(d, line->room, line->by, result);
		s = map_get(d->open, line->room); /* it may have ended */
		if (s)
			remember_typed(s, line);
	}
	word_fini(&w);
}

/* ---- what is corrected or taken back ---- */

static void take_back(struct meeting_desk *d, struct meeting_session *s,
		      const char *id)
{
	(void)board_note(d, s, NULL,
			 &(struct board_note){ .kind = RECORD_NOTE_TAKEN_BACK,
					       .line = id });
}

/* What the word makes a note of, if the correction still says the like. */
static bool is_like(const struct meeting_session *s, const char *line,
		    const struct word *w)
{
	const struct mark *mark = session_find_mark(s, line);

	if (!mark)
		return w->kind == WORD_MIC;
	switch (mark->kind) {
	case RECORD_NOTE_TOPIC:
		return w->kind == WORD_TOPIC;
	case RECORD_NOTE_ACTION:
		return w->kind == WORD_ACTION;
	case RECORD_NOTE_DECISION:
		return w->kind == WORD_DECISION;
	case RECORD_NOTE_INFO:
		return w->kind == WORD_INFO;
	case RECORD_NOTE_SAID:
		return w->kind == WORD_SAID || w->kind == WORD_MORE;
	default:
		return false;
	}
}

/* What was said of somebody is void, and is said anew under the same line. */
static void correct_people(struct meeting_desk *d, struct meeting_session *s,
			   const struct observed_line *line, const char *first,
			   const struct word *w)
{
	take_back(d, s, first);
	if (w->kind == WORD_PRESENT || w->kind == WORD_REGRETS)
		(void)board_run(d, line->room, w, line->by, first);
}

/* The note says what its line says now; one that is no such word any more makes
 * it void. Words that did something at once stand. */
static void hear_correction(struct meeting_desk *d, struct meeting_session *s,
			    const struct observed_line *line,
			    const struct elem *replace)
{
	const char *id = elem_attr(replace, "id");
	char *key = id ? typed_key(line->by->jid, id) : NULL;
	const char *first = key ? map_get(s->typed, key) : NULL;
	struct word w;

	mem_free(&key);
	if (!first || !session_has_line(s, first))
		return;
	word_read(&w, line->body);
	if (session_has_people_line(s, first))
		correct_people(d, s, line, first, &w);
	else if (is_like(s, first, &w))
		(void)board_note(d, s, NULL,
				 &(struct board_note){
					 .kind = RECORD_NOTE_CORRECTED,
					 .line = first,
					 .person = w.kind == WORD_MIC
							   ? line->by->nick
							   : w.person,
					 .text = w.text });
	else
		take_back(d, s, first);
	word_fini(&w);
}

static void on_retracted(void *owner, const char *room, const char *id)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_get(d->open, room);

	if (s && session_has_line(s, id))
		take_back(d, s, id);
}

/* ---- reactions (XEP-0444) ---- */

static const char *const raised_hands[] = {
	"\xe2\x9c\x8b",     /* raised hand */
	"\xf0\x9f\x99\x8b", /* happy person raising one hand */
	"\xf0\x9f\x96\x90", /* hand with fingers splayed */
	NULL,
};
static const char *const thumbs_up[] = { "\xf0\x9f\x91\x8d", NULL };
static const char *const thumbs_down[] = { "\xf0\x9f\x91\x8e", NULL };
static const char *const checks[] = {
	"\xe2\x9c\x85", /* white heavy check mark */
	"\xe2\x9c\x94", /* heavy check mark */
	NULL,
};

static bool is_any(const char *text, const char *const *signs)
{
	/* skin tones follow the sign itself */
	for (; *signs; signs++)
		if (str_has_prefix(text, *signs))
			return true;
	return false;
}

static bool has_reaction(const struct elem *reactions, const char *const *signs)
{
	const struct elem *e;

	for (e = elem_child(reactions, "reaction", NS_REACTIONS); e;
	     e = elem_next(e, "reaction", NS_REACTIONS)) {
		const char *text = elem_text(e);

		if (text && is_any(text, signs))
			return true;
	}
	return false;
}

static void react(struct meeting_desk *d, const struct observed_line *line,
		  struct word w)
{
	(void)board_run(d, line->room, &w, line->by, line->id);
}

/* A hand goes up, or the hand that was up goes down; who queued by a word stays. */
static void raise_hand(struct meeting_desk *d, const struct meeting_session *s,
		       const struct observed_line *line, bool is_up)
{
	int at = queue_find(&s->queue, line->by->nick);

	if (is_up)
		react(d, line, (struct word){ .kind = WORD_QUEUE_ADD,
					      .number = 1 });
	else if (at >= 0 && s->queue.items[at].is_raised)
		react(d, line, (struct word){ .kind = WORD_QUEUE_REMOVE });
}

/* A thumb that was up or down and is off again is no hand; one who said it by a
 * word keeps it. */
static void show_thumb(struct meeting_desk *d, const struct meeting_session *s,
		       const struct observed_line *line,
		       const struct elem *reactions)
{
	static char how[] = "reaction";
	struct word w = { .kind = WORD_HAND, .text = how };

	if (has_reaction(reactions, thumbs_up))
		w.number = 1;
	else if (has_reaction(reactions, thumbs_down))
		w.number = -1;
	else if (hands_is_sign(&s->hands, line->by->jid))
		w.number = HANDS_DOWN;
	else
		return;
	react(d, line, w);
}

static void hear_reactions(struct meeting_desk *d, struct meeting_session *s,
			   const struct observed_line *line,
			   const struct elem *reactions)
{
	const char *to = elem_attr(reactions, "id");
	const struct mic *mic = mics_find_line(&s->mics, to);

	if (!to)
		return;
	if (str_equal(to, s->start_line) || str_equal(to, s->queue_line)) {
		raise_hand(d, s, line, has_reaction(reactions, raised_hands));
	} else if (str_equal(to, s->hands.line)) {
		show_thumb(d, s, line, reactions);
	} else if (mic && has_reaction(reactions, checks)) {
		react(d, line, (struct word){ .kind = WORD_MIC_DONE,
					      .number = mic->number });
	}
}

/* ---- captions (M7) ---- */

static void show_caption(struct meeting_desk *d, const struct meeting_session *s,
			 const struct observed_line *line,
			 const struct caption *c)
{
	char *text = caption_print(c);

	if (d->on_caption && s->row.is_public)
		d->on_caption(d->caption_owner, line->room, line->by->nick,
			      text);
	mem_free(&text);
}

static struct caption *get_caption(struct meeting_session *s, const char *jid)
{
	struct caption *c = map_get(s->captions, jid);

	if (!c) {
		c = mem_new(struct caption);
		caption_init(c);
		map_add(s->captions, jid, c);
	}
	return c;
}

/* Of scribes alone: whoever else types so does it for the room. */
static void on_passing(void *owner, const struct observed_line *line)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_get(d->open, line->room);
	const struct elem *rtt = elem_child(line->message, "rtt", NS_RTT);
	struct caption *c;

	if (!s || !rtt || !line->by || !board_has_scribe_hat(line->by))
		return;
	c = get_caption(s, line->by->jid);
	if (caption_take(c, rtt))
		show_caption(d, s, line, c);
}

/* The finished line takes the caption's place. */
static void end_caption(struct meeting_desk *d, struct meeting_session *s,
			const struct observed_line *line)
{
	struct caption *c = map_get(s->captions, line->by->jid);

	if (!c || !c->is_known || !line->body)
		return;
	caption_clear(c);
	show_caption(d, s, line, c);
}

/* They type no more, here. */
static void drop_caption(struct meeting_desk *d, struct meeting_session *s,
			 const char *jid, const char *nick)
{
	struct caption *c = map_steal(s->captions, jid);

	if (!c)
		return;
	if (c->is_known && d->on_caption && s->row.is_public)
		d->on_caption(d->caption_owner, s->room, nick, "");
	caption_fini(c);
	mem_free(&c);
}

void ear_drop_captions(struct meeting_desk *d, struct meeting_session *s)
{
	struct map_cursor cursor;

	map_begin(s->captions, &cursor);
	while (map_next(&cursor)) {
		const char *nick = map_get(s->present, cursor.key);

		drop_caption(d, s, cursor.key, nick ? nick : "");
	}
}

/* ---- lines ---- */

static void on_line(void *owner, const struct observed_line *line)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_get(d->open, line->room);
	const struct elem *reactions =
		elem_child(line->message, "reactions", NS_REACTIONS);
	const struct elem *replace =
		elem_child(line->message, "replace", NS_CORRECT);

	if (!line->by)
		return;
	if (s) {
		s->heard = line->at;
		s->was_warned = false;
		end_caption(d, s, line);
	}
	if (s && reactions)
		hear_reactions(d, s, line, reactions);
	else if (s && replace && line->body)
		hear_correction(d, s, line, replace);
	else if (line->body && !replace)
		hear_word(d, line);
}

/* ---- who comes and goes ---- */

static void note_move(struct meeting_desk *d, const char *room,
		      const struct observed_person *who,
		      enum record_note_kind kind, const char *text)
{
	struct meeting_session *s = map_get(d->open, room);

	if (s)
		(void)board_note(d, s, NULL,
				 &(struct board_note){ .kind = kind,
						       .person = who->nick,
						       .text = text,
						       .jid = who->jid });
}

static void on_came(void *owner, const char *room,
		    const struct observed_person *who, int64_t at)
{
	(void)at;
	note_move(owner, room, who, RECORD_NOTE_CAME, NULL);
}

/* The same person under another nick? */
struct other {
	const struct observed_person *gone;
	struct meeting_desk *desk;
	const char *room;
	bool is_found;
};

static void find_other(void *owner, const struct observed_person *who)
{
	struct other *other = owner;

	if (other->is_found || !str_equal(who->jid, other->gone->jid) ||
	    str_equal(who->nick, other->gone->nick))
		return;
	other->is_found = true;
	note_move(other->desk, other->room, who, RECORD_NOTE_CAME, NULL);
}

static void on_went(void *owner, const char *room,
		    const struct observed_person *who, int64_t at)
{
	struct meeting_desk *d = owner;
	struct other other = { .gone = who, .desk = d, .room = room };
	struct meeting_session *s = map_get(d->open, room);

	(void)at;
	if (s)
		drop_caption(d, s, who->jid, who->nick);
	note_move(d, room, who, RECORD_NOTE_WENT, NULL);
	if (s && !map_get(s->present, who->jid))
		muc_meeting_people(d->muc, room, find_other, &other);
}

static void on_renamed(void *owner, const char *room,
		       const struct observed_person *who, const char *old_nick)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_get(d->open, room);

	if (s)
		drop_caption(d, s, who->jid, old_nick);
	note_move(d, room, who, RECORD_NOTE_RENAMED, old_nick);
}

static void on_voice_wanted(void *owner, const char *room,
			    const struct observed_person *who)
{
	struct meeting_desk *d = owner;
	const struct word w = { .kind = WORD_QUEUE_ADD };

	if (map_get(d->open, room))
		(void)board_run(d, room, &w, who, NULL);
}

static void on_room_gone(void *owner, const char *room)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_steal(d->open, room);

	if (s) {
		ear_drop_captions(d, s);
		s->row.state = RECORD_MEETING_ENDED;
		s->row.ended = muc_meeting_now(d->muc);
		muc_meeting_keep(d->muc, room,
				 session_make_row(s, s->row.ended));
	}
	session_close(&s);
}

static bool is_in_session(void *owner, const char *room)
{
	const struct meeting_desk *d = owner;

	return map_get(d->open, room) != NULL;
}

struct muc_observer ear_make(struct meeting_desk *d)
{
	return (struct muc_observer){
		.owner = d,
		.on_line = on_line,
		.on_passing = on_passing,
		.on_came = on_came,
		.on_went = on_went,
		.on_renamed = on_renamed,
		.on_voice_wanted = on_voice_wanted,
		.on_retracted = on_retracted,
		.on_room_gone = on_room_gone,
		.is_in_session = is_in_session,
	};
}

/* ---- who is there after a restart ---- */

struct roll {
	struct meeting_desk *desk;
	struct meeting_session *session;
	struct map *there; /* bare JID -> anything */
};

static void call(void *owner, const struct observed_person *who)
{
	struct roll *roll = owner;

	if (!map_get(roll->there, who->jid))
		map_add(roll->there, who->jid, &there);
	if (!map_get(roll->session->present, who->jid))
		note_move(roll->desk, roll->session->room, who,
			  RECORD_NOTE_CAME, NULL);
}

/* The first of those who are not there any more, or NULL. */
static const char *find_gone(const struct roll *roll)
{
	struct map_cursor cursor;

	map_begin(roll->session->present, &cursor);
	while (map_next(&cursor))
		if (!map_get(roll->there, cursor.key))
			return cursor.key;
	return NULL;
}

void ear_call_roll(struct meeting_desk *d, struct meeting_session *s)
{
	struct roll roll = { d, s, map_new() };
	const char *gone;

	muc_meeting_people(d->muc, s->room, call, &roll);
	while ((gone = find_gone(&roll))) {
		char *jid = str_dup(gone);
		char *nick = str_dup(map_get(s->present, jid));
		const struct observed_person who = { .nick = nick,
						     .jid = jid };

		note_move(d, s->room, &who, RECORD_NOTE_WENT, NULL);
		free(map_steal(s->present, jid));
		mem_free(&jid);
		mem_free(&nick);
	}
	map_free(&roll.there, NULL);
}
