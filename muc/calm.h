/* SPDX-License-Identifier: MIT */
/*
 * calm: a room under attack is made calm with one command, for a while: slow
 * mode, newcomers are visitors until they get voice, their links are held back,
 * joins are metered, block lists count for more. It ends by itself, and outlives
 * a restart.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"

struct act;
struct muc;
struct room;
struct session;

struct calm_settings {
	int64_t time;      /* ms, unless the command says otherwise; 30 min */
	int64_t slow_mode; /* ms between two messages of one; 30 s */
	int64_t newcomer;  /* ms in the room until links pass; 10 min */
	size_t joins;      /* a minute, of all; 10 */
};
void calm_settings_init(struct calm_settings *s);

/** Owner: embedded in struct room; what lasts is in its configuration. */
struct calm {
	struct throttle joins;
};
void calm_init(struct calm *c, const struct calm_settings *s, int64_t now);

enum calm_answer { CALM_DONE, CALM_NO_ROOM, CALM_NO_CHANGE,
		   CALM_BEHIND /* the store is */ };

/** For ms from now, 0 = for the usual time; anew if it is calm already. by: who
 *  did it, for the audit; reason may be NULL. */
enum calm_answer muc_calm(struct muc *m, const char *room, int64_t ms,
			  const char *by, const char *reason);
enum calm_answer muc_calm_end(struct muc *m, const char *room,
			      const char *by);

/** Seconds between two messages of one person, as things are. */
int64_t calm_slow_mode(const struct room *r);
/** Did the session come while the room was calm? */
bool calm_is_newcomer(const struct room *r, const struct session *s);
/** A message with that body (or NULL); false: refused. */
bool calm_lets_pass(const struct act *a, const char *body);
/** Somebody without an affiliation comes in; false: refused. */
bool calm_lets_in(const struct act *a);
/** It may be over. */
void calm_tick(struct room *r, int64_t now);
