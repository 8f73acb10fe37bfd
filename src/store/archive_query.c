/* SPDX-License-Identifier: MIT */
#include "store/archive_query.h"

#include "base/mem.h"
#include "base/str.h"

struct archive_query *archive_query_new(const char *room, size_t max)
{
	struct archive_query *q = mem_new(struct archive_query);

	q->room = str_dup(room);
	q->max = max;
	return q;
}

void archive_query_free(struct archive_query **q)
{
	if (!*q)
		return;
	mem_free(&(*q)->room);
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
