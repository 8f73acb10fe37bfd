/* SPDX-License-Identifier: MIT */
/*
 * command: what an operator can tell the daemon: a table of name, text and
 * function. The control socket and (later) the ad-hoc commands are fronts.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct muc;
struct s2s_desk;
struct store;

/** What the commands work on; all borrowed, filled by the daemon. */
struct admin {
	struct muc *muc;
	struct store *store;
	struct s2s_desk *s2s_desk;
	const char *version;
	const char *const *domains;
	size_t domain_count;
	int64_t started;             /* ms since epoch */
	void (*stop)(void *owner);   /* begin a clean end */
	void (*reload)(void *owner); /* as SIGHUP */
	void *owner;
};

/** Of an argument or of a row; UTF-8. */
struct command_value {
	const char *name;
	const char *text; /* NULL: number counts */
	int64_t number;
};

/** How a command answers: any number of rows, then exactly one end. */
struct command_reply {
	void *owner;
	/** A row of name/value pairs: names[i] with a string or, when it is
	 *  NULL, a number. */
	void (*row)(void *owner, const struct command_value *values,
		    size_t count);
	/** error NULL = ok; else a short name ("not-found") and a sentence. */
	void (*end)(void *owner, const char *error, const char *text);
};

/** Run the command of that name ("status"); answers through reply, at once or
 *  later (reply is copied then; its owner stays until the end). A command that
 *  is about one thing takes its name behind its own: "s2s check a.example".
 *  Unknown names end with "unknown-command", arguments that the command does
 *  not know with "bad-argument". */
void command_run(struct admin *admin, const char *name,
		 const struct command_value *args, size_t arg_count,
		 const struct command_reply *reply);
