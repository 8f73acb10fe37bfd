/* SPDX-License-Identifier: MIT */
/*
 * meeting_commands: the words of a meeting (meeting/word.h) as commands, for
 * those whose client has forms; and how the sessions are.
 *
 * Thread: conference loop.
 */
#include "admin/attendance_sheet.h"
#include "admin/catchup.h"
#include "admin/order.h"
#include "admin/planned_import.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "meeting/attendance.h"
#include "meeting/meeting.h"
#include "muc/muc_meeting.h"
#include "store/meeting_reader.h"
#include "store/reader.h"
#include "store/record.h"
#include "xmpp/datetime.h"

#define SESSIONS_MAX 5000 /* of a room, that are looked at */
#define NOTES_MAX 50000

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void end_with(const struct order *order, enum meeting_result result)
{
	if (result == MEETING_DONE)
		order_end(order);
	else
		order_fail(order, meeting_result_word(result),
			   str_format("%s: %s", order_text(order, "room"),
				      meeting_result_text(result)));
}

/* ---- who asks ---- */

struct search {
	const char *jid;
	struct observed_person who; /* strings borrowed from muc, but hats */
	bool is_found;
};

static void look(void *owner, const struct observed_person *who)
{
	struct search *search = owner;

	if (search->is_found || !str_equal(who->jid, search->jid))
		return;
	search->who = *who;
	search->who.hats = NULL;
	search->is_found = true;
}

/* What a command may was decided by its right; whoever is not in the room acts
 * under their address. NULL: the control socket. */
static const struct observed_person *find_caller(const struct order *order,
						 const char *room,
						 struct search *search)
{
	const struct jid *jid = order->caller->jid;
	const struct admin *admin = order->admin;

	if (!jid)
		return NULL;
	*search = (struct search){ .jid = jid_bare(jid) };
	muc_meeting_people(admin->muc, room, look, search);
	if (!search->is_found)
		search->who = (struct observed_person){
			.nick = search->jid,
			.jid = search->jid,
		};
	search->who.affiliation = desk_rank_of(
		admin->muc, room, jid, order->caller->by_certificate);
	search->who.is_operator = desk_is_operator(
		admin->muc, jid, order->caller->by_certificate);
	return &search->who;
}

static void run_word(const struct order *order, enum word_kind kind,
		     const char *person, const char *text, int64_t number)
{
	const char *room = order_text(order, "room");
	struct search search;
	const struct word w = {
		.kind = kind,
		.person = (char *)person,
		.text = (char *)text,
		.number = number,
	};

	end_with(order, meeting_run(order->admin->meetings, room, &w,
				    find_caller(order, room, &search), NULL));
}

/* ---- sessions ---- */

static void run_start(const struct order *order)
{
	run_word(order, WORD_START, NULL, order_text(order, "title"), 0);
}

static void run_end(const struct order *order)
{
	run_word(order, WORD_END, NULL, NULL, 0);
}

/* A time as XEP-0082 has it. */
static bool read_time(const struct order *order, const char *name,
		      int64_t *at_out)
{
	const char *text = order_text(order, name);

	*at_out = 0;
	if (!text || !datetime_parse(text, at_out))
		return true;
	order_fail(order, "bad-argument",
		   str_format("%s: expected a time like 2026-11-22T14:00:00Z",
			      name));
	return false;
}

static void run_plan(const struct order *order)
{
	struct meeting_plan plan = {
		.title = order_text(order, "title"),
		.agenda = order_text(order, "agenda"),
		.is_cancelled = order_has_flag(order, "cancel"),
	};

	if (read_time(order, "start", &plan.start) &&
	    read_time(order, "end", &plan.end))
		end_with(order,
			 meeting_plan(order->admin->meetings,
				      order_text(order, "room"), &plan,
				      command_caller_text(order->caller)));
}

static void row_session(void *owner, const struct meeting_view *v)
{
	const struct order *order = owner;
	const char *room = order_text(order, "room");
	char stamp[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "room", .text = v->room },
		{ .name = "session", .text = v->name },
		{ .name = "state", .text = v->is_open ? "open" : "planned" },
		{ .name = "start", .text = stamp },
		{ .name = "title", .text = or_empty(v->title) },
		{ .name = "topic", .text = or_empty(v->topic) },
		{ .name = "present", .number = (int64_t)v->present },
		{ .name = "queue", .number = (int64_t)v->queue },
		{ .name = "questions", .number = (int64_t)v->mics_open },
		{ .name = "actions", .number = (int64_t)v->actions },
		{ .name = "decisions", .number = (int64_t)v->decisions },
		{ .name = "page", .text = or_empty(v->url) },
	};

	if (room && !str_equal(room, v->room))
		return;
	datetime_print(v->start, stamp);
	order_row(order, values, array_len(values));
}

static void run_list(const struct order *order)
{
	meeting_each(order->admin->meetings, row_session, (void *)order);
	order_end(order);
}

static void row_floor(void *owner, const struct meeting_view *v)
{
	const struct order *order = owner;

	if (!v->is_open || !str_equal(order_text(order, "room"), v->room))
		return;
	order_row_text(order, "topic", or_empty(v->topic));
	order_row_text(order, "floor", or_empty(v->speaker));
	order_row_text(order, "queue", or_empty(v->queue_text));
	order_row_text(order, "microphone", or_empty(v->mics_text));
	order_row_text(order, "show of hands", or_empty(v->question));
}

static void run_show(const struct order *order)
{
	meeting_each(order->admin->meetings, row_floor, (void *)order);
	order_end(order);
}

/* ---- the floor ---- */

static void run_queue_add(const struct order *order)
{
	run_word(order, WORD_QUEUE_ADD, order_text(order, "nick"),
		 order_text(order, "about"), 0);
}

static void run_queue_remove(const struct order *order)
{
	run_word(order, WORD_QUEUE_REMOVE, order_text(order, "nick"), NULL, 0);
}

static void run_queue_next(const struct order *order)
{
	run_word(order, WORD_QUEUE_NEXT, order_text(order, "nick"), NULL, 0);
}

static void run_queue_first(const struct order *order)
{
	run_word(order, WORD_QUEUE_FIRST, order_text(order, "nick"), NULL, 0);
}

static void run_queue_close(const struct order *order)
{
	run_word(order, WORD_QUEUE_CLOSE, NULL, NULL, 0);
}

static void run_queue_open(const struct order *order)
{
	run_word(order, WORD_QUEUE_OPEN, NULL, NULL, 0);
}

/* ---- questions and hands ---- */

static void run_mic_ask(const struct order *order)
{
	run_word(order, WORD_MIC, NULL, order_text(order, "text"), 0);
}

static void run_mic_done(const struct order *order)
{
	run_word(order, WORD_MIC_DONE, NULL, NULL,
		 order_number(order, "number", 0));
}

static void run_hands_ask(const struct order *order)
{
	run_word(order, WORD_HANDS_ASK, NULL, order_text(order, "question"),
		 0);
}

static void run_hands_end(const struct order *order)
{
	run_word(order, WORD_HANDS_END, NULL, NULL, 0);
}

static void run_hands_raise(const struct order *order)
{
	const char *answer = order_text(order, "answer");

	run_word(order, WORD_HAND, NULL, NULL,
		 str_equal(answer, "yes") ? 1
		 : str_equal(answer, "no") ? -1
					   : 0);
}

/* ---- notes ---- */

static void run_note(const struct order *order)
{
	const char *kind = order_text(order, "kind");
	enum word_kind word = WORD_INFO;

	if (str_equal(kind, "topic"))
		word = WORD_TOPIC;
	else if (str_equal(kind, "action"))
		word = WORD_ACTION;
	else if (str_equal(kind, "decision"))
		word = WORD_DECISION;
	run_word(order, word, NULL, order_text(order, "text"), 0);
}

/* ---- who was there ---- */

struct roll_call {
	struct attendance attendance;
	const char *name;  /* of the session; NULL: the newest that began */
	char *found;       /* owned, or NULL */
	int64_t ended;     /* ms, or 0 */
};

static void find_session(void *owner, const struct record *record)
{
	struct roll_call *call = owner;
	const struct record_meeting *m = &record->as_meeting;

	if (call->found || !m->started ||
	    (call->name && !str_equal(call->name, m->name)))
		return;
	call->found = str_dup(m->name);
	call->ended = m->ended;
}

static void take_note(void *owner, const struct record *record)
{
	struct roll_call *call = owner;

	attendance_take(&call->attendance, &record->as_note, record->at);
}

static int read_attendance(const struct order *order, struct roll_call *call)
{
	static const enum record_note_kind first[] = { RECORD_NOTE_TAKEN_BACK };
	static const enum record_note_kind kinds[] = {
		RECORD_NOTE_CAME, RECORD_NOTE_WENT, RECORD_NOTE_RENAMED,
		RECORD_NOTE_PRESENT
	};
	const char *room = order_text(order, "room");
	struct reader *reader = NULL;
	int error = reader_open(order->admin->database, &reader);

	if (!error)
		error = meeting_reader_list(reader, room, false, SESSIONS_MAX,
					    find_session, call);
	if (!error && !call->found)
		error = HW_E_NOT_FOUND;
	if (!error)
		error = meeting_reader_notes(reader, room, call->found, first,
					     array_len(first), NOTES_MAX,
					     take_note, call);
	if (!error)
		error = meeting_reader_notes(reader, room, call->found, kinds,
					     array_len(kinds), NOTES_MAX,
					     take_note, call);
	reader_close(&reader);
	attendance_end(&call->attendance,
		       call->ended ? call->ended
				   : muc_meeting_now(order->admin->muc));
	return error;
}

/* One line of a sheet, in a column of that name. */
static void row_line(const struct order *order, const char *column,
		     char *owned_line)
{
	const struct command_value line = { .name = column,
					    .text = owned_line };

	order_row(order, &line, 1);
	mem_free(&owned_line);
}

static void row_attendee(const struct order *order, const struct attendee *who,
			 bool is_first)
{
	const char *as = order_text(order, "as");
	enum sheet_kind kind = attendance_sheet_kind(as);
	char came[DATETIME_SIZE], went[DATETIME_SIZE];
	const struct command_value values[] = {
		{ .name = "name", .text = or_empty(who->name) },
		{ .name = "affiliation", .text = or_empty(who->affiliation) },
		{ .name = "nick", .text = or_empty(who->nick) },
		{ .name = "address", .text = or_empty(who->jid) },
		{ .name = "came", .text = came },
		{ .name = "went", .text = went },
		{ .name = "minutes", .number = (who->time + 30000) / 60000 },
	};

	datetime_print(who->came, came);
	datetime_print(who->went, went);
	if (kind == SHEET_TABLE) {
		order_row(order, values, array_len(values));
		return;
	}
	if (kind == SHEET_CSV && is_first)
		row_line(order, as,
			 attendance_sheet_head(values, array_len(values)));
	row_line(order, as,
		 attendance_sheet_line(kind, values, array_len(values)));
}

static void run_attendance(const struct order *order)
{
	struct roll_call call = { .name = order_text(order, "session") };
	int error;

	attendance_init(&call.attendance);
	error = read_attendance(order, &call);
	for (size_t i = 0; !error && i < call.attendance.count; i++)
		row_attendee(order, &call.attendance.items[i], i == 0);
	attendance_fini(&call.attendance);
	mem_free(&call.found);
	if (error == HW_E_NOT_FOUND)
		order_fail(order, "not-found",
			   str_dup("no such session was held there"));
	else if (error)
		order_fail(order, hw_error_name(error),
			   str_format("the record cannot be read: %s",
				      hw_error_text(error)));
	else
		order_end(order);
}

static const char *const answers[] = { "yes", "no", "abstain", NULL };
static const char *const sheets[] = { "table", "csv", "json", NULL };
static const char *const note_kinds[] = { "topic", "action", "decision",
					  "info", NULL };

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)
#define ROOM                                              \
	{                                                 \
		"room", COMMAND_ROOM, NEEDED, "Room", NULL \
	}
#define NICK                                                          \
	{                                                             \
		"nick", COMMAND_TEXT, COMMAND_OPERAND, "Nickname", NULL \
	}

const struct command meeting_commands[] = {
	{ "catchup",
	  "tell what was said and decided since you left: of who registered "
	  "with the room",
	  COMMAND_ANYONE,
	  catchup_run,
	  { ROOM } },
	{ "hands ask",
	  "ask for a show of hands in a session",
	  COMMAND_CHAIR,
	  run_hands_ask,
	  { ROOM,
	    { "question", COMMAND_TEXT, NEEDED, "Question", NULL } } },
	{ "hands end",
	  "end the show of hands, and say the counts",
	  COMMAND_CHAIR,
	  run_hands_end,
	  { ROOM } },
	{ "hands raise",
	  "raise a hand, or not",
	  COMMAND_ANYONE,
	  run_hands_raise,
	  { ROOM,
	    { "answer", COMMAND_CHOICE, NEEDED, "Answer", answers } } },
	{ "meetings attendance",
	  "list who was at a session, and how long",
	  COMMAND_CHAIR,
	  run_attendance,
	  { ROOM,
	    { "session", COMMAND_WORD, COMMAND_OPERAND,
	      "Which, as \"2026-11-22-1400\"; else the newest", NULL },
	    { "as", COMMAND_CHOICE, 0, "How to take it along", sheets } } },
	{ "meetings end",
	  "end the session of a room",
	  COMMAND_CHAIR,
	  run_end,
	  { ROOM } },
	{ "meetings import",
	  "take sessions ahead of time from a calendar (iCalendar) or the "
	  "datatracker's agenda.json: without --apply, only tell what "
	  "would be done",
	  COMMAND_OPERATOR,
	  planned_import_run,
	  { { "list", COMMAND_FILE, COMMAND_REQUIRED | COMMAND_OPERAND,
	      "The calendar", NULL },
	    { "apply", COMMAND_FLAG, 0, "Do it", NULL },
	    { "room", COMMAND_ROOM, 0, "All of them in this room", NULL },
	    { "domain", COMMAND_DOMAIN, 0, "At which domain of ours",
	      NULL } } },
	{ "meetings list",
	  "list the sessions that are open or planned",
	  COMMAND_ANYONE,
	  run_list,
	  { { "room", COMMAND_ROOM, COMMAND_OPERAND, "Only of this room",
	      NULL } } },
	{ "meetings note",
	  "put something into the minutes",
	  COMMAND_ANYONE,
	  run_note,
	  { ROOM,
	    { "kind", COMMAND_CHOICE, NEEDED, "What it is", note_kinds },
	    { "text", COMMAND_TEXT, NEEDED, "Text", NULL } } },
	{ "meetings plan",
	  "announce a session ahead of time, or cancel it",
	  COMMAND_CHAIR,
	  run_plan,
	  { ROOM,
	    { "start", COMMAND_WORD, NEEDED,
	      "When it starts (2026-11-22T14:00:00Z)", NULL },
	    { "end", COMMAND_WORD, 0, "When it ends", NULL },
	    { "title", COMMAND_TEXT, 0, "Title", NULL },
	    { "agenda", COMMAND_WORD, 0, "Where the agenda is", NULL },
	    { "cancel", COMMAND_FLAG, 0, "It does not take place", NULL } } },
	{ "meetings show",
	  "show the floor of a session: topic, queue, questions",
	  COMMAND_ANYONE,
	  run_show,
	  { ROOM } },
	{ "meetings start",
	  "start a session in a room",
	  COMMAND_CHAIR,
	  run_start,
	  { ROOM, { "title", COMMAND_TEXT, COMMAND_OPERAND, "Title", NULL } } },
	{ "mic ask",
	  "have something said at the microphone",
	  COMMAND_ANYONE,
	  run_mic_ask,
	  { ROOM, { "text", COMMAND_TEXT, NEEDED, "Text", NULL } } },
	{ "mic done",
	  "a question was said at the microphone",
	  COMMAND_ANYONE,
	  run_mic_done,
	  { ROOM,
	    { "number", COMMAND_NUMBER, NEEDED, "Its number", NULL } } },
	{ "queue add",
	  "get in line to speak, or put somebody there",
	  COMMAND_ANYONE,
	  run_queue_add,
	  { ROOM, NICK,
	    { "about", COMMAND_TEXT, 0, "About what", NULL } } },
	{ "queue close",
	  "let nobody else in line",
	  COMMAND_CHAIR,
	  run_queue_close,
	  { ROOM } },
	{ "queue first",
	  "put somebody to the front of the line",
	  COMMAND_CHAIR,
	  run_queue_first,
	  { ROOM, { "nick", COMMAND_TEXT, NEEDED, "Nickname", NULL } } },
	{ "queue next",
	  "give the floor to the next, or to somebody in line",
	  COMMAND_CHAIR,
	  run_queue_next,
	  { ROOM, NICK } },
	{ "queue open",
	  "let people in line again",
	  COMMAND_CHAIR,
	  run_queue_open,
	  { ROOM } },
	{ "queue remove",
	  "leave the line, or take somebody out of it",
	  COMMAND_ANYONE,
	  run_queue_remove,
	  { ROOM, NICK } },
	{ 0 },
};
