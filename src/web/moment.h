/* SPDX-License-Identifier: MIT */
/*
 * moment: times as a page tells them: always with the machine's form in UTC,
 * and in the zone that was asked for.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

struct html;
struct zone;

enum moment_form {
	MOMENT_CLOCK,   /* "14:02:03"; with the day where it is not page_day */
	MOMENT_MINUTE,  /* "14:02", likewise */
	MOMENT_WHOLE,   /* "2026-11-22 14:02:03" */
	MOMENT_DAY,     /* "22 November 2026" */
};

#define MOMENT_SIZE 48

/** page_day: "2026-11-22", or NULL: always with the day where it has one. */
void moment_print(int64_t at, const struct zone *zone, enum moment_form form,
		  const char *page_day, char out[MOMENT_SIZE]);
/** As a <time>. */
void moment_write(struct html *h, int64_t at, const struct zone *zone,
		  enum moment_form form, const char *page_day);
/** "Sunday, 22 November 2026" for "2026-11-22". */
void moment_print_day(const char *key, char out[MOMENT_SIZE]);
const char *moment_month(int month); /* 1 to 12 */
