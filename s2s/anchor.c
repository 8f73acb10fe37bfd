/* SPDX-License-Identifier: MIT */
#include "s2s/anchor.h"

#include "base/mem.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "s2s/place.h"
#include "s2s/route.h"
#include "s2s/stream.h"
#include "s2s/tally.h"

static void on_answer(void *owner, const struct answer *found)
{
	struct anchor *a = owner;

	a->question = NULL;
	if (found->status == ANSWER_FAILED) {
		a->state = ANCHOR_FAILED;
	} else if (found->status == ANSWER_OK && found->authentic) {
		a->state = ANCHOR_RECORDS;
		a->records = mem_dup(&found->tlsas, sizeof(found->tlsas));
	} else {
		a->state = ANCHOR_NONE;
	}
	a->on_answered(a->owner);
}

static void ask(struct anchor *a, const struct place *place,
		const struct route_place *at)
{
	char *name = str_format("_%u._tcp.%s", at->port, at->host);

	a->state = ANCHOR_ASKING;
	a->question =
		resolver_ask(place->resolver, name, ANSWER_TLSA, on_answer, a);
	mem_free(&name);
}

void anchor_init(struct anchor *a, const struct place *place,
		 const struct route_place *at, void (*on_answered)(void *owner),
		 void *owner)
{
	*a = (struct anchor){ .on_answered = on_answered, .owner = owner };
	if (!place->settings->dane)
		return;
	if (at->is_srv_secure)
		a->host = str_dup(at->host);
	if (at->is_srv_secure && at->is_addr_secure)
		ask(a, place, at);
}

void anchor_fini(struct anchor *a)
{
	resolver_cancel(&a->question);
	mem_free(&a->records);
	mem_free(&a->host);
}

enum anchor_verdict anchor_judge(struct anchor *a, const struct stream *s,
				 const char *domain)
{
	const char *const names[] = { domain, a->host };

	require(a->state != ANCHOR_ASKING);
	if (a->state == ANCHOR_NONE)
		return ANCHOR_SILENT;
	if (a->state == ANCHOR_FAILED)
		return ANCHOR_UNKNOWN;
	switch (stream_peer_dane(s, a->records, names, array_len(names))) {
	case DANE_UNUSABLE:
		return ANCHOR_SILENT;
	case DANE_MISMATCH:
		counter_add(&tally.dane_mismatches, 1);
		return ANCHOR_MISMATCH;
	case DANE_MATCH:
		counter_add(&tally.dane_matches, 1);
		a->is_matched = true;
		return ANCHOR_MATCH;
	}
	require(false);
}

enum cert_verdict anchor_cert_verdict(const struct anchor *a,
				      const struct stream *s,
				      const char *domain)
{
	enum cert_verdict verdict;

	if (a->is_matched)
		return CERT_VALID;
	verdict = stream_peer_verdict(s, domain);
	/* a secure SRV record says that the target is the domain's server */
	if (verdict == CERT_WRONG_NAME && a->host)
		verdict = stream_peer_verdict(s, a->host);
	return verdict;
}

const char *anchor_cert_text(const struct anchor *a, const struct stream *s,
			     const char *domain)
{
	return a->is_matched
		       ? "certificate valid by DANE"
		       : cert_verdict_text(anchor_cert_verdict(a, s, domain));
}
