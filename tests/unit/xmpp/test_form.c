/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

static void form_is_built(void **state)
{
	struct elem *e = elem_new("query", "urn:q"), *form, *field;
	struct buf out = { 0 };

	(void)state;
	form = form_add(e, "form", "urn:f");
	form_add_field(form, "name", "text-single", "Name", "x<y");
	field = form_add_field(form, "who", "list-single", NULL, "all");
	form_add_option(field, "All", "all");
	form_add_field(form, "empty", NULL, NULL, NULL);
	write_elem(&out, e, "urn:q");
	assert_string_equal(
		buf_str(&out),
		"<query><x xmlns='jabber:x:data' type='form'>"
		"<field var='FORM_TYPE' type='hidden'><value>urn:f</value>"
		"</field><field var='name' type='text-single' label='Name'>"
		"<value>x&lt;y</value></field>"
		"<field var='who' type='list-single'><value>all</value>"
		"<option label='All'><value>all</value></option></field>"
		"<field var='empty'/></x></query>");
	buf_fini(&out);
	elem_free(&e);
}

static void form_is_found_and_read(void **state)
{
	struct elem *e = elem_new("message", NS_SERVER);
	struct elem *one, *two, *bare, *field;

	(void)state;
	assert_null(form_find(e, NULL));
	elem_add(e, "x", NS_MUC_USER);
	bare = form_add(e, "submit", NULL);
	one = form_add(e, "submit", "urn:1");
	two = form_add(e, "submit", "urn:2");
	assert_ptr_equal(form_find(e, NULL), bare);
	assert_ptr_equal(form_find(e, "urn:1"), one);
	assert_ptr_equal(form_find(e, "urn:2"), two);
	assert_null(form_find(e, "urn:3"));
	field = form_add_field(two, "a", NULL, NULL, "1");
	form_add_value(field, "2");
	form_add_field(two, "b", NULL, NULL, NULL);
	assert_string_equal(form_value(two, "a"), "1");
	assert_ptr_equal(form_field(two, "a"), field);
	assert_null(form_value(two, "b"));
	assert_null(form_value(two, "c"));
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form_is_built),
		cmocka_unit_test(form_is_found_and_read),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
