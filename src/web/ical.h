/* SPDX-License-Identifier: MIT */
/*
 * ical: a writer of iCalendar objects (RFC 5545): folds lines, escapes text.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

struct buf;

/** What one event says; strings are borrowed, NULL: not said. */
struct ical_event {
	const char *uid;
	const char *summary, *description, *location, *url;
	int64_t start, end; /* ms; end 0: not known */
	int64_t changed;    /* ms; when it last was: stamp and sequence */
	bool is_cancelled;
};

void ical_begin(struct buf *out, const char *name);
void ical_add(struct buf *out, const struct ical_event *event);
void ical_end(struct buf *out);
