/* SPDX-License-Identifier: MIT */
/*
 * live_catchup: what a page missed, from the archive: it comes back, or was too
 * slow for the ring.
 */
#include "web/live_part.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/reader.h"
#include "store/record.h"
#include "web/live_marks.h"

#define CATCH_UP 100     /* lines of the archive at once */
#define CATCH_UP_MAX 500 /* more were missed: load the page again */
#define RETRACTIONS_MAX 100

static void add_reload(struct live_page *p)
{
	live_text_add(&p->own, "reload", NULL, "-");
	p->is_behind = false;
	p->next = p->live->ring.next;
}

static void note_seen(struct live_page *p, const char *id)
{
	if (!p->seen)
		p->seen = map_new();
	if (!map_get(p->seen, id))
		map_add(p->seen, id, p);
}

struct changes {
	struct live_page *page;
	int64_t since;
};

static void add_retraction(void *owner, const struct record *r)
{
	struct changes *c = owner;

	if (r->at >= c->since)
		(void)live_text_add_changed(c->page->room, &c->page->own,
					    r->as_retraction.id);
}

/* What was taken back since the line it had last. */
static void add_retractions(struct live_page *p)
{
	struct changes c = { .page = p };
	char *room = NULL;
	bool is_public;

	if (log_reader_find(p->live->reader, p->last_id, &room, &c.since,
			    &is_public) ||
	    log_reader_retractions(p->live->reader, p->room->jid, true,
				   RETRACTIONS_MAX, add_retraction, &c))
		add_reload(p);
	mem_free(&room);
}

static void take_rows(struct live_page *p, const struct archive_page *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct record_message *m = &rows->rows[i];

		(void)live_text_add_message(p->room, &p->own, "line", m);
		note_seen(p, m->id);
		str_copy(p->last_id, sizeof(p->last_id), m->id);
	}
	p->caught_up += rows->count;
}

void live_catchup_read(struct live_page *p)
{
	struct archive_query *q;
	struct archive_page *rows;

	if (!p->caught_up)
		add_retractions(p);
	if (!p->is_behind)
		return;
	q = archive_query_new(p->room->jid, CATCH_UP);
	q->only_public = true;
	q->after_id = str_dup(p->last_id);
	rows = reader_ask(p->live->reader, q);
	take_rows(p, rows);
	if (rows->status != ARCHIVE_OK ||
	    (!rows->is_complete && p->caught_up >= CATCH_UP_MAX)) {
		add_reload(p);
	} else if (rows->is_complete) {
		p->is_behind = false;
		p->next = p->live->ring.next;
		if (p->caught_up)
			live_marks_add_all(p->room->marks, &p->own);
	}
	archive_page_free(&rows);
	archive_query_free(&q);
}

void live_catchup_begin(struct live_page *p, const char *last_id)
{
	p->is_behind = str_copy(p->last_id, sizeof(p->last_id), last_id);
}

void live_catchup_resume(struct live_page *p)
{
	p->is_behind = *p->last_id != '\0';
	p->caught_up = 0;
	if (!p->is_behind)
		add_reload(p);
}

bool live_catchup_had(struct live_page *p, const char *id)
{
	if (!p->seen || !*id)
		return false;
	if (map_get(p->seen, id))
		return true;
	map_free(&p->seen, NULL);
	return false;
}
