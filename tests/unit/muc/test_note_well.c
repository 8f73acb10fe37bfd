/* SPDX-License-Identifier: MIT */
#include "muc/note_well.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

static void nobody_is_told_twice_a_day(void **state)
{
	struct note_well n;
	(void)state;

	note_well_init(&n);
	assert_true(note_well_is_due(&n, "a@x", 1000));
	note_well_put(&n, "a@x", 1000);
	assert_false(note_well_is_due(&n, "a@x", 1000));
	assert_false(note_well_is_due(&n, "a@x", 999 + NOTE_WELL_EVERY));
	assert_true(note_well_is_due(&n, "b@x", 1000));
	assert_true(note_well_is_due(&n, "a@x", 1000 + NOTE_WELL_EVERY));
	note_well_fini(&n);
}

static void the_oldest_is_forgotten_first(void **state)
{
	struct note_well n;
	(void)state;

	note_well_init(&n);
	note_well_put(&n, "first@x", 1);
	note_well_put(&n, "second@x", 2);
	note_well_put(&n, "first@x", 3);
	for (int i = 0; i < NOTE_WELL_MAX - 1; i++) {
		char *jid = str_format("%d@x", i);

		note_well_put(&n, jid, 4);
		mem_free(&jid);
	}
	assert_int_equal(map_count(n.told), NOTE_WELL_MAX);
	assert_true(note_well_is_due(&n, "second@x", 5));
	assert_false(note_well_is_due(&n, "first@x", 5));
	note_well_prune(&n, 3 + NOTE_WELL_EVERY);
	assert_int_equal(map_count(n.told), NOTE_WELL_MAX - 1);
	/* an idle room holds nothing */
	note_well_prune(&n, 4 + NOTE_WELL_EVERY);
	assert_null(n.told);
	note_well_fini(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_told_twice_a_day),
		cmocka_unit_test(the_oldest_is_forgotten_first),
	};

	return cmocka_run_group_tests_name("note_well", tests, NULL, NULL);
}
