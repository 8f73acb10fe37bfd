/* SPDX-License-Identifier: MIT */
/*
 * group_text: lists of groups that are plain text: 1wg-summary.txt, CSV, bare
 * acronyms.
 *
 * Thread: any; pure.
 */
#include "admin/group_list.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#define COLUMNS_MAX 40

/* A line without its end; returns what follows, or NULL: this was the last. */
static const char *next_line(const char *text, size_t *len_out)
{
	const char *end = strchr(text, '\n');

	*len_out = end ? (size_t)(end - text) : strlen(text);
	if (*len_out && text[*len_out - 1] == '\r')
		(*len_out)--;
	return end ? end + 1 : NULL;
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isspace((unsigned char)line[i]))
			return false;
	return true;
}

static bool is_dashes(const char *line, size_t len)
{
	size_t count = 0;

	while (count < len && line[count] == '-')
		count++;
	return count >= 3 && is_blank(line + count, len - count);
}

/* ---- 1wg-summary.txt ---- */

/** "Name (acr)" or "Name (acr) -- AREA" at column 0. Borrows. */
struct heading {
	const char *name;
	size_t name_len;
	const char *acronym;
	size_t acronym_len;
	const char *area;
	size_t area_len; /* 0: none is named */
};

static bool is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    !strchr("-_.+", text[i]))
			return false;
	return len > 0 && len <= GROUP_ACRONYM_MAX;
}

static size_t rtrim(const char *text, size_t len)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

/* "-- AREA" behind the last parenthesis. */
static bool read_suffix(struct heading *h, const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && strchr(" \t-", text[at]))
		at++;
	h->area = text + at;
	h->area_len = len - at;
	return h->area_len == 0 || (at >= 3 && is_word(h->area, h->area_len));
}

static bool read_heading(const char *line, size_t len, struct heading *h)
{
	const char *open = NULL, *close = NULL;

	len = rtrim(line, len);
	if (!len || isspace((unsigned char)*line))
		return false;
	for (const char *c = line; c < line + len; c++) {
		if (*c == '(')
			open = c;
		else if (*c == ')')
			close = c;
	}
	if (!open || !close || close < open)
		return false;
	h->name = line;
	h->name_len = rtrim(line, (size_t)(open - line));
	h->acronym = open + 1;
	h->acronym_len = (size_t)(close - open - 1);
	return h->name_len && is_word(h->acronym, h->acronym_len) &&
	       read_suffix(h, close + 1, (size_t)(line + len - close - 1));
}

bool group_list_is_summary(const char *text)
{
	struct heading h;
	size_t len;

	for (const char *line = text, *next; line; line = next) {
		next = next_line(line, &len);
		if (read_heading(line, len, &h))
			return true;
	}
	return false;
}

/** The entry that is being read. */
struct entry {
	struct group group;
	bool is_open;
	bool has_dashes;
	bool has_fields;
	char *area;     /* owned; of the heading above, or NULL */
	bool in_chairs; /* lines without a label go on with them */
};

static void close_entry(struct group_list *l, struct entry *e)
{
	struct record_group *k = &e->group.kept;

	if (!e->is_open)
		return;
	e->is_open = false;
	if (e->has_dashes && !e->has_fields) {
		str_set(&e->area, k->acronym);
		group_fini(&e->group);
		return;
	}
	if (!k->area)
		k->area = str_dup(e->area);
	if (k->area)
		str_lower_ascii(k->area);
	group_list_add(l, &e->group, NULL);
}

static void open_entry(struct entry *e, const struct heading *h)
{
	e->group = (struct group){
		.kept = {
			.acronym = str_dup_n(h->acronym, h->acronym_len),
			.name = group_list_clean(h->name, h->name_len,
						 GROUP_NAME_MAX),
			.type = str_dup("wg"),
			.state = str_dup("active"),
		},
	};
	if (h->area_len)
		e->group.kept.area = str_dup_n(h->area, h->area_len);
	e->is_open = true;
	e->has_dashes = e->has_fields = e->in_chairs = false;
}

/* Bytes of "Label:" at the line's begin, or 0. An URL has none. */
static size_t find_label(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && i < 30 &&
	       (isalpha((unsigned char)line[i]) || strchr(" ()/-.", line[i])))
		i++;
	if (!i || i >= len || line[i] != ':')
		return 0;
	return i + 1 == len || isspace((unsigned char)line[i + 1]) ? i + 1 : 0;
}

static bool begins(const char *label, size_t len, const char *with)
{
	size_t n = strlen(with);

	if (n > len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)label[i]) != with[i])
			return false;
	return true;
}

static void set_field(struct entry *e, const char *label, size_t label_len,
		      const char *value, size_t len)
{
	struct record_group *k = &e->group.kept;
	static const struct {
		const char *label;
		size_t offset;
	} fields[] = {
		{ "wg mail", offsetof(struct record_group, list_email) },
		{ "mail", offsetof(struct record_group, list_email) },
		{ "general discussion",
		  offsetof(struct record_group, list_email) },
		{ "to join", offsetof(struct record_group, list_subscribe) },
		{ "to subscribe",
		  offsetof(struct record_group, list_subscribe) },
		{ "archive", offsetof(struct record_group, list_archive) },
		{ "charter", offsetof(struct record_group, charter) },
	};

	e->in_chairs = begins(label, label_len, "chair");
	if (e->in_chairs)
		group_list_add_person(&e->group, "chair", value, len);
	for (size_t i = 0; i < array_len(fields); i++) {
		char **at = (char **)((char *)k + fields[i].offset);

		if (!begins(label, label_len, fields[i].label) || *at)
			continue;
		*at = group_list_clean(value, len, 1000);
		return;
	}
}

static void read_field(struct entry *e, const char *line, size_t len)
{
	size_t label;

	while (len && isspace((unsigned char)*line))
		line++, len--;
	label = find_label(line, len);
	if (label) {
		e->has_fields = true;
		set_field(e, line, label, line + label, len - label);
	} else if (e->in_chairs) {
		group_list_add_person(&e->group, "chair", line, len);
	}
}

char *group_list_read_summary(struct group_list *l, const char *text)
{
	struct entry e = { .is_open = false };
	struct heading h;
	size_t len;

	for (const char *line = text, *next; line; line = next) {
		next = next_line(line, &len);
		if (is_blank(line, len)) {
			e.in_chairs = false;
		} else if (read_heading(line, len, &h)) {
			close_entry(l, &e);
			open_entry(&e, &h);
		} else if (e.is_open && is_dashes(line, len)) {
			e.has_dashes = true;
		} else if (e.is_open && isspace((unsigned char)*line)) {
			read_field(&e, line, len);
		}
	}
	close_entry(l, &e);
	mem_free(&e.area);
	return NULL;
}

/* ---- CSV (RFC 4180) ---- */

enum column {
	COLUMN_NUMBER,
	COLUMN_ACRONYM,
	COLUMN_NAME,
	COLUMN_TYPE,
	COLUMN_STATE,
	COLUMN_AREA,
	COLUMN_EMAIL,
	COLUMN_SUBSCRIBE,
	COLUMN_ARCHIVE,
	COLUMN_CHARTER,
	COLUMN_CHAIRS,
	COLUMN_DESCRIPTION,
	COLUMN_COUNT,
};

static const struct {
	const char *name;
	enum column column;
} headings[] = {
	{ "id", COLUMN_NUMBER },
	{ "number", COLUMN_NUMBER },
	{ "acronym", COLUMN_ACRONYM },
	{ "name", COLUMN_NAME },
	{ "title", COLUMN_NAME },
	{ "type", COLUMN_TYPE },
	{ "state", COLUMN_STATE },
	{ "status", COLUMN_STATE },
	{ "area", COLUMN_AREA },
	{ "parent", COLUMN_AREA },
	{ "list_email", COLUMN_EMAIL },
	{ "mail", COLUMN_EMAIL },
	{ "list_subscribe", COLUMN_SUBSCRIBE },
	{ "list_archive", COLUMN_ARCHIVE },
	{ "archive", COLUMN_ARCHIVE },
	{ "charter", COLUMN_CHARTER },
	{ "chairs", COLUMN_CHAIRS },
	{ "chair", COLUMN_CHAIRS },
	{ "description", COLUMN_DESCRIPTION },
};

/** A line of cells, owned; one may hold more than one line of the file. */
struct row {
	char *cells[COLUMNS_MAX];
	size_t count;
};

static void row_fini(struct row *r)
{
	for (size_t i = 0; i < r->count; i++)
		mem_free(&r->cells[i]);
	r->count = 0;
}

static const char *read_quoted(const char *text, struct buf *cell)
{
	for (text++; *text; text++) {
		if (*text != '"')
			buf_add_char(cell, *text);
		else if (text[1] == '"')
			buf_add_char(cell, *text++);
		else
			return text + 1;
	}
	return text;
}

static const char *read_cell(const char *text, char separator, struct buf *cell)
{
	while (*text == ' ')
		text++;
	if (*text == '"')
		text = read_quoted(text, cell);
	while (*text && *text != separator && *text != '\n')
		buf_add_char(cell, *text++);
	return text;
}

/* Returns what follows the row. */
static const char *read_row(const char *text, char separator, struct row *r)
{
	for (;;) {
		struct buf cell = { 0 };
		char *clean;

		text = read_cell(text, separator, &cell);
		clean = group_list_clean((const char *)buf_data(&cell),
					 cell.len, GROUP_TEXT_MAX);
		buf_fini(&cell);
		if (r->count < COLUMNS_MAX)
			r->cells[r->count++] = clean;
		else
			mem_free(&clean);
		if (*text != separator)
			break;
		text++;
	}
	return *text ? text + 1 : text;
}

/* The sign that is most frequent in the first line. */
static char find_separator(const char *text)
{
	static const char signs[] = ",;\t";
	size_t counts[3] = { 0 }, best = 0;

	for (; *text && *text != '\n'; text++) {
		const char *sign = strchr(signs, *text);

		if (sign)
			counts[sign - signs]++;
	}
	for (size_t i = 1; i < array_len(counts); i++)
		if (counts[i] > counts[best])
			best = i;
	return counts[best] ? signs[best] : ',';
}

/* Which cell is which column; -1: there is none. */
static void read_headings(const struct row *r, int at[COLUMN_COUNT])
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		at[i] = -1;
	for (size_t c = 0; c < r->count; c++)
		for (size_t i = 0; r->cells[c] && i < array_len(headings); i++)
			if (str_equal_case(r->cells[c], headings[i].name))
				at[headings[i].column] = (int)c;
}

bool group_list_is_csv(const char *text)
{
	struct row r = { .count = 0 };
	int at[COLUMN_COUNT];

	read_row(text, find_separator(text), &r);
	read_headings(&r, at);
	row_fini(&r);
	return at[COLUMN_ACRONYM] >= 0;
}

/* The cell leaves the row. */
static char *steal_cell(struct row *r, int at)
{
	char *cell = NULL;

	if (at >= 0 && (size_t)at < r->count) {
		cell = r->cells[at];
		r->cells[at] = NULL;
	}
	return cell;
}

static char *steal_word(struct row *r, int at)
{
	char *cell = steal_cell(r, at);

	if (cell)
		str_lower_ascii(cell);
	return cell;
}

static void add_people(struct group *g, const char *cell)
{
	while (cell && *cell) {
		size_t len = strcspn(cell, ";,");

		group_list_add_person(g, "chair", cell, len);
		cell += len;
		cell += strspn(cell, ";, ");
	}
}

static void add_row(struct group_list *l, struct row *r,
		    const int at[COLUMN_COUNT])
{
	char *number = steal_cell(r, at[COLUMN_NUMBER]);
	char *chairs = steal_cell(r, at[COLUMN_CHAIRS]);
	struct group g = {
		.kept = {
			.acronym = steal_cell(r, at[COLUMN_ACRONYM]),
			.name = steal_cell(r, at[COLUMN_NAME]),
			.type = steal_word(r, at[COLUMN_TYPE]),
			.state = steal_word(r, at[COLUMN_STATE]),
			.area = steal_word(r, at[COLUMN_AREA]),
			.list_email = steal_cell(r, at[COLUMN_EMAIL]),
			.list_subscribe = steal_cell(r, at[COLUMN_SUBSCRIBE]),
			.list_archive = steal_cell(r, at[COLUMN_ARCHIVE]),
			.charter = steal_cell(r, at[COLUMN_CHARTER]),
			.description = steal_cell(r, at[COLUMN_DESCRIPTION]),
		},
	};

	add_people(&g, chairs);
	group_list_add(l, &g, number);
	mem_free(&chairs);
	mem_free(&number);
}

static bool is_empty_row(const struct row *r)
{
	return r->count == 1 && !r->cells[0];
}

char *group_list_read_csv(struct group_list *l, const char *text)
{
	char separator = find_separator(text);
	struct row r = { .count = 0 };
	int at[COLUMN_COUNT];

	text = read_row(text, separator, &r);
	read_headings(&r, at);
	row_fini(&r);
	while (*text) {
		text = read_row(text, separator, &r);
		if (!is_empty_row(&r))
			add_row(l, &r, at);
		row_fini(&r);
	}
	return NULL;
}

/* ---- bare acronyms ---- */

static char *complain(const char *word, size_t len, size_t line)
{
	char *quoted = str_quote(word, len, 64);
	char *complaint = str_format("line %zu: %s is no acronym of a group",
				     line, quoted);

	mem_free(&quoted);
	return complaint;
}

/* One bad word, and it is no such list. A word that comes again counts once. */
char *group_list_read_plain(struct group_list *l, const char *text)
{
	size_t line = 1;

	while (*text) {
		size_t len = strcspn(text, " \t\r\n,;#");
		struct group g = { .is_done = false };

		if (*text == '#')
			text += strcspn(text, "\n");
		else if (len && !is_word(text, len))
			return complain(text, len, line);
		if (len) {
			g.kept.acronym = str_dup_n(text, len);
			group_list_add(l, &g, NULL);
			text += len;
		} else if (*text && *text != '#') {
			line += *text++ == '\n';
		}
	}
	return NULL;
}
