/* SPDX-License-Identifier: MIT */
/*
 * room_limits: how much a person, a domain and all together may do in a room.
 * A rate is a number a minute; a quarter of it may come at once. What is left of
 * a person's share outlives their visits, so that coming anew gains nothing.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"

struct map;

/** A minute; 0 = no bound. */
struct room_limits_settings {
	size_t user_messages;
	size_t user_presences; /* joins are counted among them */
	size_t user_nicks;     /* changes */
	size_t user_pages;     /* of the archives, of all rooms */
	size_t user_captions;  /* a second: what is sent while it is typed */
	size_t room_messages;
	size_t domain_joins;
	size_t room_joins;
	size_t domain_users;   /* clients of one domain at once */
	size_t notice_users;   /* in a room up to which typing is passed on */
	size_t max_lines;      /* of one message */
	size_t max_body;       /* bytes of it */
	size_t max_nick;       /* characters */
};
void room_limits_settings_init(struct room_limits_settings *s);

enum room_limits_kind {
	LIMIT_TALK,
	LIMIT_CAPTIONS,
	LIMIT_PRESENCE,
	LIMIT_NICK,
	LIMIT_PAGES,
	LIMIT_KINDS,
};

struct room_limits {
	struct throttle talk;  /* of all */
	struct throttle joins;
	struct map *people;    /* owned or NULL; bare JID -> struct person */
	struct map *domains;   /* owned or NULL; domain -> struct throttle */
	int64_t pruned;        /* ms */
	bool has_unshown;      /* a presence waits for its share */
};

void room_limits_init(struct room_limits *l,
		      const struct room_limits_settings *s, int64_t now);
void room_limits_fini(struct room_limits *l);

/** A person's share; false leaves it. */
bool room_limits_take(struct room_limits *l,
		      const struct room_limits_settings *s, const char *bare,
		      enum room_limits_kind kind, double cost, int64_t now);
bool room_limits_take_talk(struct room_limits *l,
			   const struct room_limits_settings *s, double cost,
			   int64_t now);
bool room_limits_take_join(struct room_limits *l,
			   const struct room_limits_settings *s,
			   const char *domain, int64_t now);
/** Slow mode (XEP-0500): ms that the person still has to wait; at 0 the line is
 *  counted. interval in ms. */
int64_t room_limits_line(struct room_limits *l,
			 const struct room_limits_settings *s,
			 const char *bare, int64_t interval, int64_t now);
/** Forget, now and then, who has their whole share. */
void room_limits_prune(struct room_limits *l, int64_t interval, int64_t now);
