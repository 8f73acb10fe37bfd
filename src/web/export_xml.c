/* SPDX-License-Identifier: MIT */
#include "web/export_xml.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "web/export.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/datetime.h"
#include "xmpp/ns.h"

#define NS_LOG "urn:hallway:log:1"

static struct elem *log_new(const struct export_log *l)
{
	struct elem *log = elem_new("log", NS_LOG);

	elem_set_attr(log, "room", l->room);
	elem_set_attr(log, "name", l->name);
	elem_add_text(log, "\n");
	return log;
}

/* Its start tag is before the text, its end tag behind it. */
static void write_log_tag(const struct export_log *l, struct buf *out,
			  bool is_end)
{
	struct elem *log = log_new(l);
	struct buf whole = { 0 };
	size_t end;

	write_elem(&whole, log, NULL);
	end = whole.len - strlen("log") - 3;
	if (is_end)
		buf_add(out, buf_data(&whole) + end, whole.len - end);
	else
		buf_add(out, buf_data(&whole), end);
	buf_fini(&whole);
	elem_free(&log);
}

void export_xml_begin(const struct export_log *l, struct buf *out)
{
	write_log_tag(l, out, false);
}

static void add_line(struct elem *day, const struct record_message *m)
{
	struct elem *line = elem_add(day, "line", NULL);
	struct elem *stanza =
		parser_read(m->stanza, strlen(m->stanza), NS_SERVER);
	char at[DATETIME_SIZE];

	datetime_print(m->at, at);
	elem_set_attr(line, "id", m->id);
	elem_set_attr(line, "time", at);
	if (stanza)
		elem_add_copy(line, stanza);
	elem_free(&stanza);
	elem_add_text(day, "\n");
}

int export_xml_day(const struct export_log *l, size_t which, struct buf *out)
{
	struct archive_page *page = export_read_rows(l, l->days[which]);
	struct elem *day = elem_new("day", NS_LOG);
	int error = page->status == ARCHIVE_OK ? 0 : HW_E_IO;

	elem_set_attr(day, "date", l->days[which]);
	elem_set_attr(day, "digest", l->seals[which].digest);
	elem_set_attr(day, "signature", l->seals[which].signature);
	elem_add_text(day, "\n");
	for (size_t i = 0; i < page->count; i++)
		add_line(day, &page->rows[i]);
	if (!error)
		write_elem(out, day, NS_LOG);
	buf_add_char(out, '\n');
	elem_free(&day);
	archive_page_free(&page);
	return error;
}

void export_xml_end(const struct export_log *l, struct buf *out)
{
	write_log_tag(l, out, true);
}
