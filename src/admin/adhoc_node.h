/* SPDX-License-Identifier: MIT */
/*
 * adhoc_node: one command as clients see it: a node with a form and something
 * that is done with it. What the files of the front share.
 *
 * Thread: conference loop.
 */
#pragma once

#include "admin/adhoc_table.h"
#include "admin/command.h"
#include "base/list.h"
#include "base/rand.h"
#include "muc/affiliation.h"

struct adhoc;
struct adhoc_call;
struct elem;
struct stanza;

enum adhoc_place {
	ADHOC_AT_ROOM = 1,
	ADHOC_AT_SERVICE = 2,
};

struct adhoc_node {
	const char *node;
	const char *name; /* for people */
	unsigned places;  /* where it is offered */
	enum command_right right;
	/** Add a form to <command/>; NULL: it has none and runs at once. */
	void (*add_form)(const struct adhoc_call *call, struct elem *command);
	/** Do it; form may be NULL. Ends with adhoc_end(). */
	void (*run)(struct adhoc_call *call, const struct elem *form);
	const void *data; /* its own */
};

/** A request that is being answered, at once or later. */
struct adhoc_call {
	struct list node;    /* in adhoc->calls */
	struct adhoc *adhoc; /* NULL: nobody hears the answer */
	struct admin *admin;
	struct stanza *stanza; /* owned */
	char *room;            /* owned; bare JID, or NULL: at the service */
	struct command_caller caller; /* jid borrowed from the stanza */
	bool is_operator;
	bool is_unproven;
	enum affiliation affiliation;
	struct adhoc_node kind; /* of which command it is */
	char *node_text;        /* owned; kind.node may point here */
	char session[RAND_ID_SIZE];
	struct elem *answer;      /* owned; the result with its <command/> */
	struct elem *command;     /* borrowed */
	struct adhoc_table table; /* its rows, in it */
};

/** A row of the result, as command_reply.row. */
void adhoc_row(void *call, const struct command_value *values, size_t count);
/** The last word, as command_reply.end; frees the call. */
void adhoc_end(void *call, const char *error, const char *text);
/** The address of who asks. */
const char *adhoc_by(const struct adhoc_call *call);
/** One value of a form, owned, its lines joined by separator; NULL: not there,
 *  or empty. form may be NULL. */
char *adhoc_value(const struct elem *form, const char *var, char separator);

/** The i-th node that is not simply a command of the table; NULL at the end. */
const struct adhoc_node *adhoc_alias_get(size_t i); /* adhoc_alias.c */
const struct adhoc_node *adhoc_hats_get(size_t i);  /* adhoc_hats.c */
const struct adhoc_node *adhoc_room_get(size_t i);  /* adhoc_room.c */
/** The node that a command of the table is; it borrows *text_out, owned. False:
 *  it is not offered. */
bool adhoc_form_make(const struct command *c, bool at_room,
		     struct adhoc_node *node_out, char **text_out);
/** What the manuals call it: "queue next"; NULL: they do not. */
const char *adhoc_form_word(const struct adhoc_node *node);
/** Run a command of the table with these arguments, and the room. */
void adhoc_form_run(struct adhoc_call *call, const struct command *c,
		    const struct command_value *args, size_t count);
