/* SPDX-License-Identifier: MIT */
#include "xmpp/datetime.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

#define MIN_SECONDS INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define MAX_SECONDS INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Seconds and ms of a time, kept to the years that have four digits. */
static int split(int64_t at, struct tm *tm_out)
{
	int64_t seconds = at / 1000;
	int ms = (int)(at % 1000);
	time_t t;

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	if (seconds < MIN_SECONDS)
		seconds = MIN_SECONDS;
	if (seconds > MAX_SECONDS)
		seconds = MAX_SECONDS;
	t = (time_t)seconds;
	require(gmtime_r(&t, tm_out));
	return ms;
}

/* As digits: number in width places, moving *to on. */
static void put_number(char **to, int number, int width)
{
	int i;

	for (i = width - 1; i >= 0; i--, number /= 10)
		(*to)[i] = (char)('0' + number % 10);
	*to += width;
}

static void put_date(char **to, const struct tm *tm)
{
	put_number(to, tm->tm_year + 1900, 4);
	*(*to)++ = '-';
	put_number(to, tm->tm_mon + 1, 2);
	*(*to)++ = '-';
	put_number(to, tm->tm_mday, 2);
	*(*to)++ = 'T';
	put_number(to, tm->tm_hour, 2);
	*(*to)++ = ':';
	put_number(to, tm->tm_min, 2);
	*(*to)++ = ':';
	put_number(to, tm->tm_sec, 2);
}

void datetime_print(int64_t at, char out[DATETIME_SIZE])
{
	struct tm tm;
	int ms = split(at, &tm);

	put_date(&out, &tm);
	*out++ = '.';
	put_number(&out, ms, 3);
	*out++ = 'Z';
	*out = '\0';
}

/* ---- reading: each moves *s on, or returns false ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_number(const char **s, int width, int min, int max,
			int *value_out)
{
	int value = 0;

	for (; width > 0; width--, (*s)++) {
		if (!is_digit(**s))
			return false;
		value = value * 10 + (**s - '0');
	}
	*value_out = value;
	return value >= min && value <= max;
}

static bool read_char(const char **s, char c)
{
	return *(*s)++ == c;
}

static int days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

static bool read_date(const char **s, struct tm *tm)
{
	if (!read_number(s, 4, 0, 9999, &tm->tm_year) || !read_char(s, '-') ||
	    !read_number(s, 2, 1, 12, &tm->tm_mon) || !read_char(s, '-') ||
	    !read_number(s, 2, 1, days_of(tm->tm_year, tm->tm_mon),
			 &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

/* 60 is a leap second: it becomes the first of the next minute. */
static bool read_time(const char **s, struct tm *tm)
{
	return read_number(s, 2, 0, 23, &tm->tm_hour) && read_char(s, ':') &&
	       read_number(s, 2, 0, 59, &tm->tm_min) && read_char(s, ':') &&
	       read_number(s, 2, 0, 60, &tm->tm_sec);
}

static bool read_fraction(const char **s, int *ms_out)
{
	int unit = 100;

	*ms_out = 0;
	if (**s != '.')
		return true;
	(*s)++;
	if (!is_digit(**s))
		return false;
	for (; is_digit(**s); (*s)++, unit /= 10)
		*ms_out += (**s - '0') * unit;
	return true;
}

static bool read_offset(const char **s, int *minutes_out)
{
	int sign, hours, minutes;

	*minutes_out = 0;
	if (**s == 'Z')
		return read_char(s, 'Z');
	if (**s != '+' && **s != '-')
		return false;
	sign = *(*s)++ == '-' ? -1 : 1;
	if (!read_number(s, 2, 0, 23, &hours) || !read_char(s, ':') ||
	    !read_number(s, 2, 0, 59, &minutes))
		return false;
	*minutes_out = sign * (hours * 60 + minutes);
	return true;
}

int datetime_parse(const char *text, int64_t *at_out)
{
	struct tm tm;
	int ms, offset;

	memset(&tm, 0, sizeof(tm));
	if (!read_date(&text, &tm) || !read_char(&text, 'T') ||
	    !read_time(&text, &tm) || !read_fraction(&text, &ms) ||
	    !read_offset(&text, &offset) || *text)
		return HW_E_INVALID;
	*at_out = ((int64_t)timegm(&tm) - offset * 60) * 1000 + ms;
	return 0;
}
