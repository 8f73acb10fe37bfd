/* SPDX-License-Identifier: MIT */
#include "s2s/claimant.h"

#include "base/log.h"
#include "base/mem.h"
#include "jid/idna.h"
#include "loop/loop.h"
#include "s2s/place.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "s2s/trust.h"
#include "s2s/witness.h"
#include "xml/elem.h"

void claimant_init(struct claimant *c)
{
	receiver_init(&c->receiver);
}

void claimant_fini(struct claimant *c)
{
	receiver_fini(&c->receiver);
}

void claimant_restart(struct claimant *c)
{
	receiver_fini(&c->receiver);
	receiver_init(&c->receiver);
}

/* The operator does not want it; the peer may know. */
bool claimant_is_allowed(const struct claimant *c, const char *remote)
{
	if (policy_allows(c->place->policy, remote))
		return true;
	log_info(LOG_S2S,
		 "%s: refused, kept out by s2s.allow, s2s.deny or "
		 "\"s2s block\"",
		 remote);
	counter_add(&tally.forbidden, 1);
	return false;
}

enum cert_verdict claimant_judge(const struct claimant *c, const char *remote)
{
	char *ascii = idna_to_ascii(remote);
	enum cert_verdict verdict = CERT_WRONG_NAME;

	if (ascii && !idna_is_address(remote))
		verdict = stream_peer_verdict(c->stream, ascii);
	mem_free(&ascii);
	return verdict;
}

void claimant_refuse(struct claimant *c, const struct packet *p,
		     enum cond_name cond)
{
	if (p->kind == PACKET_RESULT)
		tally_count_result(PACKET_ERROR);
	stream_give(c->stream, packet_answer_new(p, PACKET_ERROR, cond));
}

static void take_verify(struct claimant *c, const struct packet *p)
{
	c->was_asked = true;
	stream_give(c->stream, witness_answer(c->place, p));
}

static bool had_certificate(const struct claimant *c, const char *remote)
{
	return recall_has(c->place->proven, remote, loop_now(c->place->loop));
}

/* Who is asked for a certificate, or had one when it came before, is not let in
 * by dialback: that proves only where DNS leads today. */
static bool may_dial_back(struct claimant *c, const char *remote,
			  enum cert_verdict verdict)
{
	const struct policy *policy = c->place->policy;

	if (policy_needs_valid(policy, remote)) {
		log_warn(LOG_S2S, "%s: refused, s2s.require_valid: %s", remote,
			 cert_verdict_text(verdict));
		counter_add(&tally.forbidden, 1);
		return false;
	}
	if (policy_refuses_downgrade(policy) && had_certificate(c, remote)) {
		log_warn(LOG_S2S,
			 "%s: refused, it had a valid certificate "
			 "before: %s",
			 remote, cert_verdict_text(verdict));
		counter_add(&tally.downgrades, 1);
		return false;
	}
	return true;
}

/* The other domains that a server speaks for may stand in its certificate as
 * well, and each is looked up there by itself (CVE-2021-32919). */
static enum cert_verdict judge_claim(const struct claimant *c,
				     const char *remote)
{
	if (*c->verdict == CERT_UNTRUSTED || *c->verdict == CERT_EXPIRED)
		return *c->verdict; /* that holds for every name */
	return claimant_judge(c, remote);
}

/* A certificate that names the claimed domain proves it better than dialling
 * back could (XEP-0344). */
static void accept_claim(struct claimant *c, const struct packet *p)
{
	bool is_first = trust_is_empty(c->trust);

	if (!trust_add(c->trust, p->to, p->from, S2S_PROOF_CERTIFICATE)) {
		claimant_refuse(c, p, COND_RESOURCE_CONSTRAINT);
		return;
	}
	tally_count_result(PACKET_VALID);
	stream_give(c->stream, packet_answer_new(p, PACKET_VALID,
						 COND_UNDEFINED_CONDITION));
	c->events->on_proof(c->owner, p->to, p->from, S2S_PROOF_CERTIFICATE,
			    is_first);
}

static void ask_back(struct claimant *c, const struct packet *p)
{
	switch (receiver_begin(&c->receiver, p)) {
	case RECEIVER_ASK:
		c->claims++;
		c->events->on_question(c->owner, p->to, p->from, p->key);
		break;
	case RECEIVER_PENDING:
		break;
	case RECEIVER_FULL:
		claimant_refuse(c, p, COND_RESOURCE_CONSTRAINT);
		break;
	}
}

static void take_claim(struct claimant *c, const struct packet *p)
{
	enum cert_verdict verdict;

	if (!claimant_is_allowed(c, p->from)) {
		claimant_refuse(c, p, COND_POLICY_VIOLATION);
		return;
	}
	verdict = judge_claim(c, p->from);
	if (verdict == CERT_VALID)
		accept_claim(c, p);
	else if (!may_dial_back(c, p->from, verdict))
		claimant_refuse(c, p, COND_NOT_AUTHORIZED);
	else if (trust_is_empty(c->trust) &&
		 c->claims >= c->place->settings->max_claims)
		c->events->on_excess(c->owner, "too many claims");
	else
		ask_back(c, p);
}

static void take_result(struct claimant *c, const struct packet *p)
{
	if (place_is_ours(c->place, p->from)) {
		c->events->on_spoof(c->owner, p->from);
		return;
	}
	if (!place_is_ours(c->place, p->to)) {
		claimant_refuse(c, p, COND_ITEM_NOT_FOUND);
		return;
	}
	if (trust_find(c->trust, p->to, p->from, NULL)) {
		stream_give(c->stream,
			    packet_answer_new(p, PACKET_VALID,
					      COND_UNDEFINED_CONDITION));
		return;
	}
	take_claim(c, p);
}

void claimant_take(struct claimant *c, const struct packet *p)
{
	require(p->type == PACKET_REQUEST);
	if (p->kind == PACKET_VERIFY)
		take_verify(c, p);
	else
		take_result(c, p);
}

void claimant_note_proof(const struct claimant *c, const char *remote,
			 enum s2s_proof proof)
{
	if (proof == S2S_PROOF_CERTIFICATE) {
		counter_add(&tally.external_in, 1);
		return;
	}
	if (!had_certificate(c, remote))
		return;
	log_warn(LOG_S2S,
		 "%s: had a valid certificate before, now comes by "
		 "dialback from %s: %s",
		 remote, stream_peer(c->stream),
		 cert_verdict_text(judge_claim(c, remote)));
	counter_add(&tally.downgrades, 1);
}

/* XEP-0220 2.4: on a stream that others use, a bad claim is an error of its own;
 * alone it ends the stream. */
static void refuse_claim(struct claimant *c, struct elem *answer,
			 const char *local, const char *remote)
{
	log_warn(LOG_S2S,
		 "%s: %s spoke for it to %s with a key it did not "
		 "make",
		 remote, stream_peer(c->stream), local);
	counter_add(&tally.spoofs, 1);
	stream_give(c->stream, answer);
	if (trust_is_empty(c->trust))
		c->events->on_disproved(c->owner);
}

/* What to say of a verdict; adds the pair that it proves. */
static enum packet_type settle(struct claimant *c, const char *local,
			       const char *remote, enum packet_type verdict,
			       enum cond_name *cond)
{
	if (verdict == PACKET_VALID &&
	    !trust_add(c->trust, local, remote, S2S_PROOF_DIALBACK)) {
		*cond = COND_RESOURCE_CONSTRAINT;
		return PACKET_ERROR;
	}
	if (verdict == PACKET_INVALID && !trust_is_empty(c->trust)) {
		*cond = COND_FORBIDDEN;
		return PACKET_ERROR;
	}
	return verdict;
}

void claimant_answer(struct claimant *c, const char *local, const char *remote,
		     enum packet_type verdict, enum cond_name cond)
{
	bool is_first = trust_is_empty(c->trust);
	enum packet_type said;
	struct elem *answer;

	if (!receiver_is_pending(&c->receiver, remote, local))
		return;
	said = settle(c, local, remote, verdict, &cond);
	answer = receiver_finish(&c->receiver, remote, local, said, cond);
	tally_count_result(verdict);
	if (verdict == PACKET_INVALID) {
		refuse_claim(c, answer, local, remote);
		return;
	}
	stream_give(c->stream, answer);
	if (said == PACKET_VALID)
		c->events->on_proof(c->owner, local, remote, S2S_PROOF_DIALBACK,
				    is_first);
	else
		log_info(LOG_S2S, "%s: could not be verified: %s", remote,
			 cond_element(cond));
}
