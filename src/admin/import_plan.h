/* SPDX-License-Identifier: MIT */
/*
 * import_plan: what a list of groups means for the rooms that are there, one
 * group at a time. Decides, and does nothing.
 *
 * Thread: conference loop.
 */
#pragma once

#include "admin/group_list.h"

struct roll;
struct muc;
struct record;

/* what is done, what of it the operator is told */
#define IMPORT_TABLE(X)           \
	X(CREATE, "create")       \
	X(RENAME, "rename")       \
	X(UPDATE, "update")       \
	X(RETIRE, "retire")       \
	X(UNCHANGED, "unchanged") \
	X(MISSING, "missing")     \
	X(TAKEN, "taken")         \
	X(CLOSED, "closed")       \
	X(FAILED, "failed")

#define IMPORT_MEMBER_(name, text) IMPORT_##name,
enum import_action { IMPORT_TABLE(IMPORT_MEMBER_) IMPORT_ACTIONS };
const char *import_action_text(enum import_action a);

/** What a list is looked at with. */
struct import_plan {
	const struct muc *muc;        /* borrowed */
	const struct roll *roll;      /* borrowed */
	char *domain;                 /* owned; ours; where rooms are made */
	char *types, *states, *areas; /* owned; words, or NULL: all */
	struct map *successors; /* owned; room -> bare JID, owned; bare JIDs */
	struct map *by_acronym; /* owned; of the list -> struct group */
	struct map *made;       /* owned; rooms that will be there by then */
	struct map *freed;      /* owned; ... and those that will not */
	const struct group_list *list; /* borrowed */
};

/** Words are copied. */
void import_plan_init(struct import_plan *p, const struct muc *muc,
		      const struct roll *roll, const char *domain);
/** The list, borrowed, once it is there. */
void import_plan_index(struct import_plan *p, const struct group_list *list);
void import_plan_fini(struct import_plan *p);
/** "OLD=NEW" by blanks; false, and an owned complaint: it is none. */
bool import_plan_name_successors(struct import_plan *p, const char *text,
				 char **complaint_out);

/** What is to be done about a group. */
struct import_step {
	enum import_action action;
	const struct record *known; /* borrowed until it is done; or NULL */
	char *room;                 /* owned; its room from then on */
	const char *successor;      /* borrowed; of a room that retires; or
				     * NULL */
	const char *text;           /* a few words for people, or NULL */
};
void import_step_fini(struct import_step *s);

/** Do the filters let the group pass? */
bool import_plan_has(const struct import_plan *p,
		     const struct record_group *group);
void import_plan_decide(const struct import_plan *p, const struct group *g,
			struct import_step *step_out);
/** Is the group of this record, whose room is alive, not in the list? */
bool import_plan_misses(const struct import_plan *p,
			const struct record *known);
/** What the list does not say stays as it is known; g takes the known key. */
void import_plan_merge(const struct record *known, struct group *g);
/** From now on it counts as done, although nothing is: of a plan. */
void import_plan_note(struct import_plan *p, const struct import_step *step);
