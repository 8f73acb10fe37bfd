/* SPDX-License-Identifier: MIT */
#include "muc/service.h"

#include "base/mem.h"
#include "jid/jid.h"
#include "muc/caps.h"
#include "muc/channel_search.h"
#include "muc/directory.h"
#include "muc/entity.h"
#include "muc/report.h"
#include "muc/room.h"
#include "muc/service_disco.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/disco.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"
#include "xmpp/stanza.h"

/* Rooms of one page: below 64 KiB, which some peers take for the most that a
 * stanza may be. */
#define PAGE_MAX 400

static void refuse(struct site *site, const struct stanza *s,
		   enum cond_name name)
{
	struct cond cond = cond_make(name, NULL);

	site_refuse(site, s, &cond, NULL);
}

/* NULL when the node is none of ours. */
static struct elem *answer_info(const struct site *site,
				const struct stanza *s, const char *node)
{
	const char *domain = jid_domain(s->to);
	char *ver = service_disco_make_ver(site, domain);
	struct elem *result = NULL;

	if (caps_is_node(node, ver)) {
		result = stanza_result_new(s);
		service_disco_add(site, domain, result, node);
	}
	mem_free(&ver);
	return result;
}

static void add_set(struct elem *query, const struct directory *rooms,
		    const struct directory_page *page)
{
	const char *first = NULL, *last = NULL;

	if (page->count) {
		first = jid_text(rooms->rooms[page->first]->jid);
		last = jid_text(rooms->rooms[page->first + page->count - 1]
					->jid);
	}
	rsm_add(query, first, last, page->count ? (int64_t)page->first : -1,
		(int64_t)rooms->count);
}

static struct elem *answer_items(const struct directory *rooms,
				 const struct stanza *s,
				 const struct rsm_request *request)
{
	struct elem *result = stanza_result_new(s);
	struct elem *query = disco_add_items(result, NULL);
	struct directory_page page;

	page = directory_find_page(rooms, request, PAGE_MAX);
	for (size_t i = 0; i < page.count; i++) {
		const struct room *r = rooms->rooms[page.first + i];

		disco_add_item(query, r->jid, NULL, room_name(r));
	}
	if (request->is_present || page.count < rooms->count)
		add_set(query, rooms, &page);
	return result;
}

static void deliver_disco(struct site *site, const struct directory *rooms,
			  const struct stanza *s, const struct elem *payload)
{
	struct rsm_request request;
	struct elem *answer;

	const char *node = elem_attr(payload, "node");

	if (rsm_read(payload, &request)) {
		refuse(site, s, COND_BAD_REQUEST);
		return;
	}
	if (elem_is(payload, NULL, NS_DISCO_INFO))
		answer = answer_info(site, s, node);
	else
		answer = node ? NULL : answer_items(rooms, s, &request);
	if (!answer)
		refuse(site, s, COND_ITEM_NOT_FOUND);
	site_answer(site, answer, s->from, jid_domain(s->to));
}

/* XEP-0054: who we are, for clients that show a card. */
static struct elem *answer_card(const struct stanza *s)
{
	const struct elem *payload = stanza_payload(s);
	struct elem *result;

	if (s->type != STANZA_GET || !payload ||
	    !elem_is(payload, "vCard", NS_VCARD))
		return NULL;
	result = stanza_result_new(s);
	elem_add_with_text(elem_add(result, "vCard", NS_VCARD), "FN", NULL,
			   "Conference rooms");
	return result;
}

static void deliver_iq(struct site *site, const struct directory *rooms,
		       const struct stanza *s)
{
	const struct elem *payload = stanza_payload(s);
	struct elem *answer;

	if (s->type == STANZA_UNKNOWN) {
		refuse(site, s, COND_BAD_REQUEST);
		return;
	}
	if (!stanza_is_request(s))
		return;
	answer = jid_resource(s->to) ? NULL : entity_answer(site, s);
	if (!answer && !jid_resource(s->to))
		answer = answer_card(s);
	if (answer)
		site_answer(site, answer, s->from, jid_domain(s->to));
	else if (!payload)
		refuse(site, s, COND_BAD_REQUEST);
	else if (!jid_resource(s->to) && s->type == STANZA_GET &&
		 (elem_is(payload, "query", NS_DISCO_INFO) ||
		  elem_is(payload, "query", NS_DISCO_ITEMS)))
		deliver_disco(site, rooms, s, payload);
	else if (jid_resource(s->to) || (!channel_search_run(site, rooms, s) &&
					 !report_run(site, s)))
		refuse(site, s, COND_SERVICE_UNAVAILABLE);
}

/* Somebody left the room out of the address. */
static void refuse_join(struct site *site, const struct stanza *s)
{
	struct cond cond = cond_make(
		COND_JID_MALFORMED,
		"This is the service; enter one of its rooms: "
		"room@domain/nickname.");

	site_refuse(site, s, &cond, NULL);
}

/* Whoever wants to know is told that we are here, and what we can do. */
static void deliver_presence(struct site *site, const struct stanza *s)
{
	struct elem *e;
	char *ver;

	watch_presence(site, s);
	if (s->type == STANZA_AVAILABLE &&
	    elem_child(s->elem, "x", NS_MUC)) {
		refuse_join(site, s);
		return;
	}
	if (s->type != STANZA_PROBE || jid_resource(s->to))
		return;
	ver = service_disco_make_ver(site, jid_domain(s->to));
	e = stanza_elem_new(STANZA_PRESENCE, NULL, s->to, NULL);
	caps_add(e, ver);
	site_answer(site, e, s->from, jid_domain(s->to));
	mem_free(&ver);
}

void service_deliver(struct site *site, const struct directory *rooms,
		     const struct stanza *s)
{
	if (s->kind == STANZA_MESSAGE && s->type == STANZA_ERROR)
		watch_bounced(site, s);
	/* Nobody reads messages here: RFC 6121 8.5.2.2.1 for each type. */
	if (s->kind == STANZA_MESSAGE && s->type != STANZA_HEADLINE)
		refuse(site, s, COND_SERVICE_UNAVAILABLE);
	else if (s->kind == STANZA_IQ)
		deliver_iq(site, rooms, s);
	else if (s->kind == STANZA_PRESENCE)
		deliver_presence(site, s);
}
