/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/error.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"

static struct elem *query_with(const char *content)
{
	struct buf b = { 0 };
	struct elem *e;

	buf_add_format(&b, "<query xmlns='urn:q'>%s</query>", content);
	e = parser_read(buf_str(&b), b.len, "");
	assert_non_null(e);
	buf_fini(&b);
	return e;
}

static void request_is_read(void **state)
{
	struct elem *e = query_with("<set xmlns='" NS_RSM "'><max>10</max>"
				    "<after>id</after></set>");
	struct rsm_request r;

	(void)state;
	assert_int_equal(rsm_read(e, &r), 0);
	assert_true(r.is_present);
	assert_int_equal(r.max, 10);
	assert_string_equal(r.after, "id");
	assert_null(r.before);
	assert_int_equal(r.index, -1);
	elem_free(&e);
	e = query_with("<set xmlns='" NS_RSM "'><before/><index>0</index>"
		       "<max>0</max></set>");
	assert_int_equal(rsm_read(e, &r), 0);
	assert_string_equal(r.before, "");
	assert_int_equal(r.max, 0);
	assert_int_equal(r.index, 0);
	elem_free(&e);
	e = query_with("<set xmlns='urn:other'><max>1</max></set>");
	assert_int_equal(rsm_read(e, &r), 0);
	assert_false(r.is_present);
	assert_int_equal(r.max, -1);
	elem_free(&e);
}

static void numbers_are_checked(void **state)
{
	static const char *const cases[] = {
		"<max>x</max>", "<max>-1</max>", "<max/>", "<max>1 </max>",
		"<index>1.5</index>", "<max>99999999999999999999</max>",
	};
	struct rsm_request r;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct buf b = { 0 };
		struct elem *e;

		buf_add_format(&b, "<set xmlns='%s'>%s</set>", NS_RSM,
			       cases[i]);
		e = query_with(buf_str(&b));
		assert_int_equal(rsm_read(e, &r), HW_E_INVALID);
		elem_free(&e);
		buf_fini(&b);
	}
}

static void answer_is_built(void **state)
{
	struct elem *e = elem_new("fin", NS_RSM);
	struct buf out = { 0 };

	(void)state;
	rsm_add(e, "a", "b", 0, 20);
	rsm_add(e, NULL, NULL, -1, 0);
	rsm_add(e, "a", "b", -1, -1);
	write_elem(&out, e, NS_RSM);
	assert_string_equal(
		buf_str(&out),
		"<fin><set><first index='0'>a</first><last>b</last>"
		"<count>20</count></set><set><count>0</count></set>"
		"<set><first>a</first><last>b</last></set></fin>");
	buf_fini(&out);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_is_read),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(answer_is_built),
	};

	return cmocka_run_group_tests_name("rsm", tests, NULL, NULL);
}
