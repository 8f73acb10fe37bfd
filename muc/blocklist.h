/* SPDX-License-Identifier: MIT */
/*
 * blocklist: lists of troublemakers that others publish (RTBL): a PubSub node
 * whose item ids are SHA-256 digests of bare JIDs and domains in hex, or these
 * themselves. Here: what is on them. How they come: rtbl.
 *
 * Thread: conference loop. Owner: embedded in struct site.
 */
#pragma once

#include "base/base.h"
#include "base/rand.h"
#include "base/throttle.h"

struct jid;
struct map;

/** What is done with who is listed, in rising order. */
enum blocklist_action {
	BLOCKLIST_NONE,
	BLOCKLIST_LOG,     /* a line in the log */
	BLOCKLIST_VISITOR, /* no voice, until somebody gives it */
	BLOCKLIST_KICK,    /* out, and not in while listed */
	BLOCKLIST_BAN,     /* ... and banned from the service for good */
};

/** One source. Strings are borrowed during muc_new(). */
struct blocklist_settings {
	const char *service;  /* JID of the PubSub service, normalised */
	const char *node;
	enum blocklist_action action;
	size_t max_entries;   /* more are left out; 100000 */
	size_t max_removals;  /* people taken out of rooms in an hour; 20 */
};
void blocklist_settings_init(struct blocklist_settings *s);
/** False when text names none ("log", "visitor", "kick", "ban"). */
bool blocklist_action_parse(const char *text, enum blocklist_action *out);
const char *blocklist_action_text(enum blocklist_action a);

enum blocklist_state {
	BLOCKLIST_IDLE,        /* asks at "next" */
	BLOCKLIST_SUBSCRIBING,
	BLOCKLIST_FETCHING,
	BLOCKLIST_CURRENT,
};

struct blocklist {
	char *service;         /* owned */
	char *node;            /* owned */
	char *name;            /* owned; "service/node", for people */
	enum blocklist_action action;
	size_t max_entries;
	struct throttle removals;
	struct map *entries;   /* owned; digest or address -> anything */
	struct map *fresh;     /* owned; while it is fetched, else NULL */
	bool is_cut;           /* there were more than max_entries */
	bool has_said;         /* ... that more would have to go */
	/* rtbl's */
	enum blocklist_state state;
	char id[RAND_ID_SIZE]; /* of the question on its way */
	int64_t asked;         /* ms since epoch */
	int64_t next;          /* ms since epoch */
	int64_t pause;         /* ms until the next try */
	char *trouble;         /* owned; why the last one failed, or NULL */
};

struct blocklists {
	struct blocklist *items; /* owned */
	size_t count;
	uint64_t version;      /* grows with every new entry */
};

void blocklists_init(struct blocklists *l,
		     const struct blocklist_settings *settings, size_t count,
		     int64_t now);
void blocklists_fini(struct blocklists *l);

/** The source with the strongest action that lists jid or its domain, borrowed,
 *  or NULL. */
struct blocklist *blocklists_find(const struct blocklists *l,
				  const struct jid *jid);

/** id: as the source names it. False: there is no place, or it is no id. */
bool blocklist_add(struct blocklist *b, const char *id);
void blocklist_remove(struct blocklist *b, const char *id);
/** Begin to gather a new state of the whole list; what was holds until then. */
void blocklist_begin(struct blocklist *b);
/** The gathered state is the list. True when it has entries that are new. */
bool blocklist_end(struct blocklist *b);
