/* SPDX-License-Identifier: MIT */
#include "web/ical.h"

#include "../unit.h"
#include "base/buf.h"

#define START INT64_C(1795356000000) /* 2026-11-22T14:00:00Z */

static char *write_event(struct buf *out, const struct ical_event *event)
{
	ical_add(out, event);
	return (char *)buf_str(out);
}

static void an_event_tells_its_times_and_state(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_string_equal(
		write_event(&out,
			    &(struct ical_event){
				    .uid = "one@rooms.example",
				    .summary = "Talk",
				    .url = "https://rooms.example/talk/",
				    .start = START,
				    .end = START + 3600000,
				    .changed = INT64_C(1767225610000),
			    }),
		"BEGIN:VEVENT\r\nUID:one@rooms.example\r\n"
		"DTSTAMP:20260101T000010Z\r\n"
		"LAST-MODIFIED:20260101T000010Z\r\nSEQUENCE:10\r\n"
		"STATUS:CONFIRMED\r\nDTSTART:20261122T140000Z\r\n"
		"DTEND:20261122T150000Z\r\nSUMMARY:Talk\r\n"
		"URL:https://rooms.example/talk/\r\nEND:VEVENT\r\n");
	buf_fini(&out);
}

static void text_is_escaped_and_cannot_begin_a_line(void **state)
{
	struct buf out = { 0 };
	char *text;

	(void)state;
	text = write_event(&out, &(struct ical_event){
					 .uid = "x",
					 .summary = "a;b,c\\d\r\nEND:VEVENT",
					 .url = "https://x/\r\nBEGIN:VEVENT",
					 .is_cancelled = true,
				 });
	assert_non_null(
		strstr(text, "SUMMARY:a\\;b\\,c\\\\d\\nEND:VEVENT\r\n"));
	assert_non_null(strstr(text, "STATUS:CANCELLED\r\n"));
	assert_null(strstr(text, "URL"));
	assert_null(strstr(text, "DTEND"));
	buf_fini(&out);
}

static void long_lines_are_folded_between_characters(void **state)
{
	struct buf out = { 0 };
	const char *line, *end;
	char summary[401];

	(void)state;
	for (size_t i = 0; i < 200; i++)
		memcpy(summary + 2 * i, "\xc3\xbc", 2);
	summary[400] = '\0';
	line = write_event(
		&out, &(struct ical_event){ .uid = "x", .summary = summary });
	for (; *line; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end - line <= 75);
		/* no piece begins within a character */
		assert_int_not_equal((unsigned char)line[*line == ' '] & 0xc0,
				     0x80);
	}
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_tells_its_times_and_state),
		cmocka_unit_test(text_is_escaped_and_cannot_begin_a_line),
		cmocka_unit_test(long_lines_are_folded_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
