/* SPDX-License-Identifier: MIT */
#include "muc/ghost.h"

#include "base/log.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/leave.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/stanza.h"

/* 333 alone: nobody kicked them (XEP-0045 #service-error-kick). No text of the
 * peer: it would tell half of a real JID. */
const struct presence_note ghost_note = { .codes = { 333 } };

enum proof {
	PROOF_NONE,     /* transient, or about one stanza */
	PROOF_QUOTED,   /* ... that answers something we sent to all */
	PROOF_DEFINITE, /* the address is gone */
};

static const enum proof proofs[COND_COUNT] = {
	[COND_GONE] = PROOF_DEFINITE,
	[COND_ITEM_NOT_FOUND] = PROOF_DEFINITE,
	[COND_RECIPIENT_UNAVAILABLE] = PROOF_DEFINITE,
	[COND_REDIRECT] = PROOF_DEFINITE,
	[COND_REMOTE_SERVER_NOT_FOUND] = PROOF_DEFINITE,
	[COND_REMOTE_SERVER_TIMEOUT] = PROOF_DEFINITE,
	/* what servers answer to talk with a resource that vanished */
	[COND_JID_MALFORMED] = PROOF_QUOTED,
	[COND_INTERNAL_SERVER_ERROR] = PROOF_QUOTED,
	[COND_SERVICE_UNAVAILABLE] = PROOF_QUOTED,
	/* about one stanza */
	[COND_RESOURCE_CONSTRAINT] = PROOF_NONE,
	[COND_POLICY_VIOLATION] = PROOF_NONE,
	[COND_NOT_ACCEPTABLE] = PROOF_NONE,
	[COND_FEATURE_NOT_IMPLEMENTED] = PROOF_NONE,
	[COND_BAD_REQUEST] = PROOF_NONE,
	[COND_FORBIDDEN] = PROOF_NONE,
	[COND_NOT_ALLOWED] = PROOF_NONE,
	[COND_NOT_AUTHORIZED] = PROOF_NONE,
	[COND_UNEXPECTED_REQUEST] = PROOF_NONE,
	[COND_CONFLICT] = PROOF_NONE,
	[COND_PAYMENT_REQUIRED] = PROOF_NONE,
	[COND_REGISTRATION_REQUIRED] = PROOF_NONE,
	[COND_SUBSCRIPTION_REQUIRED] = PROOF_NONE,
	[COND_UNDEFINED_CONDITION] = PROOF_NONE,
};

/* Who made the error is another than the client or its server: a relay behind
 * it, whose trouble is not the client's. */
static bool is_third_party(const struct stanza *s)
{
	const struct elem *error = elem_child(s->elem, "error", NULL);
	const char *text = error ? elem_attr(error, "by") : NULL;
	struct jid *by = text ? jid_parse(text) : NULL;
	bool is_other = by && !str_equal(jid_domain(by), jid_domain(s->from));

	jid_free(&by);
	return is_other;
}

static bool is_gone(const struct act *a, bool is_pm)
{
	const struct stanza *s = a->stanza;
	struct cond cond;
	enum proof proof = PROOF_QUOTED;

	if (cond_read(s->elem, &cond))
		proof = proofs[cond.name];
	if (is_pm || proof == PROOF_NONE)
		return proof == PROOF_DEFINITE;
	if (proof == PROOF_DEFINITE || s->kind == STANZA_PRESENCE)
		return true;
	return recent_has(&a->room->recent, stanza_id(s));
}

void ghost_error(struct act *a, bool is_pm)
{
	if (!a->session || is_third_party(a->stanza) || !is_gone(a, is_pm))
		return;
	log_debug(LOG_MUC, "%s: a client of %s bounced, removed",
		  jid_text(a->room->jid),
		  jid_domain(a->session->jid));
	leave_remove(a->room, a->session, &ghost_note);
	a->session = NULL;
}
