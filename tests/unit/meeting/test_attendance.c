/* SPDX-License-Identifier: MIT */
#include "meeting/attendance.h"

#include "../unit.h"

#define MINUTE INT64_C(60000)

static struct attendance a;

static int begin(void **state)
{
	(void)state;
	attendance_init(&a);
	return 0;
}

static int end(void **state)
{
	(void)state;
	attendance_fini(&a);
	return 0;
}

static void take(int minute, enum record_note_kind kind, const char *jid,
		 const char *person, const char *text)
{
	const struct record_note n = {
		.kind = kind,
		.jid = (char *)jid,
		.person = (char *)person,
		.text = (char *)text,
	};

	attendance_take(&a, &n, minute * MINUTE);
}

static void time_in_the_room_is_added_up(void **state)
{
	(void)state;
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take(11, RECORD_NOTE_CAME, "bob@h.example", "bob", NULL);
	take(15, RECORD_NOTE_WENT, "ann@h.example", "ann", NULL);
	take(20, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.items[0].jid, "ann@h.example");
	assert_int_equal(a.items[0].time, 15 * MINUTE);
	assert_int_equal(a.items[0].came, 10 * MINUTE);
	assert_int_equal(a.items[0].went, 30 * MINUTE);
	assert_int_equal(a.items[1].time, 19 * MINUTE);
}

static void a_second_nick_is_the_same_person(void **state)
{
	(void)state;
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take(11, RECORD_NOTE_CAME, "ann@h.example", "phone", NULL);
	take(12, RECORD_NOTE_WENT, "ann@h.example", "phone", NULL);
	take(13, RECORD_NOTE_RENAMED, "ann@h.example", "Ann", "ann");
	take(14, RECORD_NOTE_WENT, "ann@h.example", "Ann", NULL);
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.items[0].nick, "Ann");
	assert_int_equal(a.items[0].time, 4 * MINUTE);
}

static void present_names_oneself_or_somebody_else(void **state)
{
	(void)state;
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take(10, RECORD_NOTE_CAME, "bob@h.example", "bob", NULL);
	take(11, RECORD_NOTE_PRESENT, "ann@h.example", "Ann A", "Org");
	take(12, RECORD_NOTE_PRESENT, "ann@h.example", "bob", "Other");
	take(13, RECORD_NOTE_PRESENT, "ann@h.example", "Cat", NULL);
	take(14, RECORD_NOTE_PRESENT, "ann@h.example", "Cat", "Third");
	take(15, RECORD_NOTE_PRESENT, "ann@h.example", NULL, NULL);
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 3);
	assert_string_equal(a.items[0].name, "Ann A");
	assert_string_equal(a.items[0].affiliation, "Org");
	assert_string_equal(a.items[1].affiliation, "Other");
	assert_null(a.items[2].jid);
	assert_string_equal(a.items[2].affiliation, "Third");
	assert_int_equal(a.items[2].time, 0);
}

/* As it is typed without more, the person is the nick. */
static void take_own(int minute, const char *nick, const char *person,
		     const char *text)
{
	const struct record_note n = {
		.kind = RECORD_NOTE_PRESENT,
		.jid = (char *)"ann@h.example",
		.nick = (char *)nick,
		.person = (char *)person,
		.text = (char *)text,
	};

	attendance_take(&a, &n, minute * MINUTE);
}

static void a_name_completes_what_was_said_without(void **state)
{
	(void)state;
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take_own(11, "ann", "ann", NULL);
	take_own(12, "ann", "Ann A", "Org");
	take_own(13, "ann", "Ann A", NULL);
	take_own(14, "ann", "Cat", NULL);
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 2);
	assert_string_equal(a.items[0].name, "Ann A");
	assert_string_equal(a.items[0].affiliation, "Org");
	assert_string_equal(a.items[1].name, "Cat");
}

static void a_nick_does_not_take_a_name_back(void **state)
{
	(void)state;
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take_own(11, "ann", "Ann A", "Org");
	take(12, RECORD_NOTE_RENAMED, "ann@h.example", "annette", "ann");
	take_own(13, "annette", "annette", NULL);
	take_own(14, "phone", "phone", NULL); /* a second nick of hers */
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.items[0].name, "Ann A");
	assert_string_equal(a.items[0].affiliation, "Org");
}

static void take_of_line(int minute, enum record_note_kind kind,
			 const char *person, const char *text)
{
	const struct record_note n = {
		.kind = kind,
		.line = (char *)"l1",
		.jid = (char *)"ann@h.example",
		.nick = (char *)"ann",
		.person = (char *)person,
		.text = (char *)text,
	};

	attendance_take(&a, &n, minute * MINUTE);
}

static void what_was_taken_back_is_not_said(void **state)
{
	(void)state;
	take_of_line(13, RECORD_NOTE_TAKEN_BACK, NULL, NULL);
	take(10, RECORD_NOTE_CAME, "ann@h.example", "ann", NULL);
	take_of_line(12, RECORD_NOTE_PRESENT, "Anne", "Ogr");
	take_of_line(13, RECORD_NOTE_PRESENT, "Ann A", NULL);
	attendance_end(&a, 30 * MINUTE);
	assert_int_equal(a.count, 1);
	assert_string_equal(a.items[0].name, "Ann A");
	assert_null(a.items[0].affiliation);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(time_in_the_room_is_added_up),
		TEST(a_second_nick_is_the_same_person),
		TEST(present_names_oneself_or_somebody_else),
		TEST(a_name_completes_what_was_said_without),
		TEST(a_nick_does_not_take_a_name_back),
		TEST(what_was_taken_back_is_not_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
