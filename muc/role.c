/* SPDX-License-Identifier: MIT */
#include "muc/role.h"

#include "base/str.h"

#define ROLE_TEXT(name, text) text,
static const char *const texts[] = { ROLE_TABLE(ROLE_TEXT) };

const char *role_text(enum role role)
{
	require(role < ROLE_COUNT);
	return texts[role];
}

bool role_parse(const char *text, enum role *role_out)
{
	for (size_t i = 0; i < array_len(texts); i++) {
		if (str_equal(text, texts[i])) {
			*role_out = (enum role)i;
			return true;
		}
	}
	return false;
}
