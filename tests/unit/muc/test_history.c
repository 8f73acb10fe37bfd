/* SPDX-License-Identifier: MIT */
#include "muc/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define MAX 4

struct fixture {
	struct history history;
	struct jid *room;
};

/* Line n was said at n seconds and has id n. */
static void say(struct fixture *f, int n)
{
	char *id = str_format("%d", n);
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, "groupchat", f->room,
					 id);
	struct frozen *frozen;

	elem_add_with_text(e, "body", NULL, "talk");
	frozen = frozen_new(e);
	history_add(&f->history, frozen, id, n * 1000);
	frozen_unref(&frozen);
	elem_free(&e);
	mem_free(&id);
}

static int make(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	history_init(&f->history, MAX);
	f->room = jid_parse("r@c.example");
	for (int n = 1; n <= 6; n++)
		say(f, n);
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	history_fini(&f->history);
	jid_free(&f->room);
	free(f);
	return 0;
}

/* The ids of what is chosen, as one string. */
static void assert_chosen(struct fixture *f, struct history_wish wish,
			  const char *wanted)
{
	char ids[MAX + 1] = "";
	size_t count = history_choose(&f->history, &wish, f->room, 10);

	for (size_t i = 0; i < count; i++)
		ids[i] = *frozen_id(history_get(&f->history, count, i,
						f->room));
	assert_string_equal(ids, wanted);
}

static void history_keeps_the_newest(void **state)
{
	struct history_wish all = { -1, -1, -1 };

	assert_chosen(*state, all, "3456");
}

static void history_meets_every_wish(void **state)
{
	static const struct {
		struct history_wish wish;
		const char *wanted;
	} rows[] = {
		{ { -1, 0, -1 }, "" },
		{ { -1, 2, -1 }, "56" },
		{ { -1, 9, -1 }, "3456" },
		{ { -1, -1, 5000 }, "56" },
		{ { -1, -1, 5001 }, "6" },
		{ { -1, 1, 5000 }, "6" },
		{ { -1, 3, 5000 }, "56" },
		{ { 0, -1, -1 }, "" },
	};

	for (size_t i = 0; i < array_len(rows); i++)
		assert_chosen(*state, rows[i].wish, rows[i].wanted);
}

/* XEP-0045 #enter-managehistory: complete stanzas, not one character more. */
static void history_counts_characters(void **state)
{
	struct fixture *f = *state;
	struct history_wish wish = { -1, 2, -1 };
	int64_t size;

	assert_chosen(f, wish, "56");
	size = (int64_t)frozen_size(history_get(&f->history, 1, 0, f->room),
				    10);
	wish.max_chars = 2 * size;
	assert_chosen(f, wish, "56");
	wish.max_chars = 2 * size - 1;
	assert_chosen(f, wish, "6");
	wish.max_chars = size - 1;
	assert_chosen(f, wish, "");
}

static void history_delay_is_when_it_was_said(void **state)
{
	struct fixture *f = *state;
	struct elem *e;
	const struct elem *delay;

	e = frozen_thaw(history_get(&f->history, 1, 0, f->room));
	delay = elem_child(e, "delay", NS_DELAY);
	assert_string_equal(elem_attr(delay, "stamp"),
			    "1970-01-01T00:00:06.000Z");
	assert_string_equal(elem_attr(delay, "from"), "r@c.example");
	assert_null(elem_next(delay, "delay", NULL));
	elem_free(&e);
}

static void history_may_be_none(void **state)
{
	struct fixture f = { .room = jid_parse("r@c.example") };
	(void)state;

	history_init(&f.history, 0);
	say(&f, 1);
	assert_chosen(&f, (struct history_wish){ -1, -1, -1 }, "");
	history_fini(&f.history);
	jid_free(&f.room);
}

static void history_reads_the_wish(void **state)
{
	struct elem *x = elem_new("x", NS_MUC);
	struct elem *e = elem_add(x, "history", NULL);
	struct history_wish wish;
	(void)state;

	elem_set_attr(e, "maxchars", "7");
	elem_set_attr(e, "maxstanzas", "-1");
	elem_set_attr(e, "seconds", "5");
	elem_set_attr(e, "since", "1970-01-01T00:00:02Z");
	wish = history_read_wish(x, 10000);
	assert_int_equal(wish.max_chars, 7);
	assert_int_equal(wish.max_stanzas, -1);
	assert_int_equal(wish.since, 5000);
	elem_set_attr(e, "since", "1970-01-01T01:00:06+01:00");
	assert_int_equal(history_read_wish(x, 10000).since, 6000);
	elem_free(&x);
	assert_int_equal(history_read_wish(NULL, 10000).since, -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, unmake)

/* XEP-0424 #rules: what was taken back is not given out any more. */
static void line_is_found_and_replaced(void **state)
{
	struct fixture *f = *state;
	struct elem *tombstone = stanza_elem_new(STANZA_MESSAGE, "groupchat",
						 f->room, "stone");
	struct elem *e;

	for (int n = 1; n <= MAX + 1; n++)
		say(f, n);
	assert_null(history_find(&f->history, "1")); /* pushed out */
	e = history_find(&f->history, "3");
	assert_string_equal(elem_attr(e, "id"), "3");
	elem_free(&e);
	history_replace(&f->history, f->room, "3", tombstone);
	history_replace(&f->history, f->room, "1", tombstone);
	e = history_find(&f->history, "3");
	assert_string_equal(elem_attr(e, "id"), "stone");
	assert_non_null(elem_child(e, "delay", NS_DELAY));
	assert_null(elem_child(e, "body", NULL));
	elem_free(&e);
	elem_free(&tombstone);
}

static void line_never_said_is_forgotten(void **state)
{
	static const struct history_wish all = { -1, -1, -1 };
	struct fixture *f = *state;

	history_remove(&f->history, "4");
	assert_chosen(f, all, "356");
	history_remove(&f->history, "6");
	history_remove(&f->history, "1");
	assert_chosen(f, all, "35");
	for (int n = 7; n <= 9; n++)
		say(f, n);
	assert_chosen(f, all, "5789");
	history_remove(&f->history, "5");
	assert_chosen(f, all, "789");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(history_keeps_the_newest),
		CASE(history_meets_every_wish),
		CASE(history_counts_characters),
		CASE(history_delay_is_when_it_was_said),
		CASE(line_is_found_and_replaced),
		CASE(line_never_said_is_forgotten),
		cmocka_unit_test(history_may_be_none),
		cmocka_unit_test(history_reads_the_wish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
