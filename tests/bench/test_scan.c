/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "scan.h"

#define HEADER "<stream:stream to='d1.bench'>"
#define COMES(from, id, to, role)                                      \
	"<presence from='r0@rooms.bench/" from "' id='" id "' to='" to \
	"'><occupant-id id='o" id "'/><x><item role='" role "'/></x>"  \
	"</presence>"
#define LINE(to, number)                                             \
	"<message from='r0@rooms.bench/n1' type='groupchat' to='" to \
	"'><body>load " number "</body></message>"

/* What scan_run() found, as text: E, A (again), L (alike), each with who it is
 * to, L with who it is from. */
struct found {
	struct scan scan;
	char text[1024];
};

/* first: "E", "A", "L". */
static void note(struct found *f, const char *first, const char *value)
{
	size_t len = strlen(f->text);

	snprintf(f->text + len, sizeof(f->text) - len, "%s%.*s ", first,
		 value ? (int)strcspn(value, "'") : 0, value ? value : "");
}

static void on_piece(void *owner, enum scan_kind kind, const char *at,
		     size_t len)
{
	struct found *f = owner;
	size_t n;

	if (kind == SCAN_ELEMENT)
		note(f, "E", scan_attr(at, len, "to", &n));
	else if (kind == SCAN_AGAIN)
		note(f, "A", at + f->scan.head);
	else if (kind == SCAN_ALIKE)
		note(f, "L", at + f->scan.head),
			note(f, "<", scan_from(&f->scan));
}

static void assert_found(const char *data, const char *expected)
{
	struct found f = { .text = "" };

	scan_reset(&f.scan);
	assert_int_equal(scan_run(&f.scan, data, strlen(data), on_piece, &f),
			 strlen(data));
	assert_string_equal(f.text, expected);
	scan_reset(&f.scan);
}

static void lines_come_again(void **state)
{
	(void)state;
	assert_found(HEADER LINE("u1", "1") LINE("u22", "1") LINE("u3", "1"),
		     "Eu1 Au22 Au3 ");
	assert_found(HEADER LINE("u1", "1") LINE("u1", "2"), "Eu1 Eu1 ");
	assert_found(HEADER LINE("u1", "1") LINE("u1", "12"), "Eu1 Eu1 ");
}

static void presences_are_alike(void **state)
{
	(void)state;
	assert_found(HEADER COMES("n1", "a", "u5", "x")
			     COMES("n22", "bb", "u5", "x")
				     COMES("n3", "c", "u61", "x"),
		     "Eu5 Lu5 <r0@rooms.bench/n22 "
		     "Lu61 <r0@rooms.bench/n3 ");
}

static void who_is_alike_comes_again(void **state)
{
	(void)state;
	assert_found(HEADER COMES("n1", "a", "u5", "x")
			     COMES("n22", "b", "u5", "x")
				     COMES("n22", "b", "u777", "x")
					     COMES("n3", "c", "u8", "x"),
		     "Eu5 Lu5 <r0@rooms.bench/n22 Au777 "
		     "Lu8 <r0@rooms.bench/n3 ");
}

static void what_else_differs_is_read(void **state)
{
	(void)state;
	assert_found(HEADER COMES("n1", "a", "u5", "x")
			     COMES("n2", "b", "u5", "y"),
		     "Eu5 Eu5 ");
	assert_found(HEADER "<presence from='r/n1' to='u5'/>"
			    "<presence from='r/n2' to='u5' type='error'/>",
		     "Eu5 Eu5 ");
	assert_found(HEADER "<presence from='r/n1' type='error' to='u5'/>"
			    "<presence from='r/n2' type='other' to='u5'/>",
		     "Eu5 Eu5 ");
	assert_found(HEADER "<presence from='r/n1' to='u5'><a/></presence>"
			    "<presence from='r/n2' to='u5'><b/></presence>",
		     "Eu5 Eu5 ");
	assert_found(
		HEADER LINE("u1",
			    "1") "<message from='r0@rooms.bench/n2'"
				 " type='groupchat' to='u1'><body>load 1</body>"
				 "</message>",
		"Eu1 Eu1 ");
}

/* In two reads, cut anywhere: at a glance or not, each is found once. */
static void is_found_once_however_it_comes(void **state)
{
	static const char data[] = HEADER COMES("n1", "a", "u1", "x")
		COMES("n2", "b", "u2", "x") COMES("n2", "b", "u3", "x")
			LINE("u4", "1") LINE("u5", "1");

	(void)state;
	for (size_t cut = 1; cut < strlen(data); cut++) {
		struct found f = { .text = "" };
		char *first = strndup(data, cut), *rest;
		size_t used;
		const char *at = f.text;

		scan_reset(&f.scan);
		used = scan_run(&f.scan, first, cut, on_piece, &f);
		free(first);
		rest = strdup(data + used);
		assert_int_equal(
			scan_run(&f.scan, rest, strlen(rest), on_piece, &f),
			strlen(rest));
		free(rest);
		for (int i = 1; i <= 5; i++) {
			char to[16];

			snprintf(to, sizeof(to), "u%d ", i);
			at = strstr(at, to);
			assert_non_null(at);
			at++;
			assert_null(strstr(at, to));
		}
		scan_reset(&f.scan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_again),
		cmocka_unit_test(presences_are_alike),
		cmocka_unit_test(who_is_alike_comes_again),
		cmocka_unit_test(what_else_differs_is_read),
		cmocka_unit_test(is_found_once_however_it_comes),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
