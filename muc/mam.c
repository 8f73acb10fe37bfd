/* SPDX-License-Identifier: MIT */
#include "muc/mam.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/mam_page.h"
#include "muc/mam_request.h"
#include "muc/room.h"
#include "muc/rtbl.h"
#include "muc/site.h"
#include "store/archive_query.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* XEP-0313 #business-storeret-muc-archives: who may enter may read. What is not
 * on the public record is read only by those who are seen to be there, and by
 * members. */
static bool is_reader(const struct act *a)
{
	const struct room_config *c = &a->room->config;
	enum affiliation is = act_standing(a).affiliation;

	if (is != AFFILIATION_NONE)
		return is >= AFFILIATION_MEMBER;
	if (a->session)
		return !c->is_members_only;
	return room_config_is_on_record(c) &&
	       !rtbl_keeps_out(a->room, a->stanza->from);
}

static bool may_read(const struct act *a)
{
	if (is_reader(a))
		return true;
	act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	return false;
}

/* Lines are found by their order in no time. Who said them, and what, is looked
 * for in each: among a million, as long as some hundred pages take. */
#define SEARCH_COST 20 /* pages */

static double cost_of(const struct archive_query *q)
{
	return q->words || q->nick || q->jid ? SEARCH_COST : 1;
}

/* Their rate is taken with the first question only. */
static void ask(struct act *a, struct archive_query *owned)
{
	struct room *r = a->room;
	uint64_t question;

	if (lookups_are_full(&r->lookups, a->stanza->from) ||
	    (!a->page &&
	     !site_may_read(r->site, a->stanza->from, cost_of(owned)))) {
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "You read faster than is good for others; "
			   "try again soon.");
		archive_query_free(&owned);
		return;
	}
	question = site_new_question(r->site, r->jid);
	r->site->env.ask_archive(r->site->env.owner, question, owned);
	lookups_add(&r->lookups, question, a->stanza, a->by_certificate,
		    a->note);
}

/* The archive's answer is of use; else refused. */
static bool is_answered(const struct act *a)
{
	switch (a->page->status) {
	case ARCHIVE_OK:
		return true;
	case ARCHIVE_NO_ID:
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return false;
	case ARCHIVE_FAILED:
		break;
	}
	act_refuse(a, COND_INTERNAL_SERVER_ERROR, COND_TYPE_WAIT,
		   "The archive cannot be read.");
	return false;
}

static void steal_query(struct act *a, struct mam_request *request)
{
	struct archive_query *query = request->query;

	request->query = NULL;
	ask(a, query);
}

void mam_query(struct act *a)
{
	struct mam_request request;
	struct cond fault;

	if (!may_read(a))
		return;
	if (!mam_request_read(a, &request, &fault)) {
		act_refuse(a, fault.name, fault.type, fault.text);
		return;
	}
	if (!a->page)
		steal_query(a, &request);
	else if (is_answered(a))
		mam_page_send(a, &request);
	mam_request_fini(&request);
}

void mam_form(struct act *a)
{
	struct elem *result;

	if (!may_read(a))
		return;
	result = stanza_result_new(a->stanza);
	mam_request_add_form(elem_add(result, "query", NS_MAM));
	act_answer(a, result);
}

/* ---- the first and the last line ---- */

static void ask_end(struct act *a, bool wants_last)
{
	struct archive_query *query;

	query = archive_query_new(jid_text(a->room->jid), 1);
	query->start = a->room->created;
	query->last_page = wants_last;
	ask(a, query);
}

static void add_end(struct elem *metadata, const char *name, const char *id,
		    const char *stamp)
{
	struct elem *e = elem_add(metadata, name, NULL);

	elem_set_attr(e, "id", id);
	elem_set_attr(e, "timestamp", stamp);
}

/* note: "stamp id" of the first line; NULL: there is none. */
static void answer_ends(struct act *a)
{
	struct elem *result = stanza_result_new(a->stanza);
	struct elem *metadata = elem_add(result, "metadata", NS_MAM);
	char stamp[DATETIME_SIZE];
	const char *blank = a->note ? strchr(a->note, ' ') : NULL;
	char *first;

	if (blank && a->page->count) {
		first = str_dup_n(a->note, (size_t)(blank - a->note));
		add_end(metadata, "start", blank + 1, first);
		datetime_print(a->page->rows[0].at, stamp);
		add_end(metadata, "end", a->page->rows[0].id, stamp);
		mem_free(&first);
	}
	act_answer(a, result);
}

static void note_first(struct act *a)
{
	char stamp[DATETIME_SIZE];
	char *note;

	datetime_print(a->page->rows[0].at, stamp);
	note = str_format("%s %s", stamp, a->page->rows[0].id);
	a->note = note;
	ask_end(a, true);
	a->note = NULL;
	mem_free(&note);
}

void mam_metadata(struct act *a)
{
	if (!may_read(a))
		return;
	if (!a->page)
		ask_end(a, false);
	else if (!is_answered(a))
		return;
	else if (a->note || !a->page->count)
		answer_ends(a);
	else
		note_first(a);
}
