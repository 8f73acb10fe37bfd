/* SPDX-License-Identifier: MIT */
#include "xmpp/mark.h"

#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/ns.h"

void mark_add_delay(struct elem *stanza, const struct jid *from, int64_t at)
{
	struct elem *delay = elem_add(stanza, "delay", NS_DELAY);
	char stamp[DATETIME_SIZE];

	datetime_print(at, stamp);
	elem_set_attr(delay, "from", jid_text(from));
	elem_set_attr(delay, "stamp", stamp);
}

void mark_add_stanza_id(struct elem *stanza, const char *id,
			const struct jid *by)
{
	struct elem *e = elem_add(stanza, "stanza-id", NS_STANZA_ID);

	elem_set_attr(e, "by", jid_text(by));
	elem_set_attr(e, "id", id);
}

void mark_add_occupant_id(struct elem *stanza, const char *id)
{
	elem_set_attr(elem_add(stanza, "occupant-id", NS_OCCUPANT_ID), "id",
		      id);
}

/* Does the address claim to be the room or somebody in it? A malformed one is
 * taken for a claim: who knows how others read it. */
static bool is_claim(const char *text, const struct jid *room)
{
	struct jid *jid = jid_parse(text);
	bool is_room = !jid || jid_equal_bare(jid, room);

	jid_free(&jid);
	return is_room;
}

static bool is_of_room_namespace(const struct elem *e)
{
	static const char *const namespaces[] = {
		NS_MUC_USER, NS_OCCUPANT_ID, NS_HATS,
		NS_MODERATED, NS_MODERATED_0, NS_MAV,
	};
	size_t i;

	for (i = 0; i < array_len(namespaces); i++)
		if (!strcmp(elem_ns(e), namespaces[i]))
			return true;
	return false;
}

/* XEP-0425 #moderation-announcement: <moderated/> stands inside what retracts;
 * without it the rest would still claim to retract. */
static bool announces_moderation(const struct elem *e)
{
	return elem_child(e, "moderated", NS_MODERATED) ||
	       elem_child(e, "moderated", NS_MODERATED_0);
}

static bool is_forged(const struct elem *e, const struct jid *room)
{
	const char *by = elem_attr(e, "by"), *from = elem_attr(e, "from");

	if (is_of_room_namespace(e) || announces_moderation(e))
		return true;
	/* XEP-0424 #tombstones: only who keeps the archive puts up one */
	if (elem_is(e, "retracted", NS_RETRACT))
		return true;
	if (!strcmp(elem_ns(e), NS_STANZA_ID) && elem_is(e, "stanza-id", NULL))
		return !by || is_claim(by, room);
	if (!strcmp(elem_ns(e), NS_DELAY) ||
	    !strcmp(elem_ns(e), NS_LEGACY_DELAY))
		return from && is_claim(from, room);
	return false;
}

void mark_strip(struct elem *stanza, const struct jid *room)
{
	struct elem *e, *next;

	for (e = elem_child(stanza, NULL, NULL); e; e = next) {
		next = elem_next(e, NULL, NULL);
		if (is_forged(e, room))
			elem_remove(stanza, e);
	}
}
