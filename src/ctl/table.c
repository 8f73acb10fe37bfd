/* SPDX-License-Identifier: MIT */
#include "ctl/table.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define WIDTH_MAX 48 /* a longer cell does not widen its column */
#define HEADED 5     /* rows of so many columns get a heading */

char *table_cell_new(const json_t *value)
{
	struct buf cell = { 0 };
	const char *text = json_string_value(value);
	char *dumped = NULL;

	if (!text)
		text = dumped = json_dumps(value, JSON_ENCODE_ANY);
	str_add_escaped(&cell, text, strlen(text), "");
	mem_free(&dumped);
	return buf_steal_str(&cell);
}

/* Characters, each taken to be as wide as any other. */
static size_t cell_width(const char *cell)
{
	size_t width = 0;

	for (; *cell; cell++)
		width += ((unsigned char)*cell & 0xc0) != 0x80;
	return width;
}

static void measure(json_t *rows, size_t *widths)
{
	size_t i, column;
	json_t *row, *value;
	const char *name;

	json_array_foreach(rows, i, row)
	{
		column = 0;
		json_object_foreach(row, name, value)
		{
			char *cell = table_cell_new(value);
			size_t width = cell_width(cell);

			if (column < TABLE_COLUMNS && width <= WIDTH_MAX &&
			    width > widths[column])
				widths[column] = width;
			column++;
			mem_free(&cell);
		}
	}
}

static void print_row(json_t *row, const size_t *widths)
{
	size_t column = 0, count = json_object_size(row);
	json_t *value;
	const char *name;

	json_object_foreach(row, name, value)
	{
		char *cell = table_cell_new(value);
		size_t width = cell_width(cell);

		fputs(cell, stdout);
		mem_free(&cell);
		if (column + 1 == count)
			break;
		printf("  ");
		for (; column < TABLE_COLUMNS && width < widths[column];
		     width++)
			putchar(' ');
		column++;
	}
	putchar('\n');
}

/* A row of the names of its values, if they are many. */
static json_t *heading_new(const json_t *rows)
{
	json_t *row = json_array_get(rows, 0), *heading, *value;
	const char *name;

	if (json_object_size(row) < HEADED)
		return NULL;
	heading = json_object();
	json_object_foreach(row, name, value)
		json_object_set_new(heading, name, json_string(name));
	return heading;
}

void table_print(struct table *t, json_t *rows)
{
	json_t *heading = t->is_begun ? NULL : heading_new(rows);
	size_t i;
	json_t *row;

	if (heading)
		json_array_insert_new(rows, 0, heading);
	t->is_begun = true;
	measure(rows, t->widths);
	json_array_foreach(rows, i, row) print_row(row, t->widths);
	json_array_clear(rows);
}

void table_print_json(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
}

/* Spreadsheets run what begins with one of these. */
static void print_csv_cell(const char *text, bool is_text)
{
	putchar('"');
	if (is_text && *text && strchr("=+-@\t\r", *text))
		putchar('\'');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

void table_print_csv(struct table *t, json_t *row)
{
	const char *name, *separator = "";
	json_t *value;

	if (!t->is_begun) {
		json_object_foreach(row, name, value)
		{
			fputs(separator, stdout);
			print_csv_cell(name, true);
			separator = ",";
		}
		fputs("\r\n", stdout);
	}
	t->is_begun = true;
	separator = "";
	json_object_foreach(row, name, value)
	{
		char *cell = table_cell_new(value);

		fputs(separator, stdout);
		print_csv_cell(cell, json_is_string(value));
		separator = ",";
		mem_free(&cell);
	}
	fputs("\r\n", stdout);
}
