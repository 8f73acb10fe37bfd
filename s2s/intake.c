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

bool intake_is_stanza(const struct elem *e)
{
	return elem_is(e, "message", NS_SERVER) ||
	       elem_is(e, "presence", NS_SERVER) || elem_is(e, "iq", NS_SERVER);
}

/* What is needed of a stanza whose addresses turn out to be malformed. */
struct intake_words {
	char *from; /* owned, as given */
	char *to;
	char *id;
	char *type;
	char *name;
};

static void words_take(struct intake_words *w, const struct elem *e)
{
	w->from = str_dup(elem_attr(e, "from"));
	w->to = str_dup(elem_attr(e, "to"));
	w->id = str_dup(elem_attr(e, "id"));
	w->type = str_dup(elem_attr(e, "type"));
	w->name = str_dup(elem_name(e));
}

static void words_fini(struct intake_words *w)
{
	mem_free(&w->from);
	mem_free(&w->to);
	mem_free(&w->id);
	mem_free(&w->type);
	mem_free(&w->name);
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

static struct elem *malformed_new(const struct intake_words *w,
				  const struct jid *from, const struct jid *to)
{
	struct cond cond = cond_make(COND_JID_MALFORMED, NULL);
	struct elem *e = elem_new(w->name, NS_SERVER);

	elem_set_attr(e, "from", jid_text(from));
	elem_set_attr(e, "to", jid_text(to));
	elem_set_attr(e, "id", w->id);
	elem_set_attr(e, "type", "error");
	cond_add(e, &cond, NULL, NULL);
	return e;
}

/* One user's odd address is no fault of the stream that others use: answered to
 * the user, not to the server. */
static void bounce_malformed(struct intake *in, const struct intake_words *w,
			     const char *local)
{
	struct jid *to = jid_parse(w->from);
	struct jid *from = sound_part_of(w->to, local);
	struct elem *e;
	struct frozen *frozen;

	if (to && from && !str_equal(w->type, "error") &&
	    !str_equal(w->type, "result")) {
		e = malformed_new(w, from, to);
		frozen = frozen_new(e);
		in->events->on_reply(in->owner,
				     envelope_new(frozen, to, local));
		frozen_unref(&frozen);
		elem_free(&e);
	}
	jid_free(&from);
	jid_free(&to);
}

static void take_malformed(struct intake *in, const struct intake_words *w)
{
	char *local = domain_of(w->to);
	char *remote = domain_of(w->from);
	enum s2s_proof proof;

	if (check_pair(in, local, remote, w->from, &proof)) {
		log_debug(LOG_S2S, "%s: %s with a malformed address", remote,
			  w->name);
		bounce_malformed(in, w, local);
	}
	mem_free(&local);
	mem_free(&remote);
}

void intake_take(struct intake *in, struct elem *owned)
{
	struct intake_words words;
	struct stanza *stanza;
	enum s2s_proof proof = S2S_PROOF_DIALBACK;

	words_take(&words, owned);
	counter_add(&tally.stanzas_in, 1);
	switch (stanza_give(owned, &stanza)) {
	case STANZA_OK:
		if (check_pair(in, jid_domain(stanza->to),
			       jid_domain(stanza->from), words.from, &proof))
			in->events->on_stanza(in->owner, stanza, proof);
		else
			stanza_free(&stanza);
		break;
	case STANZA_BAD_ADDRESS:
		take_malformed(in, &words);
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
	words_fini(&words);
}
