/* SPDX-License-Identifier: MIT */
#include "muc/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

struct fixture {
	struct relay relay;
	struct jid *asker, *asked, *target, *other;
};

static int make(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	relay_init(&f->relay);
	f->asker = jid_parse("a@x.example/1");
	f->asked = jid_parse("r@c.example/B");
	f->target = jid_parse("b@y.example/2");
	f->other = jid_parse("b@y.example/3");
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	relay_fini(&f->relay);
	jid_free(&f->asker);
	jid_free(&f->asked);
	jid_free(&f->target);
	jid_free(&f->other);
	free(f);
	return 0;
}

static void relay_answers_once_and_only_the_asked(void **state)
{
	struct fixture *f = *state;
	struct relay_item *item;
	char *id;

	id = str_dup(relay_add_question(&f->relay, "q", f->asker, f->asked,
					f->target, 0));
	assert_string_not_equal(id, "q");
	assert_null(relay_take_question(&f->relay, id, f->other));
	assert_null(relay_take_question(&f->relay, "q", f->target));
	assert_null(relay_take_message(&f->relay, id, f->target));
	item = relay_take_question(&f->relay, id, f->target);
	assert_non_null(item);
	assert_string_equal(item->id, "q");
	assert_true(jid_equal(item->sender, f->asker));
	relay_item_free(&item);
	assert_null(relay_take_question(&f->relay, id, f->target));
	mem_free(&id);
}

static void relay_keeps_the_latest_message_of_an_id(void **state)
{
	struct fixture *f = *state;
	struct relay_item *item;

	relay_add_message(&f->relay, "m", f->asker, f->asked, f->target, 0);
	relay_add_message(&f->relay, "m", f->other, f->asked, f->target, 0);
	relay_add_message(&f->relay, "m", f->asker, f->asked, f->other, 0);
	item = relay_take_message(&f->relay, "m", f->target);
	assert_true(jid_equal(item->sender, f->other));
	relay_item_free(&item);
	assert_null(relay_take_message(&f->relay, "m", f->target));
	item = relay_take_message(&f->relay, "m", f->other);
	assert_non_null(item);
	relay_item_free(&item);
}

static void relay_gives_up_in_order_of_time(void **state)
{
	struct fixture *f = *state;
	struct relay_item *item;

	relay_add_question(&f->relay, "1", f->asker, f->asked, f->target, 0);
	relay_add_question(&f->relay, "2", f->asker, f->asked, f->target, 5);
	assert_null(relay_take_due(&f->relay, RELAY_TIME - 1));
	item = relay_take_due(&f->relay, RELAY_TIME);
	assert_string_equal(item->id, "1");
	relay_item_free(&item);
	assert_null(relay_take_due(&f->relay, RELAY_TIME));
}

static void relay_is_bounded(void **state)
{
	struct fixture *f = *state;
	char id[16];

	/* messages leave place for questions */
	for (int i = 0; i < 2 * RELAY_MAX; i++) {
		char *text = str_format("%d", i);

		str_copy(id, sizeof(id), text);
		mem_free(&text);
		relay_add_message(&f->relay, id, f->asker, f->asked, f->target,
				  0);
	}
	assert_false(relay_is_full(&f->relay));
	for (int i = 0; !relay_is_full(&f->relay); i++) {
		assert_true(i <= RELAY_MAX);
		relay_add_question(&f->relay, "q", f->asker, f->asked,
				   f->target, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			relay_answers_once_and_only_the_asked, make, unmake),
		cmocka_unit_test_setup_teardown(
			relay_keeps_the_latest_message_of_an_id, make, unmake),
		cmocka_unit_test_setup_teardown(relay_gives_up_in_order_of_time,
						make, unmake),
		cmocka_unit_test_setup_teardown(relay_is_bounded, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
