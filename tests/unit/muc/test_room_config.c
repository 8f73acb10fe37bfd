/* SPDX-License-Identifier: MIT */
#include "muc/room_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

static void room_config_survives_the_store(void **state)
{
	struct room_config a, b;
	char *text, *again;
	(void)state;

	room_config_init(&a);
	str_set(&a.name, "Tea <&> 'cakes'");
	str_set(&a.password, "x y");
	a.is_persistent = a.is_moderated = a.shows_jids = a.is_locked = true;
	a.is_public = a.is_logged = false;
	a.max_users = 42;
	text = room_config_write(&a);
	room_config_init(&b);
	assert_int_equal(room_config_read(&b, text), 0);
	again = room_config_write(&b);
	assert_string_equal(again, text);
	assert_string_equal(b.name, a.name);
	assert_string_equal(b.password, "x y");
	assert_null(b.description);
	assert_true(b.is_persistent && b.is_moderated && b.shows_jids);
	assert_true(b.is_locked);
	assert_false(b.is_public || b.is_logged || b.is_members_only);
	assert_int_equal(b.max_users, 42);
	mem_free(&text);
	mem_free(&again);
	room_config_fini(&a);
	room_config_fini(&b);
}

static void room_config_refuses_what_is_none(void **state)
{
	static const char *const bad[] = { "", "x", "<x/>", "<x" };
	struct room_config c;
	(void)state;

	for (size_t i = 0; i < array_len(bad); i++) {
		room_config_init(&c);
		assert_int_not_equal(room_config_read(&c, bad[i]), 0);
		assert_true(c.is_public);
		room_config_fini(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_config_survives_the_store),
		cmocka_unit_test(room_config_refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
