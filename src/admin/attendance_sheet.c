/* SPDX-License-Identifier: MIT */
#include "admin/attendance_sheet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "admin/command.h"
#include "base/buf.h"
#include "base/str.h"

enum sheet_kind attendance_sheet_kind(const char *word)
{
	if (str_equal(word, "csv"))
		return SHEET_CSV;
	return str_equal(word, "json") ? SHEET_JSON : SHEET_TABLE;
}

/* A line stays one line, and no cell is a formula to a spreadsheet. */
static void add_cell(struct buf *out, const char *text)
{
	buf_add_str(out, "\"");
	if (*text && strchr("=+-@\t\r", *text))
		buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, strchr("\r\n", *text) ? ' ' : *text);
	}
	buf_add_char(out, '"');
}

char *attendance_sheet_head(const struct command_value *values, size_t count)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		buf_add_str(&out, i ? "," : "");
		add_cell(&out, values[i].name);
	}
	return buf_steal_str(&out);
}

static char *print_csv(const struct command_value *values, size_t count)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		buf_add_str(&out, i ? "," : "");
		if (values[i].text)
			add_cell(&out, values[i].text);
		else
			buf_add_format(&out, "%" PRId64, values[i].number);
	}
	return buf_steal_str(&out);
}

static char *print_json(const struct command_value *values, size_t count)
{
	json_t *row = json_object();
	char *text, *own;

	for (size_t i = 0; i < count; i++)
		json_object_set_new(row, values[i].name,
				    values[i].text
					    ? json_string(values[i].text)
					    : json_integer(values[i].number));
	text = json_dumps(row, JSON_COMPACT);
	own = str_dup(text ? text : "");
	free(text);
	json_decref(row);
	return own;
}

char *attendance_sheet_line(enum sheet_kind kind,
			    const struct command_value *values, size_t count)
{
	return kind == SHEET_JSON ? print_json(values, count)
				  : print_csv(values, count);
}
