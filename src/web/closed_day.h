/* SPDX-License-Identifier: MIT */
/*
 * closed_day: days that are over, kept as files as they were made, also
 * compressed, so that the next who asks gets them straight from the disk. What
 * changes a day after all - something is taken back - ends its files. So it is
 * with today, until the next line: a thousand who come for a meeting do not have
 * its page made a thousand times.
 *
 * Files are of no worth to the next run: nobody would know what happened
 * meanwhile. They are forgotten at the start.
 *
 * Thread: web thread, but for closed_days_open() and _close().
 */
#pragma once

#include "base/base.h"

struct call;
struct closed_days;
struct reader;
struct record;
struct web_settings;

/** A folder that cannot be made or written is told in the log, and nothing is
 *  kept then. Both are borrowed. */
struct closed_days *closed_days_open(const struct web_settings *settings,
				     struct reader *reader);
/** Removes the files. NULL is harmless. */
void closed_days_close(struct closed_days **d);

/** Answers c, whose first part is the day, by what is kept, or lets make() do it
 *  and keeps that. */
void closed_day_answer(struct call *c, void (*make)(struct call *c));
/** Another when something that was answered is not so any more. d may be
 *  NULL. */
uint64_t closed_days_generation(const struct closed_days *d);
/** One was answered from what was answered before. */
void closed_days_count_hit(void);
/** What was committed may change days. Borrowed; d may be NULL. */
void closed_days_heed(struct closed_days *d, const struct record *record);
