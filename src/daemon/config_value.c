/* SPDX-License-Identifier: MIT */
#include "daemon/config_value.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{ "ms", 1 },      { "s", 1000 },     { "m", 60000 },
	{ "h", 3600000 }, { "d", 86400000 },
};

static const struct unit sizes[] = {
	{ "", 1 },          { "B", 1 },         { "K", 1 << 10 },
	{ "KiB", 1 << 10 }, { "M", 1 << 20 },   { "MiB", 1 << 20 },
	{ "G", 1 << 30 },   { "GiB", 1 << 30 },
};

/* A decimal number followed by one of the units; "0" needs none. */
static int read_with_unit(const char *text, const struct unit *units,
			  size_t count, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	char *number;
	int64_t value;
	int error;

	number = str_dup_n(text, digits);
	error = str_to_int64(number, 0, INT64_MAX, &value);
	mem_free(&number);
	if (error)
		return HW_E_INVALID;
	for (size_t i = 0; i < count; i++) {
		if (!str_equal(text + digits, units[i].name))
			continue;
		if (value > INT64_MAX / units[i].factor)
			return HW_E_INVALID;
		*out = value * units[i].factor;
		return 0;
	}
	if (value == 0 && text[digits] == '\0') {
		*out = 0;
		return 0;
	}
	return HW_E_INVALID;
}

/* In the largest unit that needs no fraction; units rise. */
static char *print_with_unit(int64_t value, const struct unit *units,
			     size_t count)
{
	size_t best = 0;

	for (size_t i = 0; i < count && value != 0; i++) {
		if (value % units[i].factor == 0)
			best = i;
	}
	return str_format("%" PRId64 "%s", value / units[best].factor,
			  value == 0 ? "" : units[best].name);
}

int config_value_duration(const char *text, int64_t *ms_out)
{
	return read_with_unit(text, durations, array_len(durations), ms_out);
}

char *config_value_duration_text(int64_t ms)
{
	return print_with_unit(ms, durations, array_len(durations));
}

int config_value_size(const char *text, int64_t *bytes_out)
{
	return read_with_unit(text, sizes, array_len(sizes), bytes_out);
}

char *config_value_size_text(int64_t bytes)
{
	return print_with_unit(bytes, sizes, array_len(sizes));
}

int config_value_bool(const char *text, bool *out)
{
	static const char *const words[] = { "no",   "yes", "false",
					     "true", "off", "on" };

	for (size_t i = 0; i < array_len(words); i++) {
		if (!str_equal_case(text, words[i]))
			continue;
		*out = i % 2 == 1;
		return 0;
	}
	return HW_E_INVALID;
}
