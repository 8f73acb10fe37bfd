/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define FOLDER "/usr/share/zoneinfo/"
#define FILE_MAX 65536
#define NAME_MAX_LEN 64
#define HEAD 44 /* bytes of a header, RFC 8536 3.1 */
#define DAY 86400

enum rule_kind {
	RULE_JULIAN,  /* "J60": 1 to 365, the 29th of February never counted */
	RULE_DAY,     /* "59": 0 to 365 */
	RULE_WEEKDAY, /* "M3.5.0": the last Sunday in March */
};

/** When a year's change is, local time (POSIX TZ). */
struct rule {
	enum rule_kind kind;
	int day;         /* of the year, or of the week */
	int month, week; /* 1 to 12; 1 to 5 = last */
	int seconds;     /* of the day; may lie beyond it */
};

struct zone {
	char *name;
	int64_t *changes; /* seconds since epoch, rising */
	int *offsets;     /* from that change on */
	size_t count;
	int first; /* before the first change */
	/* behind the last change */
	bool has_rules; /* a summer time, by start and end */
	bool has_tail;  /* anything is said of the time behind it */
	int standard, summer;
	struct rule start, end;
};

static int64_t number(const unsigned char *at, size_t len)
{
	uint64_t value = at[0] & 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | at[i];
	return (int64_t)value;
}

/* ---- the rules for the years to come ---- */

static bool read_number(const char **at, int least, int most, int *out)
{
	int value = 0;
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > 4)
		return false;
	while (digits-- > 0)
		value = value * 10 + *(*at)++ - '0';
	*out = value;
	return value >= least && value <= most;
}

static bool skip_word(const char **at)
{
	size_t len;

	if (**at == '<') {
		len = strcspn(*at, ">");
		if (!(*at)[len])
			return false;
		*at += len + 1;
		return true;
	}
	len = strcspn(*at, "0123456789+-,");
	*at += len;
	return len >= 3;
}

/* "+1", "-3:30", "2:00:00" as seconds. */
static bool read_time(const char **at, int *out)
{
	int sign = 1, part, scale = 3600;

	if (**at == '+' || **at == '-')
		sign = *(*at)++ == '-' ? -1 : 1;
	if (!read_number(at, 0, 167, &part))
		return false;
	*out = part * scale;
	while (**at == ':' && scale > 1) {
		(*at)++;
		scale /= 60;
		if (!read_number(at, 0, 59, &part))
			return false;
		*out += part * scale;
	}
	*out *= sign;
	return true;
}

static bool read_rule(const char **at, struct rule *r)
{
	if (*(*at)++ != ',')
		return false;
	r->seconds = 7200;
	if (**at == 'M') {
		(*at)++;
		r->kind = RULE_WEEKDAY;
		if (!read_number(at, 1, 12, &r->month) || *(*at)++ != '.' ||
		    !read_number(at, 1, 5, &r->week) || *(*at)++ != '.' ||
		    !read_number(at, 0, 6, &r->day))
			return false;
	} else if (**at == 'J') {
		(*at)++;
		r->kind = RULE_JULIAN;
		if (!read_number(at, 1, 365, &r->day))
			return false;
	} else {
		r->kind = RULE_DAY;
		if (!read_number(at, 0, 365, &r->day))
			return false;
	}
	if (**at != '/')
		return true;
	(*at)++;
	return read_time(at, &r->seconds);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536 3.3). Its sign is west, ours east. */
static bool read_tail(struct zone *z, const char *text)
{
	int west;

	if (!skip_word(&text) || !read_time(&text, &west))
		return false;
	z->standard = z->summer = -west;
	if (!*text)
		return true;
	if (!skip_word(&text))
		return false;
	z->summer = z->standard + 3600;
	if (*text && *text != ',') {
		if (!read_time(&text, &west))
			return false;
		z->summer = -west;
	}
	z->has_rules = true;
	return read_rule(&text, &z->start) && read_rule(&text, &z->end) &&
	       !*text;
}

/* Days from 1970-01-01 to the first of that month of the civil calendar. */
static int64_t days_to(int64_t year, int month)
{
	static const int before[] = { 0,   31,  59,  90,  120, 151,
				      181, 212, 243, 273, 304, 334 };
	int64_t past = year - 1;
	int64_t leaps = past / 4 - past / 100 + past / 400 - 477;
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (year - 1970) * 365 + leaps + before[month - 1] +
	       (month > 2 && is_leap);
}

static int64_t weekday_rule(const struct rule *r, int64_t year)
{
	int64_t first = days_to(year, r->month);
	int64_t next = r->month == 12 ? days_to(year + 1, 1)
				      : days_to(year, r->month + 1);
	/* the 1st of January 1970 was a Thursday */
	int64_t day =
		first + (r->day - (first + 4) % 7 + 7) % 7 + 7 * (r->week - 1);

	return day < next ? day : day - 7;
}

/* The moment of that rule, in seconds of the zone's clock. */
static int64_t rule_at(const struct rule *r, int64_t year)
{
	int64_t day;

	if (r->kind == RULE_WEEKDAY)
		day = weekday_rule(r, year);
	else if (r->kind == RULE_DAY)
		day = days_to(year, 1) + r->day;
	else
		day = days_to(year, 1) + r->day - 1 +
		      (r->day > 59 &&
		       days_to(year, 3) - days_to(year, 2) == 29);
	return day * DAY + r->seconds;
}

static int tail_offset(const struct zone *z, int64_t at)
{
	int64_t local = at + z->standard;
	int64_t year = 1970 + local / DAY / 366;
	int64_t start, end;

	if (!z->has_rules)
		return z->standard;
	while (days_to(year + 1, 1) * DAY <= local)
		year++;
	start = rule_at(&z->start, year) - z->standard;
	end = rule_at(&z->end, year) - z->summer;
	if (start < end)
		return at >= start && at < end ? z->summer : z->standard;
	return at >= end && at < start ? z->standard : z->summer;
}

/* ---- the file ---- */

struct counts {
	size_t changes, types, letters, leaps, is_standard, is_ut;
};

static bool read_counts(const unsigned char *at, size_t len, struct counts *c)
{
	if (len < HEAD || memcmp(at, "TZif", 4) != 0)
		return false;
	c->is_ut = (size_t)number(at + 20, 4);
	c->is_standard = (size_t)number(at + 24, 4);
	c->leaps = (size_t)number(at + 28, 4);
	c->changes = (size_t)number(at + 32, 4);
	c->types = (size_t)number(at + 36, 4);
	c->letters = (size_t)number(at + 40, 4);
	return c->is_ut <= FILE_MAX && c->is_standard <= FILE_MAX &&
	       c->leaps <= FILE_MAX && c->changes <= FILE_MAX &&
	       c->types <= FILE_MAX && c->letters <= FILE_MAX && c->types > 0;
}

/* Bytes of a block whose times have that width. */
static size_t block_size(const struct counts *c, size_t width)
{
	return c->changes * (width + 1) + c->types * 6 + c->letters +
	       c->leaps * (width + 4) + c->is_standard + c->is_ut;
}

static bool read_block(struct zone *z, const struct counts *c,
		       const unsigned char *at)
{
	const unsigned char *which = at + c->changes * 8;
	const unsigned char *types = which + c->changes;

	z->count = c->changes;
	z->changes = mem_zero(c->changes + 1, sizeof(*z->changes));
	z->offsets = mem_zero(c->changes + 1, sizeof(*z->offsets));
	z->first = (int)number(types, 4);
	for (size_t i = 0; i < c->changes; i++) {
		if (which[i] >= c->types)
			return false;
		z->changes[i] = number(at + i * 8, 8);
		z->offsets[i] = (int)number(types + which[i] * 6, 4);
		if (i > 0 && z->changes[i] < z->changes[i - 1])
			return false;
	}
	return true;
}

static bool read_footer(struct zone *z, const char *at, size_t len)
{
	const char *end;
	char *text;

	if (len < 2 || at[0] != '\n')
		return true;
	end = memchr(at + 1, '\n', len - 1);
	if (!end)
		return false;
	if (end == at + 1)
		return true;
	text = str_dup_n(at + 1, (size_t)(end - at - 1));
	z->has_tail = read_tail(z, text);
	mem_free(&text);
	return z->has_tail;
}

/* A file of version 2 or later: the old block is passed over. */
static bool read_file(struct zone *z, const unsigned char *at, size_t len)
{
	struct counts c;
	size_t size;

	if (!read_counts(at, len, &c) || at[4] < '2')
		return false;
	size = HEAD + block_size(&c, 4);
	if (size > len || !read_counts(at + size, len - size, &c))
		return false;
	at += size + HEAD;
	len -= size + HEAD;
	size = block_size(&c, 8);
	return size <= len && read_block(z, &c, at) &&
	       read_footer(z, (const char *)at + size, len - size);
}

struct zone *zone_new_from(const char *name, const void *data, size_t len)
{
	struct zone *z = mem_new(struct zone);

	z->name = str_dup(name);
	if (!read_file(z, data, len))
		zone_free(&z);
	return z;
}

/* No way out of the folder, and nothing hidden. */
static bool is_name(const char *name)
{
	return strlen(name) <= NAME_MAX_LEN && name[0] != '/' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_+-/") == strlen(name) &&
	       name[0];
}

struct zone *zone_new(const char *name)
{
	char path[sizeof(FOLDER) + NAME_MAX_LEN];
	unsigned char *data;
	struct zone *z;
	FILE *file;

	if (!is_name(name))
		return NULL;
	snprintf(path, sizeof(path), FOLDER "%s", name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	data = mem_alloc(FILE_MAX);
	z = zone_new_from(name, data, fread(data, 1, FILE_MAX, file));
	fclose(file);
	mem_free(&data);
	return z;
}

void zone_free(struct zone **z)
{
	if (!*z)
		return;
	mem_free(&(*z)->name);
	mem_free(&(*z)->changes);
	mem_free(&(*z)->offsets);
	mem_free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

int zone_offset(const struct zone *z, int64_t at)
{
	int64_t second = at >= 0 ? at / 1000 : -((999 - at) / 1000);
	size_t low = 0, high = z->count;

	if (z->has_tail &&
	    (z->count == 0 || second >= z->changes[z->count - 1]))
		return tail_offset(z, second);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->changes[middle] <= second)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? z->first : z->offsets[low - 1];
}
