/* SPDX-License-Identifier: MIT */
#include "net/dane.h"

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "net/cert.h"

#define MAX_CHAIN 8
#define DIGEST_SIZE 64 /* of the longest */

enum { USAGE_TA = 2, USAGE_EE = 3 };
enum { SELECTOR_CERT = 0, SELECTOR_KEY = 1 };
enum { MATCHING_FULL = 0, MATCHING_SHA256 = 1, MATCHING_SHA512 = 2 };

/** What the peer showed: the leaf first. */
struct shown {
	unsigned count;
	const gnutls_datum_t *ders; /* the session's */
	gnutls_x509_crt_t crts[MAX_CHAIN];
};

bool tlsa_set_add(struct tlsa_set *set, const unsigned char *rdata, size_t len)
{
	struct tlsa *t = &set->records[set->count];

	if (len < 4) /* with no data it would match nothing */
		return false;
	len -= 3;
	if (set->count == TLSA_MAX || len > TLSA_MAX_BYTES - set->used)
		return true;
	*t = (struct tlsa){
		.usage = rdata[0],
		.selector = rdata[1],
		.matching = rdata[2],
		.at = (uint16_t)set->used,
		.len = (uint16_t)len,
	};
	memcpy(set->data + set->used, rdata + 3, len);
	set->used += len;
	set->count++;
	return true;
}

/* RFC 7671 4.1: who asks because records happen to be there has no use for
 * usages 0 and 1, which restrict an agreed set of issuers: there is none. */
static bool is_usable(const struct tlsa *t)
{
	if (t->usage != USAGE_TA && t->usage != USAGE_EE)
		return false;
	if (t->selector > SELECTOR_KEY)
		return false;
	switch (t->matching) {
	case MATCHING_FULL:
		return true;
	case MATCHING_SHA256:
		return t->len == 32;
	case MATCHING_SHA512:
		return t->len == 64;
	}
	return false;
}

static bool match_data(const struct tlsa_set *set, const struct tlsa *t,
		       const gnutls_datum_t *selected)
{
	unsigned char digest[DIGEST_SIZE];
	const unsigned char *wanted = set->data + t->at;

	if (t->matching == MATCHING_FULL)
		return selected->size == t->len &&
		       memcmp(selected->data, wanted, t->len) == 0;
	return gnutls_hash_fast(t->matching == MATCHING_SHA256
					? GNUTLS_DIG_SHA256
					: GNUTLS_DIG_SHA512,
				selected->data, selected->size, digest) == 0 &&
	       memcmp(digest, wanted, t->len) == 0;
}

static bool match_key(const struct tlsa_set *set, const struct tlsa *t,
		      gnutls_x509_crt_t crt)
{
	gnutls_datum_t der = { NULL, 0 };
	gnutls_pubkey_t key;
	bool is_match;

	require(gnutls_pubkey_init(&key) == 0);
	is_match = gnutls_pubkey_import_x509(key, crt, 0) == 0 &&
		   gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) == 0 &&
		   match_data(set, t, &der);
	gnutls_free(der.data);
	gnutls_pubkey_deinit(key);
	return is_match;
}

static bool match_shown(const struct tlsa_set *set, const struct tlsa *t,
			const struct shown *shown, unsigned i)
{
	return t->selector == SELECTOR_CERT
		       ? match_data(set, t, &shown->ders[i])
		       : match_key(set, t, shown->crts[i]);
}

/* The first count of the chain, issued by the anchor. */
static bool is_chain_below(gnutls_x509_crt_t anchor, const struct shown *shown,
			   unsigned count)
{
	const unsigned flags = GNUTLS_VERIFY_DISABLE_CRL_CHECKS |
			       GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
	gnutls_x509_crt_t chain[MAX_CHAIN];
	gnutls_x509_trust_list_t list;
	unsigned status = GNUTLS_CERT_INVALID;
	int err;

	memcpy(chain, shown->crts, sizeof(chain));
	require(gnutls_x509_trust_list_init(&list, 0) == 0);
	err = gnutls_x509_trust_list_add_cas(list, &anchor, 1, 0);
	if (err == 1)
		err = gnutls_x509_trust_list_verify_crt(list, chain, count,
							flags, &status, NULL);
	gnutls_x509_trust_list_deinit(list, 0);
	return err == 0 && status == 0;
}

/* An issuer that the peer did not show, but the record holds whole. */
static bool is_chain_below_record(const struct tlsa_set *set,
				  const struct tlsa *t,
				  const struct shown *shown)
{
	gnutls_datum_t der = { (unsigned char *)set->data + t->at, t->len };
	gnutls_x509_crt_t anchor;
	bool is_chain;

	if (t->selector != SELECTOR_CERT || t->matching != MATCHING_FULL)
		return false;
	require(gnutls_x509_crt_init(&anchor) == 0);
	is_chain = gnutls_x509_crt_import(anchor, &der, GNUTLS_X509_FMT_DER) ==
			   0 &&
		   is_chain_below(anchor, shown, shown->count);
	gnutls_x509_crt_deinit(anchor);
	return is_chain;
}

/* RFC 7671 5.2: whatever stands between the leaf and the issuer is verified, and
 * the leaf must be for this server. */
static bool match_issuer(const struct tlsa_set *set, const struct tlsa *t,
			 const struct shown *shown, const char *const *names,
			 size_t name_count)
{
	bool is_chain = false;

	for (unsigned i = 1; i < shown->count && !is_chain; i++)
		is_chain = match_shown(set, t, shown, i) &&
			   is_chain_below(shown->crts[i], shown, i);
	if (!is_chain && !is_chain_below_record(set, t, shown))
		return false;
	if (!cert_is_for_server(shown->crts[0]))
		return false;
	for (size_t i = 0; i < name_count; i++) {
		if (cert_has_name(shown->crts[0], names[i]))
			return true;
	}
	return false;
}

static enum dane_verdict judge(const struct shown *shown,
			       const struct tlsa_set *set,
			       const char *const *names, size_t name_count)
{
	enum dane_verdict verdict = DANE_UNUSABLE;

	for (size_t i = 0; i < set->count; i++) {
		const struct tlsa *t = &set->records[i];

		if (!is_usable(t))
			continue;
		verdict = DANE_MISMATCH;
		if (shown->count == 0)
			continue;
		/* RFC 7671 5.1: the key is all that usage 3 speaks of, neither
		 * names nor dates */
		if (t->usage == USAGE_EE
			    ? match_shown(set, t, shown, 0)
			    : match_issuer(set, t, shown, names, name_count))
			return DANE_MATCH;
	}
	return verdict;
}

/* As much of the chain as can be read. */
static void read_shown(gnutls_session_t session, struct shown *shown)
{
	unsigned count = 0;

	shown->count = 0;
	shown->ders = gnutls_certificate_get_peers(session, &count);
	while (shown->ders && shown->count < count &&
	       shown->count < MAX_CHAIN) {
		gnutls_x509_crt_t *crt = &shown->crts[shown->count];

		require(gnutls_x509_crt_init(crt) == 0);
		if (gnutls_x509_crt_import(*crt, &shown->ders[shown->count],
					   GNUTLS_X509_FMT_DER) < 0) {
			gnutls_x509_crt_deinit(*crt);
			return;
		}
		shown->count++;
	}
}

enum dane_verdict dane_judge(gnutls_session_t session,
			     const struct tlsa_set *set,
			     const char *const *names, size_t name_count)
{
	struct shown shown = { 0 };
	enum dane_verdict verdict;

	read_shown(session, &shown);
	verdict = judge(&shown, set, names, name_count);
	for (unsigned i = 0; i < shown.count; i++)
		gnutls_x509_crt_deinit(shown.crts[i]);
	return verdict;
}
