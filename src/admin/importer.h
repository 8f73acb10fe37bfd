/* SPDX-License-Identifier: MIT */
/*
 * importer: takes up a list of groups: rooms are made, renamed and retired as it
 * says, and the News tell of it. Works in portions, so that the rooms do not
 * wait, and no faster than the store writes; one list at a time.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct roll;
struct command_reply;
struct importer;
struct loop;
struct muc;
struct store;

/** All borrowed; domain: the first of ours. */
struct importer_settings {
	struct loop *loop;
	struct muc *muc;
	struct store *store;
	struct roll *roll;
	const char *domain;
};
struct importer *importer_open(const struct importer_settings *settings);
/** What runs ends with this error. NULL is harmless. */
#define IMPORTER_STOPPING "stopping"
void importer_close(struct importer **i);
bool importer_is_busy(const struct importer *i);

/** Strings are borrowed during the call; NULL = as they say. */
struct importer_wish {
	const char *by;     /* for the audit */
	const char *domain; /* one of ours; NULL: the first */
	const char *types;  /* only these, by commas or blanks; NULL: all */
	const char *states;
	const char *areas;
	const char *successors; /* OLD=NEW by blanks; NULL: none is named */
	bool applies;           /* else only the plan is told */
	bool retires_missing;
	bool retires_many; /* even more than half of all */
	bool shows_all;    /* rows for what stays as it is, too */
};
/** A row for each group that something is done about, and a sum. */
void importer_run(struct importer *i, const char *list,
		  const struct importer_wish *wish,
		  const struct command_reply *reply);
