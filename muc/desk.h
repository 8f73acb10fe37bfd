/* SPDX-License-Identifier: MIT */
/*
 * desk: what operators and chairs do to rooms from outside of them, by command.
 * Each change leaves an entry in the audit; whether the actor may do it at all
 * was decided before, what depends on their rank is decided here.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

struct elem;
struct jid;
struct muc;
struct record;

#define DESK_TABLE(X)                                                         \
	X(DONE, "done", "done")                                               \
	X(SAME, "unchanged", "it is so already")                              \
	X(NO_ROOM, "not-found", "there is no such room")                      \
	X(IS_GONE, "gone", "the room is retired")                             \
	X(EXISTS, "exists", "there is a room of that name already")           \
	X(BAD_NAME, "bad-argument",                                           \
	  "that is no name of a room at one of our domains")                  \
	X(BAD_JID, "bad-argument", "that is no address of a person")          \
	X(BAD_FIELD, "bad-argument",                                          \
	  "the room has no such field; \"rooms show\" lists them")            \
	X(BAD_VALUE, "bad-argument", "the field takes no such value")         \
	X(BAD_NICK, "bad-argument", "that is no nickname")                    \
	X(TAKEN, "conflict", "somebody else has this nickname")               \
	X(NOBODY, "not-found", "nobody of that nickname is in the room")      \
	X(STANDING, "not-allowed",                                            \
	  "this room is the front door of the service, and stays")            \
	X(NOT_ALLOWED, "not-allowed", "your rank in the room does not do it") \
	X(FULL, "full", "there are too many rooms, or entries of its lists")  \
	X(BEHIND, "busy", "the store is behind; try again soon")

#define DESK_MEMBER_(name, word, text) DESK_##name,
enum desk_result { DESK_TABLE(DESK_MEMBER_) };

/** A word ("not-found", ...) and a sentence for people. */
const char *desk_result_word(enum desk_result r);
const char *desk_result_text(enum desk_result r);

/** Who does it and why; borrowed. */
struct desk_actor {
	const char *by;     /* bare JID, "control" or "import" */
	const char *reason; /* or NULL */
	bool is_operator;
	enum affiliation rank; /* to the room */
};

/** Is jid one of operators, on a stream so proven? */
bool desk_is_operator(const struct muc *m, const struct jid *jid,
		      bool by_certificate);
/** What somebody is to a room; NONE where there is none. */
enum affiliation desk_rank_of(const struct muc *m, const char *room,
			      const struct jid *jid, bool by_certificate);
/** Rooms that are there, and whether a tombstone stands there. */
bool desk_has_room(const struct muc *m, const char *room, bool *is_gone_out);

/* ---- rooms; each by its bare JID ---- */

/** How a room of the house begins. Strings are borrowed, or NULL. */
struct desk_wish {
	const char *name;
	const char *description;
	const char *lang;
	bool is_members_only;
	bool is_hidden;
};
/** Persistent, public, logged, of the house. A tombstone of the house makes
 *  place. */
enum desk_result desk_create(struct muc *m, const struct desk_actor *actor,
			     const char *room, const struct desk_wish *wish);
/** Field: as in the configuration form, or its short name ("roomdesc"). A set
 *  of roles is written with blanks. */
enum desk_result desk_set(struct muc *m, const struct desk_actor *actor,
			  const char *room, const char *field,
			  const char *value);
/** The room ends and answers "gone", with successor (bare JID, or NULL). One
 *  that is retired gets the new successor and reason. */
enum desk_result desk_retire(struct muc *m, const struct desk_actor *actor,
			     const char *room, const char *successor);
/** The room, or its tombstone, is not there any more; the name is free. */
enum desk_result desk_delete(struct muc *m, const struct desk_actor *actor,
			     const char *room);
/** The room gets a new name: a new room takes configuration, subject and
 *  affiliations over, the old one retires with it as its successor. */
enum desk_result desk_rename(struct muc *m, const struct desk_actor *actor,
			     const char *from, const char *to);
/** The room itself says a line, for the record. */
enum desk_result desk_say(struct muc *m, const struct desk_actor *actor,
			  const char *room, const char *text);
/** Lines (edits) are taken back by the service, whatever became of the room in
 *  which they were said. */
enum desk_result desk_take_back(struct muc *m, const struct desk_actor *actor,
				const char *room, const struct elem *edits);
/** In every room in which somebody is; returns in how many. */
size_t desk_say_all(struct muc *m, const struct desk_actor *actor,
		    const char *text);

/** A field of a room's configuration, for people. */
struct desk_field {
	const char *name; /* short: "roomdesc" */
	const char *value;
	const char *label;
};
typedef void (*desk_field_fn)(void *owner, const struct desk_field *field);
/** False: no such room, or it is gone. */
bool desk_fields(const struct muc *m, const char *room, desk_field_fn fn,
		 void *owner);

/* ---- people ---- */

/** jid: of a person, or, to ban it, a domain. nick: to reserve, "" = none any
 *  more, NULL = as it was. */
enum desk_result desk_rank(struct muc *m, const struct desk_actor *actor,
			   const char *room, const struct jid *jid,
			   enum affiliation affiliation, const char *nick);
enum desk_result desk_kick(struct muc *m, const struct desk_actor *actor,
			   const char *room, const char *nick);

struct desk_person {
	const char *jid; /* bare JID, domain, or real JID of somebody
				  * present */
	const char *affiliation;
	const char *role;   /* NULL: not in the room */
	const char *nick;   /* in the room, or reserved; or NULL */
	const char *reason; /* or NULL */
};
typedef void (*desk_person_fn)(void *owner, const struct desk_person *person);
/** Who is in the room, then who is on its lists and not in it. */
bool desk_people(const struct muc *m, const char *room, desk_person_fn fn,
		 void *owner);

/* ---- the record ---- */

/** Give a record that belongs to no act of a room to the store; taken. */
void desk_keep(struct muc *m, struct record *owned);
/** May more be kept now? */
bool desk_may_keep(const struct muc *m);
/** An entry of the audit; room NULL: of the service. */
void desk_audit(struct muc *m, const struct desk_actor *actor, const char *room,
		const char *act, const char *target, const char *detail);
