/* SPDX-License-Identifier: MIT */
#include "muc/voices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

static enum role role_of(const struct voices *v, const char *text,
			 enum role usual)
{
	struct jid *jid = jid_parse(text);
	enum role role = voices_get(v, jid, usual);

	jid_free(&jid);
	return role;
}

static void set(struct voices *v, const char *text, enum role role,
		enum role usual)
{
	struct jid *jid = jid_parse(text);

	voices_set(v, jid, role, usual);
	jid_free(&jid);
}

static void voices_are_the_persons(void **state)
{
	struct voices v;
	(void)state;

	voices_init(&v);
	assert_int_equal(role_of(&v, "a@x/1", ROLE_PARTICIPANT),
			 ROLE_PARTICIPANT);
	set(&v, "a@x/1", ROLE_VISITOR, ROLE_PARTICIPANT);
	assert_int_equal(role_of(&v, "a@x/2", ROLE_PARTICIPANT), ROLE_VISITOR);
	assert_int_equal(role_of(&v, "b@x/1", ROLE_PARTICIPANT),
			 ROLE_PARTICIPANT);
	/* an admin is a moderator all the same */
	assert_int_equal(role_of(&v, "a@x/2", ROLE_MODERATOR), ROLE_MODERATOR);
	set(&v, "a@x/3", ROLE_PARTICIPANT, ROLE_PARTICIPANT);
	assert_int_equal(role_of(&v, "a@x/2", ROLE_PARTICIPANT),
			 ROLE_PARTICIPANT);
	voices_fini(&v);
}

static void voices_of_moderators_are_for_a_visit(void **state)
{
	struct voices v;
	(void)state;

	voices_init(&v);
	set(&v, "a@x/1", ROLE_PARTICIPANT, ROLE_VISITOR);
	set(&v, "a@x/1", ROLE_MODERATOR, ROLE_VISITOR);
	assert_int_equal(role_of(&v, "a@x/1", ROLE_VISITOR), ROLE_VISITOR);
	voices_fini(&v);
}

static void voices_forget_the_oldest(void **state)
{
	struct voices v;
	(void)state;

	voices_init(&v);
	for (int i = 0; i <= VOICES_MAX; i++) {
		char *text = str_format("u%d@x/1", i);

		set(&v, text, ROLE_VISITOR, ROLE_PARTICIPANT);
		mem_free(&text);
	}
	assert_int_equal(role_of(&v, "u0@x", ROLE_PARTICIPANT),
			 ROLE_PARTICIPANT);
	assert_int_equal(role_of(&v, "u1@x", ROLE_PARTICIPANT), ROLE_VISITOR);
	voices_fini(&v);
}

static void voices_come_back_from_text(void **state)
{
	struct voices v, again;
	char *text, *none;
	(void)state;

	voices_init(&v);
	voices_init(&again);
	none = voices_write(&v);
	assert_null(none);
	set(&v, "a@x/1", ROLE_VISITOR, ROLE_PARTICIPANT);
	set(&v, "b@x/1", ROLE_PARTICIPANT, ROLE_VISITOR);
	text = voices_write(&v);
	assert_string_equal(text, "visitor a@x participant b@x");
	voices_read(&again, text);
	assert_int_equal(role_of(&again, "a@x", ROLE_PARTICIPANT),
			 ROLE_VISITOR);
	assert_int_equal(role_of(&again, "b@x", ROLE_VISITOR),
			 ROLE_PARTICIPANT);
	/* what nobody wrote */
	voices_read(&again, "moderator c@x visitor @ visitor d@x/1 visitor");
	voices_read(&again, "");
	voices_read(&again, NULL);
	mem_free(&text);
	text = voices_write(&again);
	assert_string_equal(text, "visitor a@x participant b@x");
	mem_free(&text);
	voices_fini(&v);
	voices_fini(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(voices_are_the_persons),
		cmocka_unit_test(voices_of_moderators_are_for_a_visit),
		cmocka_unit_test(voices_forget_the_oldest),
		cmocka_unit_test(voices_come_back_from_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
