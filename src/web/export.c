/* SPDX-License-Identifier: MIT */
#include "web/export.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/day.h"
#include "web/day_key.h"
#include "web/export_json.h"
#include "web/export_text.h"
#include "web/export_xml.h"
#include "web/export_zip.h"
#include "web/html.h"
#include "web/line.h"
#include "web/room_path.h"
#include "web/stream.h"
#include "web/web.h"
#include "web/web_site.h"

#define PAGE 1000 /* rows a question */

static const struct {
	const char *suffix, *type;
} forms[EXPORT_FORM_COUNT] = {
	[EXPORT_TEXT] = { ".txt", "text/plain; charset=utf-8" },
	[EXPORT_JSON] = { ".json", "application/json" },
	[EXPORT_JSON_LINES] = { ".jsonl", "application/jsonl" },
	[EXPORT_XML] = { ".xml", "application/xml" },
	[EXPORT_MARKDOWN] = { ".md", "text/markdown; charset=utf-8" },
	[EXPORT_CHATLOG] = { ".chatlog.json", "application/json" },
};

const char *export_suffix(enum export_form form)
{
	return forms[form].suffix;
}

/* ---- rows ---- */

static void take_rows(struct archive_page *all, struct archive_page *more)
{
	all->rows = mem_realloc(all->rows, (all->count + more->count + 1) *
						   sizeof(*all->rows));
	memcpy(all->rows + all->count, more->rows,
	       more->count * sizeof(*all->rows));
	all->count += more->count;
	all->is_complete = more->is_complete;
	more->count = 0;
}

struct archive_page *export_read_rows(const struct export_log *l,
				      const char *day)
{
	struct archive_query *q = archive_query_new(l->room, PAGE);
	struct archive_page *all = archive_page_new(ARCHIVE_OK);
	int64_t start = 0;

	(void)day_key_parse(day, &start);
	q->start = start ? start : 1;
	q->end = start + DAY_MS - 1;
	q->only_public = true;
	do {
		struct archive_page *page = reader_ask(l->reader, q);

		all->status = page->status;
		take_rows(all, page);
		archive_page_free(&page);
		if (all->count)
			str_set(&q->after_id, all->rows[all->count - 1].id);
	} while (all->status == ARCHIVE_OK && !all->is_complete);
	archive_query_free(&q);
	return all;
}

/* ---- those that show a day as it is read ---- */

static void write_part(const struct day *day, enum export_form form,
		       struct buf *out, bool *is_first)
{
	if (form == EXPORT_CHATLOG)
		export_json_chatlog(day, is_first, out);
	for (size_t i = 0; i < day->count && form != EXPORT_CHATLOG; i++) {
		if (day->items[i]->kind != DAY_LINE ||
		    day->items[i]->is_folded)
			continue;
		if (form == EXPORT_TEXT)
			export_text_add_line(out, day->items[i]);
		else
			export_text_add_markdown(out, day->items[i]);
	}
}

/* Part by part: few days have more than one. */
static int write_read_day(const struct export_log *l, enum export_form form,
			  const char *key, struct buf *out, bool *is_first)
{
	struct day_span span = { .max = l->settings->day_lines };
	char *after = NULL;
	struct day *day;
	int error;

	if (form == EXPORT_MARKDOWN)
		buf_add_format(out, "\n## %s\n\n", key);
	do {
		span.after = after;
		error = day_read(l->reader, l->room, key, &span, &day);
		if (error)
			break;
		write_part(day, form, out, is_first);
		str_set(&after, day->next);
		day_free(&day);
	} while (after);
	mem_free(&after);
	return error;
}

/* ---- a log, form by form ---- */

void export_begin(const struct export_log *l, enum export_form form,
		  struct buf *out)
{
	switch (form) {
	case EXPORT_JSON:
		export_json_begin(l, out);
		break;
	case EXPORT_CHATLOG:
		buf_add_char(out, '[');
		break;
	case EXPORT_XML:
		export_xml_begin(l, out);
		break;
	case EXPORT_MARKDOWN:
		buf_add_str(out, "# ");
		export_text_add_escaped(out, l->name);
		buf_add_format(out, "\n\n%s, times in UTC\n", l->room);
		break;
	default:
		break;
	}
}

int export_day(const struct export_log *l, enum export_form form, size_t which,
	       bool *is_first, struct buf *out)
{
	switch (form) {
	case EXPORT_JSON:
		return export_json_day(l, which, is_first, out);
	case EXPORT_JSON_LINES:
		return export_json_lines(l, which, out);
	case EXPORT_XML:
		return export_xml_day(l, which, out);
	default:
		return write_read_day(l, form, l->days[which], out, is_first);
	}
}

void export_end(const struct export_log *l, enum export_form form,
		struct buf *out)
{
	if (form == EXPORT_JSON)
		export_json_end(out);
	else if (form == EXPORT_CHATLOG)
		buf_add_str(out, "\n]\n");
	else if (form == EXPORT_XML)
		export_xml_end(l, out);
}

/* ---- which days ---- */

static void add_day(void *owner, const struct log_day *day)
{
	struct export_log *l = owner;

	l->days = mem_realloc(l->days, (l->count + 1) * sizeof(*l->days));
	l->lines = mem_realloc(l->lines, (l->count + 1) * sizeof(*l->lines));
	l->lines[l->count] = day->lines;
	memcpy(l->days[l->count++], day->day, sizeof(*l->days));
}

static int compare_keys(const void *key, const void *item)
{
	return strcmp(key, item);
}

static void add_seal(void *owner, const struct log_day *day)
{
	struct export_log *l = owner;
	char(*found)[11] = l->count ? bsearch(day->day, l->days, l->count,
					      sizeof(*l->days), compare_keys)
				    : NULL;
	struct export_seal *seal;

	if (!found)
		return;
	seal = &l->seals[found - l->days];
	seal->lines = day->lines;
	str_set(&seal->digest, day->digest);
	str_set(&seal->signature, day->signature);
}

/* Keeps those from the first to the last, both included. */
static void choose(struct export_log *l, const char *first, const char *last)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->days[i], first) < 0 ||
		    strcmp(l->days[i], last) > 0)
			continue;
		l->lines[kept] = l->lines[i];
		memmove(l->days[kept++], l->days[i], sizeof(*l->days));
	}
	l->count = kept;
}

/* HW_E_NOT_FOUND: nothing was said then. */
static int find_days(struct export_log *l, const char *first, const char *last)
{
	int error = log_reader_days(l->reader, l->room, true, add_day, l);

	choose(l, first, last);
	if (!error && !l->count)
		return HW_E_NOT_FOUND;
	l->seals = mem_zero(l->count + 1, sizeof(*l->seals));
	if (!error)
		error = log_reader_digests(l->reader, l->room, add_seal, l);
	return error;
}

/* ---- one that is being made ---- */

struct export {
	struct export_log log;
	char *room, *name; /* owned */
	enum export_form form;
	struct export_zip *zip; /* owned; or NULL */
	size_t next;            /* day */
	bool has_begun, is_first;
};

static struct export *export_new(struct call *c)
{
	struct export *e = mem_new(struct export);

	e->room = str_dup(c->room);
	e->name = str_dup(c->view && c->view->is_on_web ? c->view->name
							: c->room);
	e->is_first = true;
	e->log = (struct export_log){
		.settings = c->desk->settings,
		.reader = c->desk->reader,
		.room = e->room,
		.name = e->name,
	};
	return e;
}

static void export_free(void *owner)
{
	struct export *e = owner;

	export_zip_free(&e->zip);
	for (size_t i = 0; e->log.seals && i < e->log.count; i++) {
		mem_free(&e->log.seals[i].digest);
		mem_free(&e->log.seals[i].signature);
	}
	mem_free(&e->log.seals);
	mem_free(&e->log.lines);
	mem_free(&e->log.days);
	mem_free(&e->room);
	mem_free(&e->name);
	mem_free(&e);
}

/* False: that was all, or it cannot be gone on with. */
static bool make_piece(struct export *e, struct buf *out, int *error_out)
{
	*error_out = 0;
	if (!e->has_begun) {
		e->has_begun = true;
		export_begin(&e->log, e->form, out);
		return true;
	}
	if (e->next == e->log.count) {
		export_end(&e->log, e->form, out);
		return false;
	}
	*error_out = export_day(&e->log, e->form, e->next++, &e->is_first, out);
	return *error_out == 0;
}

static bool fill(void *owner, struct buf *out)
{
	struct export *e = owner;
	int error;

	if (e->zip)
		return export_zip_fill(e->zip, out);
	return make_piece(e, out, &error);
}

static const struct stream_events stream_events = {
	.fill = fill,
	.gone = export_free,
};

/* ---- ways to them ---- */

static const struct {
	const char *suffix, *name;
} ways[] = {
	{ ".zip", "ZIP, all forms" }, { ".txt", "text" },
	{ ".json", "JSON, with what proves it" }, { ".jsonl", "JSON lines" },
	{ ".xml", "XML" }, { ".md", "Markdown" },
	{ ".chatlog.json", "for the datatracker" },
};

static void write_day_field(struct html *h, const char *name,
			    const char *label, const char *value)
{
	html_open(h, "label");
	html_attr(h, "for", name);
	html_text(h, label);
	html_close(h);
	html_text(h, " ");
	html_open(h, "input");
	html_attr(h, "id", name);
	html_attr(h, "name", name);
	html_attr(h, "type", "date");
	html_attr(h, "required", "");
	html_attr(h, "value", value);
	html_close(h);
	html_text(h, " ");
}

void export_write_links(struct html *h, const struct web_settings *settings,
			const char *room, const char *year)
{
	char *action = room_path_new(settings, room, "export.zip");
	char first[16], last[16];

	snprintf(first, sizeof(first), "%.4s-01-01", year);
	snprintf(last, sizeof(last), "%.4s-12-31", year);
	html_open(h, "ul");
	for (size_t i = 0; i < array_len(ways); i++) {
		char *behind = str_format("%s%s", year, ways[i].suffix);
		char *path = room_path_new(settings, room, behind);

		html_open(h, "li");
		html_link(h, path, ways[i].name);
		html_close(h);
		mem_free(&path);
		mem_free(&behind);
	}
	html_close(h);
	html_open(h, "form");
	html_attr(h, "action", action);
	html_attr(h, "method", "get");
	write_day_field(h, "from", "Other days, from", first);
	write_day_field(h, "to", "to", last);
	html_open(h, "button");
	html_attr(h, "type", "submit");
	html_text(h, "Take them along (ZIP)");
	html_close_n(h, 2);
	mem_free(&action);
}

/* ---- handlers ---- */

/* The longest suffix counts: ".chatlog.json" is no ".json". */
static bool read_form(struct call *c, struct export *e)
{
	size_t best = 0;

	for (int i = 0; i < EXPORT_FORM_COUNT; i++) {
		if (!str_has_suffix(c->path, forms[i].suffix) ||
		    strlen(forms[i].suffix) <= best)
			continue;
		best = strlen(forms[i].suffix);
		e->form = (enum export_form)i;
		c->type = forms[i].type;
	}
	return best > 0;
}

static void tell_error(struct call *c, int error)
{
	if (error == HW_E_NOT_FOUND)
		call_fail(c, 404, "Nothing is on the record for that room and "
				  "time.");
	else
		call_fail(c, 503, NULL);
}

/* Programs of others may take them; robots need not. */
static void add_headers(struct call *c)
{
	call_add_header(c, "Access-Control-Allow-Origin", "*");
	call_add_header(c, "X-Robots-Tag", "noindex");
}

static bool may_take(struct call *c)
{
	if (call_may_cost(c))
		return true;
	call_fail(c, 429, NULL);
	return false;
}

/* A long day that is over is work for who asks first; that of today is read by
 * many from where they meet. */
static bool is_costly(const struct export_log *l)
{
	char today[DAY_KEY_SIZE];

	day_key_print(clock_wall(), today);
	return l->lines[0] >= CALL_COSTLY && strcmp(l->days[0], today) < 0;
}

void export_answer_day(struct call *c)
{
	struct export *e = export_new(c);
	int error;

	if (!read_form(c, e)) {
		error = HW_E_NOT_FOUND;
	} else {
		add_headers(c);
		error = find_days(&e->log, c->parts[0], c->parts[0]);
	}
	if (!error && is_costly(&e->log) && !may_take(c)) {
		export_free(e);
		return;
	}
	if (!error)
		while (make_piece(e, &c->body, &error))
			;
	export_free(e);
	if (error)
		tell_error(c, error);
}

/* What is saved, under which name: "hallway-2026.zip". */
static void add_name(struct call *c, const char *first, const char *last,
		     const char *suffix)
{
	struct buf name = { 0 };
	size_t len = strcspn(c->room, "@");

	buf_add_str(&name, "attachment; filename=\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char b = (unsigned char)c->room[i];

		buf_add_char(&name, (b >= 'a' && b <= 'z') ||
					    (b >= '0' && b <= '9')
					    ? (char)b
					    : '-');
	}
	buf_add_format(&name, "-%s%s%s%s\"", first, last ? "-" : "",
		       last ? last : "", suffix);
	call_add_header(c, "Content-Disposition", buf_str(&name));
	buf_fini(&name);
}

/* Takes e. Many days are work: as much as a search is. */
static void answer_many(struct call *c, struct export *e, const char *first,
			const char *last)
{
	int error = find_days(&e->log, first, last);
	bool is_zip = str_has_suffix(c->path, ".zip");

	if (error) {
		export_free(e);
		tell_error(c, error);
		return;
	}
	add_headers(c);
	if (c->is_head) {
		export_free(e);
		return;
	}
	if (is_zip)
		e->zip = export_zip_new(&e->log);
	c->response = stream_new(&stream_events, e);
}

static struct export *begin_many(struct call *c)
{
	struct export *e;

	if (!may_take(c))
		return NULL;
	e = export_new(c);
	if (str_has_suffix(c->path, ".zip")) {
		c->type = "application/zip";
	} else if (!read_form(c, e)) {
		export_free(e);
		call_fail(c, 404, NULL);
		return NULL;
	}
	return e;
}

static const char *suffix_of(const struct call *c, const struct export *e)
{
	return str_has_suffix(c->path, ".zip") ? ".zip"
					       : forms[e->form].suffix;
}

void export_answer_year(struct call *c)
{
	struct export *e = begin_many(c);
	char first[16], last[16];

	if (!e)
		return;
	snprintf(first, sizeof(first), "%.4s-01-01", c->parts[0]);
	snprintf(last, sizeof(last), "%.4s-12-31", c->parts[0]);
	add_name(c, c->parts[0], NULL, suffix_of(c, e));
	answer_many(c, e, first, last);
}

void export_answer_range(struct call *c)
{
	const char *from = call_arg(c, "from"), *to = call_arg(c, "to");
	struct export *e;
	int64_t start;

	if (!from || !to || !day_key_parse(from, &start) ||
	    !day_key_parse(to, &start)) {
		call_fail(c, 400, "It takes two days: ?from=2026-11-01&"
				  "to=2026-11-22");
		return;
	}
	e = begin_many(c);
	if (!e)
		return;
	add_name(c, from, to, suffix_of(c, e));
	answer_many(c, e, from, to);
}
