/* SPDX-License-Identifier: MIT */
/*
 * search_query: what somebody typed into a search field - words, a "phrase",
 * nick:, from:, to:, room:, area:, is: - made a question to the archive.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct archive_query;

/** Strings are owned; NULL: not asked for. */
struct search_query {
	char *words;   /* as archive_query.words */
	char *nick;
	char *room;    /* as typed: local part or address */
	char *area;
	char *noted;   /* is: as archive_query.noted */
	int64_t start; /* ms, or 0; from: the day's first */
	int64_t end;   /* ms, or 0; to: the day's last */
	char *trouble; /* a sentence: what could not be understood */
};

void search_query_init(struct search_query *q);
void search_query_fini(struct search_query *q);
/** Reads what was typed. Days are "2026-11-22", "2026-11" or "2026". */
void search_query_read(struct search_query *q, const char *text);
/** Nothing was asked. */
bool search_query_is_empty(const struct search_query *q);
