/* SPDX-License-Identifier: MIT */
#include "muc/mention.h"

#include "base/rand.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
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

/* Members with a nick of their own who are away, each once. */
static void try_forward(struct room *r, struct map *seen, const char *address,
			const struct elem *message, int64_t now)
{
	static char there;
	struct jid *jid = address ? jid_parse(address) : NULL;
	const char *key = jid ? find_key(r, jid) : NULL;
	const struct affiliation_entry *entry;
	struct jid *to = key ? jid_parse(key) : NULL;

	entry = key ? affiliation_list_find(&r->affiliations, key) : NULL;
	if (to && jid_local(to) && !map_get(seen, key) && entry->nick &&
	    entry->affiliation > AFFILIATION_OUTCAST && !is_present(r, to) &&
	    room_may_write_out(r, 1)) {
		map_add(seen, key, &there);
		forward(r, to, message, now);
	}
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

void mention_forward(struct room *r, const struct elem *message, int64_t now)
{
	struct map *seen = NULL;
	const struct elem *child;
	size_t count = 0;

	if (!r->config.forwards_mentions)
		return;
	for (child = elem_child(message, NULL, NULL);
	     child && count < MENTIONS_MAX;
	     child = elem_next(child, NULL, NULL)) {
		const char *address = read_address(child);

		if (!address)
			continue;
		if (!seen)
			seen = map_new();
		try_forward(r, seen, address, message, now);
		count++;
	}
	if (seen)
		map_free(&seen, NULL);
}
