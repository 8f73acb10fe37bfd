/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "xml/elem.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

static void child_inherits_namespace(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");
	struct elem *body = elem_add_with_text(e, "body", NULL, "hi");
	struct elem *x = elem_add(e, "x", "urn:x");

	(void)state;
	assert_string_equal(elem_ns(body), "jabber:server");
	assert_true(elem_is(elem_add(x, "y", NULL), "y", "urn:x"));
	assert_true(elem_is(body, NULL, NULL));
	assert_false(elem_is(body, "body", "urn:x"));
	assert_ptr_equal(elem_parent(body), e);
	assert_null(elem_parent(e));
	elem_free(&e);
	assert_null(e);
	elem_free(&e);
}

static void attributes_are_set_and_removed(void **state)
{
	struct elem *e = elem_new("a", "");

	(void)state;
	elem_set_attr(e, "one", "1");
	elem_set_attr(e, "two", "2");
	elem_set_attr(e, "three", "3");
	elem_set_attr(e, "two", "zwei");
	assert_string_equal(elem_attr(e, "two"), "zwei");
	elem_set_attr(e, "three", NULL);
	assert_null(elem_attr(e, "three"));
	elem_set_attr(e, "four", "4"); /* the tail is right after a removal */
	elem_set_attr(e, "one", NULL);
	elem_set_attr(e, "none", NULL);
	const struct elem_attr *attr = elem_next_attr(e, NULL);
	assert_string_equal(elem_attr_name(attr), "two");
	attr = elem_next_attr(e, attr);
	assert_string_equal(elem_attr_name(attr), "four");
	assert_null(elem_next_attr(e, attr));
	elem_free(&e);
}

static void attributes_of_namespaces_are_apart(void **state)
{
	struct elem *e = elem_new("a", "");

	(void)state;
	elem_set_attr(e, "id", "plain");
	elem_set_attr_ns(e, "id", "urn:x", "foreign");
	elem_set_attr_ns(e, "lang", XML_NS, "de");
	assert_string_equal(elem_attr(e, "id"), "plain");
	assert_string_equal(elem_attr_ns(e, "id", "urn:x"), "foreign");
	assert_null(elem_attr_ns(e, "id", "urn:y"));
	assert_null(elem_attr(e, "lang"));
	assert_string_equal(elem_attr(e, "xml:lang"), "de");
	elem_set_attr(e, "xml:lang", "fr");
	assert_string_equal(elem_attr_ns(e, "lang", XML_NS), "fr");
	elem_set_attr_ns(e, "lang", XML_NS, NULL);
	assert_null(elem_attr(e, "xml:lang"));
	elem_free(&e);
}

static void text_joins_its_runs(void **state)
{
	struct elem *e = elem_new("p", "urn:h");
	const struct elem_node *node;
	size_t len;

	(void)state;
	assert_string_equal(elem_text(e), "");
	elem_add_text(e, "one ");
	elem_add_text_n(e, "two!", 3);
	elem_add_with_text(e, "b", NULL, "inner");
	elem_add_text(e, " three");
	elem_add_text(e, "");
	assert_string_equal(elem_text(e), "one two three");
	assert_string_equal(elem_child_text(e, "b", "urn:h"), "inner");
	assert_null(elem_child_text(e, "c", NULL));
	node = elem_next_node(e, NULL);
	assert_memory_equal(elem_node_text(node, &len), "one two", 7);
	assert_int_equal(len, 7);
	assert_null(elem_node_elem(node));
	node = elem_next_node(e, node);
	assert_non_null(elem_node_elem(node));
	assert_null(elem_node_text(node, &len));
	node = elem_next_node(e, node);
	assert_memory_equal(elem_node_text(node, &len), " three", 6);
	assert_null(elem_next_node(e, node));
	elem_free(&e);
}

static void long_text_in_small_pieces(void **state)
{
	struct elem *e = elem_new("p", "");
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		char c = (char)('a' + i % 26);

		elem_add_text_n(e, &c, 1);
		if (i % 1000 == 0)
			elem_add(e, "br", NULL);
	}
	assert_int_equal(strlen(elem_text(e)), 100000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(elem_text(e)[i], 'a' + i % 26);
	/* growing in place or by doubling, not by copies of copies */
	assert_true(elem_memory(e) < 5 * 100000);
	elem_free(&e);
}

static void children_are_found_and_removed(void **state)
{
	struct elem *e = elem_new("query", "urn:q");
	struct elem *a = elem_add(e, "item", NULL);
	struct elem *b = elem_add(e, "item", "urn:other");
	struct elem *c = elem_add(e, "item", NULL);

	(void)state;
	elem_add_text(e, "text");
	assert_ptr_equal(elem_child(e, "item", "urn:q"), a);
	assert_ptr_equal(elem_next(a, "item", "urn:q"), c);
	assert_ptr_equal(elem_next(a, NULL, NULL), b);
	elem_remove(e, a);
	assert_ptr_equal(elem_child(e, NULL, NULL), b);
	elem_remove(e, c);
	assert_null(elem_next(b, NULL, NULL));
	elem_remove(e, b);
	assert_null(elem_child(e, NULL, NULL));
	elem_add(e, "last", NULL);
	assert_non_null(elem_child(e, "last", NULL));
	assert_string_equal(elem_text(e), "text");
	elem_free(&e);
}

static void copies_are_deep(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");
	struct elem *x = elem_add(e, "x", "urn:x");
	struct elem *copy, *other;

	(void)state;
	elem_set_attr_ns(x, "a", "urn:a", "1");
	elem_add_text(x, "mixed ");
	elem_add_with_text(x, "i", NULL, "in");
	elem_add_text(x, " text");
	copy = elem_copy(x);
	other = elem_new("o", "urn:o");
	elem_add_copy(other, x);
	elem_free(&e);
	assert_true(elem_is(copy, "x", "urn:x"));
	assert_string_equal(elem_attr_ns(copy, "a", "urn:a"), "1");
	assert_string_equal(elem_text(copy), "mixed  text");
	x = elem_child(other, "x", "urn:x");
	assert_string_equal(elem_child_text(x, "i", "urn:x"), "in");
	elem_free(&copy);
	elem_free(&other);
}

static void typical_stanza_is_two_chunks(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");
	size_t memory = elem_memory(e);

	(void)state;
	elem_set_attr(e, "from", "romeo@montague.example/orchard-4711");
	elem_set_attr(e, "to", "hallway@conference.example");
	elem_set_attr(e, "type", "groupchat");
	elem_set_attr(e, "id", "7a0c1f2e-8c11-4f3f-9d0e-1c2b3a4d5e6f");
	elem_set_attr(e, "xml:lang", "en");
	elem_add_with_text(e, "body", NULL,
			   "Wherefore art thou? Let us meet in the hallway.");
	elem_add(e, "active", "http://jabber.org/protocol/chatstates");
	elem_set_attr(elem_add(e, "origin-id", "urn:xmpp:sid:0"), "id",
		      "7a0c1f2e-8c11-4f3f-9d0e-1c2b3a4d5e6f");
	assert_int_equal(elem_memory(e), 2 * memory);
	elem_free(&e);
}

static void free_child(void)
{
	struct elem *e = elem_new("a", "");
	struct elem *child = elem_add(e, "b", NULL);

	elem_free(&child);
}

static void remove_of_a_stranger(void)
{
	struct elem *e = elem_new("a", "");

	elem_remove(e, elem_add(elem_add(e, "b", NULL), "c", NULL));
}

static void misuse_aborts(void **state)
{
	(void)state;
	assert_true(aborts(free_child));
	assert_true(aborts(remove_of_a_stranger));
}

static void strip_leaves_children(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");
	const char *id;

	(void)state;
	elem_set_attr(e, "id", "1");
	elem_set_attr_ns(e, "a", "urn:a", "2");
	elem_add_text(e, "before");
	elem_add_with_text(e, "body", NULL, "hi");
	elem_add_text(e, "between");
	elem_add(e, "x", "urn:x");
	elem_add_text(e, "behind");
	id = elem_attr(e, "id");
	elem_strip(e);
	assert_string_equal(id, "1");
	assert_null(elem_next_attr(e, NULL));
	assert_string_equal(elem_text(e), "");
	assert_string_equal(elem_child_text(e, "body", NULL), "hi");
	assert_non_null(elem_next(elem_child(e, "body", NULL), "x", "urn:x"));
	for (const struct elem_node *n = elem_next_node(e, NULL); n;
	     n = elem_next_node(e, n))
		assert_non_null(elem_node_elem(n));
	elem_set_attr(e, "id", id);
	elem_add_text(e, "new");
	assert_string_equal(elem_attr(e, "id"), "1");
	assert_string_equal(elem_text(e), "new");
	elem_strip(e);
	elem_strip(e);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_inherits_namespace),
		cmocka_unit_test(attributes_are_set_and_removed),
		cmocka_unit_test(attributes_of_namespaces_are_apart),
		cmocka_unit_test(text_joins_its_runs),
		cmocka_unit_test(long_text_in_small_pieces),
		cmocka_unit_test(children_are_found_and_removed),
		cmocka_unit_test(copies_are_deep),
		cmocka_unit_test(typical_stanza_is_two_chunks),
		cmocka_unit_test(misuse_aborts),
		cmocka_unit_test(strip_leaves_children),
	};

	return cmocka_run_group_tests_name("elem", tests, NULL, NULL);
}
