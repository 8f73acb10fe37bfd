/* SPDX-License-Identifier: MIT */
#include "daemon/config_value.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

struct unit {
	const char *name;
	int64_t factor;
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

int config_value_duration(const char *text, int64_t *ms_out)
{
	static const struct unit units[] = {
		{ "ms", 1 },	  { "s", 1000 },     { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};

	return read_with_unit(text, units, array_len(units), ms_out);
}

int config_value_size(const char *text, int64_t *bytes_out)
{
	static const struct unit units[] = {
		{ "", 1 },	    { "B", 1 },		{ "K", 1 << 10 },
		{ "KiB", 1 << 10 }, { "M", 1 << 20 },	{ "MiB", 1 << 20 },
		{ "G", 1 << 30 },   { "GiB", 1 << 30 },
	};

	return read_with_unit(text, units, array_len(units), bytes_out);
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
