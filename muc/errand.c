/* SPDX-License-Identifier: MIT */
#include "muc/errand.h"

#include "base/list.h"
#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/bans.h"
#include "muc/house.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/cond.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* A command, or a question about a node, which may be one. */
static bool may_be_one(const struct stanza *s)
{
	const struct elem *payload;

	if (s->kind != STANZA_IQ || !stanza_is_request(s) ||
	    jid_resource(s->to))
		return false;
	payload = stanza_payload(s);
	if (!payload)
		return false;
	if (elem_is(payload, "command", NS_COMMANDS))
		return true;
	return s->type == STANZA_GET && elem_attr(payload, "node") &&
	       (elem_is(payload, "query", NS_DISCO_INFO) ||
		elem_is(payload, "query", NS_DISCO_ITEMS));
}

static void fill(const struct muc *m, const struct room *r,
		 const struct stanza *s, bool by_certificate, struct errand *e)
{
	const struct session *session;

	*e = (struct errand){
		.stanza = s,
		.by_certificate = by_certificate,
		.is_operator =
			site_is_operator(&m->site, s->from, by_certificate),
		.affiliation = AFFILIATION_NONE,
		.role = ROLE_NONE,
	};
	e->is_unproven =
		!e->is_operator && site_is_operator(&m->site, s->from, true);
	if (!e->is_operator && bans_find(&m->site.bans, s->from))
		e->affiliation = AFFILIATION_OUTCAST;
	if (!r)
		return;
	e->room = jid_text(r->jid);
	e->affiliation = room_affiliation(r, s->from, by_certificate);
	session = roster_find_session(&r->roster, s->from);
	if (session)
		e->role = session->occupant->role;
}

static void refuse(struct muc *m, const struct room *r, const struct stanza *s,
		   enum cond_name name, enum cond_type type, const char *text)
{
	struct cond cond = cond_make_typed(name, type, text);

	site_refuse(&m->site, s, &cond, r ? r->jid : NULL);
}

bool errand_pass(struct muc *m, struct room *r, const struct stanza *s,
		 bool by_certificate)
{
	bool is_command;
	struct errand e;

	if (!m->site.env.on_errand || !may_be_one(s))
		return false;
	fill(m, r, s, by_certificate, &e);
	is_command = elem_is(stanza_payload(s), "command", NULL);
	/* XEP-0045 #enter-locked */
	if (r && r->config.is_locked && e.affiliation < AFFILIATION_OWNER) {
		refuse(m, r, s, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return true;
	}
	if (is_command && e.affiliation < AFFILIATION_ADMIN && !e.is_operator &&
	    !site_may_ask(&m->site, s->from)) {
		refuse(m, r, s, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		       "Too many commands; try again soon.");
		return true;
	}
	return m->site.env.on_errand(m->site.env.owner, &e);
}

void errand_answer(struct muc *m, const char *place, struct elem *owned,
		   const struct jid *from, const struct jid *to)
{
	struct frozen *frozen;
	struct list out;

	if (!owned)
		return;
	list_init(&out);
	frozen = frozen_new(owned);
	elem_free(&owned);
	list_add_tail(&out, &envelope_new(frozen, to, jid_domain(from))->node);
	frozen_unref(&frozen);
	m->site.env.send(m->site.env.owner, place, &out);
}
