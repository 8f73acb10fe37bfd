/* SPDX-License-Identifier: MIT */
/* What a CA says of a certificate, stapled to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "net/cert.h"
#include "tests/unit/net/make_cert.h"
#include "tests/unit/net/meeting.h"

#define SEQUENCE 0x30
#define OCTETS 0x04
#define BITS 0x03
#define TIME 0x18
#define DAY 86400

static char *folder;

static const unsigned char sha1_id[] = { 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
					 0x03, 0x02, 0x1a, 0x05, 0x00 };
static const unsigned char ecdsa_sha256_id[] = { 0x30, 0x0a, 0x06, 0x08,
						 0x2a, 0x86, 0x48, 0xce,
						 0x3d, 0x04, 0x03, 0x02 };
static const unsigned char basic_id[] = { 0x06, 0x09, 0x2b, 0x06, 0x01, 0x05,
					  0x05, 0x07, 0x30, 0x01, 0x01 };

/* Of DER, to the end of out. */
static void add_der(struct buf *out, unsigned char tag, const void *data,
		    size_t len)
{
	unsigned char head[] = { tag, 0x82, (unsigned char)(len >> 8),
				 (unsigned char)len };

	if (len < 128) {
		head[1] = (unsigned char)len;
		buf_add(out, head, 2);
	} else if (len < 256) {
		head[1] = 0x81;
		head[2] = (unsigned char)len;
		buf_add(out, head, 3);
	} else {
		buf_add(out, head, 4);
	}
	buf_add(out, data, len);
}

/* All of b becomes the content of one element. */
static void wrap(struct buf *b, unsigned char tag)
{
	struct buf whole = { 0 };

	add_der(&whole, tag, buf_data(b), b->len);
	buf_fini(b);
	*b = whole;
}

static void add_buf(struct buf *out, struct buf *owned)
{
	buf_add(out, buf_data(owned), owned->len);
	buf_fini(owned);
}

static void add_time(struct buf *out, int64_t from_now)
{
	time_t at = time(NULL) + from_now;
	char text[32];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	add_der(out, TIME, text, strlen(text));
}

static gnutls_x509_crt_t load_crt(const char *name)
{
	gnutls_x509_crt_t crt;
	gnutls_datum_t pem;

	meeting_load(folder, name, "crt", &pem);
	gnutls_x509_crt_init(&crt);
	assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM),
			 0);
	gnutls_free(pem.data);
	return crt;
}

/* CertID: whose certificate, by the hash of the issuer's name, and its number.
 * The hash of the issuer's key is not looked at. */
static struct buf make_cert_id(const char *name, const gnutls_datum_t *dn)
{
	gnutls_x509_crt_t crt = load_crt(name);
	unsigned char hash[20], serial[32];
	size_t serial_len = sizeof(serial);
	struct buf id = { 0 };

	buf_add(&id, sha1_id, sizeof(sha1_id));
	gnutls_hash_fast(GNUTLS_DIG_SHA1, dn->data, dn->size, hash);
	add_der(&id, OCTETS, hash, sizeof(hash));
	add_der(&id, OCTETS, hash, sizeof(hash));
	assert_int_equal(gnutls_x509_crt_get_serial(crt, serial, &serial_len),
			 0);
	add_der(&id, 0x02, serial, serial_len);
	wrap(&id, SEQUENCE);
	gnutls_x509_crt_deinit(crt);
	return id;
}

/* ResponseData (RFC 6960 4.2.1): the issuer itself answers. */
static struct buf make_data(const char *name, const gnutls_datum_t *dn,
			    bool is_revoked)
{
	struct buf data = { 0 }, one = make_cert_id(name, dn), part = { 0 };

	if (is_revoked)
		add_time(&part, -DAY);
	wrap(&part, is_revoked ? 0xa1 : 0x80);
	add_buf(&one, &part);
	add_time(&one, -60);
	add_time(&part, DAY);
	wrap(&part, 0xa0);
	add_buf(&one, &part);
	wrap(&one, SEQUENCE);
	wrap(&one, SEQUENCE); /* of one */
	add_der(&data, 0xa1, dn->data, dn->size);
	add_time(&data, -60);
	add_buf(&data, &one);
	wrap(&data, SEQUENCE);
	return data;
}

static void add_signature(struct buf *out, const struct buf *data,
			  const char *issuer)
{
	gnutls_datum_t signed_data = { (unsigned char *)buf_data(data),
				       (unsigned)data->len };
	gnutls_datum_t pem, signature;
	gnutls_privkey_t key;
	struct buf bits = { 0 };

	meeting_load(folder, issuer, "key", &pem);
	gnutls_privkey_init(&key);
	assert_int_equal(gnutls_privkey_import_x509_raw(
				 key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0),
			 0);
	assert_int_equal(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0,
						  &signed_data, &signature),
			 0);
	buf_add(&bits, "", 1); /* no unused bits */
	buf_add(&bits, signature.data, signature.size);
	wrap(&bits, BITS);
	add_buf(out, &bits);
	gnutls_free(signature.data);
	gnutls_free(pem.data);
	gnutls_privkey_deinit(key);
}

static struct buf make_answer(const char *name, const char *issuer,
			      bool is_revoked)
{
	gnutls_x509_crt_t crt = load_crt(issuer);
	struct buf basic = { 0 }, answer = { 0 }, data;
	gnutls_datum_t dn;

	assert_int_equal(gnutls_x509_crt_get_raw_dn(crt, &dn), 0);
	data = make_data(name, &dn, is_revoked);
	buf_add(&basic, buf_data(&data), data.len);
	buf_add(&basic, ecdsa_sha256_id, sizeof(ecdsa_sha256_id));
	add_signature(&basic, &data, issuer);
	wrap(&basic, SEQUENCE);
	wrap(&basic, OCTETS);
	buf_add(&answer, basic_id, sizeof(basic_id));
	add_buf(&answer, &basic);
	wrap(&answer, SEQUENCE);
	wrap(&answer, 0xa0);
	buf_add(&basic, "\x0a\x01\x00", 3); /* successful */
	add_buf(&basic, &answer);
	wrap(&basic, SEQUENCE);
	gnutls_free(dn.data);
	gnutls_x509_crt_deinit(crt);
	buf_fini(&data);
	return basic;
}

static enum cert_verdict judge(const struct buf *staple,
			       struct cert_print *print)
{
	const struct meeting_plan plan = { .chain = { "leaf" },
					   .trust = "ca",
					   .staple = staple };
	enum cert_verdict verdict;
	struct meeting m;

	meeting_init(&m, folder, &plan);
	verdict = cert_judge(m.client.session, "x.test");
	assert_true(cert_take_print(m.client.session, print));
	meeting_fini(&m);
	return verdict;
}

static void ocsp_revoked_is_no_proof(void **state)
{
	struct buf good = make_answer("leaf", "ca", false);
	struct buf revoked = make_answer("leaf", "ca", true);
	struct cert_print none_print, good_print, revoked_print, again;
	(void)state;

	assert_int_equal(judge(NULL, &none_print), CERT_VALID);
	assert_int_equal(judge(&good, &good_print), CERT_VALID);
	assert_int_equal(judge(&revoked, &revoked_print), CERT_UNTRUSTED);
	/* so that no verdict of before is taken for it */
	assert_memory_not_equal(good_print.sha256, revoked_print.sha256, 32);
	assert_memory_not_equal(none_print.sha256, revoked_print.sha256, 32);
	assert_int_equal(judge(NULL, &again), CERT_VALID);
	assert_memory_equal(none_print.sha256, again.sha256, 32);
	buf_fini(&good);
	buf_fini(&revoked);
}

static int make_all(void **state)
{
	static const struct cert_spec specs[] = {
		{ .name = "ca", .cn = "ca", .is_ca = true },
		{ .name = "leaf",
		  .cn = "leaf",
		  .issuer = "ca",
		  .dns = { "x.test" } },
	};

	*state = folder = make_certs(specs, array_len(specs));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ocsp_revoked_is_no_proof),
	};

	return cmocka_run_group_tests_name("ocsp", tests, make_all, make_cert_clean);
}
