/* SPDX-License-Identifier: MIT */
/*
 * order: a command that is being run, with its arguments read; and the
 * tables of commands. What the files that hold commands share.
 *
 * Thread: conference loop. Owner: the stack of command_run().
 */
#pragma once

#include "admin/command.h"
#include "muc/desk.h"

struct order {
	struct admin *admin;
	const struct command *command;
	const struct command_caller *caller;
	const struct command_reply *reply;
	char *texts[COMMAND_ARGUMENTS]; /* owned; in normal form; NULL: not
					   * given */
	int64_t numbers[COMMAND_ARGUMENTS];
};

extern const struct command leader_commands[];
extern const struct command meeting_commands[];
extern const struct command moderation_commands[];
extern const struct command outage_commands[];
extern const struct command people_commands[];
extern const struct command record_commands[];
extern const struct command room_commands[];
extern const struct command s2s_commands[];
extern const struct command service_commands[];
extern const struct command store_commands[];

/** The argument's text, in normal form ("" if it was given without a value), or
 *  NULL if it was not given. */
const char *order_text(const struct order *order, const char *name);
/** Of a COMMAND_NUMBER; otherwise what stands there. */
int64_t order_number(const struct order *order, const char *name,
		     int64_t otherwise);
bool order_has_flag(const struct order *order, const char *name);
/** Who acts on the room (bare JID, or NULL: on the service), and why. Borrows
 *  from the order. */
struct desk_actor order_actor(const struct order *order, const char *room);
/** An entry of the audit: who asks does this; room NULL: to the service. */
void order_audit(const struct order *order, const char *room, const char *act,
		 const char *target, const char *detail);

/** "name" and "value". */
void order_row_text(const struct order *order, const char *name,
		    const char *text);
void order_row_number(const struct order *order, const char *name,
		      int64_t number);
void order_row(const struct order *order, const struct command_value *values,
	       size_t count);
/** They got that hat: are they, and whoever gave it, to be told of the Note Well
 *  (meeting_note_hat())? */
void order_note_hat(const struct order *order, const char *room,
		    const char *jid, const char *hat);
void order_end(const struct order *order);
/** Takes the sentence. */
void order_fail(const struct order *order, const char *error, char *owned_text);
