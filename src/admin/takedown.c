/* SPDX-License-Identifier: MIT */
#include "admin/takedown.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/edits.h"
#include "muc/tombstone.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/reader.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"

#define PAGE 50

/* Owned, or NULL. */
static struct elem *read_row(const struct record_message *row)
{
	struct elem *e =
		parser_read(row->stanza, strlen(row->stanza), NS_SERVER);

	if (e && !elem_is(e, "message", NS_SERVER))
		elem_free(&e);
	return e;
}

static int read_line(struct reader *r, const char *room, const char *id,
		     struct elem **edits_out, char **occupant_out)
{
	struct archive_query *q = archive_query_new(room, 1);
	struct archive_page *page;
	struct elem *message = NULL;
	int error = HW_E_IO;

	q->only_id = str_dup(id);
	page = reader_ask(r, q);
	if (page->status == ARCHIVE_OK && page->count == 1)
		message = read_row(&page->rows[0]);
	if (message && tombstone_is_one(message)) {
		error = HW_E_EXISTS;
	} else if (message) {
		const struct edit line = { id, page->rows[0].at, message };

		*edits_out = edits_new(&line);
		*occupant_out = str_dup(page->rows[0].occupant_id);
		error = 0;
	}
	elem_free(&message);
	archive_page_free(&page);
	archive_query_free(&q);
	return error;
}

static void add_rows(struct elem *edits, const struct archive_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct record_message *row = &page->rows[i];
		struct elem *message = read_row(row);
		const struct edit line = { row->id, row->at, message };

		if (message && !tombstone_is_one(message))
			edits_add(edits, &line);
		elem_free(&message);
	}
}

static int read_corrections(struct reader *r, struct archive_query *q,
			    struct elem *edits)
{
	struct archive_page *page;
	bool is_all = false;
	int error = 0;

	while (!error && !is_all) {
		page = reader_ask(r, q);
		if (page->status != ARCHIVE_OK)
			error = HW_E_IO;
		add_rows(edits, page);
		is_all = page->is_complete || page->count == 0;
		if (page->count > 0)
			str_set(&q->after_id, page->rows[page->count - 1].id);
		archive_page_free(&page);
	}
	return error;
}

static int read_all(struct reader *r, const char *id, char **room_out,
		    struct elem **edits_out)
{
	char *occupant = NULL;
	struct archive_query *q;
	bool is_public;
	int64_t at = 0;
	int error = log_reader_find(r, id, room_out, &at, &is_public);

	if (!error)
		error = read_line(r, *room_out, id, edits_out, &occupant);
	if (!error && occupant) {
		q = archive_query_new(*room_out, PAGE);
		q->from_id = str_dup(id);
		q->occupant_id = str_dup(occupant);
		q->holds = str_dup(NS_CORRECT);
		error = read_corrections(r, q, *edits_out);
		archive_query_free(&q);
	}
	mem_free(&occupant);
	return error;
}

int takedown_read(const char *database, const char *id, char **room_out,
		  struct elem **edits_out)
{
	struct reader *reader = NULL;
	int error = reader_open(database, &reader);

	*room_out = NULL;
	*edits_out = NULL;
	if (!error)
		error = read_all(reader, id, room_out, edits_out);
	reader_close(&reader);
	if (error) {
		mem_free(room_out);
		elem_free(edits_out);
	}
	return error;
}
