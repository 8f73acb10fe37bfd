/* SPDX-License-Identifier: MIT */
/*
 * minutes_text: the draft of a session's minutes, for a page and as a file in
 * Markdown. What the form looks like stands in doc/protocol/record.md.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

struct buf;
struct html;
struct minutes;
struct minutes_item;
struct record_meeting;
struct web_settings;
struct zone;

/** What the minutes are of. Borrowed. */
struct minutes_view {
	const struct web_settings *settings;
	const char *room; /* bare JID */
	const char *name; /* of the room, for people */
	const struct record_meeting *row;
	const struct minutes *minutes;
	const struct zone *zone; /* NULL: UTC */
	size_t lines;            /* said in its time */
	bool is_away;            /* in a file: links lead to the site */
};

/** "planned", "open", "ended", "cancelled". */
const char *minutes_state(const struct record_meeting *m);
/** The whole, in Markdown. */
void minutes_write_markdown(struct buf *out, const struct minutes_view *v);
/** Facts of the session as <dl>. */
void minutes_write_facts(struct html *h, const struct minutes_view *v);
/** Contents, topics with what belongs to them, and the lists of actions,
 *  decisions, questions and shows of hands. */
void minutes_write_html(struct html *h, const struct minutes_view *v);
/** A link to a line, by its time; line may be NULL. */
void minutes_write_time(struct html *h, const struct minutes_view *v,
			int64_t at, const char *line);
