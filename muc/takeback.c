/* SPDX-License-Identifier: MIT */
#include "muc/takeback.h"

#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/edits.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/tombstone.h"
#include "store/archive_query.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Candidates of one answer; what they are is looked at here. */
#define EDITS_PAGE 200

/* ---- finding ---- */

static void ask_archive(struct act *a, struct archive_query *owned,
			const char *note)
{
	struct room *r = a->room;
	uint64_t question;

	if (lookups_are_full(&r->lookups, a->stanza->from)) {
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "The archive is busy; try again soon.");
		archive_query_free(&owned);
		return;
	}
	question = site_new_question(r->site, r->jid);
	lookups_add(&r->lookups, question, a->stanza, a->by_certificate, note);
	r->site->env.ask_archive(r->site->env.owner, question, owned);
}

static void ask_line(struct act *a, const char *id)
{
	struct archive_query *query =
		archive_query_new(jid_text(a->room->jid), 1);

	query->only_id = str_dup(id);
	/* an earlier room of that name had its own talk */
	query->start = a->room->created;
	ask_archive(a, query, NULL);
}

static bool is_answered(const struct act *a)
{
	if (a->page->status != ARCHIVE_FAILED)
		return true;
	act_refuse(a, COND_INTERNAL_SERVER_ERROR, COND_TYPE_WAIT,
		   "The archive cannot be read.");
	return false;
}

static struct elem *read_row(const struct record_message *row)
{
	return parser_read(row->stanza, strlen(row->stanza), NS_SERVER);
}

/* The line, from its own answer, or from what was noted of it. */
static struct elem *read_answer(struct act *a)
{
	struct elem *line = NULL, *edits;
	const struct elem *at = NULL;
	struct edit first;

	if (a->note) {
		edits = edits_read(a->note);
		if (edits && edits_next(edits, &at, &first))
			line = elem_copy(first.message);
		elem_free(&edits);
	} else if (a->page->count == 1) {
		line = read_row(&a->page->rows[0]);
	}
	if (!line)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	return line;
}

/* key: a stanza-id, or edits_key(). Few rooms have such a memory. */
static bool was_taken_back(const struct room *r, const char *key)
{
	return r->taken_back && recent_has(r->taken_back, key);
}

struct elem *takeback_find(struct act *a, const char *id)
{
	struct elem *line;

	if (!id || !*id || strlen(id) >= RAND_ID_SIZE) {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return NULL;
	}
	line = history_find(&a->room->history, id);
	if (line)
		return line;
	if (!a->page) {
		ask_line(a, id);
		return NULL;
	}
	line = is_answered(a) ? read_answer(a) : NULL;
	/* meanwhile somebody else may have: the archive did not know yet */
	if (line && was_taken_back(a->room, id))
		elem_add(line, "retracted", NS_RETRACT);
	return line;
}

/* What the room itself said stays: that something was taken back, above all. */
bool takeback_is_possible(const struct elem *line)
{
	const char *from = elem_attr(line, "from");
	struct jid *jid = from ? jid_parse(from) : NULL;
	bool is_of_occupant = jid && jid_resource(jid);

	jid_free(&jid);
	return is_of_occupant && elem_is(line, "message", NS_SERVER);
}

/* ---- its corrections ---- */

/* What the room remembers. A line that is there has all that came after it there
 * as well; of others these are the ones that the archive may not have yet. */
static void add_from_history(const struct history *h, struct elem *edits)
{
	struct edit edit = { .at = 0 };
	struct elem *line;

	for (size_t i = 0; (line = history_read(h, i, &edit.id, NULL)); i++) {
		edit.message = line;
		if (!tombstone_is_one(line))
			edits_add(edits, &edit);
		elem_free(&line);
	}
}

static void add_from_page(const struct archive_page *page, struct elem *edits)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct record_message *row = &page->rows[i];
		struct elem *line = read_row(row);
		struct edit edit = { row->id, row->at, line };

		if (line && elem_is(line, "message", NS_SERVER) &&
		    !tombstone_is_one(line))
			edits_add(edits, &edit);
		if (line)
			elem_free(&line);
	}
}

/* after: the last one of the page before, or NULL. */
static void ask_edits(struct act *a, const struct elem *edits, const char *id,
		      const char *after)
{
	struct archive_query *query =
		archive_query_new(jid_text(a->room->jid), EDITS_PAGE);
	const struct elem *occupant, *at = NULL;
	char *note = edits_print(edits);
	struct edit line;

	(void)edits_next(edits, &at, &line);
	occupant = elem_child(line.message, "occupant-id", NS_OCCUPANT_ID);
	query->from_id = str_dup(id);
	query->after_id = str_dup(after);
	query->occupant_id = str_dup(occupant ? elem_attr(occupant, "id") : "");
	query->holds = str_dup(NS_CORRECT);
	ask_archive(a, query, note);
	mem_free(&note);
}

/* From the archive, in as many pages as there are. False: it was asked. */
static bool gather_old(struct act *a, struct elem *edits, const char *id)
{
	const char *after = NULL;

	if (a->note) {
		add_from_page(a->page, edits);
		if (a->page->is_complete || !a->page->count)
			return true;
		after = a->page->rows[a->page->count - 1].id;
	}
	ask_edits(a, edits, id, after);
	return false;
}

struct elem *takeback_gather(struct act *a, const char *id,
			     const struct elem *line)
{
	struct edit first = { id, 0, line };
	struct elem *edits = a->note ? edits_read(a->note) : NULL;

	if (!edits) {
		if (a->page && a->page->count)
			first.at = a->page->rows[0].at;
		edits = edits_new(&first);
	}
	if (a->page && !gather_old(a, edits, id)) {
		elem_free(&edits);
		return NULL;
	}
	add_from_history(&a->room->history, edits);
	return edits;
}

/* ---- taking back ---- */

static void put_tombstone(struct act *a, const struct edit *line,
			  struct retraction retraction)
{
	struct room *r = a->room;
	struct elem *tombstone = tombstone_new(line->message, &retraction);

	retraction.id = line->id;
	persist_retraction(r, &retraction, tombstone, a->stanza->from);
	history_replace(&r->history, r->jid, line->id, tombstone);
	takeback_remember(r, line->id, line->message);
	elem_free(&tombstone);
}

void takeback_remember(struct room *r, const char *id,
		       const struct elem *message)
{
	char *key = edits_key(message, elem_attr(message, "id"));

	if (!r->taken_back)
		r->taken_back = mem_new(struct recent);
	recent_add(r->taken_back, id);
	if (key)
		recent_add(r->taken_back, key);
	mem_free(&key);
}

bool takeback_allows(struct room *r, const struct elem *message)
{
	char *target, *own;
	bool allows;

	if (!r->taken_back)
		return true;
	target = edits_key(message, edits_target(message));
	own = edits_key(message, elem_attr(message, "id"));
	allows = !target || !was_taken_back(r, target);
	/* some clients count anew: the next line of that id is another */
	if (allows && own)
		recent_forget(r->taken_back, own);
	mem_free(&target);
	mem_free(&own);
	return allows;
}

/* Is that line the subject of the room? It is kept in the archive alone, at the
 * time that the subject remembers. */
static bool is_subject_now(const struct act *a, const struct edit *line)
{
	return line->at && elem_child(line->message, "subject", NS_SERVER) &&
	       line->at == a->room->subject.at;
}

/* A tombstone hides nothing from newcomers who are still told the subject; so
 * there is none then, and those who are here see that. The record says why. */
static void clear_subject(struct act *a, int64_t at)
{
	struct room *r = a->room;
	char id[RAND_ID_SIZE];
	struct frozen *f;
	struct elem *e;

	subject_set(&r->subject, "", NULL, NULL, at);
	persist_room(r);
	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
	elem_add_with_text(e, "subject", NULL, "");
	f = frozen_new(e);
	elem_free(&e);
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
}

/* True: one of them was the subject. */
static bool put_tombstones(struct act *a, const struct elem *edits,
			   const struct retraction *retraction)
{
	const struct elem *at = NULL;
	bool had_subject = false;
	struct edit line;

	while (edits_next(edits, &at, &line)) {
		had_subject |= is_subject_now(a, &line);
		put_tombstone(a, &line, *retraction);
	}
	return had_subject;
}

void takeback_run(struct act *a, struct elem *message,
		  const struct elem *edits,
		  const struct retraction *retraction, bool by_author)
{
	struct room *r = a->room;
	char stanza_id[RAND_ID_SIZE];
	bool clears_subject;
	struct frozen *f;

	rand_id_at(stanza_id, retraction->at);
	mark_add_stanza_id(message, stanza_id, r->jid);
	f = frozen_new(message);
	persist_message(r, message, f, stanza_id,
			by_author ? a->session : NULL, false, retraction->at);
	clears_subject = put_tombstones(a, edits, retraction);
	history_add(&r->history, f, stanza_id, retraction->at);
	recent_add(&r->recent, frozen_id(f));
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
	if (clears_subject)
		clear_subject(a, retraction->at);
}
