/* SPDX-License-Identifier: MIT */
/*
 * datetime: XEP-0082 profiles.
 */
#pragma once

#include "base/base.h"

#define DATETIME_SIZE 32

/** "2006-03-10T12:34:56.789Z" from ms since 1970. */
void datetime_print(int64_t at, char out[DATETIME_SIZE]);
/** Accepts fractions and offsets. */
HW_MUST_USE int datetime_parse(const char *text, int64_t *at_out);
