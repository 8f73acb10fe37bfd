/* SPDX-License-Identifier: MIT */
/*
 * export_json: the forms of an export that are JSON: the whole log with what
 * proves it, one line an object, and what the datatracker takes.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct buf;
struct day;
struct day_item;
struct export_log;

void export_json_begin(const struct export_log *l, struct buf *out);
HW_MUST_USE int export_json_day(const struct export_log *l, size_t which,
				bool *is_first, struct buf *out);
void export_json_end(struct buf *out);
HW_MUST_USE int export_json_lines(const struct export_log *l, size_t which,
				  struct buf *out);
/** is_first is set to false by the first entry. */
void export_json_chatlog(const struct day *day, bool *is_first,
			 struct buf *out);
/** One line as an object, with what it says now. */
void export_json_item(const struct day_item *item, struct buf *out);
