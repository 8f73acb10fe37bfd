/* SPDX-License-Identifier: MIT */
/*
 * table: rows of an answer in aligned columns, safe for a terminal.
 */
#pragma once

#include <jansson.h>

#include "base/base.h"

#define TABLE_COLUMNS 16

/** How wide the columns have become; zeroed = none yet. */
struct table {
	size_t widths[TABLE_COLUMNS];
	bool is_begun;
};

/** Print what has come, an array of objects, and empty it; columns side by side,
 *  as wide as the widest cell so far. */
void table_print(struct table *t, json_t *rows);
void table_print_json(json_t *row);
/** As RFC 4180 has it; the first row is told with the names of its values before
 *  it. No cell is taken for a formula by a spreadsheet. */
void table_print_csv(struct table *t, json_t *row);
/** Text of a cell, safe for a terminal. Owned. */
char *table_cell_new(const json_t *value);
