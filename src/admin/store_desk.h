/* SPDX-License-Identifier: MIT */
/*
 * store_desk: the commands about the database that take their time: checking it,
 * backing it up, opening what is sealed, finding what corrects a line. They work in a thread of their own, one
 * after the other, with handles of their own.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "base/sign.h"

struct command_reply;
struct loop;
struct store;
struct store_desk;

struct store_desk_settings {
	struct loop *loop;     /* the conference's */
	struct store *store;   /* borrowed */
	const char *state_dir; /* what a backup takes along; copied */
	const char *database;  /* path; copied */
	unsigned char seed[SIGN_SEED_SIZE]; /* of the key of closed days */
};

HW_MUST_USE int store_desk_open(const struct store_desk_settings *settings,
				struct store_desk **desk_out);
/** Ends what still waits or works; blocks until the thread has ended. Before the
 *  store is closed. NULL is harmless. */
void store_desk_close(struct store_desk **d);

/** The public key of closed days, as PEM; borrowed. */
const char *store_desk_key(const struct store_desk *d);

/** A row for each fault; an error at the end if there was one. */
void store_desk_check(struct store_desk *d, const struct command_reply *reply);
/** path: a folder that is not there yet. */
void store_desk_back_up(struct store_desk *d, const char *path,
			const struct command_reply *reply);
/** Times in ms since epoch, inclusive; 0 = no bound. */
struct store_desk_span {
	const char *room; /* bare JID */
	int64_t start, end;
};
/** path: a file that is not there yet (store_export.h). */
void store_desk_export(struct store_desk *d,
		       const struct store_desk_span *span, const char *path,
		       const struct command_reply *reply);
/** The line of that stanza-id with what corrects it, however late: its room (bare
 *  JID) and both as a text (edits_print()), borrowed; or an error, as
 *  takedown_read() says, with neither. On the conference loop, once. */
typedef void (*store_desk_line_fn)(void *owner, int error, const char *room,
				   const char *edits);
void store_desk_find_line(struct store_desk *d, const char *id,
			  store_desk_line_fn fn, void *owner);
/** The sealed line of that stanza-id, once the audit says who asked and why. */
void store_desk_unseal(struct store_desk *d, const char *id, const char *by,
		       const char *reason, const struct command_reply *reply);
