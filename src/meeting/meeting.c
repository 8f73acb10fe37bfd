/* SPDX-License-Identifier: MIT */
#include "meeting/meeting.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/board.h"
#include "muc/audit.h"
#include "muc/muc_meeting.h"
#include "store/record.h"

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

/* ---- words ---- */

enum right { RIGHT_ANYBODY, RIGHT_SCRIBE, RIGHT_CHAIR };

static const struct {
	enum right right;
	bool needs_session;
	enum meeting_result (*run)(struct doing *x);
	const char *act; /* in the audit, or NULL */
} verbs[WORD_KINDS] = {
	[WORD_START] = { RIGHT_CHAIR, false, run_start, NULL },
	[WORD_END] = { RIGHT_CHAIR, true, run_end, NULL },
	[WORD_QUEUE_ADD] = { RIGHT_ANYBODY, true, run_queue_add, NULL },
	[WORD_QUEUE_REMOVE] = { RIGHT_ANYBODY, true, run_queue_remove, NULL },
	[WORD_QUEUE_SHOW] = { RIGHT_ANYBODY, true, run_queue_show, NULL },
	[WORD_QUEUE_NEXT] = { RIGHT_CHAIR, true, run_queue_next,
			      "floor" },
	[WORD_QUEUE_FIRST] = { RIGHT_CHAIR, true, run_queue_first,
			      "queue-first" },
	[WORD_QUEUE_CLOSE] = { RIGHT_CHAIR, true, run_queue_close,
			      "queue-close" },
	[WORD_QUEUE_OPEN] = { RIGHT_CHAIR, true, run_queue_open,
			      "queue-open" },
	[WORD_MIC] = { RIGHT_ANYBODY, true, run_mic, NULL },
	[WORD_MIC_DONE] = { RIGHT_SCRIBE, true, run_mic_done, NULL },
	[WORD_MIC_SHOW] = { RIGHT_ANYBODY, true, run_mic_show, NULL },
	[WORD_HANDS_ASK] = { RIGHT_CHAIR, true, run_hands_ask,
			      "hands-ask" },
	[WORD_HANDS_END] = { RIGHT_CHAIR, true, run_hands_end,
			      "hands-end" },
	[WORD_HAND] = { RIGHT_ANYBODY, true, run_hand, NULL },
	[WORD_TOPIC] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_ACTION] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_DECISION] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_INFO] = { RIGHT_ANYBODY, true, run_note, NULL },
	[WORD_PRESENT] = { RIGHT_ANYBODY, true, run_note, NULL },
	[WORD_REGRETS] = { RIGHT_ANYBODY, true, run_note, NULL },
	[WORD_SCRIBE_ADD] = { RIGHT_ANYBODY, true, run_scribe_add, NULL },
	[WORD_SCRIBE_REMOVE] = { RIGHT_ANYBODY, true, run_scribe_remove, NULL },
	[WORD_SAID] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_MORE] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_EDIT] = { RIGHT_SCRIBE, true, run_note, NULL },
	[WORD_UNDO] = { RIGHT_SCRIBE, true, run_note, NULL },
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

/* Chairs answer for themselves; who gives a hat to another does so for them. */
static bool lacks_note_well(const struct doing *x)
{
	enum word_kind kind = x->word->kind;

	return x->desk->settings.need_note_well && x->who &&
	       (kind == WORD_QUEUE_ADD || kind == WORD_MIC ||
		kind == WORD_SCRIBE_ADD) &&
	       !board_is_chair(x->who) &&
	       !muc_meeting_knows_note_well(x->desk->muc, x->room, x->who->jid);
}

/* What a chair does is in the audit. Starting and ending say so themselves, and
 * hats theirs. */
static void audit(const struct doing *x)
{
	const struct word *w = x->word;
	const char *act = verbs[w->kind].act;

	if (act)
		muc_audit(x->desk->muc, x->room, x->who ? x->who->jid : "control",
			  act, w->person, NULL, w->text);
}

static enum meeting_result run(struct doing *x)
{
	enum meeting_result result;

	if (x->word->kind >= WORD_KINDS || !verbs[x->word->kind].run)
		return MEETING_BAD;
	if (!muc_meeting_is_room(x->desk->muc, x->room))
		return MEETING_NO_ROOM;
	result = check_right(x);
	if (result != MEETING_DONE)
		return result;
	if (verbs[x->word->kind].needs_session && !x->session)
		return MEETING_NONE;
	if (lacks_note_well(x))
		return MEETING_NOTE_WELL;
	if (!muc_meeting_may_keep(x->desk->muc))
		return MEETING_BEHIND;
	result = verbs[x->word->kind].run(x);
	if (result == MEETING_DONE)
		audit(x);
	return result;
}

enum meeting_result board_run(struct meeting_desk *d, const char *room,
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

	return run(&x);
}

/* Commands know the person, but not what they wear. */
struct dressing {
	const char *jid;
	char *hats; /* owned */
};

static void dress(void *owner, const struct observed_person *who)
{
	struct dressing *dressing = owner;

	if (!dressing->hats && str_equal(who->jid, dressing->jid))
		dressing->hats = str_dup(who->hats);
}

enum meeting_result meeting_run(struct meeting_desk *d, const char *room,
				const struct word *w,
				const struct observed_person *who,
				const char *line)
{
	struct dressing dressing = { .jid = who ? who->jid : NULL };
	struct observed_person dressed;
	enum meeting_result result;

	if (who && !who->hats) {
		muc_meeting_people(d->muc, room, dress, &dressing);
		dressed = *who;
		dressed.hats = dressing.hats;
		who = &dressed;
	}
	result = board_run(d, room, w, who, line);
	muc_meeting_flush(d->muc, room);
	mem_free(&dressing.hats);
	return result;
}

/* ---- life ---- */

struct meeting_desk *meeting_desk_new(const struct meeting_settings *settings)
{
	struct meeting_desk *d = mem_new(struct meeting_desk);

	d->settings = *settings;
	d->open = map_new();
	d->planned = map_new();
	d->names = map_new();
	d->observer = ear_make(d);
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
	map_free(&(*d)->names, free);
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

void meeting_set_captions(struct meeting_desk *d, meeting_caption_fn fn,
			  void *owner)
{
	d->on_caption = fn;
	d->caption_owner = owner;
}

static void restore_session(struct meeting_desk *d, const struct record *r)
{
	const struct record_meeting *row = &r->as_meeting;
	struct meeting_session *s = session_open(r->room, row);
	char *key = str_format("%s %s", r->room, row->name);

	s->heard = r->at;
	if (row->state != RECORD_MEETING_PLANNED)
		life_add_name(d, r->room, row->name, row->uid);
	if (row->state == RECORD_MEETING_OPEN && !map_get(d->open, r->room))
		map_add(d->open, r->room, s);
	else if (row->state == RECORD_MEETING_PLANNED &&
		 !map_get(d->planned, key))
		map_add(d->planned, key, s);
	else
		session_close(&s);
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

void meeting_start_desk(struct meeting_desk *d)
{
	struct map_cursor cursor;

	map_begin(d->open, &cursor);
	while (map_next(&cursor))
		ear_call_roll(d, cursor.value);
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
	life_prune(d, now);
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
