/* SPDX-License-Identifier: MIT */
#include "muc/mention.h"

#include "base/rand.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/hat.h"
#include "muc/nickname.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/forward.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define MENTIONS_MAX 10 /* of one line */

/* Who is meant: a bare JID, or an occupant of this room by nick. The key of
 * their entry, borrowed, or NULL. */
static const char *find_key(const struct room *r, const struct jid *jid)
{
	const struct affiliation_list *l = &r->affiliations;
	const char *key;
	struct nickname n;

	if (!jid_equal_bare(jid, r->jid))
		return affiliation_list_find(l, jid_bare(jid)) ? jid_bare(jid)
							       : NULL;
	if (!nickname_make(&n, jid_resource(jid)))
		return NULL;
	key = affiliation_list_find_nick(l, n.key);
	nickname_fini(&n);
	return key;
}

static bool is_present(const struct room *r, const struct jid *bare)
{
	const struct occupant *o;

	list_each(o, &r->roster.occupants, node)
		if (jid_equal_bare(o->shown->jid, bare))
			return true;
	return false;
}

static void forward(struct room *r, const struct jid *to,
		    const struct elem *message, int64_t now)
{
	char id[RAND_ID_SIZE];
	struct elem *e;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, r->jid, id);
	forward_add(elem_add(e, "mentions", NS_MENTIONED), message, r->jid,
		    now);
	room_send_elem(r, e, to);
}

/** A line and who was told of it. */
struct telling {
	struct room *room;
	const struct elem *message;
	struct map *seen; /* owned; bare JID -> anything; NULL: nobody yet */
	int64_t now;
};

static bool was_told(const struct telling *t, const char *key)
{
	return t->seen && map_get(t->seen, key);
}

/* Most lines are for nobody in particular: they need no map. */
static void tell(struct telling *t, const char *key, const struct jid *to)
{
	static char there;

	if (!t->seen)
		t->seen = map_new();
	map_add(t->seen, key, &there);
	forward(t->room, to, t->message, t->now);
}

/* Members with a nick of their own who are away, each once. */
static void try_forward(struct telling *t, const char *address)
{
	struct room *r = t->room;
	struct jid *jid = address ? jid_parse(address) : NULL;
	const char *key = jid ? find_key(r, jid) : NULL;
	const struct affiliation_entry *entry;
	struct jid *to = key ? jid_parse(key) : NULL;

	entry = key ? affiliation_list_find(&r->affiliations, key) : NULL;
	if (to && jid_local(to) && !was_told(t, key) && entry->nick &&
	    entry->affiliation > AFFILIATION_OUTCAST && !is_present(r, to) &&
	    room_may_write_out(r, 1))
		tell(t, key, to);
	jid_free(&to);
	jid_free(&jid);
}

/* The address of a mention, borrowed, or NULL. */
static const char *read_address(const struct elem *child)
{
	const char *uri = elem_attr(child, "uri");

	if (elem_is(child, "mention", NS_MENTIONS) &&
	    !elem_attr(child, "mentions"))
		return elem_attr(child, "jid");
	if (elem_is(child, "reference", NS_REFERENCE) &&
	    str_equal(elem_attr(child, "type"), "mention") && uri &&
	    str_has_prefix(uri, "xmpp:"))
		return uri + strlen("xmpp:");
	return NULL;
}

/* Whoever wears the hat and is away, whether they registered or not: a chair
 * knows of them. */
static void tell_wearers(struct telling *t, const char *uri)
{
	struct map_cursor cursor;
	struct jid *jid;

	if (!t->room->hats.wearers)
		return;
	map_begin(t->room->hats.wearers, &cursor);
	while (map_next(&cursor)) {
		if (!hat_list_wears(&t->room->hats, cursor.key, uri) ||
		    was_told(t, cursor.key))
			continue;
		jid = jid_parse(cursor.key);
		if (jid && !is_present(t->room, jid) &&
		    room_may_write_out(t->room, 1))
			tell(t, cursor.key, jid);
		jid_free(&jid);
	}
}

/* XEP-0513 #hats */
static const char *read_hat(const struct elem *child)
{
	if (elem_is(child, "mention", NS_MENTIONS) &&
	    str_equal(elem_attr(child, "mentions"), NS_MENTIONS "#hats"))
		return elem_attr(child, "uri");
	return NULL;
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* "@scribe", "@chairs": a hat of the house as people type it. */
static bool is_typed(const char *body, const char *name)
{
	size_t len = strlen(name);
	const char *at = body;

	while ((at = strchr(at, '@'))) {
		bool is_begin = at == body || !is_of_word(at[-1]);
		const char *word = ++at;

		if (!is_begin || strncmp(word, name, len) != 0)
			continue;
		word += len;
		if (*word == 's')
			word++;
		if (!is_of_word(*word) && *word != '.' && *word != '@')
			return true;
		/* the end of a sentence, but no domain */
		if (*word == '.' && !is_of_word(word[1]))
			return true;
	}
	return false;
}

static void tell_typed(struct telling *t)
{
	const char *body = elem_child_text(t->message, "body", NS_SERVER);
	struct hat hat;

	if (!body || !strchr(body, '@'))
		return;
	for (size_t i = 0; hat_get(NULL, i, &hat); i++)
		if (is_typed(body, hat.name))
			tell_wearers(t, hat.uri);
}

void mention_forward(struct room *r, const struct elem *message, int64_t now)
{
	struct telling t = { .room = r, .message = message, .now = now };
	const struct elem *child;
	size_t count = 0;

	if (!r->config.forwards_mentions)
		return;
	for (child = elem_child(message, NULL, NULL);
	     child && count < MENTIONS_MAX;
	     child = elem_next(child, NULL, NULL)) {
		const char *address = read_address(child);
		const char *hat = read_hat(child);

		if (address)
			try_forward(&t, address);
		if (hat)
			tell_wearers(&t, hat);
		count += address || hat;
	}
	tell_typed(&t);
	map_free(&t.seen, NULL);
}
