/* SPDX-License-Identifier: MIT */
#include "web/route.h"

#include "../unit.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/day_page.h"
#include "web/old_path.h"
#include "web/room_list.h"
#include "web/room_page.h"
#include "web/room_path.h"
#include "web/search.h"
#include "web/web.h"
#include "web/web_site.h"

static const char *const domains[] = { "rooms.example", "other.example" };
static struct web_settings settings;
static struct web_site *site;
static struct web_desk desk;
static struct call c;

static int set_up(void **state)
{
	(void)state;
	web_settings_init(&settings);
	settings.domains = domains;
	settings.domain_count = 2;
	settings.url = "https://rooms.example/";
	site = web_site_new();
	desk = (struct web_desk){ .settings = &settings, .site = site };
	asset_start();
	call_init(&c, &desk);
	c.domain = domains[0];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	call_fini(&c);
	web_site_free(&site);
	return 0;
}

static const struct {
	const char *path;
	route_fn answer;
	const char *room;
	const char *part;
} paths[] = {
	{ "/", room_list_answer, NULL, NULL },
	{ "/robots.txt", old_path_answer_robots, NULL, NULL },
	{ "/robots.txt/", room_page_answer, "robots.txt@rooms.example", NULL },
	{ "/-/search", search_answer, NULL, NULL },
	{ "/council/", room_page_answer, "council@rooms.example", NULL },
	{ "/Council/", room_page_answer, "council@rooms.example", NULL },
	{ "/council/2026/", room_page_answer_year, "council@rooms.example",
	  "2026" },
	{ "/council/m/abc234", day_page_answer_line, "council@rooms.example",
	  "abc234" },
	{ "/council/m/a b", NULL, NULL, NULL },
	{ "/council/search", search_answer, "council@rooms.example", NULL },
	{ "/council/tombstones", room_page_answer_tombstones,
	  "council@rooms.example", NULL },
	{ "/logs/council/", old_path_answer, NULL, "council" },
	{ "/logs/council/2006-03-21.html", old_path_answer, NULL, "council" },
	{ "/logs/council@conference.example/2016/11/22.html", old_path_answer,
	  NULL, "council@conference.example" },
	{ "/logs/", old_path_answer_index, NULL, NULL },
	{ "/council", NULL, NULL, NULL },
	{ "//", NULL, NULL, NULL },
	{ "/a@b/", NULL, NULL, NULL },
	{ "/council/x/y/z", NULL, NULL, NULL },
};

static void paths_find_their_handlers(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(paths); i++) {
		route_fn found = route_find(&c, paths[i].path);

		if (found != paths[i].answer)
			fail_msg("%s", paths[i].path);
		assert_true(str_equal(c.room, paths[i].room));
		assert_true(str_equal(c.part_count ? c.parts[0] : NULL,
				      paths[i].part));
	}
}

static void days_are_told_apart(void **state)
{
	(void)state;
	assert_non_null(route_find(&c, "/council/2026-11-22"));
	assert_string_equal(c.room, "council@rooms.example");
	assert_string_equal(c.parts[0], "2026-11-22");
	assert_non_null(route_find(&c, "/council/2026-11-22.txt"));
	assert_string_equal(c.parts[0], "2026-11-22");
	assert_null(route_find(&c, "/council/2026-02-30"));
	assert_null(route_find(&c, "/council/2026-11-22.exe"));
}

static const char *location(const char *raw)
{
	call_fini(&c);
	call_init(&c, &desk);
	route_answer(&c, raw);
	for (size_t i = 0; i < c.header_count; i++)
		if (strcmp(c.headers[i].name, "Location") == 0)
			return c.headers[i].value;
	return NULL;
}

static void addresses_are_sent_on(void **state)
{
	static const struct {
		const char *raw;
		unsigned status;
		const char *location;
	} cases[] = {
		{ "/council", 301, "/council/" },
		{ "/a%20b", 404, NULL }, /* no local part */
		{ "/caf%C3%A9", 301, "/caf%C3%A9/" },
		{ "/other.example/council", 301, "/other.example/council/" },
		{ "/logs/", 301, "/" },
		{ "/logs/council/", 301, "/council/" },
		{ "/logs/council/2006-03-21.txt", 301,
		  "/council/2006-03-21.txt" },
		{ "/logs/council/2006-03-21.html", 301, "/council/2006-03-21" },
		{ "/logs/council@other.example/2016/11/22.html", 301,
		  "/other.example/council/2016-11-22" },
		{ "/logs/council@conference.old/x", 301, "/council/" },
		{ "/%", 400, NULL },
		{ "/%ff", 400, NULL },
		{ "/a%00b/", 400, NULL },
		{ "/-/nothing", 404, NULL },
		{ "/..%2f..%2fetc/passwd", 404, NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		const char *to = location(cases[i].raw);

		if (c.status != cases[i].status ||
		    !str_equal(to, cases[i].location))
			fail_msg("%s: %u %s", cases[i].raw, c.status,
				 to ? to : "-");
	}
}

static void rooms_have_one_address_each(void **state)
{
	static const struct {
		const char *room, *path;
	} cases[] = {
		{ "council@rooms.example", "/council/x" },
		{ "council@other.example", "/other.example/council/x" },
		{ "-@rooms.example", "/rooms.example/-/x" },
		{ "other.example@rooms.example",
		  "/rooms.example/other.example/x" },
		{ "a%b?c#d\"<@rooms.example", "/a%25b%3Fc%23d%22%3C/x" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *path = room_path_new(&settings, cases[i].room, "x");

		assert_string_equal(path, cases[i].path);
		mem_free(&path);
	}
}

static void etags_are_compared_weakly(void **state)
{
	static const struct {
		const char *told;
		bool has;
	} cases[] = {
		{ "\"a\"", true },	 { "W/\"a\"", true },
		{ "\"b\", \"a\"", true }, { "*", true },
		{ "\"ab\"", false },	 { "a", false },
		{ "", false },
	};

	(void)state;
	assert_false(call_has(&c, "\"a\""));
	for (size_t i = 0; i < array_len(cases); i++) {
		str_set(&c.if_none_match, cases[i].told);
		assert_int_equal(call_has(&c, "\"a\""), cases[i].has);
	}
}

static void encodings_may_be_refused(void **state)
{
	static const struct {
		const char *told;
		bool takes;
	} cases[] = {
		{ "gzip", true },	    { "deflate, GZIP;q=0.5", true },
		{ "gzip;q=0", false },	    { "gzip; q=0.000", false },
		{ "gzip;q=0.01", true },    { "gzipped", false },
		{ "br;q=1, deflate", false },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		str_set(&c.accept_encoding, cases[i].told);
		assert_int_equal(call_takes(&c, "gzip"), cases[i].takes);
	}
}

static void arguments_are_decoded(void **state)
{
	(void)state;
	call_add_arg(&c, "q", "a%26b%20%C3%A9");
	call_add_arg(&c, "bad", "%ff");
	call_add_arg(&c, "none", NULL);
	call_add_arg(&c, "zero", "0");
	assert_string_equal(call_arg(&c, "q"), "a&b \xc3\xa9");
	assert_null(call_arg(&c, "bad"));
	assert_true(call_flag(&c, "none"));
	assert_false(call_flag(&c, "zero"));
	assert_false(call_flag(&c, "other"));
	for (int i = 0; i < 100; i++)
		call_add_arg(&c, "q", "x");
	assert_int_equal(c.arg_count, CALL_ARGS_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(paths_find_their_handlers),
		TEST(days_are_told_apart),
		TEST(addresses_are_sent_on),
		TEST(rooms_have_one_address_each),
		TEST(etags_are_compared_weakly),
		TEST(encodings_may_be_refused),
		TEST(arguments_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
