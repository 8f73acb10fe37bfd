/* SPDX-License-Identifier: MIT */
#include "muc/wake.h"

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/dispatch.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/takeback.h"
#include "muc/tombstone.h"
#include "store/archive_query.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* ms that an empty room keeps its history in memory; longer than records may
 * wait before the store says that it is behind. */
#define SLEEP_AFTER 60000

/* Stanzas that wait for one room. */
#define WAITING_MAX 1000

/** A stanza that waits. */
struct waiting {
	struct list node;
	struct stanza *stanza; /* owned */
	bool by_certificate;
};

bool wake_is_needed(const struct room *r, const struct stanza *s)
{
	return r->history.state != HISTORY_AWAKE && dispatch_is_in_order(s);
}

bool wake_add_waiting(struct room *r, struct stanza *s, bool by_certificate)
{
	struct waiting *w;

	if (r->waiting_count >= WAITING_MAX)
		return false;
	w = mem_new(struct waiting);
	w->stanza = s;
	w->by_certificate = by_certificate;
	list_add_tail(&r->waiting, &w->node);
	r->waiting_count++;
	return true;
}

struct stanza *wake_take_waiting(struct list *waiting, bool *by_certificate_out)
{
	struct waiting *w = list_first(waiting, struct waiting, node);
	struct stanza *s;

	if (!w)
		return NULL;
	list_remove(&w->node);
	s = w->stanza;
	*by_certificate_out = w->by_certificate;
	mem_free(&w);
	return s;
}

void wake_ask(struct room *r, uint64_t id)
{
	struct archive_query *query;

	require(r->history.state == HISTORY_ASLEEP);
	query = archive_query_new(jid_text(r->jid), r->history.max);
	query->last_page = true;
	/* an earlier room of that name had its own talk */
	query->start = r->created;
	r->history.state = HISTORY_ASKED;
	r->history.question = id;
	r->site->env.ask_archive(r->site->env.owner, id, query);
}

static void add_row(struct room *r, const struct record_message *row)
{
	struct elem *e = NULL;

	if (row->stanza && !row->is_subject)
		e = parser_read(row->stanza, strlen(row->stanza), NS_SERVER);
	if (!e)
		return;
	if (tombstone_is_one(e))
		takeback_remember(r, row->id, e);
	if (elem_is(e, "message", NS_SERVER))
		history_add_past(&r->history, e, row->id, r->jid, row->at);
	elem_free(&e);
}

void wake_answer(struct room *r, const struct archive_page *page)
{
	if (page->status != ARCHIVE_OK)
		log_warn(LOG_MUC, "%s: the archive gave no history",
			 jid_text(r->jid));
	for (size_t i = 0; i < page->count; i++)
		add_row(r, &page->rows[i]);
	r->history.state = HISTORY_AWAKE;
}

void wake_let_sleep(struct room *r, int64_t now)
{
	if (r->history.state == HISTORY_AWAKE &&
	    !roster_session_count(&r->roster) &&
	    now - r->emptied > SLEEP_AFTER)
		history_sleep(&r->history);
}
