/* SPDX-License-Identifier: MIT */
/*
 * log_reader: what the pages of the log, the commands and the start ask the
 * database beyond the pages of reader_ask(): days, comings and goings, gaps,
 * rooms that ever were, groups, hats, news, the audit.
 *
 * Thread: that of the reader. All return 0 or a negative hw_error; strings are
 * borrowed during the call of fn.
 */
#pragma once

#include "base/base.h"
#include "store/reader.h"

#define LOG_DAY_SIZE 11 /* "2026-11-22" and the end */

/** A day (UTC) of a room on which something was said. */
struct log_day {
	char day[LOG_DAY_SIZE];
	int64_t lines;
	int64_t retracted;    /* of them, tombstones */
	int64_t changed;      /* ms; the last line or tombstone */
	const char *digest;   /* hex, once the day is closed; or NULL */
	const char *signature; /* base64, likewise */
};
typedef void (*log_day_fn)(void *owner, const struct log_day *day);
/** Days of a room, the oldest first; only_public: as the web may show. */
HW_MUST_USE int log_reader_days(struct reader *r, const char *room,
				bool only_public, log_day_fn fn, void *owner);

/** The days of a room that are closed, the oldest first, also those whose lines
 *  archive.keep has ended; lines is what was signed. */
HW_MUST_USE int log_reader_digests(struct reader *r, const char *room,
				   log_day_fn fn, void *owner);

/** A line's place in the chain of its day: doc/protocol/record.md. */
struct log_link {
	const char *id;
	int64_t at;
	const char *salt;   /* hex; NULL: it was retracted, or is from before */
	const char *digest; /* hex */
	const char *chain;  /* hex; behind this line */
	bool is_public;     /* if not, its salt is nothing for the web */
};
typedef void (*log_link_fn)(void *owner, const struct log_link *link);
/** The lines of a room from start to end (ms, inclusive), in order; all, so
 *  that the chain is whole. */
HW_MUST_USE int log_reader_links(struct reader *r, const char *room,
				 int64_t start, int64_t end, log_link_fn fn,
				 void *owner);

/** A room that was ever written of. */
struct log_room {
	const char *jid;
	int64_t lines;  /* that the web may show */
	int64_t first, last; /* ms; of those; 0 = none */
};
typedef void (*log_room_fn)(void *owner, const struct log_room *room);
HW_MUST_USE int log_reader_rooms(struct reader *r, log_room_fn fn,
				 void *owner);

/** Where a stanza-id was said; HW_E_NOT_FOUND. room_out is owned. */
HW_MUST_USE int log_reader_find(struct reader *r, const char *id,
				char **room_out, int64_t *at_out,
				bool *is_public_out);

/** RECORD_PRESENCE of a room from start to end (ms, inclusive), in order. */
HW_MUST_USE int log_reader_presence(struct reader *r, const char *room,
				    int64_t start, int64_t end,
				    bool only_public, reader_fn fn,
				    void *owner);
/** When the occupant left the room last, ms; HW_E_NOT_FOUND. */
HW_MUST_USE int log_reader_left(struct reader *r, const char *room,
				const char *occupant_id, int64_t *at_out);
/** RECORD_GAP that touch start to end, of the service and of the room. */
HW_MUST_USE int log_reader_gaps(struct reader *r, const char *room,
				int64_t start, int64_t end, reader_fn fn,
				void *owner);
/** RECORD_RETRACTION of a room (the stanza is the tombstone; "by" is left out),
 *  the newest first; room NULL: of all. */
HW_MUST_USE int log_reader_retractions(struct reader *r, const char *room,
				       bool only_public, size_t max,
				       reader_fn fn, void *owner);
/** RECORD_NEWS, the newest first. */
HW_MUST_USE int log_reader_news(struct reader *r, size_t max, reader_fn fn,
				void *owner);
/** RECORD_GROUP, by acronym. */
HW_MUST_USE int log_reader_groups(struct reader *r, reader_fn fn,
				  void *owner);
/** RECORD_AUDIT, the newest first; room NULL: of all. */
HW_MUST_USE int log_reader_audit(struct reader *r, const char *room,
				 size_t max, reader_fn fn, void *owner);
/** What lies before was ended by archive.keep; 0 = nothing was. ms. */
HW_MUST_USE int log_reader_kept_since(struct reader *r, int64_t *at_out);
