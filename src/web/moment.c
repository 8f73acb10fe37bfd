/* SPDX-License-Identifier: MIT */
#include "web/moment.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/zone.h"
#include "web/day_key.h"
#include "web/html.h"
#include "xmpp/datetime.h"

static const char *const months[] = { "January", "February", "March",
				      "April",   "May",      "June",
				      "July",    "August",   "September",
				      "October", "November", "December" };
/* the first day of all was a Thursday */
static const char *const weekdays[] = { "Thursday", "Friday", "Saturday",
					"Sunday",   "Monday", "Tuesday",
					"Wednesday" };

const char *moment_month(int month)
{
	require(month >= 1 && month <= 12);
	return months[month - 1];
}

/* "2026-11-22" has its month there, and its day behind. */
static int two_digits(const char *at)
{
	return (at[0] - '0') * 10 + at[1] - '0';
}

static void print_day(const char *key, char *out, size_t size)
{
	snprintf(out, size, "%d %s %.4s", two_digits(key + 8),
		 moment_month(two_digits(key + 5)), key);
}

void moment_print_day(const char *key, char out[MOMENT_SIZE])
{
	char day[MOMENT_SIZE];
	int64_t start = 0;

	(void)day_key_parse(key, &start);
	print_day(key, day, 32);
	snprintf(out, MOMENT_SIZE, "%s, %.32s", weekdays[start / DAY_MS % 7],
		 day);
}

void moment_print(int64_t at, const struct zone *zone, enum moment_form form,
		  const char *page_day, char out[MOMENT_SIZE])
{
	int64_t local = at + (zone ? zone_offset(zone, at) * INT64_C(1000) : 0);
	char text[DATETIME_SIZE], key[DAY_KEY_SIZE];
	int clock = form == MOMENT_MINUTE ? 5 : 8;

	if (local < 0)
		local = 0;
	datetime_print(local, text);
	day_key_print(local, key);
	if (form == MOMENT_DAY)
		print_day(key, out, MOMENT_SIZE);
	else if (form == MOMENT_WHOLE || !page_day ||
		 strcmp(page_day, key) != 0)
		snprintf(out, MOMENT_SIZE, "%s %.*s", key, clock, text + 11);
	else
		snprintf(out, MOMENT_SIZE, "%.*s", clock, text + 11);
}

void moment_write(struct html *h, int64_t at, const struct zone *zone,
		  enum moment_form form, const char *page_day)
{
	char machine[DATETIME_SIZE], text[MOMENT_SIZE];

	datetime_print(at, machine);
	moment_print(at, zone, form, page_day, text);
	html_open(h, "time");
	html_attr(h, "datetime", machine);
	if (zone && form != MOMENT_DAY) {
		char utc[MOMENT_SIZE];

		moment_print(at, NULL, MOMENT_WHOLE, NULL, utc);
		html_attr_format(h, "title", "%s UTC", utc);
	}
	html_text(h, text);
	html_close(h);
}
