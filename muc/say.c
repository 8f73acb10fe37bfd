/* SPDX-License-Identifier: MIT */
#include "muc/say.h"

#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/eventing.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/tombstone.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* A line's id is its stanza-id as well: so that a correction can name it. */
static struct elem *build(const struct room *r, const char *id)
{
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid,
					 id);

	mark_add_stanza_id(e, id, r->jid);
	return e;
}

static void send(struct room *r, struct elem *owned, const char *id,
		 bool is_subject)
{
	int64_t now = site_now(r->site);
	struct frozen *f = frozen_new(owned);

	persist_message(r, owned, f, id, NULL, is_subject, now);
	elem_free(&owned);
	/* one whose history is not in memory finds the line in the archive */
	if (!is_subject && r->history.state == HISTORY_AWAKE)
		history_add(&r->history, f, id, now);
	r->has_news = true;
	r->said = now;
	recent_add(&r->recent, frozen_id(f));
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
}

void say_correction(struct room *r, const char *text, const char *replaces,
		    char id_out[RAND_ID_SIZE])
{
	char id[RAND_ID_SIZE];
	struct elem *e;

	rand_id_at(id, site_now(r->site));
	e = build(r, id);
	elem_add_with_text(e, "body", NULL, text);
	if (replaces)
		elem_set_attr(elem_add(e, "replace", NS_CORRECT), "id",
			      replaces);
	send(r, e, id, false);
	eventing_say(r, text, id);
	if (id_out)
		(void)str_copy(id_out, RAND_ID_SIZE, id);
}

void say_retraction(struct room *r, const char *line, const char *reason,
		    const char *id)
{
	struct elem *e = build(r, id), *retract;
	const struct retraction retraction = { .by = r->jid,
					       .reason = reason };

	retract = elem_add(e, "retract", NS_RETRACT);
	elem_set_attr(retract, "id", line);
	tombstone_add_moderated(retract, &retraction);
	send(r, e, id, false);
}

void say_line(struct room *r, const char *text)
{
	say_correction(r, text, NULL, NULL);
}

void say_subject(struct room *r, const char *text)
{
	char id[RAND_ID_SIZE];
	struct elem *e;

	rand_id_at(id, site_now(r->site));
	e = build(r, id);
	elem_add_with_text(e, "subject", NULL, text);
	send(r, e, id, true);
	subject_set(&r->subject, text, NULL, NULL, site_now(r->site));
	persist_room(r);
}

void say_to(struct room *r, const struct occupant *o, const char *text)
{
	struct session *s;
	char id[RAND_ID_SIZE];

	list_each(s, &o->sessions, node) {
		struct elem *e;

		rand_id(id);
		e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
		elem_add_with_text(e, "body", NULL, text);
		room_send_elem(r, e, s->jid);
		eventing_tell(r, s, text, id);
	}
}
