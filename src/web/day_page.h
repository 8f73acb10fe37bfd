/* SPDX-License-Identifier: MIT */
/*
 * day_page: the page of a day, and how a line looks on it and on others.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;
struct day_item;
struct html;
struct line;
struct zone;

/** What a line's looks depend on. Borrowed. */
struct line_view {
	const struct call *call;   /* whose desk.settings and room */
	const char *room;          /* bare JID; the line's */
	const struct zone *zone;   /* NULL: UTC */
	const char *mark_from, *mark_to; /* stanza-ids of what is highlighted,
					  * or NULL */
	bool is_elsewhere;         /* not on its day's page: links lead there */
	bool is_live;              /* with what the script needs */
};

/** The whole <li> of a line, with the id of the line. item may be NULL: nothing
 *  is known about what came of it. */
void day_page_write_line(struct html *h, const struct line_view *view,
			 const struct line *line, const struct day_item *item);

/** Handler of "/{room}/{day}"; heeds the arguments. */
void day_page_answer(struct call *c);
/** Writes the page of that day of c->room into c->body, as c's arguments say
 *  (none: as it is kept). HW_E_NOT_FOUND: nothing to show. */
HW_MUST_USE int day_page_write(struct call *c, const char *key);
