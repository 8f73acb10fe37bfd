/* SPDX-License-Identifier: MIT */
/*
 * life: a session is planned, starts and ends (M1).
 */
#include "meeting/board.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "muc/audit.h"
#include "muc/desk.h"
#include "muc/hats.h"
#include "muc/muc_meeting.h"
#include "muc/summons.h"
#include "store/record.h"

#define AROUND (60 * 60000) /* ms; a plan so near is the session that starts */
#define SUBJECT_MAX 1000    /* bytes of a title */
#define NAMES_MAX 10000     /* of sessions that were; the oldest go first */
#define PAST (24 * 3600000) /* ms; so long after its end a plan is void */

/* ---- helpers ---- */

static const char *actor(const struct doing *x)
{
	return x->who ? x->who->jid : "control";
}

static void keep_row(struct meeting_desk *d, const struct meeting_session *s,
		     int64_t now)
{
	muc_meeting_keep(d->muc, s->room, session_make_row(s, now));
}

static char *plan_key(const char *room, const char *name)
{
	return str_format("%s %s", room, name);
}

/* The nearest plan of the room, if it is for about now. */
static struct meeting_session *find_plan(const struct meeting_desk *d,
					 const char *room, int64_t now)
{
	struct meeting_session *found = NULL;
	struct map_cursor cursor;

	map_begin(d->planned, &cursor);
	while (map_next(&cursor)) {
		struct meeting_session *s = cursor.value;
		int64_t away = llabs(s->row.planned - now);

		if (str_equal(s->room, room) && away <= AROUND &&
		    (!found || away < llabs(found->row.planned - now)))
			found = s;
	}
	return found;
}

void life_add_name(struct meeting_desk *d, const char *room, const char *name,
		   const char *uid)
{
	char *key = plan_key(room, name);
	struct map_cursor cursor;

	map_begin(d->names, &cursor);
	if (map_count(d->names) >= NAMES_MAX && map_next(&cursor))
		free(map_steal(d->names, cursor.key));
	free(map_put(d->names, key, str_dup(uid ? uid : "")));
	mem_free(&key);
}

static bool is_taken(const struct meeting_desk *d, const char *room,
		     const char *name)
{
	char *key = plan_key(room, name);
	bool is = map_get(d->names, key) || map_get(d->planned, key);

	mem_free(&key);
	return is;
}

/* Nothing of this room was ever called so; owned. */
static char *make_name(const struct meeting_desk *d, const char *room,
		       int64_t at)
{
	char *stem = session_make_name(at);
	char *name = str_dup(stem);

	for (int i = 2; is_taken(d, room, name); i++) {
		mem_free(&name);
		name = str_format("%s-%d", stem, i);
	}
	mem_free(&stem);
	return name;
}

/* ---- starting ---- */

static struct meeting_session *take_plan(struct meeting_desk *d,
					 struct meeting_session *plan)
{
	char *key = plan_key(plan->room, plan->row.name);

	map_steal(d->planned, key);
	mem_free(&key);
	return plan;
}

static struct meeting_session *open_session(struct doing *x)
{
	struct meeting_desk *d = x->desk;
	struct meeting_session *s = find_plan(d, x->room, x->now);
	struct record_meeting row = { .state = RECORD_MEETING_OPEN };

	if (s) {
		s = take_plan(d, s);
	} else {
		row.name = make_name(d, x->room, x->now);
		s = session_open(x->room, &row);
		mem_free(&row.name);
	}
	s->row.state = RECORD_MEETING_OPEN;
	s->row.started = x->now;
	s->row.is_public = muc_meeting_is_public(d->muc, x->room);
	if (x->word->text)
		str_set(&s->row.title, x->word->text);
	str_set(&s->row.by, actor(x));
	str_set(&s->row.subject, muc_meeting_subject(d->muc, x->room));
	s->heard = x->now;
	life_add_name(d, s->room, s->row.name, s->row.uid);
	map_add(d->open, s->room, s);
	return s;
}

struct counting {
	struct doing *x;
	struct meeting_session *session;
};

static void note_presence(void *owner, const struct observed_person *who)
{
	struct counting *c = owner;

	(void)board_note(c->x->desk, c->session, c->x,
			&(struct board_note){ .kind = RECORD_NOTE_CAME,
					     .person = who->nick,
					     .jid = who->jid });
}

static char *make_subject(const struct meeting_session *s)
{
	const char *title = s->row.title ? s->row.title : "Meeting";

	if (!s->row.subject || !*s->row.subject)
		return str_format("In session: %s", title);
	return str_format("In session: %s | %s", title, s->row.subject);
}

static void announce(struct doing *x, struct meeting_session *s)
{
	char *url = board_url(x->desk, s), *subject = make_subject(s);
	const char *title = s->row.title ? s->row.title : "a session";
	char id[RAND_ID_SIZE] = "";

	(void)muc_meeting_set_subject(x->desk->muc, x->room, subject);
	(void)board_say(x->desk, x->room,
		       str_format("The meeting begins: %s.%s%s Say q+ to get "
				  "in line, MIC: to have something said in "
				  "the room.",
				  title, url ? " Log and minutes: " : "",
				  url ? url : ""),
		       id);
	(void)board_note(x->desk, s, x,
			&(struct board_note){ .kind = RECORD_NOTE_STARTED,
					     .line = id });
	mem_free(&url);
	mem_free(&subject);
}

enum meeting_result run_start(struct doing *x)
{
	struct counting counting = { .x = x };
	size_t called = 0;

	if (x->session)
		return MEETING_IS_OPEN;
	if (x->word->text && strlen(x->word->text) > SUBJECT_MAX)
		return MEETING_BAD;
	counting.session = open_session(x);
	keep_row(x->desk, counting.session, x->now);
	muc_meeting_people(x->desk->muc, x->room, note_presence, &counting);
	announce(x, counting.session);
	muc_audit(x->desk->muc, x->room, actor(x), "meeting-start",
		  counting.session->row.name, NULL, NULL);
	(void)muc_summon(x->desk->muc, x->room,
			 counting.session->row.title
				 ? counting.session->row.title
				 : "The meeting begins.",
			 &called);
	log_info(LOG_MUC, "%s: session %s begins; %zu people called", x->room,
		 counting.session->row.name, called);
	return MEETING_DONE;
}

/* ---- ending ---- */

static void say_end(struct meeting_desk *d, const struct meeting_session *s,
		    int64_t now, const char *why)
{
	char *url = board_url(d, s);

	(void)board_say(d, s->room,
		       str_format("%s after %" PRId64
				  " min. Actions: %zu, decisions: %zu, "
				  "people: %zu.%s%s",
				  why, (now - s->row.started + 59999) / 60000,
				  s->counts.actions, s->counts.decisions,
				  map_count(s->came),
				  url ? " The record: " : "", url ? url : ""),
		       NULL);
	mem_free(&url);
}

/* On the pages and in their feed: in the room it was said. */
static void tell_news(struct meeting_desk *d, const struct meeting_session *s,
		      int64_t now)
{
	const char *title = s->row.title, *at = strchr(s->room, '@');
	char *url = s->row.is_public ? board_url(d, s) : NULL;
	struct record *news;

	if (!url)
		return;
	if (!title || !*title || strpbrk(title, "\r\n"))
		title = s->row.name;
	news = record_new(RECORD_NEWS, NULL, now);
	rand_id(news->as_news.id);
	news->as_news.text = str_format("%.*s: the record of %s is there",
					(int)(at - s->room), s->room, title);
	news->as_news.link = url;
	desk_keep(d->muc, news);
}

/* The subject is given back, unless somebody has set another meanwhile. */
static void restore_subject(struct meeting_desk *d,
			    const struct meeting_session *s)
{
	char *own = make_subject(s);

	if (str_equal(muc_meeting_subject(d->muc, s->room), own))
		(void)muc_meeting_set_subject(
			d->muc, s->room,
			s->row.subject ? s->row.subject : "");
	mem_free(&own);
}

/* The hat was for this session. */
static void give_hats_back(struct meeting_desk *d,
			   const struct meeting_session *s, const char *by)
{
	struct map_cursor cursor;

	map_begin(s->scribes, &cursor);
	while (map_next(&cursor))
		(void)muc_hat_take(d->muc, s->room, cursor.key, "scribe", by);
}

static void end_session(struct meeting_desk *d, struct meeting_session *s,
			int64_t now, const char *by, const char *why)
{
	if (s->hands.question)
		(void)show_end(d, s, NULL, now);
	relay_remind(d, s);
	ear_drop_captions(d, s);
	restore_subject(d, s);
	say_end(d, s, now, why);
	s->row.state = RECORD_MEETING_ENDED;
	s->row.ended = now;
	keep_row(d, s, now);
	tell_news(d, s, now);
	muc_audit(d->muc, s->room, by, "meeting-end", s->row.name, NULL, NULL);
	log_info(LOG_MUC, "%s: session %s ends", s->room, s->row.name);
	map_steal(d->open, s->room);
	give_hats_back(d, s, by);
	session_close(&s);
}

enum meeting_result run_end(struct doing *x)
{
	if (x->session->hands.question)
		(void)run_hands_end(x);
	end_session(x->desk, x->session, x->now, actor(x),
		    "The meeting ends");
	x->session = NULL;
	return MEETING_DONE;
}

void life_tick(struct meeting_desk *d, struct meeting_session *s, int64_t now)
{
	const struct meeting_settings *t = &d->settings;
	int64_t silence = now - s->heard;
	bool is_over = silence >= t->end_after ||
		       now - s->row.started >= t->longest;

	if (is_over && muc_meeting_may_keep(d->muc)) {
		end_session(d, s, now, "clock", "Nobody ended it: the meeting "
						"is over");
	} else if (!s->was_warned && silence >= t->warn_after) {
		s->was_warned = true;
		(void)board_say(d, s->room,
			       str_dup("This room is still in session; a chair "
				       "ends it with #endmeeting."),
			       NULL);
	}
}

/* ---- planning ---- */

static struct meeting_session *find_planned(const struct meeting_desk *d,
					    const char *room,
					    const struct meeting_plan *plan,
					    const char *name)
{
	struct map_cursor cursor;

	map_begin(d->planned, &cursor);
	while (map_next(&cursor)) {
		struct meeting_session *s = cursor.value;

		if (str_equal(s->room, room) &&
		    (plan->uid ? str_equal(s->row.uid, plan->uid)
			       : str_equal(s->row.name, name)))
			return s;
	}
	return NULL;
}

static bool is_same(const struct record_meeting *row,
		    const struct meeting_plan *plan)
{
	return str_equal(row->title, plan->title) &&
	       str_equal(row->agenda, plan->agenda) &&
	       row->planned == plan->start && row->planned_end == plan->end;
}

static void take(struct meeting_session *s, const struct meeting_plan *plan,
		 const char *by)
{
	str_set(&s->row.uid, plan->uid);
	str_set(&s->row.title, plan->title);
	str_set(&s->row.agenda, plan->agenda);
	str_set(&s->row.by, by);
	s->row.planned = plan->start;
	s->row.planned_end = plan->end;
}

static int64_t end_of(int64_t start, int64_t end)
{
	return end ? end : start;
}

static enum meeting_result cancel(struct meeting_desk *d,
				  struct meeting_session *s, int64_t now)
{
	s->row.state = RECORD_MEETING_CANCELLED;
	keep_row(d, s, now);
	s = take_plan(d, s);
	session_close(&s);
	return MEETING_DONE;
}

static struct meeting_session *add_plan(struct meeting_desk *d,
					const char *room, const char *name)
{
	struct record_meeting row = { .name = (char *)name,
				      .state = RECORD_MEETING_PLANNED };
	struct meeting_session *s = session_open(room, &row);
	char *key = plan_key(room, name);

	map_add(d->planned, key, s);
	mem_free(&key);
	s->row.is_public = muc_meeting_is_public(d->muc, room);
	return s;
}

/* It has begun, or is over: nothing to plan any more. */
static bool was_held(const struct meeting_desk *d, const char *room,
		     const char *uid)
{
	char *prefix = plan_key(room, "");
	struct map_cursor cursor;
	bool was = false;

	map_begin(d->names, &cursor);
	while (uid && !was && map_next(&cursor))
		was = str_equal(cursor.value, uid) &&
		      str_has_prefix(cursor.key, prefix);
	mem_free(&prefix);
	return was;
}

static enum meeting_result add_new(struct meeting_desk *d, const char *room,
				   const struct meeting_plan *plan,
				   const char *by, int64_t now)
{
	struct meeting_session *s;
	char *name;

	if (plan->is_cancelled)
		return plan->uid ? MEETING_SAME : MEETING_NONE;
	if (was_held(d, room, plan->uid))
		return MEETING_SAME;
	if (end_of(plan->start, plan->end) + PAST < now)
		return MEETING_PAST;
	if (map_count(d->planned) >= d->settings.max_planned)
		return MEETING_FULL;
	if (plan->is_trial)
		return MEETING_DONE;
	name = make_name(d, room, plan->start);
	s = add_plan(d, room, name);
	mem_free(&name);
	take(s, plan, by);
	keep_row(d, s, now);
	return MEETING_DONE;
}

static enum meeting_result change(struct meeting_desk *d, const char *room,
				  const struct meeting_plan *plan,
				  const char *name, const char *by, int64_t now)
{
	struct meeting_session *s = find_planned(d, room, plan, name);

	if (!s)
		return add_new(d, room, plan, by, now);
	if (!plan->is_cancelled && is_same(&s->row, plan))
		return MEETING_SAME;
	if (plan->is_trial)
		return MEETING_DONE;
	if (plan->is_cancelled)
		return cancel(d, s, now);
	take(s, plan, by);
	keep_row(d, s, now);
	return MEETING_DONE;
}

void life_prune(struct meeting_desk *d, int64_t now)
{
	struct map_cursor cursor;

	map_begin(d->planned, &cursor);
	while (map_next(&cursor)) {
		struct meeting_session *s = cursor.value;

		if (end_of(s->row.planned, s->row.planned_end) + PAST < now)
			(void)cancel(d, s, now);
	}
}

enum meeting_result meeting_plan(struct meeting_desk *d, const char *room,
				 const struct meeting_plan *plan,
				 const char *by)
{
	enum meeting_result result;
	char *name;

	if (!muc_meeting_is_room(d->muc, room))
		return MEETING_NO_ROOM;
	if (plan->start <= 0 || (plan->end && plan->end < plan->start) ||
	    (plan->title && strlen(plan->title) > SUBJECT_MAX))
		return MEETING_BAD;
	if (!muc_meeting_may_keep(d->muc))
		return MEETING_BEHIND;
	name = session_make_name(plan->start);
	result = change(d, room, plan, name, by, muc_meeting_now(d->muc));
	mem_free(&name);
	return result;
}
