/* SPDX-License-Identifier: MIT */
/*
 * meeting_reader: the sessions of rooms, and what happened in them.
 *
 * Thread: that of the reader. All return 0 or a negative hw_error; records are
 * borrowed during the call of fn.
 */
#pragma once

#include "base/base.h"
#include "store/reader.h"
#include "store/record.h"

/** RECORD_MEETING of a room, or with room NULL of all; only_public: as the web
 *  may show; by their times, the newest first. */
HW_MUST_USE int meeting_reader_list(struct reader *r, const char *room,
				    bool only_public, size_t max,
				    reader_fn fn, void *owner);
/** RECORD_NOTE of one, in the order of their making; meeting NULL: of the room,
 *  of these kinds (an array of count), the newest first. */
HW_MUST_USE int meeting_reader_notes(struct reader *r, const char *room,
				 const char *meeting,
				 const enum record_note_kind *kinds,
				 size_t count, size_t max, reader_fn fn,
				 void *owner);
/** At start: RECORD_MEETING that are planned or open, or ended since (ms since
 *  epoch), then the RECORD_NOTE of the open ones, in the order of their making. */
HW_MUST_USE int meeting_reader_open(struct reader *r, int64_t since,
				    reader_fn fn, void *owner);
