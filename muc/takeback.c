/* SPDX-License-Identifier: MIT */
#include "muc/takeback.h"

#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
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

/* ---- finding ---- */

static void ask_archive(struct act *a, const char *id)
{
	struct room *r = a->room;
	struct archive_query *query;
	uint64_t question;

	if (lookups_are_full(&r->lookups, a->stanza->from)) {
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "The archive is busy; try again soon.");
		return;
	}
	query = archive_query_new(jid_text(r->jid), 1);
	query->only_id = str_dup(id);
	/* an earlier room of that name had its own talk */
	query->start = r->created;
	question = site_new_question(r->site, r->jid);
	lookups_add(&r->lookups, question, a->stanza, a->by_certificate,
		    NULL);
	r->site->env.ask_archive(r->site->env.owner, question, query);
}

static struct elem *read_answer(struct act *a, const struct archive_page *page)
{
	struct elem *line = NULL;

	if (page->status == ARCHIVE_FAILED) {
		act_refuse(a, COND_INTERNAL_SERVER_ERROR, COND_TYPE_WAIT,
			   "The archive cannot be read.");
		return NULL;
	}
	if (page->count == 1)
		line = parser_read(page->rows[0].stanza,
				   strlen(page->rows[0].stanza), NS_SERVER);
	if (!line)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	return line;
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
	if (a->page)
		return read_answer(a, a->page);
	ask_archive(a, id);
	return NULL;
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

/* ---- taking back ---- */

static void put_tombstone(struct act *a, const struct elem *line,
			  const struct retraction *retraction)
{
	struct room *r = a->room;
	struct elem *tombstone = tombstone_new(line, retraction);

	persist_retraction(r, retraction, tombstone, a->stanza->from);
	history_replace(&r->history, r->jid, retraction->id, tombstone);
	elem_free(&tombstone);
}

/* Is that line the subject of the room? It is kept in the archive alone, at the
 * time that the subject remembers. */
static bool is_subject_now(const struct act *a, const struct elem *line)
{
	return a->page && a->page->count == 1 &&
	       elem_child(line, "subject", NS_SERVER) &&
	       a->page->rows[0].at == a->room->subject.at;
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

void takeback_run(struct act *a, struct elem *message, const struct elem *line,
		  const struct retraction *retraction, bool by_author)
{
	struct room *r = a->room;
	bool clears_subject = is_subject_now(a, line);
	char stanza_id[RAND_ID_SIZE];
	struct frozen *f;

	rand_id(stanza_id);
	mark_add_stanza_id(message, stanza_id, r->jid);
	persist_message(r, message, stanza_id, by_author ? a->session : NULL,
			false, retraction->at);
	put_tombstone(a, line, retraction);
	f = frozen_new(message);
	history_add(&r->history, f, stanza_id, retraction->at);
	recent_add(&r->recent, frozen_id(f));
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
	if (clears_subject)
		clear_subject(a, retraction->at);
}
