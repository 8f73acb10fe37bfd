/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "admin/group_list.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* "key acronym|name|type|state|area|mail|chairs" of each; or the complaint. */
static char *outline(const char *text)
{
	struct group_list l = { .count = 0 };
	struct buf out = { 0 };
	char *complaint;

	if (group_list_read(&l, text, strlen(text), &complaint))
		buf_add_format(&out, "! %s", complaint);
	else
		for (size_t i = 0; i < l.count; i++) {
			const struct record_group *k = &l.items[i].kept;

			buf_add_format(&out, "%s %s|%s|%s|%s|%s|%s|%s\n",
				       k->key, k->acronym, k->name,
				       k->type ? k->type : "-",
				       k->state ? k->state : "-",
				       k->area ? k->area : "-",
				       k->list_email ? k->list_email : "-",
				       k->chairs ? k->chairs : "-");
		}
	mem_free(&complaint);
	group_list_fini(&l);
	return buf_steal_str(&out);
}

static void check(const char *text, const char *expected)
{
	char *seen = outline(text);

	assert_string_equal(seen, expected);
	mem_free(&seen);
}

static void check_complaint(const char *text, const char *part)
{
	char *seen = outline(text);

	assert_true(*seen == '!');
	assert_non_null(strstr(seen, part));
	mem_free(&seen);
}

/* ---- JSON ---- */

#define DIME                                                              \
	"{\"id\":1718,\"acronym\":\"Dime\",\"name\":\"Diameter & more\"," \
	"\"type\":\"/api/v1/name/grouptypename/wg/\",\"state\":"          \
	"\"/api/v1/name/groupstatename/active/\",\"parent\":"             \
	"\"/api/v1/group/group/7/\",\"list_email\":\"d@x.test\"}"
#define AREA                                                              \
	"{\"id\":7,\"acronym\":\"ops\",\"name\":\"Operations\",\"type\":" \
	"\"area\",\"state\":\"active\",\"parent\":null}"

static void json_page_is_read(void **state)
{
	(void)state;
	check("{\"meta\":{\"next\":null},\"objects\":[" DIME "," AREA "]}",
	      "1718 dime|Diameter & more|wg|active|ops|d@x.test|-\n"
	      "7 ops|Operations|area|active|-|-|-\n");
}

static void json_pages_may_stand_one_behind_the_other(void **state)
{
	(void)state;
	check("\xef\xbb\xbf {\"objects\":[" DIME "]}\n{\"objects\":[" AREA
	      "]}\n",
	      "1718 dime|Diameter & more|wg|active|ops|d@x.test|-\n"
	      "7 ops|Operations|area|active|-|-|-\n");
	check("[" AREA "," AREA "]", "7 ops|Operations|area|active|-|-|-\n");
}

static void json_slugs_and_paths_are_acronyms(void **state)
{
	(void)state;
	check("[\"dime\", \"/wg/dix/\", \"/api/v1/group/group/17/\"]",
	      "=dime dime|dime|-|-|-|-|-\n=dix dix|dix|-|-|-|-|-\n");
	check("{\"dime\":{\"name\":\"Diameter\"}}",
	      "=dime dime|Diameter|-|-|-|-|-\n");
}

static void json_without_an_area_in_it_names_none(void **state)
{
	(void)state;
	check("[" DIME "]",
	      "1718 dime|Diameter & more|wg|active|-|d@x.test|-\n");
}

static void json_roles_are_the_groups_people(void **state)
{
	(void)state;
	check("[" AREA "]{\"objects\":[{\"group\":\"/api/v1/group/group/7/\","
	      "\"name\":\"/api/v1/name/rolename/chair/\",\"email\":"
	      "\"/api/v1/person/email/a@x.test/\",\"person\":\"/p/9/\"}]}",
	      "7 ops|Operations|area|active|-|-|chair\t\ta@x.test\n");
	check("[{\"acronym\":\"a\",\"chairs\":[{\"name\":\"Ann A\",\"email\":"
	      "\"a@x.test\"},\"Bob <b@x.test>\"]}]",
	      "=a a|a|-|-|-|-|chair\tAnn A\ta@x.test\n"
	      "chair\tBob\tb@x.test\n");
}

static void what_is_no_list_is_refused(void **state)
{
	(void)state;
	check_complaint("", "empty");
	check_complaint("  \n", "empty");
	check_complaint("<!doctype html><title>404</title>", "web page");
	check_complaint("{\"objects\":[", "no JSON");
	check_complaint("{}", "no group");
	check_complaint("{\"objects\":[]}", "no group");
	check_complaint("[{\"acronym\":\"a b\"}]", "no group");
	check_complaint("dime\nDiameter Maintenance & Extensions\n",
			"line 2: \"&\" is no acronym");
	check_complaint("\xff\xfe", "UTF-8");
}

/* ---- 1wg-summary.txt ---- */

static void summary_by_area_is_read(void **state)
{
	(void)state;
	check("           IETF Working Group Summary (By Area)\n\n"
	      "Applications Area (app)\n-----------------------\n"
	      "  Ted Hardie <ted@x.test>\n  Scott H <s@x.test>\n\n"
	      "Calendaring (and Scheduling) Extensions (calext)\n"
	      "   Chairs(s):  Ann A <ann@x.test>\n"
	      "               Bob B <bob@x.test>\n"
	      "   WG Mail:    calext@x.test\n"
	      "   To Join:    https://x.test/join\n"
	      "   In Body:    subscribe\n"
	      "   Archive:    https://x.test/arch/\n\n"
	      "Internet Area (int)\n-------------------\n\n"
	      "IPv6 (6man)\n   WG Mail:    ipv6@x.test\n",
	      "=calext calext|Calendaring (and Scheduling) Extensions|wg|"
	      "active|app|calext@x.test|chair\tAnn A\tann@x.test\n"
	      "chair\tBob B\tbob@x.test\n"
	      "=6man 6man|IPv6|wg|active|int|ipv6@x.test|-\n");
}

static void summary_by_acronym_is_read(void **state)
{
	(void)state;
	check("           IETF Working Group Summary (By Acronym)\r\n\r\n"
	      "APP\t - Applications Area\r\nINT\t - Internet Area\r\n\r\n"
	      "IPv6 (6man) -- INT\r\n-------------------\r\n"
	      "   Chair(s):   Ann A <ann@x.test>\r\n\r\n"
	      "Calendaring (calext) -- APP\r\n"
	      "   WG Mail:    calext@x.test\r\n",
	      "=6man 6man|IPv6|wg|active|int|-|chair\tAnn A\tann@x.test\n"
	      "=calext calext|Calendaring|wg|active|app|calext@x.test|-\n");
}

/* ---- CSV ---- */

static void csv_is_read_by_its_headings(void **state)
{
	(void)state;
	check("Acronym;Name;State;Number;Unknown;Chairs\n"
	      "dime;\"Diameter; \"\"and\"\" more\";Active;1718;x;"
	      "\"Ann <a@x.test>, Bob <b@x.test>\"\n\n"
	      "dix\n",
	      "1718 dime|Diameter; \"and\" more|-|active|-|-|"
	      "chair\tAnn\ta@x.test\nchair\tBob\tb@x.test\n"
	      "=dix dix|dix|-|-|-|-|-\n");
	check("name,acronym\nDiameter,dime\n",
	      "=dime dime|Diameter|-|-|-|-|-\n");
}

/* ---- bare acronyms ---- */

static void bare_acronyms_are_read(void **state)
{
	(void)state;
	check("# made by hand\ndime dirdir, P2P-SIP # and a note\n\ndime\n",
	      "=dime dime|dime|-|-|-|-|-\n=dirdir dirdir|dirdir|-|-|-|-|-\n"
	      "=p2p-sip p2p-sip|p2p-sip|-|-|-|-|-\n");
}

static void long_texts_are_cut_where_a_character_ends(void **state)
{
	char *name = mem_zero(1, 301), *text, *seen;
	struct group_list l = { .count = 0 };
	char *complaint;

	(void)state;
	for (size_t i = 0; i < 300; i += 2)
		memcpy(name + i, "\303\266", 2);
	text = str_format("[{\"acronym\":\"a\",\"name\":\"x%s\"}]", name);
	assert_int_equal(group_list_read(&l, text, strlen(text), &complaint),
			 0);
	seen = l.items[0].kept.name;
	assert_true(strlen(seen) <= GROUP_NAME_MAX);
	assert_true(str_is_utf8(seen, strlen(seen)));
	group_list_fini(&l);
	mem_free(&text);
	mem_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_page_is_read),
		cmocka_unit_test(json_pages_may_stand_one_behind_the_other),
		cmocka_unit_test(json_slugs_and_paths_are_acronyms),
		cmocka_unit_test(json_without_an_area_in_it_names_none),
		cmocka_unit_test(json_roles_are_the_groups_people),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(summary_by_area_is_read),
		cmocka_unit_test(summary_by_acronym_is_read),
		cmocka_unit_test(csv_is_read_by_its_headings),
		cmocka_unit_test(bare_acronyms_are_read),
		cmocka_unit_test(long_texts_are_cut_where_a_character_ends),
	};

	return cmocka_run_group_tests_name("group_list", tests, NULL, NULL);
}
