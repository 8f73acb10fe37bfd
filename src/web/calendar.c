/* SPDX-License-Identifier: MIT */
#include "web/calendar.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "web/html.h"
#include "web/moment.h"
#include "web/room_path.h"

#define WEEK 7

static void on_day(void *owner, const struct log_day *day)
{
	struct calendar *c = owner;
	struct calendar_day *to;

	if (c->count == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->days = mem_realloc(c->days, c->cap * sizeof(*c->days));
	}
	to = &c->days[c->count++];
	*to = (struct calendar_day){
		.lines = day->lines,
		.retracted = day->retracted,
		.changed = day->changed,
	};
	(void)str_copy(to->key, sizeof(to->key), day->day);
	c->lines += day->lines;
}

int calendar_read(struct calendar *c, struct reader *r, const char *room)
{
	*c = (struct calendar){ 0 };
	return log_reader_days(r, room, true, on_day, c);
}

void calendar_fini(struct calendar *c)
{
	mem_free(&c->days);
	c->count = 0;
}

/* The place of the first day that is not before key. */
static size_t place_of(const struct calendar *c, const char *key)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(c->days[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct calendar_day *calendar_find(const struct calendar *c,
					 const char *key)
{
	size_t at = place_of(c, key);

	if (at == c->count || strcmp(c->days[at].key, key) != 0)
		return NULL;
	return &c->days[at];
}

const struct calendar_day *calendar_before(const struct calendar *c,
					   const char *key)
{
	size_t at = place_of(c, key);

	return at > 0 ? &c->days[at - 1] : NULL;
}

const struct calendar_day *calendar_after(const struct calendar *c,
					  const char *key)
{
	size_t at = place_of(c, key);

	if (at < c->count && strcmp(c->days[at].key, key) == 0)
		at++;
	return at < c->count ? &c->days[at] : NULL;
}

static void write_weekdays(struct html *h)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu",
					     "Fri", "Sat", "Sun" };

	html_open(h, "thead");
	html_open(h, "tr");
	for (size_t i = 0; i < array_len(names); i++) {
		html_open(h, "th");
		html_attr(h, "scope", "col");
		html_text(h, names[i]);
		html_close(h);
	}
	html_close_n(h, 2);
}

static void write_cell(const struct calendar *c, struct html *h,
		       const struct web_settings *s, const char *room,
		       const char *key)
{
	const struct calendar_day *day = calendar_find(c, key);
	const char *number = key[8] == '0' ? key + 9 : key + 8;
	char *path;

	html_open(h, "td");
	if (!day) {
		html_text(h, number);
		html_close(h);
		return;
	}
	path = room_path_new(s, room, key);
	html_open(h, "a");
	html_attr(h, "href", path);
	html_text(h, number);
	html_text(h, " ");
	html_open_class(h, "span", "count");
	html_format(h, "%lld", (long long)day->lines);
	html_elem_class(h, "span", "away",
			day->lines == 1 ? " line" : " lines");
	html_close_n(h, 3);
	mem_free(&path);
}

static void write_blanks(struct html *h, int count)
{
	while (count-- > 0) {
		html_open(h, "td");
		html_close(h);
	}
}

static void write_weeks(const struct calendar *c, struct html *h,
			const struct web_settings *s, const char *room,
			int64_t start, const char *month)
{
	/* Mondays begin the week; day 0 was a Thursday */
	int column = (int)((start / DAY_MS + 3) % WEEK);
	char key[DAY_KEY_SIZE];

	html_open(h, "tbody");
	html_open(h, "tr");
	write_blanks(h, column);
	for (;; start += DAY_MS) {
		day_key_print(start, key);
		if (strncmp(key, month, strlen(month)) != 0)
			break;
		if (column == WEEK) {
			html_close(h);
			html_open(h, "tr");
			column = 0;
		}
		write_cell(c, h, s, room, key);
		column++;
	}
	write_blanks(h, WEEK - column);
	html_close_n(h, 2);
}

static void write_month(const struct calendar *c, struct html *h,
			const struct web_settings *s, const char *room,
			const char *month, const char *level)
{
	char key[32];
	int64_t start;

	snprintf(key, sizeof(key), "%s-01", month);
	if (!day_key_parse(key, &start))
		return;
	html_open_class(h, "section", "month");
	html_open(h, level);
	html_format(h, "%s %.4s", moment_month(atoi(month + 5)), month);
	html_close(h);
	html_open(h, "table");
	write_weekdays(h);
	write_weeks(c, h, s, room, start, month);
	html_close_n(h, 2);
}

void calendar_write_year(const struct calendar *c, struct html *h,
			 const struct web_settings *s, const char *room,
			 const char *year, const char *level)
{
	char last[8] = "";

	html_open_class(h, "div", "months");
	for (size_t i = place_of(c, year); i < c->count; i++) {
		const char *key = c->days[i].key;

		if (strncmp(key, year, 4) != 0)
			break;
		if (strncmp(key, last, 7) == 0)
			continue;
		(void)str_copy(last, sizeof(last), key);
		write_month(c, h, s, room, last, level);
	}
	html_close(h);
}

static void write_year_link(struct html *h, const struct web_settings *s,
			    const char *room, const char *year, int64_t lines,
			    bool is_here)
{
	char behind[8];
	char *path;

	snprintf(behind, sizeof(behind), "%.4s/", year);
	path = room_path_new(s, room, behind);
	html_open(h, "li");
	html_open(h, "a");
	html_attr(h, "href", path);
	if (is_here)
		html_attr(h, "aria-current", "page");
	html_format(h, "%.4s", year);
	html_close(h);
	html_format(h, " (%lld %s)", (long long)lines,
		    lines == 1 ? "line" : "lines");
	html_close(h);
	mem_free(&path);
}

void calendar_write_years(const struct calendar *c, struct html *h,
			  const struct web_settings *s, const char *room,
			  const char *here)
{
	int64_t lines = 0;

	html_open_class(h, "ul", "years");
	for (size_t i = c->count; i-- > 0;) {
		const char *year = c->days[i].key;

		lines += c->days[i].lines;
		if (i > 0 && strncmp(c->days[i - 1].key, year, 4) == 0)
			continue;
		write_year_link(h, s, room, year, lines,
				here && strncmp(here, year, 4) == 0);
		lines = 0;
	}
	html_close(h);
}
