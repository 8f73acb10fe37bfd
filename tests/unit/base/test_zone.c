/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <time.h>

#include "../unit.h"
#include "base/buf.h"
#include "base/mem.h"

/* What the C library says of that zone; in a test there is one thread. */
static int expected(const char *name, int64_t at)
{
	time_t second = (time_t)(at / 1000);
	struct tm tm;

	setenv("TZ", name, 1);
	tzset();
	localtime_r(&second, &tm);
	return (int)tm.tm_gmtoff;
}

/* Every 9 hours and some minutes from 1970 to 2099: the years that the files
 * list, and those of their rules. */
static void agrees_with_the_library(void **state)
{
	static const char *const names[] = {
		"Europe/Madrid",     "America/New_York", "Asia/Kolkata",
		"Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca",
		"Pacific/Apia",      "Europe/Dublin",	 "UTC",
		"America/St_Johns",  "Asia/Tehran",
	};

	(void)state;
	for (size_t i = 0; i < array_len(names); i++) {
		struct zone *z = zone_new(names[i]);
		int64_t step = INT64_C(1000) * (9 * 3600 + 1234);

		assert_non_null(z);
		assert_string_equal(zone_name(z), names[i]);
		for (int64_t at = 0; at < INT64_C(4070908800000); at += step)
			if (zone_offset(z, at) != expected(names[i], at))
				fail_msg("%s at %lld: %d, not %d", names[i],
					 (long long)at, zone_offset(z, at),
					 expected(names[i], at));
		zone_free(&z);
	}
}

static void names_lead_nowhere_else(void **state)
{
	static const char *const names[] = {
		"", "/etc/passwd", "../../../etc/passwd", "Europe/../../passwd",
		"Europe", "Nowhere/City", "Europe/Madrid\n", "tzdata.zi",
		".", "Europe/Madrid/",
	};

	(void)state;
	for (size_t i = 0; i < array_len(names); i++)
		assert_null(zone_new(names[i]));
}

/* An empty block of version 1, one of version 2 with a single type. */
static void make_file(struct buf *out, const char *footer)
{
	static const unsigned char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					    "\0\0\0\1\0\0\0\4";
	static const unsigned char type[] = "\0\0\x0e\x10\0\0CET";

	for (int i = 0; i < 2; i++) {
		buf_add(out, head, 44);
		buf_add(out, type, 10);
	}
	buf_add_str(out, footer);
}

static int offset_by(const char *footer, int64_t at)
{
	struct buf file = { 0 };
	struct zone *z;
	int offset;

	make_file(&file, footer);
	z = zone_new_from("x", buf_data(&file), file.len);
	buf_fini(&file);
	if (!z)
		return INT32_MIN;
	offset = zone_offset(z, at);
	zone_free(&z);
	return offset;
}

#define JUNE INT64_C(1781000000000)
#define DECEMBER INT64_C(1797000000000)

static void rules_are_read(void **state)
{
	(void)state;
	assert_int_equal(offset_by("\nCET-1\n", JUNE), 3600);
	assert_int_equal(offset_by("\n<+0330>-3:30\n", JUNE), 12600);
	assert_int_equal(offset_by("\nCET-1CEST,M3.5.0,M10.5.0/3\n", JUNE),
			 7200);
	assert_int_equal(offset_by("\nCET-1CEST,M3.5.0,M10.5.0/3\n", DECEMBER),
			 3600);
	assert_int_equal(offset_by("\nXXX3YYY,J60/0,J300\n", JUNE), -7200);
	assert_int_equal(offset_by("\nXXX3YYY,59/-1,299/25\n", DECEMBER), -10800);
	/* the southern summer spans the year's end */
	assert_int_equal(offset_by("\nAAA-10BBB,M10.1.0,M4.1.0/3\n", DECEMBER),
			 39600);
	assert_int_equal(offset_by("\n\n", JUNE), 3600);
	assert_int_equal(offset_by("", JUNE), 3600);
}

static void damaged_files_are_refused(void **state)
{
	static const char *const footers[] = {
		"\nCET-1", "\nCE-1\n", "\nCET\n", "\nCET-1CEST\n",
		"\nCET-1CEST,M13.5.0,M10.5.0\n", "\nCET-1CEST,M3.5.0\n",
		"\n<CET-1\n", "\nCET-1CEST,M3.5.0,M10.5.0/x\n",
		"\nCET-999\n", "\nCET-1CEST,J0,J1\n",
	};
	struct buf file = { 0 };

	(void)state;
	for (size_t i = 0; i < array_len(footers); i++)
		assert_int_equal(offset_by(footers[i], JUNE), INT32_MIN);
	make_file(&file, "\nCET-1\n");
	for (size_t len = 0; len < 108; len++) {
		/* a piece of its own, so that reading beyond it is seen */
		unsigned char *piece = mem_dup(buf_data(&file), len + 1);
		struct zone *z = zone_new_from("x", piece, len);

		assert_null(z);
		mem_free(&piece);
	}
	buf_fini(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_library),
		cmocka_unit_test(names_lead_nowhere_else),
		cmocka_unit_test(rules_are_read),
		cmocka_unit_test(damaged_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
