/* SPDX-License-Identifier: MIT */
#include "admin/planned_list.h"

#include "../unit.h"

#include "base/error.h"
#include "base/mem.h"

static struct planned_list l;

static void read_all(const char *text, size_t count, size_t skipped)
{
	char *complaint;

	planned_list_fini(&l);
	assert_int_equal(planned_list_read(&l, text, strlen(text), &complaint),
			 0);
	assert_null(complaint);
	assert_int_equal(l.count, count);
	assert_int_equal(l.skipped, skipped);
}

static void an_agenda_of_the_datatracker_is_read(void **state)
{
	static const char text[] =
		"{\"124\": ["
		" {\"objtype\": \"session\", \"id\": 7, \"session_id\": 35,"
		"  \"group\": {\"acronym\": \"DNSop\", \"name\": \"DNS Ops\"},"
		"  \"location\": \"Ballroom\", \"name\": \"\","
		"  \"start\": \"2026-03-16T01:00:00Z\","
		"  \"duration\": \"2:00:00\", \"status\": \"sched\","
		"  \"agenda\": \"https://x.example/agenda\"},"
		" {\"objtype\": \"session\", \"id\": 8,"
		"  \"group\": {\"acronym\": \"quic\"}, \"name\": \"QUIC 2\","
		"  \"start\": \"2026-03-17T01:00:00Z\","
		"  \"status\": \"canceled\"},"
		" {\"objtype\": \"session\", \"group\": {\"acronym\": \"old\"},"
		"  \"start\": \"2026-03-17T01:00:00Z\"},"
		" {\"objtype\": \"session\", \"id\": 9},"
		" {\"objtype\": \"session\"},"
		" {\"objtype\": \"location\", \"id\": 1},"
		" 7, null]}";

	(void)state;
	read_all(text, 3, 2);
	assert_string_equal(l.items[0].uid, "datatracker-124-35");
	assert_string_equal(l.items[0].group, "dnsop");
	assert_string_equal(l.items[0].title, "DNS Ops");
	assert_string_equal(l.items[0].place, "Ballroom");
	assert_string_equal(l.items[0].agenda, "https://x.example/agenda");
	assert_int_equal(l.items[0].start, INT64_C(1773622800000));
	assert_int_equal(l.items[0].end - l.items[0].start, 7200000);
	assert_false(l.items[0].is_cancelled);
	assert_string_equal(l.items[1].uid, "datatracker-124-8");
	assert_string_equal(l.items[1].title, "QUIC 2");
	assert_int_equal(l.items[1].end, 0);
	assert_true(l.items[1].is_cancelled);
	assert_string_equal(l.items[2].uid, "datatracker-124-old-1773709200");
}

#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define EVENT(inner) \
	"BEGIN:VEVENT\r\nUID:u1\r\n" inner "END:VEVENT\r\n"
#define TAIL "END:VCALENDAR\r\n"

static void a_calendar_is_read(void **state)
{
	static const char text[] = HEAD
		"BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\n"
		"DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
		EVENT("SUMMARY:DNSOP - Costs\\, and\r\n  more\r\n"
		      "DTSTART;TZID=Europe/Madrid:20260316T100000\r\n"
		      "DTEND;VALUE=DATE-TIME;TZID=\"Europe/Madrid\":"
		      "20260316T120000\r\n"
		      "URL:https://x.example/a?b:c\r\nLOCATION:a@b.example\r\n"
		      "BEGIN:VALARM\r\nUID:no\r\nSUMMARY:no\r\n"
		      "DURATION:PT5M\r\nEND:VALARM\r\n")
		"begin:vevent\nuid:u2\ndtstart:20260701T100000Z\n"
		"duration:PT1H30M\nstatus:cancelled\nend:vevent\n" TAIL;

	(void)state;
	read_all(text, 2, 0);
	assert_string_equal(l.items[0].uid, "u1");
	assert_string_equal(l.items[0].group, "dnsop");
	assert_string_equal(l.items[0].title, "DNSOP - Costs, and more");
	assert_string_equal(l.items[0].place, "a@b.example");
	assert_string_equal(l.items[0].agenda, "https://x.example/a?b:c");
	/* 9:00 UTC in winter */
	assert_int_equal(l.items[0].start, INT64_C(1773651600000));
	assert_int_equal(l.items[0].end - l.items[0].start, 7200000);
	assert_string_equal(l.items[1].uid, "u2");
	assert_int_equal(l.items[1].end - l.items[1].start, 5400000);
	assert_true(l.items[1].is_cancelled);
	assert_null(l.items[1].group);
}

static void an_event_that_is_not_whole_is_skipped(void **state)
{
	static const char *const events[] = {
		EVENT(""),
		EVENT("DTSTART:20260316\r\n"),
		EVENT("DTSTART:20261316T100000Z\r\n"),
		EVENT("DTSTART:20260316T100000\r\n"),
		EVENT("DTSTART;TZID=No/Where:20260316T100000\r\n"),
		EVENT("DTSTART;TZID=../../etc/passwd:20260316T100000\r\n"),
		EVENT("DTSTART:20260316T100000Z\r\nRRULE:FREQ=DAILY\r\n"),
		EVENT("DTSTART:20260316T100000Z\r\nDTEND:20260315T100000Z\r\n"),
		"BEGIN:VEVENT\r\nDTSTART:20260316T100000Z\r\nEND:VEVENT\r\n",
		"BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260316T100000Z\r\n",
	};

	(void)state;
	for (size_t i = 0; i < array_len(events); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text), HEAD "%s", events[i]);
		read_all(text, 0, 1);
	}
	read_all(HEAD TAIL, 0, 0);
}

static void what_is_neither_is_complained_about(void **state)
{
	static const char *const texts[] = {
		"", "  ", "hello", "{", "[]", "{} x", "BEGIN:VCARD\r\n",
	};

	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		char *complaint;

		planned_list_fini(&l);
		assert_int_equal(planned_list_read(&l, texts[i],
						   strlen(texts[i]),
						   &complaint),
				 HW_E_INVALID);
		assert_non_null(complaint);
		mem_free(&complaint);
	}
}

static int end(void **state)
{
	(void)state;
	planned_list_fini(&l);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agenda_of_the_datatracker_is_read),
		cmocka_unit_test(a_calendar_is_read),
		cmocka_unit_test(an_event_that_is_not_whole_is_skipped),
		cmocka_unit_test(what_is_neither_is_complained_about),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
