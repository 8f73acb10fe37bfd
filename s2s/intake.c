/* SPDX-License-Identifier: MIT */
#include "s2s/intake.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "jid/jid.h"
#include "s2s/place.h"
#include "s2s/tally.h"
#include "s2s/trust.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define MAX_STRAYS 10 /* stanzas to domains that are not ours */

void intake_init(struct intake *in, const struct place *place,
		 const struct trust *trust, const struct intake_events *events,
		 void *owner)
{
	*in = (struct intake){
		.place = place,
		.trust = trust,
		.events = events,
		.owner = owner,
	};
}

bool intake_is_stanza(const struct elem *e)
{
	return elem_is(e, "message", NS_SERVER) ||
	       elem_is(e, "presence", NS_SERVER) || elem_is(e, "iq", NS_SERVER);
}

/* The domain of an address that may be malformed elsewhere; owned or NULL. */
static char *domain_of(const char *text)
{
	size_t len = strcspn(text, "/");
	const char *at = memchr(text, '@', len);
	char *part;
	char *domain;

	if (at) {
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	part = str_dup_n(text, len);
	domain = *part ? idna_to_unicode(part) : NULL;
	mem_free(&part);
	return domain;
}

/* RFC 6120 8.1.1, 8.1.2: may this stream carry what goes from there to here?
 * Ends the stream where it must. */
static bool check_pair(struct intake *in, const char *local, const char *remote,
		       const char *from, enum s2s_proof *proof_out)
{
	if (remote && !place_is_ours(in->place, remote) && local &&
	    trust_find(in->trust, local, remote, proof_out))
		return true;
	if (!remote || !trust_has_remote(in->trust, remote) ||
	    (local && place_is_ours(in->place, local))) {
		in->events->on_spoof(in->owner, from);
		return false;
	}
	if (++in->strays >= MAX_STRAYS)
		in->events->on_fault(in->owner, STREAM_COND_HOST_UNKNOWN);
	return false;
}

/* The part of a malformed address that is none: who answers. Owned, or NULL. */
static struct jid *sound_part_of(const char *text, const char *domain)
{
	char *bare = str_dup_n(text, strcspn(text, "/"));
	struct jid *jid = jid_parse(bare);

	mem_free(&bare);
	return jid ? jid : jid_parse(domain);
}

static struct elem *malformed_new(const struct elem *faulty,
				  const struct jid *from, const struct jid *to)
{
	struct cond cond = cond_make(COND_JID_MALFORMED, NULL);
	struct elem *e = elem_new(elem_name(faulty), NS_SERVER);

	elem_set_attr(e, "from", jid_text(from));
	elem_set_attr(e, "to", jid_text(to));
	elem_set_attr(e, "id", elem_attr(faulty, "id"));
	elem_set_attr(e, "type", "error");
	cond_add(e, &cond, NULL, NULL);
	return e;
}

/* One user's odd address is no fault of the stream that others use: answered to
 * the user, not to the server. */
static void bounce_malformed(struct intake *in, const struct elem *faulty,
			     const char *local)
{
	struct jid *to = jid_parse(elem_attr(faulty, "from"));
	struct jid *from = sound_part_of(elem_attr(faulty, "to"), local);
	struct elem *e;
	struct frozen *frozen;

	if (to && from && !str_equal(elem_attr(faulty, "type"), "error") &&
	    !str_equal(elem_attr(faulty, "type"), "result")) {
		e = malformed_new(faulty, from, to);
		frozen = frozen_new(e);
		in->events->on_reply(in->owner,
				     envelope_new(frozen, to, local));
		frozen_unref(&frozen);
		elem_free(&e);
	}
	jid_free(&from);
	jid_free(&to);
}

static void take_malformed(struct intake *in, const struct elem *faulty)
{
	char *local = domain_of(elem_attr(faulty, "to"));
	char *remote = domain_of(elem_attr(faulty, "from"));
	enum s2s_proof proof;

	if (check_pair(in, local, remote, elem_attr(faulty, "from"), &proof)) {
		log_debug(LOG_S2S, "%s: %s with a malformed address", remote,
			  elem_name(faulty));
		bounce_malformed(in, faulty, local);
	}
	mem_free(&local);
	mem_free(&remote);
}

void intake_take(struct intake *in, struct elem *owned)
{
	struct stanza *stanza;
	enum s2s_proof proof = S2S_PROOF_DIALBACK;

	counter_add(&tally.stanzas_in, 1);
	switch (stanza_try(owned, &stanza)) {
	case STANZA_OK:
		if (check_pair(in, jid_domain(stanza->to),
			       jid_domain(stanza->from), jid_text(stanza->from),
			       &proof))
			in->events->on_stanza(in->owner, stanza, proof);
		else
			stanza_free(&stanza);
		return;
	case STANZA_BAD_ADDRESS:
		take_malformed(in, owned);
		break;
	case STANZA_NO_ADDRESS:
		in->events->on_fault(in->owner,
				     STREAM_COND_IMPROPER_ADDRESSING);
		break;
	case STANZA_NOT_ONE:
		in->events->on_fault(in->owner,
				     STREAM_COND_UNSUPPORTED_STANZA_TYPE);
		break;
	}
	elem_free(&owned);
}
