/* SPDX-License-Identifier: MIT */
/*
 * attendance_sheet: who was at a session, line by line as CSV (RFC 4180) or JSON:
 * for chairs, whose clients show tables that cannot be taken along.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"

struct command_value;

enum sheet_kind { SHEET_TABLE, SHEET_CSV, SHEET_JSON };

/** "csv", "json"; anything else, or NULL, is the table. */
enum sheet_kind attendance_sheet_kind(const char *word);
/** The names of the values, or one person's values; owned. */
char *attendance_sheet_head(const struct command_value *values, size_t count);
char *attendance_sheet_line(enum sheet_kind kind,
			    const struct command_value *values, size_t count);
