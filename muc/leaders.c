/* SPDX-License-Identifier: MIT */
#include "muc/leaders.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/audit.h"
#include "muc/hat.h"
#include "muc/house.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/wear.h"

enum { FIELD_SIZE = 256 };

static const struct {
	const char *word;
	const char *text;
} results[] = {
	[LEADERS_DONE] = { NULL, "done" },
	[LEADERS_SAME] = { "unchanged", "it is so already" },
	[LEADERS_NO_ROOM] = { "not-found", "there is no such room" },
	[LEADERS_BAD_JID] = { "bad-argument", "that is no address of a person "
					      "(user@domain)" },
	[LEADERS_NOBODY] = { "not-found", "nobody of that address leads the "
					  "group of this room" },
	[LEADERS_NO_CLAIM] = { "not-found", "there is no such claim" },
	[LEADERS_FULL] = { "full", "too many claims" },
	[LEADERS_BEHIND] = { "busy", "the record of this room is behind; try "
				     "again soon" },
};

const char *leaders_result_word(enum leaders_result r)
{
	return results[r].word;
}

const char *leaders_result_text(enum leaders_result r)
{
	return results[r].text;
}

/* ---- lines of three fields ---- */

/** "role TAB name TAB address", or "address TAB jid TAB by". */
struct line {
	char field[3][FIELD_SIZE];
};

/* Moves on; false at the end. What is too long is cut. */
static bool read_line(const char **at, struct line *out)
{
	*out = (struct line){ 0 };
	if (!*at || !**at)
		return false;
	for (size_t i = 0; i < array_len(out->field); i++) {
		size_t len = strcspn(*at, "\t\n");
		size_t kept = len < FIELD_SIZE ? len : FIELD_SIZE - 1;

		memcpy(out->field[i], *at, kept);
		*at += len;
		if (**at == '\t')
			++*at;
	}
	*at += strcspn(*at, "\n");
	if (**at)
		++*at;
	return true;
}

static void add_line(struct buf *out, const char *a, const char *b,
		     const char *c)
{
	buf_add_format(out, "%s\t%s\t%s\n", a, b, c);
}

/* Replaces a text of the configuration; "" is none. Takes the buffer. */
static void keep_text(char **text, struct buf *owned)
{
	mem_free(text);
	*text = owned->len ? buf_steal_str(owned) : NULL;
	buf_fini(owned);
}

/* ---- roles ---- */

/* As lists call them: the datatracker's words and plain ones. */
static const struct {
	const char *role;
	const char *hat;
} roles[] = {
	{ "chair", "chair" },
	{ "co-chair", "chair" },
	{ "ad", "ad" },
	{ "area director", "ad" },
	{ "secr", "secretary" },
	{ "secretary", "secretary" },
	{ "delegate", "delegate" },
};

static bool find_hat(const char *role, struct hat *hat_out)
{
	for (size_t i = 0; i < array_len(roles); i++)
		if (str_equal_case(roles[i].role, role))
			return hat_find(NULL, roles[i].hat, hat_out);
	return false;
}

/* ---- whose JID ---- */

/* The JID that a list names itself; owned, or NULL. */
static char *listed_jid(const char *address)
{
	struct jid *jid = str_has_prefix(address, "xmpp:")
				  ? jid_parse(address + strlen("xmpp:"))
				  : NULL;
	char *bare = jid && jid_local(jid) ? str_dup(jid_bare(jid)) : NULL;

	jid_free(&jid);
	return bare;
}

static bool is_listed(const struct room *r, const char *address)
{
	const char *at = r->config.leaders;
	struct line l;

	while (read_line(&at, &l))
		if (str_equal_case(l.field[2], address))
			return true;
	return false;
}

/* Has jid that role by the list, as far as is proven? */
static bool is_proven(const struct room *r, const struct line *leader,
		      const char *jid)
{
	const char *at = r->config.claims;
	char *listed = listed_jid(leader->field[2]);
	bool is = str_equal(listed, jid);
	struct line claim;

	mem_free(&listed);
	while (!is && read_line(&at, &claim))
		is = *claim.field[2] && str_equal(claim.field[1], jid) &&
		     str_equal_case(claim.field[0], leader->field[2]);
	return is;
}

/* Does the list give jid the hat? */
static bool is_due(const struct room *r, const char *jid, const char *uri)
{
	const char *at = r->config.leaders;
	struct line leader;
	struct hat hat;

	while (read_line(&at, &leader))
		if (find_hat(leader.field[0], &hat) &&
		    str_equal(hat.uri, uri) && is_proven(r, &leader, jid))
			return true;
	return false;
}

/* ---- hats follow ---- */

static void put(struct room *r, const char *text, const struct hat *hat)
{
	struct jid *jid = jid_parse(text);

	if (jid && !hat_list_is_full(&r->hats, jid_bare(jid)) &&
	    affiliation_list_get(&r->affiliations, jid) != AFFILIATION_OUTCAST)
		wear_put(r, jid, hat, HAT_LIST_ROSTER);
	jid_free(&jid);
}

static void put_all(struct room *r)
{
	const char *at = r->config.leaders;
	struct line leader, claim;
	struct hat hat;

	while (read_line(&at, &leader)) {
		char *listed = listed_jid(leader.field[2]);
		const char *claims = r->config.claims;

		if (find_hat(leader.field[0], &hat)) {
			if (listed)
				put(r, listed, &hat);
			while (read_line(&claims, &claim))
				if (is_proven(r, &leader, claim.field[1]))
					put(r, claim.field[1], &hat);
		}
		mem_free(&listed);
	}
}

/* One hat that came of the list and is not due any more; false: there is
 * none. */
static bool take_one(struct room *r)
{
	struct map_cursor cursor;
	struct jid *jid;
	char *uri = NULL;

	if (!r->hats.wearers)
		return false;
	map_begin(r->hats.wearers, &cursor);
	while (!uri && map_next(&cursor)) {
		const struct hat_wearer *wearer = cursor.value;

		for (size_t i = 0; !uri && i < wearer->count; i++)
			if (wearer->worn[i].of_roster &&
			    !is_due(r, cursor.key, wearer->worn[i].uri))
				uri = str_dup(wearer->worn[i].uri);
	}
	if (!uri)
		return false;
	jid = jid_parse(cursor.key);
	if (jid)
		wear_take(r, jid, uri, HAT_LIST_ROSTER);
	else
		hat_list_take(&r->hats, cursor.key, uri);
	jid_free(&jid);
	mem_free(&uri);
	return true;
}

static void follow(struct room *r)
{
	while (take_one(r))
		;
	put_all(r);
}

/* ---- verbs ---- */

static struct room *find_room(struct muc *m, const char *text)
{
	struct jid *jid = jid_parse(text);
	struct room *r = jid ? map_get(m->rooms, jid_bare(jid)) : NULL;

	jid_free(&jid);
	return r && !r->config.is_destroyed ? r : NULL;
}

enum leaders_result muc_leaders_set(struct muc *m, const char *room,
				    const char *lines)
{
	struct room *r = find_room(m, room);
	const char *at = lines;
	struct buf kept = { 0 };
	struct line l;
	size_t count = 0;

	if (!r)
		return LEADERS_NO_ROOM;
	if (!room_may_save(r))
		return LEADERS_BEHIND;
	while (count < LEADERS_MAX && read_line(&at, &l)) {
		if (!*l.field[0] || !*l.field[2])
			continue;
		add_line(&kept, l.field[0], l.field[1], l.field[2]);
		count++;
	}
	if (str_equal(buf_str(&kept),
		      r->config.leaders ? r->config.leaders : "")) {
		buf_fini(&kept);
		return LEADERS_SAME;
	}
	keep_text(&r->config.leaders, &kept);
	persist_room(r);
	follow(r);
	house_finish(m, r);
	return LEADERS_DONE;
}

/* Normal form, owned; NULL: it is none. */
static char *read_person(const char *text)
{
	struct jid *jid = jid_parse(text);
	char *bare = NULL;

	if (jid && jid_local(jid) && strlen(jid_bare(jid)) < FIELD_SIZE)
		bare = str_dup(jid_bare(jid));
	jid_free(&jid);
	return bare;
}

/** The claims, without one of them. */
struct claims {
	struct buf others;
	struct line found; /* empty: not there */
	size_t count;      /* of all others */
	size_t of_person;
};

static void read_claims(const struct room *r, const char *jid,
			const char *address, struct claims *out)
{
	const char *at = r->config.claims;
	struct line l;

	*out = (struct claims){ 0 };
	while (read_line(&at, &l)) {
		bool is_theirs = str_equal(l.field[1], jid);

		if (is_theirs && str_equal_case(l.field[0], address)) {
			out->found = l;
			continue;
		}
		add_line(&out->others, l.field[0], l.field[1], l.field[2]);
		out->count++;
		out->of_person += is_theirs;
	}
}

static enum leaders_result claim(struct room *r, const char *jid,
				 const char *address, const char *by)
{
	enum leaders_result result = LEADERS_DONE;
	struct claims c;

	if (!is_listed(r, address))
		return LEADERS_NOBODY;
	read_claims(r, jid, address, &c);
	if (*c.found.field[0] && (!*by || *c.found.field[2]))
		result = LEADERS_SAME;
	else if (!*by && (c.count >= LEADERS_CLAIMS_MAX ||
			  c.of_person >= LEADERS_CLAIMS_EACH))
		result = LEADERS_FULL;
	if (result == LEADERS_DONE) {
		add_line(&c.others, address, jid, by);
		keep_text(&r->config.claims, &c.others);
	}
	buf_fini(&c.others);
	return result;
}

bool leaders_note(struct room *r, const char *jid, const char *address)
{
	return strlen(address) < FIELD_SIZE && !strpbrk(address, "\t\n") &&
	       claim(r, jid, address, "") == LEADERS_DONE;
}

static enum leaders_result deny(struct room *r, const char *jid,
				const char *address)
{
	struct claims c;

	read_claims(r, jid, address, &c);
	if (*c.found.field[0])
		keep_text(&r->config.claims, &c.others);
	buf_fini(&c.others);
	return *c.found.field[0] ? LEADERS_DONE : LEADERS_NO_CLAIM;
}

enum what { WHAT_CLAIM, WHAT_CONFIRM, WHAT_DENY };

static enum leaders_result change(struct muc *m, const char *room,
				  const char *text, const char *address,
				  const char *by, enum what what)
{
	static const char *const acts[] = { "claim", "claim-confirm",
					    "claim-deny" };
	struct room *r = find_room(m, room);
	enum leaders_result result;
	char *jid;

	if (!r)
		return LEADERS_NO_ROOM;
	if (!room_may_save(r))
		return LEADERS_BEHIND;
	if (strlen(address) >= FIELD_SIZE || strpbrk(address, "\t\n"))
		return LEADERS_NOBODY;
	jid = read_person(text);
	if (!jid)
		return LEADERS_BAD_JID;
	if (what == WHAT_DENY)
		result = deny(r, jid, address);
	else
		result = claim(r, jid, address, what == WHAT_CLAIM ? "" : by);
	if (result == LEADERS_DONE) {
		muc_audit(m, jid_text(r->jid), by, acts[what], jid, NULL,
			  address);
		persist_room(r);
		follow(r);
		house_finish(m, r);
	}
	mem_free(&jid);
	return result;
}

enum leaders_result muc_leaders_claim(struct muc *m, const char *room,
				      const char *jid, const char *address)
{
	return change(m, room, jid, address, jid, WHAT_CLAIM);
}

enum leaders_result muc_leaders_confirm(struct muc *m, const char *room,
					const char *jid, const char *address,
					const char *by)
{
	return change(m, room, jid, address, by, WHAT_CONFIRM);
}

enum leaders_result muc_leaders_deny(struct muc *m, const char *room,
				     const char *jid, const char *address,
				     const char *by)
{
	return change(m, room, jid, address, by, WHAT_DENY);
}

/* ---- listing ---- */

static void view(const struct line *leader, const char *jid, const char *by,
		 leader_view_fn fn, void *owner)
{
	fn(owner, &(struct leader_view){
			  .role = leader->field[0],
			  .name = leader->field[1],
			  .address = leader->field[2],
			  .jid = jid,
			  .confirmed = by,
		  });
}

static void view_leader(const struct room *r, const struct line *leader,
			leader_view_fn fn, void *owner)
{
	char *listed = listed_jid(leader->field[2]);
	const char *at = r->config.claims;
	bool is_viewed = listed != NULL;
	struct line c;

	if (listed)
		view(leader, listed, HAT_LIST_ROSTER, fn, owner);
	while (read_line(&at, &c)) {
		if (!str_equal_case(c.field[0], leader->field[2]))
			continue;
		view(leader, c.field[1], *c.field[2] ? c.field[2] : NULL, fn,
		     owner);
		is_viewed = true;
	}
	if (!is_viewed)
		view(leader, NULL, NULL, fn, owner);
	mem_free(&listed);
}

bool muc_leaders_each(struct muc *m, const char *room, leader_view_fn fn,
		      void *owner)
{
	const struct room *r = find_room(m, room);
	const char *at = r ? r->config.leaders : NULL;
	struct line leader;

	while (read_line(&at, &leader))
		view_leader(r, &leader, fn, owner);
	return r != NULL;
}
