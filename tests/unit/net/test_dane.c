/* SPDX-License-Identifier: MIT */
#include "net/dane.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tests/unit/net/make_cert.h"
#include "tests/unit/net/meeting.h"

#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define CLIENT_AUTH "1.3.6.1.5.5.7.3.2"

static char *folder;

static void meet(struct meeting *m, const char *const *names)
{
	struct meeting_plan plan = { .trust = NULL };

	for (size_t i = 0; i < MEETING_MAX_CERTS && names[i]; i++)
		plan.chain[i] = names[i];
	meeting_init(m, folder, &plan);
}

/* What a record of that kind about that certificate says. */
static void select_data(const char *name, unsigned selector,
			gnutls_datum_t *out)
{
	gnutls_x509_crt_t crt;
	gnutls_pubkey_t key;
	gnutls_datum_t pem;

	meeting_load(folder, name, "crt", &pem);
	gnutls_x509_crt_init(&crt);
	gnutls_pubkey_init(&key);
	assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM),
			 0);
	assert_int_equal(gnutls_pubkey_import_x509(key, crt, 0), 0);
	if (selector == 0)
		gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, out);
	else
		gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, out);
	gnutls_free(pem.data);
	gnutls_pubkey_deinit(key);
	gnutls_x509_crt_deinit(crt);
}

static void add_record(struct tlsa_set *set, unsigned usage, unsigned selector,
		       unsigned matching, const char *name)
{
	static const size_t sizes[] = { 0, 32, 64 };
	unsigned char rdata[3 + TLSA_MAX_BYTES] = {
		(unsigned char)usage,
		(unsigned char)selector,
		(unsigned char)matching,
	};
	gnutls_datum_t data;
	size_t len;

	select_data(name, selector == 0 ? 0 : 1, &data);
	len = data.size;
	memcpy(rdata + 3, data.data, len);
	if (matching == 1 || matching == 2) {
		len = sizes[matching];
		gnutls_hash_fast(matching == 1 ? GNUTLS_DIG_SHA256
					       : GNUTLS_DIG_SHA512,
				 data.data, data.size, rdata + 3);
	}
	gnutls_free(data.data);
	assert_true(tlsa_set_add(set, rdata, 3 + len));
}

static enum dane_verdict judge(const struct meeting *m,
			       const struct tlsa_set *set)
{
	static const char *const names[] = { "x.test", "host.x.test" };

	return dane_judge(m->client.session, set, names, array_len(names));
}

static const char *const whole_chain[] = { "leaf", "middle", "root", NULL };

static void dane_matches_the_certificate_itself(void **state)
{
	/* expired, self-signed, for another name: only the key counts */
	static const char *const bad[] = { "expired", NULL };
	struct meeting m;
	(void)state;

	meet(&m, bad);
	for (unsigned selector = 0; selector < 2; selector++) {
		for (unsigned matching = 0; matching < 3; matching++) {
			struct tlsa_set set = { 0 };

			add_record(&set, 3, selector, matching, "leaf");
			assert_int_equal(judge(&m, &set), DANE_MISMATCH);
			add_record(&set, 3, selector, matching, "expired");
			assert_int_equal(judge(&m, &set), DANE_MATCH);
		}
	}
	meeting_fini(&m);
}

static void dane_ee_means_the_leaf_only(void **state)
{
	struct tlsa_set set = { 0 };
	struct meeting m;
	(void)state;

	meet(&m, whole_chain);
	add_record(&set, 3, 1, 1, "middle");
	assert_int_equal(judge(&m, &set), DANE_MISMATCH);
	meeting_fini(&m);
}

static void dane_ta_may_be_any_issuer(void **state)
{
	static const char *const issuers[] = { "middle", "root" };
	struct meeting m;
	(void)state;

	meet(&m, whole_chain);
	for (size_t i = 0; i < array_len(issuers); i++) {
		for (unsigned kind = 0; kind < 6; kind++) {
			struct tlsa_set set = { 0 };

			add_record(&set, 2, kind / 3, kind % 3, "other-root");
			assert_int_equal(judge(&m, &set), DANE_MISMATCH);
			add_record(&set, 2, kind / 3, kind % 3, issuers[i]);
			assert_int_equal(judge(&m, &set), DANE_MATCH);
		}
	}
	meeting_fini(&m);
}

static void dane_ta_may_be_absent_from_the_chain(void **state)
{
	static const char *const names[] = { "leaf", "middle", NULL };
	struct tlsa_set whole = { 0 }, digest = { 0 }, wrong = { 0 };
	struct meeting m;
	(void)state;

	meet(&m, names);
	add_record(&whole, 2, 0, 0, "root");
	assert_int_equal(judge(&m, &whole), DANE_MATCH);
	add_record(&digest, 2, 0, 1, "root");
	assert_int_equal(judge(&m, &digest), DANE_MISMATCH);
	add_record(&wrong, 2, 0, 0, "other-root");
	assert_int_equal(judge(&m, &wrong), DANE_MISMATCH);
	meeting_fini(&m);
}

/* The digest of an issuer is no proof without its signatures. */
static void dane_ta_verifies_what_stands_below(void **state)
{
	static const struct {
		const char *chain[MEETING_MAX_CERTS + 1];
		const char *anchor;
	} cases[] = {
		{ { "stranger", "root" }, "root" },
		{ { "stranger", "middle", "root" }, "root" },
		{ { "leaf", "other-root", "root" }, "root" },
		{ { "late-leaf", "middle", "root" }, "root" },
		{ { "foreign-leaf", "middle", "root" }, "root" },
		{ { "client-leaf", "middle", "root" }, "root" },
		{ { "below-leaf", "leaf", "middle", "root" }, "root" },
		{ { "expired" }, "expired" },
	};
	struct meeting m;
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct tlsa_set set = { 0 };

		meet(&m, cases[i].chain);
		add_record(&set, 2, 1, 1, cases[i].anchor);
		if (judge(&m, &set) != DANE_MISMATCH)
			fail_msg("case %zu", i);
		meeting_fini(&m);
	}
}

static void dane_passes_over_what_it_cannot_use(void **state)
{
	struct tlsa_set set = { 0 };
	unsigned char odd[3 + 31] = { 3, 1, 1 };
	struct meeting m;
	(void)state;

	meet(&m, whole_chain);
	assert_int_equal(judge(&m, &set), DANE_UNUSABLE);
	add_record(&set, 0, 1, 1, "root"); /* PKIX-TA */
	add_record(&set, 1, 1, 1, "leaf"); /* PKIX-EE */
	add_record(&set, 4, 1, 1, "leaf");
	add_record(&set, 3, 2, 1, "leaf");
	add_record(&set, 3, 1, 3, "leaf");
	assert_true(tlsa_set_add(&set, odd, sizeof(odd)));
	assert_int_equal(judge(&m, &set), DANE_UNUSABLE);
	add_record(&set, 3, 1, 2, "root");
	assert_int_equal(judge(&m, &set), DANE_MISMATCH);
	meeting_fini(&m);
}

static void tlsa_set_is_bounded(void **state)
{
	unsigned char rdata[3 + TLSA_MAX_BYTES + 1] = { 3, 1, 1 };
	struct tlsa_set set = { 0 };
	(void)state;

	assert_false(tlsa_set_add(&set, rdata, 0));
	assert_false(tlsa_set_add(&set, rdata, 3));
	assert_true(tlsa_set_add(&set, rdata, sizeof(rdata)));
	assert_int_equal(set.count, 0);
	assert_true(tlsa_set_add(&set, rdata, 3 + TLSA_MAX_BYTES));
	assert_int_equal(set.count, 1);
	assert_true(tlsa_set_add(&set, rdata, 3 + 32));
	assert_int_equal(set.count, 1);
	set = (struct tlsa_set){ 0 };
	for (int i = 0; i < 2 * TLSA_MAX; i++)
		assert_true(tlsa_set_add(&set, rdata, 3 + 32));
	assert_int_equal(set.count, TLSA_MAX);
}

static int make_all(void **state)
{
	static const struct cert_spec specs[] = {
		{ .name = "root", .cn = "root", .is_ca = true },
		{ .name = "other-root", .cn = "other", .is_ca = true },
		{ .name = "middle",
		  .cn = "middle",
		  .issuer = "root",
		  .is_ca = true },
		{ .name = "leaf",
		  .cn = "leaf",
		  .issuer = "middle",
		  .dns = { "host.x.test" } },
		{ .name = "late-leaf",
		  .issuer = "middle",
		  .dns = { "x.test" },
		  .from = -86400 * 2,
		  .until = -86400 },
		{ .name = "foreign-leaf",
		  .issuer = "middle",
		  .dns = { "y.test" } },
		{ .name = "client-leaf",
		  .issuer = "middle",
		  .dns = { "x.test" },
		  .purpose = CLIENT_AUTH },
		{ .name = "below-leaf", .issuer = "leaf", .dns = { "x.test" } },
		{ .name = "stranger",
		  .issuer = "other-root",
		  .dns = { "x.test" },
		  .purpose = SERVER_AUTH },
		{ .name = "expired",
		  .dns = { "y.test" },
		  .from = -86400 * 2,
		  .until = -86400 },
	};

	*state = folder = make_certs(specs, array_len(specs));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dane_matches_the_certificate_itself),
		cmocka_unit_test(dane_ee_means_the_leaf_only),
		cmocka_unit_test(dane_ta_may_be_any_issuer),
		cmocka_unit_test(dane_ta_may_be_absent_from_the_chain),
		cmocka_unit_test(dane_ta_verifies_what_stands_below),
		cmocka_unit_test(dane_passes_over_what_it_cannot_use),
		cmocka_unit_test(tlsa_set_is_bounded),
	};

	return cmocka_run_group_tests_name("dane", tests, make_all, make_cert_clean);
}
