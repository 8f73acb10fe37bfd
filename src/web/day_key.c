/* SPDX-License-Identifier: MIT */
#include "web/day_key.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "xmpp/datetime.h"

void day_key_print(int64_t at, char out[DAY_KEY_SIZE])
{
	char text[DATETIME_SIZE];

	datetime_print(at, text);
	(void)str_copy(out, DAY_KEY_SIZE, text);
}

bool day_key_parse(const char *text, int64_t *start_out)
{
	char moment[DATETIME_SIZE], back[DAY_KEY_SIZE];

	if (strlen(text) != DAY_KEY_SIZE - 1)
		return false;
	snprintf(moment, sizeof(moment), "%sT00:00:00Z", text);
	if (datetime_parse(moment, start_out) || *start_out < 0)
		return false;
	/* the 30th of February is none */
	day_key_print(*start_out, back);
	return strcmp(back, text) == 0;
}
