/* SPDX-License-Identifier: MIT */
/* The doctor's sentences, and the rows of a report. */
#include "tests/unit/unit.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "dns/answer.h"
#include "s2s/check_words.h"
#include "s2s/report.h"

#define DAY ((int64_t)86400)
#define NOW (20000 * DAY)

/* Does text say so? It is freed. */
static void assert_says(char *owned_text, const char *words)
{
	if (!strstr(owned_text, words))
		fail_msg("\"%s\" does not say \"%s\"", owned_text, words);
	mem_free(&owned_text);
}

static void words_of_srv_records(void **state)
{
	static const struct {
		enum answer_status status;
		const char *target; /* NULL: no record */
		bool is_direct_tls;
		enum check_result result;
		const char *words;
	} cases[] = {
		{ ANSWER_OK, "x.a.test", false, CHECK_OK, "x.a.test:5269" },
		{ ANSWER_OK, "", false, CHECK_PROBLEM, "not offered" },
		{ ANSWER_OK, "", true, CHECK_NOTE, "not offered" },
		{ ANSWER_NO_DATA, NULL, false, CHECK_NOTE, "port 5269" },
		{ ANSWER_NO_NAME, NULL, true, CHECK_NOTE, "no fault" },
		{ ANSWER_FAILED, NULL, false, CHECK_PROBLEM, "name servers" },
		{ ANSWER_FAILED, NULL, true, CHECK_NOTE, "name servers" },
	};
	static struct answer found;
	enum check_result result;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		found = (struct answer){ .status = cases[i].status };
		if (cases[i].target) {
			found.srv_count = 1;
			found.srvs[0].port = 5269;
			(void)str_copy(found.srvs[0].target,
				       sizeof(found.srvs[0].target),
				       cases[i].target);
		}
		assert_says(check_srv_text(&found, "_x._tcp.a.test",
					   cases[i].is_direct_tls, &result),
			    cases[i].words);
		assert_int_equal(result, cases[i].result);
	}
}

static void words_of_certificates(void **state)
{
	static const struct {
		enum cert_verdict verdict;
		int64_t days;
		enum check_result result;
		const char *words;
	} cases[] = {
		{ CERT_VALID, 60, CHECK_OK, "60 more days" },
		{ CERT_VALID, 13, CHECK_NOTE, "should renew" },
		{ CERT_UNTRUSTED, 60, CHECK_NOTE, "dialback has to do" },
		{ CERT_EXPIRED, -3, CHECK_PROBLEM, "expired 3 days ago" },
		{ CERT_EXPIRED, 3, CHECK_PROBLEM, "not valid yet" },
		{ CERT_WRONG_NAME, 60, CHECK_PROBLEM, "not include a.test" },
		{ CERT_NONE, 0, CHECK_PROBLEM, "none was shown" },
	};
	struct cert_summary cert = { .names = str_dup("b.test") };
	enum check_result result;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		cert.expires_at = NOW + cases[i].days * DAY;
		assert_says(check_cert_text(cases[i].verdict, &cert, "a.test",
					    NOW, &result),
			    cases[i].words);
		assert_int_equal(result, cases[i].result);
	}
	cert_summary_fini(&cert);
}

static void words_of_dialback(void **state)
{
	static const struct {
		enum packet_type verdict;
		enum cond_name cond;
		const char *words;
	} cases[] = {
		{ PACKET_VALID, COND_UNDEFINED_CONDITION, "believes" },
		{ PACKET_INVALID, COND_UNDEFINED_CONDITION, "our SRV" },
		{ PACKET_ERROR, COND_REMOTE_SERVER_NOT_FOUND, "in DNS" },
		{ PACKET_ERROR, COND_REMOTE_SERVER_TIMEOUT, "call us back" },
		{ PACKET_ERROR, COND_ITEM_NOT_FOUND, "does not host" },
		{ PACKET_ERROR, COND_NOT_AUTHORIZED, "allow us" },
		{ PACKET_ERROR, COND_CONFLICT, "(conflict)" },
	};
	enum check_result result;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		assert_says(check_dialback_text(cases[i].verdict, cases[i].cond,
						"a.test", "b.test", &result),
			    cases[i].words);
		assert_int_equal(result, i == 0 ? CHECK_OK : CHECK_PROBLEM);
	}
}

static void words_of_failed_connections(void **state)
{
	(void)state;
	assert_says(check_connect_text(HW_E_ACCESS, false), "private");
	assert_says(check_connect_text(HW_E_REFUSED, false), "refused");
	assert_says(check_connect_text(HW_E_TIMEOUT, false), "firewall");
	assert_says(check_connect_text(HW_E_UNREACHABLE, true), "IPv6");
	assert_says(check_connect_text(HW_E_UNREACHABLE, false), "network");
	assert_says(check_stream_error_text(STREAM_COND_HOST_UNKNOWN,
					    "host-unknown", "a.test", "b.test"),
		    "does not host");
}

static void report_takes_the_description_apart(void **state)
{
	struct report *r = report_new();
	struct report_row *row = report_add(r);

	(void)state;
	report_row_set_tls(row, "(TLS1.3-X.509)-(ECDHE-X25519)-(ECDSA-"
				"SECP256R1-SHA256)-(AES-256-GCM)");
	assert_string_equal(row->tls, "TLS1.3");
	assert_string_equal(row->cipher, "AES-256-GCM");
	for (size_t i = 0; i < 100; i++)
		row = report_add(r);
	report_row_set_tls(row, "no TLS");
	assert_null(row->tls);
	assert_int_equal(r->count, 101);
	assert_string_equal(r->rows[0].tls, "TLS1.3");
	report_free(&r);
	assert_null(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_srv_records),
		cmocka_unit_test(words_of_certificates),
		cmocka_unit_test(words_of_dialback),
		cmocka_unit_test(words_of_failed_connections),
		cmocka_unit_test(report_takes_the_description_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
