/* SPDX-License-Identifier: MIT */
#include "net/cert.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define OID_SRV_NAME "1.3.6.1.5.5.7.8.7"
#define OID_XMPP_ADDR "1.3.6.1.5.5.7.8.5"
#define NAME_SIZE 1024
#define OID_SIZE 128
#define MAX_NAMES 1000 /* looked at in a certificate */

#define TAG_UTF8_STRING 0x0c
#define TAG_IA5_STRING 0x16

const char *cert_verdict_text(enum cert_verdict v)
{
	switch (v) {
	case CERT_NONE:
		return "no certificate";
	case CERT_UNTRUSTED:
		return "certificate not trusted";
	case CERT_EXPIRED:
		return "certificate expired or not yet valid";
	case CERT_WRONG_NAME:
		return "certificate for another name";
	case CERT_VALID:
		return "certificate valid";
	}
	require(false);
}

/* Letters, digits, hyphen, underscore and dot: what an A-label name may hold.
 * Everything else (a NUL, a star, white space) matches nothing. */
static bool is_plain_name(const char *name)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return *name && name[strspn(name, set)] == '\0';
}

bool cert_match_name(const char *pattern, const char *domain)
{
	const char *rest;

	if (!is_plain_name(domain))
		return false;
	if (!str_has_prefix(pattern, "*."))
		return is_plain_name(pattern) &&
		       str_equal_case(pattern, domain);
	/* RFC 9525 6.3: "*" is one whole label, and not the top of the tree */
	pattern += 2;
	rest = strchr(domain, '.');
	return is_plain_name(pattern) && strchr(pattern, '.') && rest &&
	       rest != domain && str_equal_case(pattern, rest + 1);
}

/* XEP-0178: xmppAddr is a bare domain in UTF-8; no wildcard. */
static bool match_xmpp_addr(const char *name, const char *domain)
{
	gnutls_datum_t ascii = { NULL, 0 };
	bool is_match;

	if (is_plain_name(name))
		return is_plain_name(domain) && str_equal_case(name, domain);
	if (strpbrk(name, "@/*") ||
	    gnutls_idna_map(name, (unsigned)strlen(name), &ascii, 0) < 0)
		return false;
	is_match = is_plain_name((char *)ascii.data) &&
		   str_equal_case((char *)ascii.data, domain);
	gnutls_free(ascii.data);
	return is_match;
}

/* RFC 4985: _Service.Name */
static bool match_srv_name(const char *name, const char *domain)
{
	static const char service[] = "_xmpp-server.";
	size_t len = sizeof(service) - 1;

	return strlen(name) > len && strncasecmp(name, service, len) == 0 &&
	       cert_match_name(name + len, domain);
}

/* The length of a DER string's head (tag and length) if the string fills data
 * exactly, else 0. */
static size_t der_head(const unsigned char *der, size_t len)
{
	if (len >= 2 && der[1] <= 0x7f)
		return der[1] == len - 2 ? 2 : 0;
	if (len >= 3 && der[1] == 0x81)
		return der[2] == len - 3 ? 3 : 0;
	if (len >= 4 && der[1] == 0x82)
		return ((size_t)der[2] << 8 | der[3]) == len - 4 ? 4 : 0;
	return 0;
}

/* An otherName's value as text, NULL if it is none. Newer versions of GnuTLS
 * unwrap the kinds they know, older ones give the DER. */
static const char *other_text(const char *data, size_t len, unsigned char tag)
{
	size_t head = 0;

	if (len > 0 && (unsigned char)data[0] == tag) {
		head = der_head((const unsigned char *)data, len);
		if (head == 0)
			return NULL;
	}
	return strlen(data + head) == len - head ? data + head : NULL;
}

/* data: len bytes and a NUL */
static bool match_other_name(gnutls_x509_crt_t crt, unsigned seq,
			     const char *data, size_t len, const char *domain)
{
	char oid[OID_SIZE];
	size_t oid_len = sizeof(oid) - 1;
	const char *text;

	if (gnutls_x509_crt_get_subject_alt_othername_oid(crt, seq, oid,
							  &oid_len) < 0)
		return false;
	oid[oid_len] = '\0';
	if (str_equal(oid, OID_SRV_NAME)) {
		text = other_text(data, len, TAG_IA5_STRING);
		return text && match_srv_name(text, domain);
	}
	if (!str_equal(oid, OID_XMPP_ADDR))
		return false;
	text = other_text(data, len, TAG_UTF8_STRING);
	return text && match_xmpp_addr(text, domain);
}

bool cert_has_name(gnutls_x509_crt_t crt, const char *domain)
{
	for (unsigned seq = 0; seq < MAX_NAMES; seq++) {
		char data[NAME_SIZE + 1];
		size_t len = NAME_SIZE;
		int type = gnutls_x509_crt_get_subject_alt_name(
			crt, seq, data, &len, NULL);

		if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue; /* longer than any domain */
		if (type < 0)
			return false;
		data[len] = '\0';
		if (type == GNUTLS_SAN_DNSNAME && strlen(data) == len &&
		    cert_match_name(data, domain))
			return true;
		if ((type == GNUTLS_SAN_OTHERNAME ||
		     type >= GNUTLS_SAN_OTHERNAME_XMPP) &&
		    match_other_name(crt, seq, data, len, domain))
			return true;
	}
	return false;
}

/* ServerAuth in both directions, since it is a server whatever
 * end of the connection it has. CAs no longer issue clientAuth. */
bool cert_is_for_server(gnutls_x509_crt_t crt)
{
	for (unsigned seq = 0; seq < MAX_NAMES; seq++) {
		char oid[OID_SIZE];
		size_t len = sizeof(oid) - 1;
		int err = gnutls_x509_crt_get_key_purpose_oid(crt, seq, oid,
							      &len, NULL);

		if (err == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return seq == 0; /* none at all: any purpose */
		if (err == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (err < 0)
			return false;
		oid[len] = '\0';
		if (str_equal(oid, GNUTLS_KP_TLS_WWW_SERVER) ||
		    str_equal(oid, GNUTLS_KP_ANY))
			return true;
	}
	return false;
}

static enum cert_verdict judge_chain(unsigned status)
{
	const unsigned time_bits =
		GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED;

	if (status == 0)
		return CERT_VALID;
	if ((status & time_bits) &&
	    (status & ~(time_bits | GNUTLS_CERT_INVALID)) == 0)
		return CERT_EXPIRED;
	return CERT_UNTRUSTED;
}

enum cert_verdict cert_judge(gnutls_session_t session, const char *domain)
{
	enum cert_verdict verdict;
	unsigned count = 0, status = 0;
	const gnutls_datum_t *peers =
		gnutls_certificate_get_peers(session, &count);
	gnutls_x509_crt_t leaf;

	if (!peers || count == 0)
		return CERT_NONE;
	if (gnutls_certificate_verify_peers(session, NULL, 0, &status) < 0)
		return CERT_UNTRUSTED;
	verdict = judge_chain(status);
	if (verdict != CERT_VALID)
		return verdict;
	require(gnutls_x509_crt_init(&leaf) == 0);
	if (gnutls_x509_crt_import(leaf, &peers[0], GNUTLS_X509_FMT_DER) < 0 ||
	    !cert_is_for_server(leaf))
		verdict = CERT_UNTRUSTED;
	else if (!cert_has_name(leaf, domain))
		verdict = CERT_WRONG_NAME;
	gnutls_x509_crt_deinit(leaf);
	return verdict;
}

/* The names in it that are text; others are of no use to an operator. */
static char *names_of(gnutls_x509_crt_t crt)
{
	struct buf names = { 0 };

	for (unsigned seq = 0; seq < MAX_NAMES; seq++) {
		char data[NAME_SIZE + 1];
		size_t len = NAME_SIZE;
		int type = gnutls_x509_crt_get_subject_alt_name(
			crt, seq, data, &len, NULL);

		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		if (names.len > 0)
			buf_add_str(&names, ", ");
		str_add_escaped(&names, data, len, "");
	}
	return names.len > 0 ? buf_steal_str(&names) : NULL;
}

static char *issuer_of(gnutls_x509_crt_t crt)
{
	char dn[NAME_SIZE];
	size_t len = sizeof(dn);
	struct buf text = { 0 };

	if (gnutls_x509_crt_get_issuer_dn(crt, dn, &len) < 0)
		return NULL;
	str_add_escaped(&text, dn, strlen(dn), "");
	return buf_steal_str(&text);
}

void cert_summarise(gnutls_session_t session, struct cert_summary *out)
{
	unsigned count = 0;
	const gnutls_datum_t *peers =
		gnutls_certificate_get_peers(session, &count);
	gnutls_x509_crt_t leaf;

	*out = (struct cert_summary){ 0 };
	if (!peers || count == 0)
		return;
	require(gnutls_x509_crt_init(&leaf) == 0);
	if (gnutls_x509_crt_import(leaf, &peers[0], GNUTLS_X509_FMT_DER) == 0) {
		out->names = names_of(leaf);
		out->issuer = issuer_of(leaf);
		out->expires_at = gnutls_x509_crt_get_expiration_time(leaf);
	}
	gnutls_x509_crt_deinit(leaf);
}

void cert_summary_fini(struct cert_summary *s)
{
	mem_free(&s->names);
	mem_free(&s->issuer);
}

/* Also what was stapled: the same chain may have been revoked since. */
static bool hash_shown(gnutls_hash_hd_t hash, gnutls_session_t session,
		       const gnutls_datum_t *ders, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		gnutls_datum_t stapled = { NULL, 0 };

		if (gnutls_hash(hash, &ders[i].size, sizeof(ders[i].size)) < 0 ||
		    gnutls_hash(hash, ders[i].data, ders[i].size) < 0)
			return false;
		if (gnutls_ocsp_status_request_get2(session, i, &stapled) == 0 &&
		    (gnutls_hash(hash, "ocsp", 4) < 0 ||
		     gnutls_hash(hash, stapled.data, stapled.size) < 0))
			return false;
	}
	return true;
}

static bool find_expiry(const gnutls_datum_t *ders, unsigned count,
			int64_t *expires_at)
{
	*expires_at = INT64_MAX / 1000;
	for (unsigned i = 0; i < count; i++) {
		gnutls_x509_crt_t crt;
		bool is_read;

		require(gnutls_x509_crt_init(&crt) == 0);
		is_read = gnutls_x509_crt_import(crt, &ders[i],
						 GNUTLS_X509_FMT_DER) == 0;
		if (is_read &&
		    gnutls_x509_crt_get_expiration_time(crt) < *expires_at)
			*expires_at = gnutls_x509_crt_get_expiration_time(crt);
		gnutls_x509_crt_deinit(crt);
		if (!is_read)
			return false;
	}
	return true;
}

bool cert_take_print(gnutls_session_t session, struct cert_print *out)
{
	unsigned count = 0;
	const gnutls_datum_t *ders =
		gnutls_certificate_get_peers(session, &count);
	gnutls_hash_hd_t hash;
	bool is_hashed;

	if (!ders || count == 0)
		return false;
	require(gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) == 0);
	is_hashed = hash_shown(hash, session, ders, count);
	gnutls_hash_deinit(hash, out->sha256);
	return is_hashed && find_expiry(ders, count, &out->expires_at);
}
