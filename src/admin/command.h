/* SPDX-License-Identifier: MIT */
/*
 * command: what an operator, or a chair for their room, can tell the daemon: a
 * table of name, arguments, right needed and function. The control socket and
 * the ad-hoc commands are fronts of it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct roll;
struct importer;
struct jid;
struct meeting_desk;
struct muc;
struct s2s_desk;
struct store;
struct store_desk;

/** What the commands work on; all borrowed, filled by the daemon. */
struct admin {
	struct muc *muc;
	struct meeting_desk *meetings;
	struct store *store;
	struct s2s_desk *s2s_desk;
	struct roll *roll;
	struct importer *importer;
	struct store_desk *store_desk;
	const char *database; /* path, for questions to the record */
	const char *outage_file; /* path (XEP-0455), or NULL */
	const char *version;
	const char *const *domains;
	size_t domain_count;
	int64_t started;             /* ms since epoch */
	/** The ticket of the last record given to the store. NULL: no store. */
	uint64_t (*last_ticket)(void *owner);
	void (*stop)(void *owner);   /* begin a clean end */
	void (*reload)(void *owner); /* as SIGHUP */
	/** Speak with domain no more, or again, beyond what the configuration
	 *  says; kept. HW_E_EXISTS: it is so already. */
	int (*block)(void *owner, const char *domain, bool on);
	/** Each that is blocked so. */
	void (*blocked)(void *owner, void (*fn)(void *to, const char *domain),
			void *to);
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

/** Who asks: whoever opened the control socket (jid NULL), or somebody. */
struct command_caller {
	const struct jid *jid;
	bool by_certificate; /* how their domain was proven */
};
/** A bare JID, or "control"; borrowed. */
const char *command_caller_text(const struct command_caller *caller);

enum command_right {
	COMMAND_ANYONE,
	COMMAND_CHAIR, /* who is admin or owner of the argument "room" */
	COMMAND_OPERATOR,
};

enum command_type {
	COMMAND_TEXT,
	COMMAND_WORD,   /* a text without blanks */
	COMMAND_CHOICE, /* one of choices */
	COMMAND_NUMBER,
	COMMAND_FLAG,
	COMMAND_ROOM,     /* bare JID; a local part: of the first domain */
	COMMAND_NEW_ROOM, /* likewise, of one that need not be there */
	COMMAND_PLACE,    /* a room anywhere; a local part as above */
	COMMAND_JID,      /* bare */
	COMMAND_DOMAIN,
	COMMAND_JID_OR_DOMAIN,
	COMMAND_FILE, /* what is in a file, or in several */
};

enum { COMMAND_REQUIRED = 1, COMMAND_OPERAND = 2 };

struct command_argument {
	const char *name;
	enum command_type type;
	unsigned flags;   /* COMMAND_OPERAND: may follow the command's name,
			      * in the order of the table; the last one takes
			      * the rest of the line */
	const char *text; /* for people: a label */
	const char *const *choices; /* of COMMAND_CHOICE, NULL ends; or NULL */
};

#define COMMAND_ARGUMENTS 12

struct order;

struct command {
	const char *name; /* "rooms set"; NULL ends a table */
	const char *text; /* what it does */
	enum command_right right;
	void (*run)(const struct order *order);
	struct command_argument arguments[COMMAND_ARGUMENTS + 1]; /* a NULL
			      * name ends them */
};

/** The table, in the order of names for people; NULL at the end. */
const struct command *command_get(size_t i);
/** Of exactly that name, or NULL. */
const struct command *command_find(const char *name);
/** Is it about one room? Then its argument "room" says which. */
bool command_has_room(const struct command *c);
/** May the caller run it? room: the bare JID it would be about, or NULL: any
 *  room (then false for those who are no operators). refusal_out, if it is not
 *  NULL, gets an owned sentence for people, or NULL. */
bool command_may(const struct admin *admin, const struct command_caller *caller,
		 const struct command *c, const char *room, char **refusal_out);

/** Run the command of that name ("status"); answers through reply, at once or
 *  later (reply is copied then; its owner stays until the end). Operands stand
 *  behind its name ("s2s check a.example") or among the arguments. What fails
 *  ends with "unknown-command", "bad-argument", "forbidden" or an error of the
 *  command's own. */
void command_run(struct admin *admin, const struct command_caller *caller,
		 const char *name, const struct command_value *args,
		 size_t arg_count, const struct command_reply *reply);
