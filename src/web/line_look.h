/* SPDX-License-Identifier: MIT */
/*
 * line_look: how a line looks, on the page of its day and on others.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

struct day_item;
struct html;
struct line;
struct line_mark;
struct record;
struct web_settings;
struct zone;

/** What a line's looks depend on. Borrowed. */
struct line_view {
	const struct web_settings *settings;
	const char *room;          /* bare JID; the line's */
	const char *day;           /* that of the page; NULL: on another page,
				    * links lead to its day */
	const struct zone *zone;   /* NULL: UTC */
	const char *lang;          /* of the room, where a line tells none; or
				    * NULL */
	bool is_marked;            /* asked for: highlighted */
	const struct line_mark *mark; /* what it was in a session, or NULL */
	bool is_live;              /* with what the script needs */
};

/** The whole <li> of a line, with the id of the line. item may be NULL: nothing
 *  is known about what came of it. */
void line_look_write(struct html *h, const struct line_view *view,
		     const struct line *line, const struct day_item *item);
/** The <li> of a RECORD_PRESENCE. zone NULL: UTC; day: that of the page. */
void line_look_write_presence(struct html *h, const struct record *record,
			      const struct zone *zone, const char *day);
