/* SPDX-License-Identifier: MIT */
/*
 * planned_list: reads sessions ahead of time: the datatracker's agenda of a
 * meeting (JSON), or a calendar (iCalendar, RFC 5545: single events).
 *
 * Thread: any; pure but for the system's time zones.
 */
#pragma once

#include "base/base.h"

#define PLANNED_LIST_MAX 5000 /* sessions */
#define PLANNED_TEXT_MAX 500  /* bytes of a title and the like */

struct planned {
	char *uid;    /* owned */
	char *group;  /* owned; acronym in lower case, or NULL */
	char *place;  /* owned; where it is to be, as written, or NULL */
	char *title;  /* owned, or NULL */
	char *agenda; /* owned; URL, or NULL */
	int64_t start, end; /* ms since epoch; end 0: not known */
	bool is_cancelled;
};

/** Zeroed = empty. */
struct planned_list {
	struct planned *items; /* owned array */
	size_t count;
	size_t skipped; /* without a time or name, repeated by a rule */
};

void planned_list_fini(struct planned_list *l);
/** 0, or HW_E_INVALID and an owned sentence for who gave the text. l is zeroed
 *  before, and may hold something afterwards in either case. */
HW_MUST_USE int planned_list_read(struct planned_list *l, const char *text,
				  size_t len, char **complaint_out);

/* ---- for the readers of the forms ---- */

/** Takes the contents of p; one that is not whole is skipped. */
void planned_list_add(struct planned_list *l, struct planned *p);
/** On one line, trimmed, cut; owned, or NULL: nothing is left. */
char *planned_list_clean(const char *text, size_t len);
/** False: no calendar. */
bool planned_list_read_ical(struct planned_list *l, const char *text,
			    size_t len);
