/* SPDX-License-Identifier: MIT */
/*
 * export: days of a room to take along, for people and for programs. What each
 * form looks like stands in doc/protocol/record.md. A day is made whole; many
 * are made one after the other, while they are sent.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct archive_page;
struct buf;
struct call;
struct day;
struct html;
struct reader;
struct web_settings;

enum export_form {
	EXPORT_TEXT,
	EXPORT_JSON,
	EXPORT_JSON_LINES,
	EXPORT_XML,
	EXPORT_MARKDOWN,
	EXPORT_CHATLOG,
	EXPORT_FORM_COUNT,
};

/** A day that is closed: what was signed. Hex, base64; owned, or NULL. */
struct export_seal {
	int64_t lines;
	char *digest, *signature;
};

/** What is written of; strings are borrowed but for the seals. */
struct export_log {
	const struct web_settings *settings;
	struct reader *reader;
	const char *room;       /* bare JID */
	const char *name;       /* of the room, for people */
	char (*days)[11];       /* owned; "2026-11-22", in order */
	int64_t *lines;         /* owned; of each of them */
	struct export_seal *seals; /* owned; one for each of them */
	size_t count;
};

/** Appends what stands before all days, a day, and what stands behind them.
 *  is_first, true at first, is for the separators of what comes after. 0 or a
 *  negative hw_error: what was appended is of no use then. */
void export_begin(const struct export_log *l, enum export_form form,
		  struct buf *out);
HW_MUST_USE int export_day(const struct export_log *l, enum export_form form,
			   size_t which, bool *is_first, struct buf *out);
void export_end(const struct export_log *l, enum export_form form,
		struct buf *out);
/** ".txt", ".json" ... */
const char *export_suffix(enum export_form form);

/** Rows of a day as the web may show them, in order; the owned page's status
 *  tells of failures. */
struct archive_page *export_read_rows(const struct export_log *l,
				      const char *day);

/** Links to the files of a year of a room, and a form for other days. */
void export_write_links(struct html *h, const struct web_settings *settings,
			const char *room, const char *year);

/** Handlers: "/{room}/{day}.txt" and so on, "/{room}/{year}.txt" and so on,
 *  "/{room}/export.txt?from=DAY&to=DAY" and so on; ".zip" for the latter two.
 *  The form is that of the path's end. */
void export_answer_day(struct call *c);
void export_answer_year(struct call *c);
void export_answer_range(struct call *c);
