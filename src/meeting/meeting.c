/* SPDX-License-Identifier: MIT */
#include "meeting/meeting.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/board.h"
#include "muc/muc_meeting.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define HAT "urn:x-hallway:hat:"

#define RESULT_WORD(name, word, text) word,
#define RESULT_TEXT(name, word, text) text,
static const char *const result_words[] = { MEETING_TABLE(RESULT_WORD) };
static const char *const result_texts[] = { MEETING_TABLE(RESULT_TEXT) };

const char *meeting_result_word(enum meeting_result r)
{
	return result_words[r];
}

const char *meeting_result_text(enum meeting_result r)
{
	return result_texts[r];
}

void meeting_settings_init(struct meeting_settings *s)
{
	*s = (struct meeting_settings){
		.warn_after = 30 * 60000,
		.end_after = 2 * 3600000,
		.longest = 12 * 3600000,
		.max_queue = 200,
		.max_mics = 500,
		.max_notes = 20000,
		.queue_line = 30000,
		.max_planned = 1000,
	};
}

/* ---- what all files here use (board.h) ---- */

const char *board_nick(const struct doing *x)
{
	return x->who ? x->who->nick : "The operator";
}

static bool wears(const struct observed_person *who, const char *uri)
{
	return who->hats && strstr(who->hats, uri);
}

bool board_is_chair(const struct observed_person *who)
{
	return who->is_operator || who->affiliation >= AFFILIATION_ADMIN ||
	       wears(who, HAT "chair");
}

bool board_is_scribe(const struct observed_person *who)
{
	return board_is_chair(who) || wears(who, HAT "scribe") ||
	       wears(who, HAT "minutes");
}

/* "came" and "went" have room even where other notes have none any more. */
static bool has_room(const struct meeting_desk *d,
		     const struct meeting_session *s, enum record_note_kind kind)
{
	size_t max = d->settings.max_notes;

	if (kind == RECORD_NOTE_CAME || kind == RECORD_NOTE_WENT ||
	    kind == RECORD_NOTE_RENAMED)
		max += max / 2;
	return s->notes < max;
}

bool board_note(struct meeting_desk *d, struct meeting_session *s,
	       const struct doing *x, const struct board_note *note)
{
	int64_t now = muc_meeting_now(d->muc);
	struct record *r;
	struct record_note *n;

	if (!has_room(d, s, note->kind))
		return false;
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
	return true;
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
	if (t->names)
		buf_add_format(t->names, "%s%s", t->count ? ", " : "",
			       who->nick);
	else
		(void)muc_meeting_tell(t->desk->muc, t->room, who->nick,
				       t->text);
	t->count++;
}

static bool has_scribe_hat(const struct observed_person *who)
{
	return wears(who, HAT "scribe");
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
	if (!tell_all(d, room, owned_text, has_scribe_hat))
		(void)tell_all(d, room, owned_text, board_is_chair);
	mem_free(&owned_text);
}

char *board_chairs(struct meeting_desk *d, const char *room)
{
	struct buf names = { 0 };
	struct telling t = { d, room, NULL, board_is_chair, 0, &names };

	muc_meeting_people(d->muc, room, tell_one, &t);
	if (t.count)
		return buf_steal_str(&names);
	buf_fini(&names);
	return NULL;
}

char *board_url(struct meeting_desk *d, const struct meeting_session *s)
{
	char *log = muc_meeting_log_url(d->muc, s->room);
	char *url = log ? str_format("%smeeting/%s/", log, s->row.name) : NULL;

	mem_free(&log);
	return url;
}

/* ---- words ---- */

enum right { RIGHT_ANYBODY, RIGHT_SCRIBE, RIGHT_CHAIR };

static const struct {
	enum right right;
	bool needs_session;
	enum meeting_result (*run)(struct doing *x);
} verbs[WORD_KINDS] = {
	[WORD_START] = { RIGHT_CHAIR, false, run_start },
	[WORD_END] = { RIGHT_CHAIR, true, run_end },
	[WORD_QUEUE_ADD] = { RIGHT_ANYBODY, true, run_queue_add },
	[WORD_QUEUE_REMOVE] = { RIGHT_ANYBODY, true, run_queue_remove },
	[WORD_QUEUE_SHOW] = { RIGHT_ANYBODY, true, run_queue_show },
	[WORD_QUEUE_NEXT] = { RIGHT_CHAIR, true, run_queue_next },
	[WORD_QUEUE_FIRST] = { RIGHT_CHAIR, true, run_queue_first },
	[WORD_QUEUE_CLOSE] = { RIGHT_CHAIR, true, run_queue_close },
	[WORD_QUEUE_OPEN] = { RIGHT_CHAIR, true, run_queue_open },
	[WORD_MIC] = { RIGHT_ANYBODY, true, run_mic },
	[WORD_MIC_DONE] = { RIGHT_SCRIBE, true, run_mic_done },
	[WORD_MIC_SHOW] = { RIGHT_ANYBODY, true, run_mic_show },
	[WORD_HANDS_ASK] = { RIGHT_CHAIR, true, run_hands_ask },
	[WORD_HANDS_END] = { RIGHT_CHAIR, true, run_hands_end },
	[WORD_HAND] = { RIGHT_ANYBODY, true, run_hand },
	[WORD_TOPIC] = { RIGHT_SCRIBE, true, run_note },
	[WORD_ACTION] = { RIGHT_SCRIBE, true, run_note },
	[WORD_DECISION] = { RIGHT_SCRIBE, true, run_note },
	[WORD_INFO] = { RIGHT_ANYBODY, true, run_note },
	[WORD_PRESENT] = { RIGHT_ANYBODY, true, run_note },
	[WORD_REGRETS] = { RIGHT_ANYBODY, true, run_note },
	[WORD_SCRIBE_ADD] = { RIGHT_ANYBODY, true, run_scribe_add },
	[WORD_SCRIBE_REMOVE] = { RIGHT_ANYBODY, true, run_scribe_remove },
	[WORD_SAID] = { RIGHT_SCRIBE, true, run_note },
	[WORD_MORE] = { RIGHT_SCRIBE, true, run_note },
	[WORD_EDIT] = { RIGHT_SCRIBE, true, run_note },
	[WORD_UNDO] = { RIGHT_SCRIBE, true, run_note },
};

static enum meeting_result check_right(const struct doing *x)
{
	enum right right = verbs[x->word->kind].right;

	if (!x->who || right == RIGHT_ANYBODY)
		return MEETING_DONE;
	if (right == RIGHT_CHAIR)
		return board_is_chair(x->who) ? MEETING_DONE
					     : MEETING_CHAIRS_ONLY;
	return board_is_scribe(x->who) ? MEETING_DONE : MEETING_SCRIBES_ONLY;
}

static enum meeting_result run(struct doing *x)
{
	enum meeting_result result;

	if (x->word->kind >= WORD_KINDS || !verbs[x->word->kind].run)
		return MEETING_BAD;
	result = check_right(x);
	if (result != MEETING_DONE)
		return result;
	if (verbs[x->word->kind].needs_session && !x->session)
		return MEETING_NONE;
	return verbs[x->word->kind].run(x);
}

enum meeting_result meeting_run(struct meeting_desk *d, const char *room,
				const struct word *w,
				const struct observed_person *who,
				const char *line)
{
	struct doing x = {
		.desk = d,
		.session = map_get(d->open, room),
		.room = room,
		.word = w,
		.who = who,
		.line = line,
		.now = muc_meeting_now(d->muc),
	};
	enum meeting_result result = run(&x);

	if (!line)
		muc_meeting_flush(d->muc, room);
	return result;
}

/* ---- what is typed ---- */

/* Words that others use in talk, and that mean nothing without a session or the
 * right to it: then they are talk. */
static bool is_talk(enum word_kind kind, const struct observed_person *who)
{
	switch (kind) {
	case WORD_SAID:
	case WORD_MORE:
	case WORD_EDIT:
		return !board_is_scribe(who);
	default:
		return false;
	}
}

static void explain(struct meeting_desk *d, const char *room,
		    const struct observed_person *who,
		    enum meeting_result result)
{
	char *chairs = NULL;

	if (result == MEETING_CHAIRS_ONLY || result == MEETING_SCRIBES_ONLY)
		chairs = board_chairs(d, room);
	board_tell(d, room, who->nick,
		  str_format("%s%s%s.", meeting_result_text(result),
			     chairs ? ": " : "", chairs ? chairs : ""));
	mem_free(&chairs);
}

/* One line of help, once. */
static void help(struct meeting_desk *d, struct meeting_session *s,
		 const struct observed_person *who)
{
	static char there;

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

static void hear_word(struct meeting_desk *d, const struct observed_line *line)
{
	struct meeting_session *s = map_get(d->open, line->room);
	enum meeting_result result;
	struct word w;

	word_read(&w, line->body);
	if (w.kind == WORD_UNKNOWN && s) {
		help(d, s, line->by);
	} else if (w.kind != WORD_NONE && w.kind != WORD_UNKNOWN &&
		   (s || w.kind == WORD_START) && !is_talk(w.kind, line->by)) {
		result = meeting_run(d, line->room, &w, line->by, line->id);
		if (is_worth_a_word(&w, result))
			explain(d, line->room, line->by, result);
	}
	word_fini(&w);
}

/* ---- reactions (XEP-0444) ---- */

static bool has_reaction(const struct elem *reactions, const char *emoji)
{
	const struct elem *e;

	for (e = elem_child(reactions, "reaction", NS_REACTIONS); e;
	     e = elem_next(e, "reaction", NS_REACTIONS)) {
		const char *text = elem_text(e);

		/* skin tones follow the sign itself */
		if (text && str_has_prefix(text, emoji))
			return true;
	}
	return false;
}

static void react(struct meeting_desk *d, const struct observed_line *line,
		  struct word w)
{
	(void)meeting_run(d, line->room, &w, line->by, line->id);
}

#define HAND_UP	  "\xe2\x9c\x8b"	 /* raised hand */
#define THUMB_UP  "\xf0\x9f\x91\x8d"
#define THUMB_OFF "\xf0\x9f\x91\x8e"
#define CHECK	  "\xe2\x9c\x85"	 /* white heavy check mark */

static void hear_reactions(struct meeting_desk *d, struct meeting_session *s,
			   const struct observed_line *line,
			   const struct elem *reactions)
{
	const char *to = elem_attr(reactions, "id");
	const struct mic *mic = mics_find_line(&s->mics, to);

	if (to && str_equal(to, s->start_line)) {
		react(d, line,
		      (struct word){ .kind = has_reaction(reactions, HAND_UP)
						     ? WORD_QUEUE_ADD
						     : WORD_QUEUE_REMOVE });
	} else if (to && str_equal(to, s->hands.line)) {
		if (has_reaction(reactions, THUMB_UP))
			react(d, line, (struct word){ .kind = WORD_HAND,
						      .number = 1 });
		else if (has_reaction(reactions, THUMB_OFF))
			react(d, line, (struct word){ .kind = WORD_HAND,
						      .number = -1 });
	} else if (mic && has_reaction(reactions, CHECK)) {
		react(d, line, (struct word){ .kind = WORD_MIC_DONE,
					      .number = mic->number });
	}
}

/* ---- the observer ---- */

static void on_line(void *owner, const struct observed_line *line)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_get(d->open, line->room);
	const struct elem *reactions =
		elem_child(line->message, "reactions", NS_REACTIONS);

	if (s) {
		s->heard = line->at;
		s->was_warned = false;
	}
	if (s && reactions)
		hear_reactions(d, s, line, reactions);
	else if (line->body && !elem_child(line->message, "replace",
					   NS_CORRECT))
		hear_word(d, line);
}

static void on_passing(void *owner, const struct observed_line *line)
{
	(void)owner;
	(void)line;
}

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

static void on_went(void *owner, const char *room,
		    const struct observed_person *who, int64_t at)
{
	(void)at;
	note_move(owner, room, who, RECORD_NOTE_WENT, NULL);
}

static void on_renamed(void *owner, const char *room,
		       const struct observed_person *who, const char *old_nick)
{
	note_move(owner, room, who, RECORD_NOTE_RENAMED, old_nick);
}

static void on_voice_wanted(void *owner, const char *room,
			    const struct observed_person *who)
{
	struct meeting_desk *d = owner;
	const struct word w = { .kind = WORD_QUEUE_ADD };

	if (map_get(d->open, room))
		(void)meeting_run(d, room, &w, who, "");
}

static void on_retracted(void *owner, const char *room, const char *id)
{
	(void)owner;
	(void)room;
	(void)id;
}

static void on_room_gone(void *owner, const char *room)
{
	struct meeting_desk *d = owner;
	struct meeting_session *s = map_steal(d->open, room);

	if (s) {
		s->row.state = RECORD_MEETING_ENDED;
		s->row.ended = muc_meeting_now(d->muc);
		muc_meeting_keep(d->muc, room,
				 session_make_row(s, s->row.ended));
	}
	session_close(&s);
}

/* ---- life ---- */

struct meeting_desk *meeting_desk_new(const struct meeting_settings *settings)
{
	struct meeting_desk *d = mem_new(struct meeting_desk);

	d->settings = *settings;
	d->open = map_new();
	d->planned = map_new();
	d->last_names = map_new();
	d->observer = (struct muc_observer){
		.owner = d,
		.on_line = on_line,
		.on_passing = on_passing,
		.on_came = on_came,
		.on_went = on_went,
		.on_renamed = on_renamed,
		.on_voice_wanted = on_voice_wanted,
		.on_retracted = on_retracted,
		.on_room_gone = on_room_gone,
	};
	return d;
}

static void free_session(void *value)
{
	struct meeting_session *s = value;

	session_close(&s);
}

void meeting_desk_free(struct meeting_desk **d)
{
	if (!*d)
		return;
	map_free(&(*d)->open, free_session);
	map_free(&(*d)->planned, free_session);
	map_free(&(*d)->last_names, free);
	mem_free(d);
}

const struct muc_observer *meeting_observer(struct meeting_desk *d)
{
	return &d->observer;
}

void meeting_set_muc(struct meeting_desk *d, struct muc *muc)
{
	d->muc = muc;
}

static void restore_session(struct meeting_desk *d, const struct record *r)
{
	const struct record_meeting *row = &r->as_meeting;
	struct meeting_session *s = session_open(r->room, row);
	char *key = str_format("%s %s", r->room, row->name);

	s->heard = r->at;
	if (row->state == RECORD_MEETING_OPEN && !map_get(d->open, r->room)) {
		map_add(d->open, r->room, s);
		free(map_put(d->last_names, r->room, str_dup(row->name)));
	} else if (row->state == RECORD_MEETING_PLANNED &&
		   !map_get(d->planned, key)) {
		map_add(d->planned, key, s);
	} else {
		session_close(&s);
	}
	mem_free(&key);
}

void meeting_restore(struct meeting_desk *d, const struct record *r)
{
	struct meeting_session *s;

	if (r->kind == RECORD_MEETING) {
		restore_session(d, r);
		return;
	}
	s = map_get(d->open, r->room);
	if (s && str_equal(s->row.name, r->as_note.meeting)) {
		session_take(s, &r->as_note, r->at);
		s->heard = r->at;
		s->has_queue_news = false;
	}
}

/* Who is there after a restart; the value of present is left alone. */
struct roll {
	struct meeting_desk *desk;
	struct meeting_session *session;
	struct map *there; /* bare JID -> anything */
};

static void call(void *owner, const struct observed_person *who)
{
	struct roll *roll = owner;
	static char there;

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

static void call_roll(struct meeting_desk *d, struct meeting_session *s)
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

void meeting_start_desk(struct meeting_desk *d)
{
	struct map_cursor cursor;

	map_begin(d->open, &cursor);
	while (map_next(&cursor))
		call_roll(d, cursor.value);
}

void meeting_tick(struct meeting_desk *d)
{
	struct map_cursor cursor;
	int64_t now = muc_meeting_now(d->muc);

	map_begin(d->open, &cursor);
	while (map_next(&cursor)) {
		char *room = str_dup(cursor.key);

		floor_tick(d, cursor.value, now);
		life_tick(d, cursor.value, now);
		muc_meeting_flush(d->muc, room);
		mem_free(&room);
	}
}

void meeting_link(struct meeting_desk *d, const char *domain, bool is_up)
{
	struct map_cursor cursor;

	map_begin(d->open, &cursor);
	while (map_next(&cursor)) {
		cut_tell(d, cursor.value, domain, is_up);
		muc_meeting_flush(d->muc, cursor.key);
	}
}

/* ---- views ---- */

static void view(struct meeting_desk *d, const struct meeting_session *s,
		 void (*fn)(void *owner, const struct meeting_view *view),
		 void *owner)
{
	bool is_open = s->row.state == RECORD_MEETING_OPEN;
	char *url = board_url(d, s), *queue = queue_print(&s->queue);
	char *mics = mics_print_open(&s->mics);
	const struct meeting_view v = {
		.room = s->room,
		.name = s->row.name,
		.title = s->row.title,
		.topic = s->topic,
		.speaker = s->queue.speaker,
		.url = url,
		.is_open = is_open,
		.start = is_open ? s->row.started : s->row.planned,
		.present = map_count(s->present),
		.queue = s->queue.count,
		.mics_open = mics_open(&s->mics),
		.actions = s->counts.actions,
		.decisions = s->counts.decisions,
		.queue_text = is_open ? queue : NULL,
		.mics_text = mics,
		.question = s->hands.question,
	};

	fn(owner, &v);
	mem_free(&url);
	mem_free(&queue);
	mem_free(&mics);
}

void meeting_each(struct meeting_desk *d,
		  void (*fn)(void *owner, const struct meeting_view *view),
		  void *owner)
{
	struct map_cursor cursor;

	map_begin(d->open, &cursor);
	while (map_next(&cursor))
		view(d, cursor.value, fn, owner);
	map_begin(d->planned, &cursor);
	while (map_next(&cursor))
		view(d, cursor.value, fn, owner);
}
