/* SPDX-License-Identifier: MIT */
/*
 * reader: a read-only handle on the database, one per reading thread.
 */
#pragma once

#include "base/base.h"

struct archive_page;
struct archive_query;
struct reader;
struct record;

HW_MUST_USE int reader_open(const char *path, struct reader **reader_out);
void reader_close(struct reader **r);

/** Everything the rooms need at start: RECORD_ROOM, then its affiliations, then
 *  its hats (RECORD_HAT), then its sessions (in the order of joining), room by room; fn takes nothing (the
 *  record is borrowed). */
typedef void (*reader_fn)(void *owner, const struct record *record);
HW_MUST_USE int reader_load(struct reader *r, reader_fn fn, void *owner);
/** Every RECORD_PROOF, the oldest first. */
HW_MUST_USE int reader_proofs(struct reader *r, reader_fn fn, void *owner);
/** Time of the last heartbeat, ms since epoch; 0 = never. */
HW_MUST_USE int reader_heartbeat(struct reader *r, int64_t *at_out);
/** Time of the line that was kept last, likewise. */
HW_MUST_USE int reader_last_line(struct reader *r, int64_t *at_out);
/** Owned page; its status tells of failures. */
struct archive_page *reader_ask(struct reader *r,
				const struct archive_query *query);
