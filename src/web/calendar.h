/* SPDX-License-Identifier: MIT */
/*
 * calendar: the days of a room on which something was said, and nothing else:
 * by year and month, and which comes before or after another.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"
#include "web/day_key.h"

struct html;
struct reader;
struct web_settings;

struct calendar_day {
	char key[DAY_KEY_SIZE];
	int64_t lines;
	int64_t retracted; /* of them */
	int64_t changed;   /* ms */
};

struct calendar {
	struct calendar_day *days; /* owned; the oldest first */
	size_t count;
	size_t cap;
	int64_t lines;     /* of all */
};

/** Of what the web may show. calendar_fini() in any case. */
HW_MUST_USE int calendar_read(struct calendar *c, struct reader *r,
			      const char *room);
void calendar_fini(struct calendar *c);
/** That day, or NULL. */
const struct calendar_day *calendar_find(const struct calendar *c,
					 const char *key);
/** The next real day before or after key, whether or not it is one; NULL. */
const struct calendar_day *calendar_before(const struct calendar *c,
					   const char *key);
const struct calendar_day *calendar_after(const struct calendar *c,
					  const char *key);
/** Its months as tables; days without a line are not links. level: of the
 *  months' headings, "h3". */
void calendar_write_year(const struct calendar *c, struct html *h,
			 const struct web_settings *s, const char *room,
			 const char *year, const char *level);
/** The years, the newest first, as links; here: the one that is none. */
void calendar_write_years(const struct calendar *c, struct html *h,
			  const struct web_settings *s, const char *room,
			  const char *here);
