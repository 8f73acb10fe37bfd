/* SPDX-License-Identifier: MIT */
/*
 * line_marks: what lines of a room were in its sessions: a topic, an action, a
 * decision, a question for the microphone - or no more than the bustle of the
 * queue.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"

struct html;
struct line_marks;
struct reader;
struct web_settings;

struct line_mark {
	char *text;      /* owned; "Action", "MIC 3, relayed"; NULL: nothing to
			  * tell */
	int64_t at;      /* ms; when, told behind it; 0: not told */
	bool is_chatter; /* "q+" and the like */
};

/** Of sessions between start and end (ms). 0 and owned marks, or a negative
 *  hw_error. */
HW_MUST_USE int line_marks_read(struct reader *r, const char *room,
				int64_t start, int64_t end,
				struct line_marks **marks_out);
/** Links to those sessions, if there are any. */
void line_marks_write_sessions(const struct line_marks *m, struct html *h,
			       const struct web_settings *settings,
			       const char *room);
void line_marks_free(struct line_marks **m);
/** All of them, in no order. */
void line_marks_each(const struct line_marks *m,
		     void (*fn)(void *owner, const char *id,
				const struct line_mark *mark),
		     void *owner);
/** NULL: none. m may be NULL. */
const struct line_mark *line_marks_find(const struct line_marks *m,
					const char *id);
