/* SPDX-License-Identifier: MIT */
#include "muc/say.h"

#include "base/rand.h"
#include "jid/jid.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/stanza.h"

void say_line(struct room *r, const char *text)
{
	char id[RAND_ID_SIZE], stanza_id[RAND_ID_SIZE];
	int64_t now = site_now(r->site);
	struct frozen *f;
	struct elem *e;

	rand_id(id);
	rand_id(stanza_id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
	elem_add_with_text(e, "body", NULL, text);
	mark_add_stanza_id(e, stanza_id, r->jid);
	persist_message(r, e, stanza_id, NULL, false, now);
	f = frozen_new(e);
	elem_free(&e);
	/* one whose history is not in memory finds the line in the archive */
	if (r->history.state == HISTORY_AWAKE)
		history_add(&r->history, f, stanza_id, now);
	r->has_news = true;
	r->said = now;
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
}
