/* SPDX-License-Identifier: MIT */
#include "s2s/sasl.h"

#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"

#define AUTH(attrs, text) \
	"<auth xmlns='" NS_SASL "'" attrs ">" text "</auth>"
#define EXTERNAL(text) AUTH(" mechanism='EXTERNAL'", text)

/* The stream is of "bücher.test". */
static const struct {
	const char *xml;
	enum sasl_fault fault;
} auths[] = {
	{ EXTERNAL("YsO8Y2hlci50ZXN0"), SASL_OK },
	{ EXTERNAL("QsOcQ0hFUi5URVNU"), SASL_OK }, /* upper case */
	{ EXTERNAL("eG4tLWJjaGVyLWt2YS50ZXN0"), SASL_OK }, /* A-labels */
	{ EXTERNAL("="), SASL_OK },
	{ EXTERNAL(""), SASL_OK },
	{ EXTERNAL("b3RoZXIudGVzdA=="), SASL_INVALID_AUTHZID },
	{ EXTERNAL("dXNlckBiw7xjaGVyLnRlc3Q="), SASL_INVALID_AUTHZID },
	{ EXTERNAL("YsO8Y2hlci50ZXN0L3g="), SASL_INVALID_AUTHZID },
	{ EXTERNAL("c3ViLmLDvGNoZXIudGVzdA=="), SASL_INVALID_AUTHZID },
	/* a NUL behind the name; no UTF-8 at all */
	{ EXTERNAL("YsO8Y2hlci50ZXN0AGV2aWw="), SASL_INVALID_AUTHZID },
	{ EXTERNAL("//79"), SASL_INVALID_AUTHZID },
	{ EXTERNAL("b3RoZXIudGVzdA"), SASL_INCORRECT_ENCODING },
	{ EXTERNAL(" YsO8Y2hlci50ZXN0"), SASL_INCORRECT_ENCODING },
	{ EXTERNAL("b.cher.test"), SASL_INCORRECT_ENCODING },
	{ EXTERNAL("=="), SASL_INCORRECT_ENCODING },
	{ AUTH(" mechanism='PLAIN'", "AGEAYg=="), SASL_INVALID_MECHANISM },
	{ AUTH(" mechanism='external'", "="), SASL_INVALID_MECHANISM },
	{ AUTH("", "="), SASL_MALFORMED_REQUEST },
};

static void auth_is_for_the_domain_of_the_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(auths); i++) {
		const char *xml = auths[i].xml;
		struct elem *e = parser_read(xml, strlen(xml), NS_SERVER);

		assert_non_null(e);
		if (sasl_read_auth(e, "bücher.test") != auths[i].fault)
			fail_msg("%s", xml);
		elem_free(&e);
	}
}

static void auth_read_is_what_was_written(void **state)
{
	struct elem *e = sasl_auth_new("bücher.test");

	(void)state;
	assert_true(elem_is(e, "auth", NS_SASL));
	assert_string_equal(elem_text(e), "YsO8Y2hlci50ZXN0");
	assert_int_equal(sasl_read_auth(e, "bücher.test"), SASL_OK);
	assert_int_equal(sasl_read_auth(e, "cher.test"), SASL_INVALID_AUTHZID);
	elem_free(&e);
}

static void failure_tells_its_condition(void **state)
{
	struct elem *e = sasl_failure_new(SASL_INVALID_AUTHZID);
	char *text = sasl_failure_text(e);

	(void)state;
	assert_non_null(elem_child(e, "invalid-authzid", NS_SASL));
	assert_string_equal(text, "\"invalid-authzid\"");
	mem_free(&text);
	elem_free(&e);
}

/* It goes into a log line, whatever a peer writes. */
static void failure_of_a_peer_is_quoted(void **state)
{
	static const char xml[] =
		"<failure xmlns='" NS_SASL "'><text>self\nsigned</text>"
		"<not-authorized/></failure>";
	static const char bare[] = "<failure xmlns='" NS_SASL "'/>";
	struct elem *e = parser_read(xml, strlen(xml), NS_SERVER);
	char *text = sasl_failure_text(e);

	(void)state;
	assert_string_equal(text, "not-authorized \"self\\x0asigned\"");
	mem_free(&text);
	elem_free(&e);
	e = parser_read(bare, strlen(bare), NS_SERVER);
	text = sasl_failure_text(e);
	assert_string_equal(text, "\"no reason given\"");
	mem_free(&text);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auth_is_for_the_domain_of_the_stream),
		cmocka_unit_test(auth_read_is_what_was_written),
		cmocka_unit_test(failure_tells_its_condition),
		cmocka_unit_test(failure_of_a_peer_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
