/* SPDX-License-Identifier: MIT */
#include "muc/homes.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Until a server that did not vouch for its users is asked again. */
#define VOUCHER_AGAIN 600000 /* ms */

#define EMBEDS_IN_PRESENCE NS_ACCOUNT "#embed-presence-directed"

struct home {
	char *local;      /* owned; ours */
	char *remote;     /* owned */
	size_t sessions;
	bool is_attended; /* the links know */
	int64_t heard;    /* ms since epoch */
	int64_t asked;    /* 0: nothing is asked */
	bool is_doubted;  /* asked a second time, by a new stream */
	bool is_mute;     /* there, but answers no pings */
	bool is_vouching; /* for what is said of its accounts */
	int64_t voucher_asked; /* when, or 0 */
	char voucher_id[RAND_ID_SIZE];
};

/* Each stanza that comes looks for its home: no memory is taken for that. */
struct home_key {
	char text[2 * JID_PART_MAX + 2];
};

/* False: no address has a domain that long. */
static bool make_key(struct home_key *key, const char *local,
		     const char *remote)
{
	size_t remote_len = strlen(remote);
	size_t local_len = strlen(local);

	if (remote_len > JID_PART_MAX || local_len > JID_PART_MAX)
		return false;
	memcpy(key->text, remote, remote_len);
	key->text[remote_len] = ' ';
	memcpy(key->text + remote_len + 1, local, local_len + 1);
	return true;
}

static void home_free(void *value)
{
	struct home *home = value;

	mem_free(&home->local);
	mem_free(&home->remote);
	mem_free(&home);
}

void homes_init(struct homes *h, int64_t ping_after, int64_t ping_timeout)
{
	h->homes = map_new();
	h->ping_after = ping_after;
	h->ping_timeout = ping_timeout;
}

void homes_fini(struct homes *h)
{
	map_free(&h->homes, home_free);
}

static struct home *find(const struct homes *h, const char *local,
			 const char *remote)
{
	struct home_key key;

	return make_key(&key, local, remote) ? map_get(h->homes, key.text)
					     : NULL;
}

static struct home *add(struct homes *h, const char *local, const char *remote,
			int64_t now)
{
	struct home_key key;
	struct home *home = mem_new(struct home);

	home->local = str_dup(local);
	home->remote = str_dup(remote);
	home->heard = now;
	require(make_key(&key, local, remote));
	map_add(h->homes, key.text, home);
	return home;
}

struct home *homes_enter(struct homes *h, const char *local,
			 const char *remote, int64_t now)
{
	struct home *home = find(h, local, remote);

	if (!home)
		home = add(h, local, remote, now);
	home->sessions++;
	return home;
}

void homes_leave(struct homes *h, const char *local, const char *remote)
{
	struct home *home = find(h, local, remote);

	require(home && home->sessions);
	home->sessions--;
}

int64_t homes_heard(const struct homes *h, const char *local,
		    const char *remote)
{
	const struct home *home = find(h, local, remote);

	return home && home->sessions ? home->heard : 0;
}

void home_hear(struct home *home, int64_t now)
{
	if (home->asked)
		home->is_mute = false;
	home->heard = now;
	home->asked = 0;
	home->is_doubted = false;
}

void homes_hear(struct homes *h, const char *local, const char *remote,
		int64_t now)
{
	struct home *home = find(h, local, remote);

	if (home)
		home_hear(home, now);
}

/* Any answer will do, also an error. */
static void ask(struct home *home, struct site *site, int64_t now)
{
	struct jid *from = jid_parse(home->local);
	struct jid *to = jid_parse(home->remote);
	char id[RAND_ID_SIZE];
	struct elem *e;

	rand_id(id);
	home->asked = now;
	e = stanza_elem_new(STANZA_IQ, "get", from, id);
	elem_add(e, "ping", NS_PING);
	site_answer(site, e, to, home->local);
	jid_free(&from);
	jid_free(&to);
}

void homes_doubt(struct homes *h, struct site *site, const char *local,
		 const char *remote)
{
	struct home *home = find(h, local, remote);

	if (home && home->sessions && !home->asked)
		ask(home, site, site_now(site));
}

/* ---- its word on its users ---- */

bool homes_is_vouching(const struct homes *h, const char *local,
		       const char *remote)
{
	const struct home *home = find(h, local, remote);

	return home && home->is_vouching;
}

void homes_ask_voucher(struct homes *h, struct site *site, const char *local,
		       const char *remote)
{
	struct home *home = find(h, local, remote);
	int64_t now = site_now(site);
	struct jid *from, *to;
	struct elem *e;

	if (!home || home->is_vouching ||
	    (home->voucher_asked && now - home->voucher_asked < VOUCHER_AGAIN))
		return;
	home->voucher_asked = now;
	rand_id(home->voucher_id);
	from = jid_parse(local);
	to = jid_parse(remote);
	e = stanza_elem_new(STANZA_IQ, "get", from, home->voucher_id);
	elem_add(e, "query", NS_DISCO_INFO);
	site_answer(site, e, to, local);
	jid_free(&from);
	jid_free(&to);
}

static bool has_feature(const struct elem *query, const char *var)
{
	const struct elem *feature;

	for (feature = elem_child(query, "feature", NS_DISCO_INFO); feature;
	     feature = elem_next(feature, "feature", NS_DISCO_INFO))
		if (str_equal(elem_attr(feature, "var"), var))
			return true;
	return false;
}

/* The server itself has to say it: an id that a client guessed is not enough. */
bool homes_take_voucher(struct homes *h, const struct stanza *s)
{
	struct home *home = find(h, jid_domain(s->to), jid_domain(s->from));
	const struct elem *query;

	if (!home || !home->voucher_asked || s->kind != STANZA_IQ ||
	    (s->type != STANZA_RESULT && s->type != STANZA_ERROR) ||
	    jid_local(s->from) || jid_resource(s->from) ||
	    !str_equal(stanza_id(s), home->voucher_id))
		return false;
	query = elem_child(s->elem, "query", NS_DISCO_INFO);
	home->is_vouching = s->type == STANZA_RESULT && query &&
			    has_feature(query, EMBEDS_IN_PRESENCE);
	return true;
}

/* ---- signs of life ---- */

/* No answer: perhaps the stream leads nowhere, so a new one is tried, once. If
 * that cannot be had, what waits for it tells; if it can, the server is there. */
static void doubt(struct home *home, struct site *site, int64_t now)
{
	if (home->is_doubted || home->is_mute) {
		home->is_mute = true;
		home->is_doubted = false;
		home->heard = now;
		home->asked = 0;
		return;
	}
	home->is_doubted = true;
	site->env.doubt(site->env.owner, home->local, home->remote);
	ask(home, site, now);
}

static void tick_home(const struct homes *h, struct home *home,
		      struct site *site, int64_t now)
{
	if (!home->is_attended)
		home->is_attended = site->env.attend(
			site->env.owner, home->local, home->remote, true);
	if (home->asked && now - home->asked >= h->ping_timeout)
		doubt(home, site, now);
	else if (!home->asked && h->ping_after &&
		 now - home->heard >= h->ping_after)
		ask(home, site, now);
}

void homes_tick(struct homes *h, struct site *site)
{
	int64_t now = site_now(site);
	struct map_cursor cursor;

	map_begin(h->homes, &cursor);
	while (map_next(&cursor)) {
		struct home *home = cursor.value;

		if (home->sessions) {
			tick_home(h, home, site, now);
			continue;
		}
		if (home->is_attended)
			(void)site->env.attend(site->env.owner, home->local,
					       home->remote, false);
		home_free(map_steal(h->homes, cursor.key));
	}
}
