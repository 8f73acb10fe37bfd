/* SPDX-License-Identifier: MIT */
#include "store/archive_query.h"

#include "base/mem.h"
#include "base/str.h"

struct archive_query *archive_query_new(const char *room, size_t max)
{
	struct archive_query *q = mem_new(struct archive_query);

	q->room = str_dup(room);
	q->max = max;
	q->max_bytes = ARCHIVE_PAGE_BYTES;
	return q;
}

static void free_array(char **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(&items[i]);
	mem_free(&items);
}

void archive_query_free(struct archive_query **q)
{
	if (!*q)
		return;
	mem_free(&(*q)->room);
	free_array((*q)->ids, (*q)->id_count);
	free_array((*q)->rooms, (*q)->room_count);
	mem_free(&(*q)->from_id);
	mem_free(&(*q)->until_id);
	mem_free(&(*q)->jid);
	mem_free(&(*q)->nick);
	mem_free(&(*q)->occupant_id);
	mem_free(&(*q)->holds);
	mem_free(&(*q)->noted);
	mem_free(&(*q)->words);
	mem_free(&(*q)->after_id);
	mem_free(&(*q)->before_id);
	mem_free(&(*q)->only_id);
	mem_free(q);
}

struct archive_page *archive_page_new(enum archive_status status)
{
	struct archive_page *p = mem_new(struct archive_page);

	p->status = status;
	p->total = -1;
	p->first_index = -1;
	return p;
}

void archive_page_free(struct archive_page **p)
{
	if (!*p)
		return;
	for (size_t i = 0; i < (*p)->count; i++)
		record_message_fini(&(*p)->rows[i]);
	mem_free(&(*p)->rows);
	mem_free(p);
}
