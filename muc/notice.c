/* SPDX-License-Identifier: MIT */
#include "muc/notice.h"

#include "base/rand.h"
#include "jid/jid.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static struct elem *build(const struct room *r, const struct jid *jid,
			  enum affiliation a, const char *reason,
			  const char *code)
{
	char id[RAND_ID_SIZE];
	struct elem *e, *x, *item;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, r->jid, id);
	x = elem_add(e, "x", NS_MUC_USER);
	item = elem_add(x, "item", NULL);
	elem_set_attr(item, "affiliation", affiliation_text(a));
	elem_set_attr(item, "jid", jid_text(jid));
	elem_set_attr(item, "role", role_text(ROLE_NONE));
	if (reason)
		elem_add_with_text(item, "reason", NULL, reason);
	if (code)
		elem_set_attr(elem_add(x, "status", NULL), "code", code);
	return e;
}

void notice_affiliation(struct room *r, const struct jid *jid,
			enum affiliation before, enum affiliation now,
			const char *reason)
{
	bool is_stranger = before == AFFILIATION_NONE &&
			   now == AFFILIATION_OUTCAST;
	struct elem *e = build(r, jid, now, reason, NULL);
	struct frozen *f = frozen_new(e);

	elem_free(&e);
	room_send_to(r, f,
		     r->config.shows_jids ? ROSTER_ALL : ROSTER_MODERATORS, 0);
	frozen_unref(&f);
	/* nobody learns from us that a stranger's door stays shut */
	if (jid_local(jid) && !is_stranger && room_may_write_out(r, 1))
		room_send_elem(r, build(r, jid, now, reason, "101"), jid);
}
