/* SPDX-License-Identifier: MIT */
#include "muc/service.h"

#include "jid/jid.h"
#include "muc/directory.h"
#include "muc/entity.h"
#include "muc/room.h"
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

static struct elem *answer_info(const struct stanza *s)
{
	static const char *const features[] = {
		NS_DISCO_INFO, NS_DISCO_ITEMS, NS_MUC, NS_MUC_STABLE_ID,
		NS_OCCUPANT_ID, NS_RSM,
	};
	struct elem *result = stanza_result_new(s);
	struct elem *query = disco_add_info(result, NULL);

	disco_add_identity(query, "conference", "text", "Conference rooms");
	for (size_t i = 0; i < array_len(features); i++)
		disco_add_feature(query, features[i]);
	entity_add_features(query);
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

	if (elem_attr(payload, "node")) {
		refuse(site, s, COND_ITEM_NOT_FOUND);
		return;
	}
	if (rsm_read(payload, &request)) {
		refuse(site, s, COND_BAD_REQUEST);
		return;
	}
	answer = elem_is(payload, NULL, NS_DISCO_INFO)
			 ? answer_info(s)
			 : answer_items(rooms, s, &request);
	site_answer(site, answer, s->from, jid_domain(s->to));
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
	if (answer)
		site_answer(site, answer, s->from, jid_domain(s->to));
	else if (!payload)
		refuse(site, s, COND_BAD_REQUEST);
	else if (!jid_resource(s->to) && s->type == STANZA_GET &&
		 (elem_is(payload, "query", NS_DISCO_INFO) ||
		  elem_is(payload, "query", NS_DISCO_ITEMS)))
		deliver_disco(site, rooms, s, payload);
	else
		refuse(site, s, COND_SERVICE_UNAVAILABLE);
}

void service_deliver(struct site *site, const struct directory *rooms,
		     const struct stanza *s)
{
	/* Nobody reads messages here: RFC 6121 8.5.2.2.1 for each type. */
	if (s->kind == STANZA_MESSAGE && s->type != STANZA_HEADLINE)
		refuse(site, s, COND_SERVICE_UNAVAILABLE);
	else if (s->kind == STANZA_IQ)
		deliver_iq(site, rooms, s);
}
