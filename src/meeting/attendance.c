/* SPDX-License-Identifier: MIT */
#include "meeting/attendance.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

void attendance_init(struct attendance *a)
{
	*a = (struct attendance){ .void_lines = map_new() };
}

void attendance_fini(struct attendance *a)
{
	for (size_t i = 0; i < a->count; i++) {
		mem_free(&a->items[i].jid);
		mem_free(&a->items[i].nick);
		mem_free(&a->items[i].name);
		mem_free(&a->items[i].affiliation);
	}
	mem_free(&a->items);
	map_free(&a->void_lines, free);
	a->count = 0;
}

static struct attendee *add(struct attendance *a, int64_t at)
{
	struct attendee *who;

	a->items = mem_realloc(a->items, (a->count + 1) * sizeof(*a->items));
	who = &a->items[a->count++];
	*who = (struct attendee){ .came = at, .went = at };
	return who;
}

static struct attendee *find(struct attendance *a, const char *jid)
{
	for (size_t i = 0; jid && i < a->count; i++)
		if (str_equal(a->items[i].jid, jid))
			return &a->items[i];
	return NULL;
}

static struct attendee *find_nick(struct attendance *a, const char *nick)
{
	for (size_t i = 0; nick && i < a->count; i++)
		if (str_equal(a->items[i].nick, nick))
			return &a->items[i];
	return NULL;
}

static struct attendee *find_name(struct attendance *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (!a->items[i].jid && str_equal(a->items[i].name, name))
			return &a->items[i];
	return NULL;
}

static void come(struct attendance *a, const struct record_note *n, int64_t at)
{
	struct attendee *who = find(a, n->jid);

	if (!n->jid || (who && who->since))
		return;
	if (!who) {
		who = add(a, at);
		who->jid = str_dup(n->jid);
	}
	str_set(&who->nick, n->person);
	who->since = at;
}

static void leave(struct attendee *who, int64_t at)
{
	if (!who->since)
		return;
	if (at > who->since)
		who->time += at - who->since;
	who->since = 0;
	who->went = at;
}

/* Who is there under two nicks has not gone with the other one. */
static void go(struct attendance *a, const struct record_note *n, int64_t at)
{
	struct attendee *who = find(a, n->jid);

	if (who && (!n->person || str_equal(who->nick, n->person)))
		leave(who, at);
}

static void rename_person(struct attendance *a, const struct record_note *n)
{
	struct attendee *who = find(a, n->jid);

	if (who && str_equal(who->nick, n->text))
		str_set(&who->nick, n->person);
}

/* Whom "present+" means: the one of that nick; oneself, the first time that a
 * name is given; or somebody who is not in the room, for whom it is typed. */
static struct attendee *find_named(struct attendance *a,
				   const struct record_note *n, int64_t at)
{
	struct attendee *who = find(a, n->jid);

	if (who && (!who->name || who->by_nick ||
		    str_equal(who->name, n->person)))
		return who;
	who = find_name(a, n->person);
	return who ? who : add(a, at);
}

/* The one of that nick, who may have said it alone: "present+". */
static struct attendee *find_plain(struct attendance *a,
				   const struct record_note *n)
{
	struct attendee *who = NULL;

	if (str_equal(n->person, n->nick))
		who = find(a, n->jid);
	return who ? who : find_nick(a, n->person);
}

/* A line that is corrected is taken back, and says something anew from then
 * on. */
static void take_back(struct attendance *a, const struct record_note *n,
		      int64_t at)
{
	if (n->line)
		free(map_put(a->void_lines, n->line, mem_dup(&at, sizeof(at))));
}

static bool is_void(const struct attendance *a, const struct record_note *n,
		    int64_t at)
{
	const int64_t *until = n->line ? map_get(a->void_lines, n->line) : NULL;

	return until && at < *until;
}

static void take_present(struct attendance *a, const struct record_note *n,
			 int64_t at)
{
	struct attendee *who;
	bool by_nick;

	if (!n->person || is_void(a, n, at))
		return;
	who = find_plain(a, n);
	by_nick = who != NULL;
	if (!who)
		who = find_named(a, n, at);
	if (!by_nick || !who->name) {
		str_set(&who->name, n->person);
		who->by_nick = by_nick;
	}
	if (n->text)
		str_set(&who->affiliation, n->text);
}

void attendance_take(struct attendance *a, const struct record_note *n,
		     int64_t at)
{
	switch (n->kind) {
	case RECORD_NOTE_CAME:
		come(a, n, at);
		break;
	case RECORD_NOTE_WENT:
		go(a, n, at);
		break;
	case RECORD_NOTE_RENAMED:
		rename_person(a, n);
		break;
	case RECORD_NOTE_PRESENT:
		take_present(a, n, at);
		break;
	case RECORD_NOTE_TAKEN_BACK:
		take_back(a, n, at);
		break;
	default:
		break;
	}
}

void attendance_end(struct attendance *a, int64_t at)
{
	for (size_t i = 0; i < a->count; i++)
		leave(&a->items[i], at);
}
