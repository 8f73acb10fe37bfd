/* SPDX-License-Identifier: MIT */
/*
 * config_value: one scalar's text to a value: durations and sizes with units,
 * numbers, yes and no.
 */
#pragma once

#include "base/base.h"

/** "120s", "15m", "24h", "7d", "250ms"; to ms. A number without unit is refused
 *  unless it is 0. */
HW_MUST_USE int config_value_duration(const char *text, int64_t *ms_out);
/** The same in words, owned: "90s", "24h". */
char *config_value_duration_text(int64_t ms);
/** "512", "64KiB", "2MiB", "1GiB" (and K, M, G alike); to bytes. */
HW_MUST_USE int config_value_size(const char *text, int64_t *bytes_out);
/** The same in words, owned: "64KiB". */
char *config_value_size_text(int64_t bytes);
/** yes, no, true, false, on, off. */
HW_MUST_USE int config_value_bool(const char *text, bool *out);
