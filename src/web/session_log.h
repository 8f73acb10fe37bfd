/* SPDX-License-Identifier: MIT */
/*
 * session_log: a session of a room as the pages may show it: its row, its notes,
 * what was said in its time, the draft of its minutes. Lines that were taken
 * back or are not for the public are neither in the minutes nor in the rest.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"

struct day;
struct day_item;
struct minutes;
struct reader;
struct record;
struct record_meeting;

struct session_log {
	struct record *record;            /* owned */
	const struct record_meeting *row; /* of it */
	struct record **notes; /* owned; in the order of their making */
	size_t note_count;
	struct day **days; /* owned; those it touches */
	size_t day_count;
	const struct day_item **items; /* owned array; lines of its time, in
				   * order; borrowed from days */
	size_t item_count;
	struct minutes *minutes; /* owned */
	size_t lines;            /* that are shown by themselves */
	size_t tombstones;
	int64_t from, until; /* ms; its time; 0: it has not begun */
};

/** 0 and an owned log; HW_E_NOT_FOUND: none of that name, or not for the
 *  public. */
HW_MUST_USE int session_log_read(struct reader *r, const char *room,
				 const char *name,
				 struct session_log **log_out);
/** The same without what was said (no days, no items, no lines): what the
 *  minutes need is asked for line by line. */
HW_MUST_USE int session_log_read_notes(struct reader *r, const char *room,
				       const char *name,
				       struct session_log **log_out);
void session_log_free(struct session_log **l);

/** When it was, or is to be; ms. */
int64_t session_log_start(const struct record_meeting *m);
/** 0: not known yet. */
int64_t session_log_end(const struct record_meeting *m);
/** Its title, or "Session". */
const char *session_log_title(const struct record_meeting *m);
/** An owned copy of a RECORD_MEETING or a RECORD_NOTE. */
struct record *session_log_copy(const struct record *from);
