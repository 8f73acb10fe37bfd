/* SPDX-License-Identifier: MIT */
/*
 * group_list: reads lists of working groups, in whatever form they come: the
 * datatracker's JSON (pages, one behind the other), 1wg-summary.txt by area or
 * by acronym, CSV with a line of names, or bare acronyms.
 *
 * Thread: any; pure.
 */
#pragma once

#include "admin/group.h"

struct map;

#define GROUP_LIST_MAX 20000 /* groups */
#define GROUP_ACRONYM_MAX 64 /* bytes */
#define GROUP_NAME_MAX 200
#define GROUP_TEXT_MAX 4000

/** The groups of a list, in its order; zeroed = empty. */
struct group_list {
	struct group *items; /* owned array */
	size_t count;
	size_t skipped;     /* entries that were not understood */
	struct map *by_key; /* owned; key -> anything */
};

void group_list_fini(struct group_list *l);
/** 0, or HW_E_INVALID and an owned sentence for who gave the text. l is zeroed
 *  before, and may hold something afterwards in either case. */
HW_MUST_USE int group_list_read(struct group_list *l, const char *text,
				size_t len, char **complaint_out);

/* ---- for the readers of the forms ---- */

/** Takes the contents of g, whose acronym may be as written; false: it is none,
 *  was there before, or there are too many. number: the list's own, or NULL. */
bool group_list_add(struct group_list *l, struct group *g, const char *number);
/** Append "role TAB name TAB address"; person: "First Last <mail>". */
void group_list_add_person(struct group *g, const char *role,
			   const char *person, size_t len);
/** Without blanks around it and control characters in it, cut to max; owned, or
 *  NULL: nothing is left. */
char *group_list_clean(const char *text, size_t len, size_t max);

/** The forms that are no JSON. NULL, or an owned complaint. */
char *group_list_read_summary(struct group_list *l, const char *text);
char *group_list_read_csv(struct group_list *l, const char *text);
char *group_list_read_plain(struct group_list *l, const char *text);
bool group_list_is_summary(const char *text);
bool group_list_is_csv(const char *text);
