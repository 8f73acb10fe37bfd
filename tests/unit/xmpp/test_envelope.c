/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static void add(struct audience *a, const char *to, uint32_t occupant)
{
	struct jid *jid = jid_parse(to);

	audience_add(a, jid, occupant);
	jid_free(&jid);
}

/* Five addressees of four occupants on three domains. */
static struct audience *make_audience(void)
{
	struct audience *a = audience_new();

	add(a, "u@one/x", 1);
	add(a, "v@two/o'n", 2);
	add(a, "u@one/y", 1);
	add(a, "w@three/z", 3);
	add(a, "z@one/z", 4);
	return a;
}

static struct frozen *make_frozen(void)
{
	struct elem *e = elem_new("message", NS_SERVER);
	struct frozen *f;

	elem_add_with_text(e, "body", NULL, "hi");
	f = frozen_new(e);
	elem_free(&e);
	return f;
}

static void groups_are_by_domain_in_order(void **state)
{
	struct audience *a = make_audience();
	struct audience_group *g = audience_group_at(a, 0);

	(void)state;
	assert_int_equal(audience_size(a), 5);
	assert_int_equal(audience_group_count(a), 3);
	assert_string_equal(audience_group_domain(g), "one");
	assert_int_equal(audience_group_size(g), 3);
	assert_string_equal(audience_group_get(g, 0)->to, "u@one/x");
	assert_string_equal(audience_group_get(g, 1)->to, "u@one/y");
	assert_string_equal(audience_group_get(g, 2)->to, "z@one/z");
	g = audience_group_at(a, 1);
	assert_string_equal(audience_group_get(g, 0)->to, "v@two/o&apos;n");
	assert_int_equal(audience_group_get(g, 0)->to_len,
			 strlen("v@two/o&apos;n"));
	assert_string_equal(jid_text(audience_group_get(g, 0)->jid),
			    "v@two/o'n");
	assert_int_equal(audience_group_get(g, 0)->occupant, 2);
	audience_free(&a);
	assert_null(a);
	audience_free(&a);
}

static void removed(struct audience *a, const char *who)
{
	struct jid *jid = jid_parse(who);

	audience_remove(a, jid);
	jid_free(&jid);
}

static void who_leaves_is_out(void **state)
{
	struct audience *a = make_audience();

	(void)state;
	removed(a, "u@one/x");
	removed(a, "u@one/x");
	removed(a, "v@two/o'n");
	removed(a, "nobody@nowhere/x");
	assert_int_equal(audience_size(a), 3);
	assert_int_equal(audience_group_count(a), 2);
	assert_string_equal(audience_group_get(audience_group_at(a, 0), 0)->to,
			    "u@one/y");
	assert_string_equal(audience_group_get(audience_group_at(a, 0), 1)->to,
			    "z@one/z");
	assert_string_equal(audience_group_domain(audience_group_at(a, 1)),
			    "three");
	audience_free(&a);
}

static void an_empty_audience_makes_nothing(void **state)
{
	struct audience *a = audience_new();
	struct frozen *f = make_frozen();
	struct list out;

	(void)state;
	list_init(&out);
	envelope_make_all(&out, f, a, "b", 0);
	assert_true(list_is_empty(&out));
	assert_int_equal(audience_size(a), 0);
	audience_free(&a);
	frozen_unref(&f);
}

/* The bytes that an envelope's stanzas are on the wire. */
static size_t written(const struct envelope *e)
{
	struct buf out = { 0 };
	size_t i, len;

	for (i = 0; i < audience_group_size(e->group); i++) {
		const struct addressee *to = audience_group_get(e->group, i);

		if (!e->skip || to->occupant != e->skip)
			frozen_write(e->stanza, &out, to->to, to->to_len);
	}
	len = out.len;
	buf_fini(&out);
	return len;
}

static void one_envelope_a_domain(void **state)
{
	static const char *const domains[] = { "one", "two", "three" };
	struct audience *a = make_audience();
	struct frozen *f = make_frozen();
	struct envelope *e, *next;
	struct list out;
	size_t i = 0, count = 0;

	(void)state;
	clock_fake(4711, 0);
	list_init(&out);
	envelope_make_all(&out, f, a, "rooms", 0);
	audience_free(&a); /* the envelopes keep what they need */
	frozen_unref(&f);
	list_each_safe(e, next, &out, node) {
		assert_string_equal(envelope_domain(e), domains[i++]);
		assert_string_equal(envelope_local(e), "rooms");
		assert_int_equal(envelope_posted(e), 4711);
		assert_int_equal(envelope_size(e), written(e));
		count += envelope_count(e);
		envelope_free(&e);
	}
	assert_int_equal(i, 3);
	assert_int_equal(count, 5);
	assert_true(list_is_empty(&out));
	clock_unfake();
}

static void skip_leaves_an_occupant_out(void **state)
{
	struct audience *a = make_audience();
	struct frozen *f = make_frozen();
	struct envelope *e, *next;
	struct list out;
	size_t envelopes = 0, count = 0;

	(void)state;
	list_init(&out);
	envelope_make_all(&out, f, a, "rooms", 1); /* two of three on one */
	envelope_make_all(&out, f, a, "rooms", 3); /* all of three */
	list_each_safe(e, next, &out, node) {
		envelopes++;
		count += envelope_count(e);
		assert_int_equal(envelope_size(e), written(e));
		envelope_free(&e);
	}
	assert_int_equal(envelopes, 3 + 2);
	assert_int_equal(count, 3 + 4);
	audience_free(&a);
	frozen_unref(&f);
}

static void a_single_address(void **state)
{
	struct frozen *f = make_frozen();
	struct jid *to = jid_parse("u@one/x");
	struct envelope *e = envelope_new(f, to, "rooms");

	(void)state;
	jid_free(&to);
	assert_string_equal(envelope_domain(e), "one");
	assert_int_equal(envelope_count(e), 1);
	assert_int_equal(envelope_size(e), written(e));
	envelope_free(&e);
	assert_null(e);
	envelope_free(&e);
	frozen_unref(&f);
}

/* The stanzas of a bundle are counted and measured one by one. */
static void a_bundle_is_all_its_parts(void **state)
{
	struct frozen *f = make_frozen(), *g = make_frozen();
	struct frozen *all = frozen_bundle_new(frozen_kind(f));
	struct jid *to = jid_parse("u@one/x");
	struct envelope *e;

	(void)state;
	assert_int_equal(frozen_count(f), 1);
	assert_ptr_equal(frozen_part(f, 0), f);
	frozen_bundle_add(all, f);
	frozen_bundle_add(all, g);
	frozen_bundle_add(all, f);
	assert_int_equal(frozen_count(all), 3);
	assert_ptr_equal(frozen_part(all, 1), g);
	assert_false(frozen_is_outdone(f, all));
	assert_false(frozen_is_outdone(all, f));
	e = envelope_new(all, to, "rooms");
	frozen_unref(&all);
	frozen_unref(&f);
	frozen_unref(&g);
	jid_free(&to);
	assert_int_equal(envelope_count(e), 3);
	assert_int_equal(envelope_size(e), written(e));
	envelope_free(&e);
}

/* What was sent before somebody came or left is for those who were there. */
static void an_envelope_does_not_change(void **state)
{
	struct audience *a = make_audience();
	struct frozen *f = make_frozen();
	struct envelope *e, *next;
	size_t count = 0, bytes = 0;
	struct list out;

	(void)state;
	list_init(&out);
	envelope_make_all(&out, f, a, "rooms", 0);
	list_each(e, &out, node)
		bytes += envelope_size(e);
	removed(a, "u@one/y");
	removed(a, "w@three/z");
	add(a, "y@two/y", 5);
	list_each_safe(e, next, &out, node) {
		assert_int_equal(envelope_size(e), written(e));
		count += envelope_count(e);
		bytes -= envelope_size(e);
		envelope_free(&e);
	}
	assert_int_equal(count, 5);
	assert_int_equal(bytes, 0);
	assert_int_equal(audience_size(a), 4);
	audience_free(&a);
	frozen_unref(&f);
}

/* Of a broadcast to many domains some go at once, others stay for long. */
static void envelopes_go_in_any_order(void **state)
{
	struct audience *a = audience_new();
	struct frozen *f = make_frozen();
	struct envelope *e, *next;
	char to[32], domain[16];
	struct list out;
	int i;

	(void)state;
	list_init(&out);
	for (i = 0; i < 40; i++) {
		snprintf(to, sizeof(to), "u@d%d/x", i);
		add(a, to, (uint32_t)(i == 7 ? 9 : 1 + i % 2));
	}
	envelope_make_all(&out, f, a, "rooms", 9);
	audience_free(&a);
	i = 0;
	list_each_safe(e, next, &out, node) {
		if (i++ % 3)
			envelope_free(&e);
	}
	assert_int_equal(i, 39);
	i = 0;
	list_each_safe(e, next, &out, node) {
		snprintf(domain, sizeof(domain), "d%d", i < 7 ? i : i + 1);
		assert_string_equal(envelope_domain(e), domain);
		assert_string_equal(envelope_local(e), "rooms");
		assert_true(e->stanza == f);
		envelope_free(&e);
		i += 3;
	}
	assert_int_equal(i, 39);
	frozen_unref(&f);
}

static void *free_all(void *list)
{
	struct envelope *e, *next;

	list_each_safe(e, next, (struct list *)list, node) {
		assert_true(envelope_size(e) > 0);
		envelope_free(&e);
	}
	return NULL;
}

static void threads_share_an_audience(void **state)
{
	struct audience *a = make_audience();
	struct frozen *f = make_frozen();
	pthread_t threads[4];
	struct list lists[4], out;
	struct envelope *e, *next;
	size_t n = 0;

	(void)state;
	list_init(&out);
	for (size_t i = 0; i < array_len(threads); i++)
		list_init(&lists[i]);
	for (int i = 0; i < 4000; i++)
		envelope_make_all(&out, f, a, "rooms", 0);
	/* those of a broadcast to different ones */
	list_each_safe(e, next, &out, node) {
		list_remove(&e->node);
		list_add_tail(&lists[n++ % array_len(lists)], &e->node);
	}
	for (size_t i = 0; i < array_len(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, free_all,
						&lists[i]),
				 0);
	audience_free(&a);
	frozen_unref(&f);
	for (size_t i = 0; i < array_len(threads); i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_by_domain_in_order),
		cmocka_unit_test(an_empty_audience_makes_nothing),
		cmocka_unit_test(who_leaves_is_out),
		cmocka_unit_test(one_envelope_a_domain),
		cmocka_unit_test(skip_leaves_an_occupant_out),
		cmocka_unit_test(an_envelope_does_not_change),
		cmocka_unit_test(a_single_address),
		cmocka_unit_test(a_bundle_is_all_its_parts),
		cmocka_unit_test(envelopes_go_in_any_order),
		cmocka_unit_test(threads_share_an_audience),
	};

	return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
