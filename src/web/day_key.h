/* SPDX-License-Identifier: MIT */
/*
 * day_key: a day of the log as it is named, "2026-11-22", and when it was. Days
 * are those of UTC.
 */
#pragma once

#include "base/base.h"

#define DAY_KEY_SIZE 11
#define DAY_MS (INT64_C(24) * 3600 * 1000)

void day_key_print(int64_t at, char out[DAY_KEY_SIZE]);
/** ms of its beginning; false: there is no such day (1970 to 9999). */
bool day_key_parse(const char *text, int64_t *start_out);
