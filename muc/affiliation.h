/* SPDX-License-Identifier: MIT */
/*
 * affiliation: what somebody is to a room for good (XEP-0045 #affil), and the
 * list that a room keeps of it, by bare JID or domain.
 *
 * Thread: conference loop. Owner: the list is embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "muc/role.h"

struct jid;
struct map;

#define AFFILIATION_TABLE(X)    \
	X(OUTCAST, "outcast")   \
	X(NONE, "none")         \
	X(MEMBER, "member")     \
	X(ADMIN, "admin")       \
	X(OWNER, "owner")

#define AFFILIATION_MEMBER_(name, text) AFFILIATION_##name,
enum affiliation { AFFILIATION_TABLE(AFFILIATION_MEMBER_) AFFILIATION_COUNT };

const char *affiliation_text(enum affiliation a);
/** False when text names no affiliation. */
bool affiliation_parse(const char *text, enum affiliation *a_out);
/** The role somebody enters with (XEP-0045 #roles-default). */
enum role affiliation_role(enum affiliation a, bool is_moderated);

/** One entry; who is not listed is AFFILIATION_NONE, and so may be who only
 *  reserved a nick. */
struct affiliation_entry {
	enum affiliation affiliation;
	char *nick;   /* owned; reserved nick, or NULL */
	char *reason; /* owned; or NULL */
	char *details; /* owned, or NULL; of who registered: see record.h */
	int64_t left; /* ms since epoch; last in the room, or 0; not stored */
};

struct affiliation_list {
	struct map *entries; /* owned; NULL while empty */
	struct map *nicks;   /* owned; nick key -> owned key of its entry */
};

void affiliation_list_init(struct affiliation_list *l);
void affiliation_list_fini(struct affiliation_list *l);
/** key: bare JID or domain. AFFILIATION_NONE without a nick takes the entry out.
 *  A nick that another has, or that is none, is left out. */
void affiliation_list_set(struct affiliation_list *l, const char *key,
			  enum affiliation a, const char *nick,
			  const char *reason);
/** What somebody who is listed says of themselves; NULL: nothing. It goes with
 *  the entry. */
void affiliation_list_describe(struct affiliation_list *l, const char *key,
			       const char *details);
/** Did they say that of themselves? key: "note-well". */
bool affiliation_entry_tells(const struct affiliation_entry *e,
			     const char *key);
/** Somebody, listed or not, left the room. */
void affiliation_list_note_left(struct affiliation_list *l, const char *key,
				int64_t now);
/** The entry of exactly this key, borrowed, or NULL. */
const struct affiliation_entry *
affiliation_list_find(const struct affiliation_list *l, const char *key);
/** What jid is: by its bare JID, else banned when its domain is. */
enum affiliation affiliation_list_get(const struct affiliation_list *l,
				      const struct jid *jid);
/** Does the room know this person: as a member or more, or by their nick? */
bool affiliation_list_knows(const struct affiliation_list *l,
			    const struct jid *jid);
/** Whose nick of that key is (#reservednick): the key of the entry, borrowed,
 *  or NULL. */
const char *affiliation_list_find_nick(const struct affiliation_list *l,
				       const char *nick_key);
size_t affiliation_list_count(const struct affiliation_list *l);
size_t affiliation_list_count_of(const struct affiliation_list *l,
				 enum affiliation a);
/** May jid have the nick of that key, as far as nobody else reserved it? */
bool affiliation_list_leaves(const struct affiliation_list *l,
			     const char *nick_key, const struct jid *jid);
