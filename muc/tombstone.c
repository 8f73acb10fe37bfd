/* SPDX-License-Identifier: MIT */
#include "muc/tombstone.h"

#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"

void tombstone_add_moderated(struct elem *to, const struct retraction *r)
{
	struct elem *moderated;

	if (!r->by)
		return;
	moderated = elem_add(to, "moderated", NS_MODERATED);
	elem_set_attr(moderated, "by", jid_text(r->by));
	mark_add_occupant_id(moderated, r->occupant_id);
	if (r->reason)
		elem_add_with_text(to, "reason", NULL, r->reason);
}

/* Who said it and under which ids; nothing of what, but that it took something
 * else back (which clients have to learn). */
static void copy_marks(struct elem *to, const struct elem *line)
{
	static const char *const attrs[] = { "from", "id", "type" };
	const struct elem *child;

	for (size_t i = 0; i < array_len(attrs); i++)
		elem_set_attr(to, attrs[i], elem_attr(line, attrs[i]));
	for (child = elem_child(line, NULL, NULL); child;
	     child = elem_next(child, NULL, NULL))
		if (elem_is(child, "stanza-id", NS_STANZA_ID) ||
		    elem_is(child, "occupant-id", NS_OCCUPANT_ID) ||
		    elem_is(child, "retract", NS_RETRACT))
			elem_add_copy(to, child);
}

struct elem *tombstone_new(const struct elem *line, const struct retraction *r)
{
	struct elem *e = elem_new("message", NS_SERVER), *retracted;
	char stamp[DATETIME_SIZE];

	copy_marks(e, line);
	retracted = elem_add(e, "retracted", NS_RETRACT);
	datetime_print(r->at, stamp);
	elem_set_attr(retracted, "id", r->message_id);
	elem_set_attr(retracted, "stamp", stamp);
	tombstone_add_moderated(retracted, r);
	return e;
}

bool tombstone_is_one(const struct elem *line)
{
	return elem_child(line, "retracted", NS_RETRACT) != NULL;
}
