/* SPDX-License-Identifier: MIT */
/*
 * session_export: a session to take along: what was said in its time, and what
 * the datatracker takes of it (chatlog, polls). The forms stand in
 * doc/protocol/record.md.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

struct buf;
struct minutes_view;
struct session_log;
struct web_settings;

/** [{"author", "text", "time"}], text as HTML. */
void session_export_chatlog(const struct session_log *l, struct buf *out);
/** [{"start_time", "end_time", "text", "raise_hand", "do_not_raise_hand"}] of
 *  the shows of hands that were counted. */
void session_export_polls(const struct session_log *l, struct buf *out);

/** What was said: one line each; as a page that needs nothing else; as JSON. */
void session_export_text(const struct session_log *l, struct buf *out);
void session_export_html(const struct session_log *l,
			 const struct minutes_view *v, struct buf *out);
void session_export_json(const struct session_log *l, const char *room,
			 struct buf *out);
/** The minutes as a page that needs nothing else. */
void session_export_minutes(const struct minutes_view *v, struct buf *out);
/** [{"id", "time", "by", "reason"}] of lines that were taken back. */
void session_export_tombstones(const struct session_log *l, struct buf *out);
/** {"people", "present": [{"name", "affiliation"}]}: how many were there, and
 *  who said so themselves. */
void session_export_attendance(const struct session_log *l, struct buf *out);
/** What the package is of: room, name, times, its revision. */
void session_export_head(const struct session_log *l,
			 const struct minutes_view *v, unsigned revision,
			 int64_t now, struct buf *out);
