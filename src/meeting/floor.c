/* SPDX-License-Identifier: MIT */
/*
 * floor: the words about the queue and the speaker (M4).
 */
#include "meeting/board.h"

#include "base/mem.h"
#include "base/str.h"
#include "meeting/shown.h"
#include "muc/muc_meeting.h"

#define SETTLE 2000 /* ms; what changes together is shown together */

/* The nick of who is meant, as the room has it, or as it was typed: somebody in
 * the physical meeting has none. NULL: nobody. */
static const char *person(const struct doing *x)
{
	struct observed_person who;
	const char *name = x->word->person;

	if (!name)
		return x->who ? x->who->nick : NULL;
	if (muc_meeting_find(x->desk->muc, x->room, name, &who))
		return who.nick;
	return name;
}

static bool is_oneself(const struct doing *x, const char *nick)
{
	return x->who && str_equal(nick, x->who->nick);
}

static enum meeting_result keep(struct doing *x, const struct board_note *note)
{
	return board_note(x->desk, x->session, x, note);
}

enum meeting_result run_queue_add(struct doing *x)
{
	struct meeting_session *s = x->session;
	const char *nick = person(x);

	if (!nick)
		return MEETING_NOBODY;
	if (!is_oneself(x, nick) && x->who && !board_is_scribe(x->who))
		return MEETING_SCRIBES_ONLY;
	if (queue_find(&s->queue, nick) >= 0 && !x->word->text)
		return MEETING_SAME;
	if (s->queue.is_closed && x->who && !board_is_chair(x->who))
		return MEETING_CLOSED;
	if (queue_find(&s->queue, nick) < 0 &&
	    s->queue.count >= x->desk->settings.max_queue)
		return MEETING_FULL;
	return keep(x, &(struct board_note){ .kind = RECORD_NOTE_QUEUE,
					    .person = nick,
					    .text = x->word->text,
					    .number = x->word->number });
}

enum meeting_result run_queue_remove(struct doing *x)
{
	const char *nick = person(x);

	if (!nick)
		return MEETING_NOBODY;
	if (!is_oneself(x, nick) && x->who && !board_is_scribe(x->who))
		return MEETING_SCRIBES_ONLY;
	if (queue_find(&x->session->queue, nick) < 0)
		return MEETING_SAME;
	return keep(x, &(struct board_note){ .kind = RECORD_NOTE_UNQUEUE,
					    .person = nick });
}

enum meeting_result run_queue_show(struct doing *x)
{
	char *text = queue_print(&x->session->queue);

	board_tell(x->desk, x->room, x->who ? x->who->nick : "", text);
	return MEETING_DONE;
}

/* May it still be corrected? */
static bool is_line_fresh(const struct meeting_desk *d,
			  const struct meeting_session *s, int64_t now)
{
	return *s->queue_line && now - s->queue_shown < d->settings.queue_line;
}

/* One line tells of the queue, too; the next news of it are a line below. */
static void tell_floor(struct doing *x, const char *about)
{
	struct meeting_session *s = x->session;

	if (board_say(x->desk, x->room, queue_print_floor(&s->queue, about),
		      NULL))
		s->has_queue_news = false;
	s->queue_shown = 0;
}

enum meeting_result run_queue_next(struct doing *x)
{
	struct queue *q = &x->session->queue;
	const char *name = x->word->person;
	char *nick, *about;
	int at = 0;
	enum meeting_result result;

	if (name && !str_equal_case(name, "next"))
		at = queue_find(q, person(x));
	if (at < 0)
		return MEETING_NOBODY;
	if (!q->count)
		return MEETING_EMPTY;
	nick = str_dup(q->items[at].nick);
	about = str_dup(q->items[at].about);
	result = keep(x, &(struct board_note){ .kind = RECORD_NOTE_SPEAKER,
					       .person = nick });
	if (result == MEETING_DONE)
		tell_floor(x, about);
	mem_free(&nick);
	mem_free(&about);
	return result;
}

enum meeting_result run_queue_first(struct doing *x)
{
	const struct queue *q = &x->session->queue;
	const char *nick = person(x);

	if (!nick)
		return MEETING_NOBODY;
	if (queue_find(q, nick) == 0)
		return MEETING_SAME;
	if (queue_find(q, nick) < 0 &&
	    q->count >= x->desk->settings.max_queue)
		return MEETING_FULL;
	return keep(x, &(struct board_note){ .kind = RECORD_NOTE_QUEUE_FIRST,
					    .person = nick });
}

static enum meeting_result set_closed(struct doing *x, bool is_closed)
{
	if (x->session->queue.is_closed == is_closed)
		return MEETING_SAME;
	return keep(x, &(struct board_note){ .kind = RECORD_NOTE_QUEUE_CLOSED,
					    .number = is_closed });
}

enum meeting_result run_queue_close(struct doing *x)
{
	return set_closed(x, true);
}

enum meeting_result run_queue_open(struct doing *x)
{
	return set_closed(x, false);
}

/* ---- the clock ---- */

/* One line is kept current by corrections; now and then it is said anew, for
 * clients that take no corrections from a room. */
static void show_queue(struct meeting_desk *d, struct meeting_session *s,
		       int64_t now)
{
	bool is_new = !is_line_fresh(d, s, now);
	char *text = queue_print(&s->queue);
	char id[RAND_ID_SIZE];

	if (muc_meeting_say(d->muc, s->room, text,
			    is_new ? NULL : s->queue_line, id)) {
		s->has_queue_news = false;
		if (is_new) {
			s->queue_shown = now;
			(void)str_copy(s->queue_line, sizeof(s->queue_line),
				       id);
		}
	}
	mem_free(&text);
}

static void remind_speaker(struct meeting_desk *d, struct meeting_session *s)
{
	s->queue.was_reminded = true;
	board_tell(d, s->room, s->queue.speaker,
		  str_dup("Your time is up; please come to an end."));
}

void floor_tick(struct meeting_desk *d, struct meeting_session *s, int64_t now)
{
	const struct queue *q = &s->queue;

	if (!s->has_queue_news)
		s->queue_news_at = 0;
	else if (!s->queue_news_at)
		s->queue_news_at = now;
	else if (now - s->queue_news_at >= SETTLE)
		show_queue(d, s, now);
	if (d->settings.speaker && q->speaker && !q->was_reminded &&
	    now - q->since >= d->settings.speaker)
		remind_speaker(d, s);
}
