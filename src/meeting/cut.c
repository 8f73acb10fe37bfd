/* SPDX-License-Identifier: MIT */
/*
 * cut: the way to the domain of a scribe or chair is down (M13): the room says
 * so, and offers the hat.
 */
#include "meeting/board.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/muc_meeting.h"

static char there;

static bool is_of(const char *jid, const char *domain)
{
	const char *at = strchr(jid, '@');

	return str_equal(at ? at + 1 : jid, domain);
}

/* ---- is a scribe left? ---- */

struct search {
	const struct meeting_session *session;
	bool is_found;
};

static bool is_cut(const struct meeting_session *s, const char *jid)
{
	const char *at = strchr(jid, '@');

	return map_get(s->cut, at ? at + 1 : jid) != NULL;
}

static void look(void *owner, const struct observed_person *who)
{
	struct search *search = owner;

	if (board_has_scribe_hat(who) &&
	    !is_cut(search->session, who->jid))
		search->is_found = true;
}

bool cut_has_scribe(struct meeting_desk *d, const struct meeting_session *s)
{
	struct search search = { .session = s };

	muc_meeting_people(d->muc, s->room, look, &search);
	return search.is_found;
}

/* ---- who is cut off? ---- */

struct lost {
	const char *domain;
	struct buf scribes, chairs;
};

static void add(struct buf *names, const char *nick)
{
	buf_add_format(names, "%s%s", names->len ? ", " : "", nick);
}

static void gather(void *owner, const struct observed_person *who)
{
	struct lost *lost = owner;

	if (!is_of(who->jid, lost->domain))
		return;
	if (board_has_scribe_hat(who))
		add(&lost->scribes, who->nick);
	else if (board_has_chair_hat(who))
		add(&lost->chairs, who->nick);
}

static char *print_lost(struct lost *lost)
{
	if (lost->scribes.len)
		return str_format("The scribe (%s) is cut off: the link to %s "
				  "is down. Who goes on? Say scribe+",
				  buf_str(&lost->scribes), lost->domain);
	return str_format("A chair (%s) is cut off: the link to %s is down.",
			  buf_str(&lost->chairs), lost->domain);
}

void cut_tell(struct meeting_desk *d, struct meeting_session *s,
	      const char *domain, bool is_up)
{
	struct lost lost = { .domain = domain };
	bool was_cut = map_get(s->cut, domain) != NULL;

	if (is_up == !was_cut)
		return;
	if (is_up) {
		map_steal(s->cut, domain);
		(void)board_say(d, s->room,
			       str_format("The link to %s is back.", domain),
			       NULL);
		return;
	}
	muc_meeting_people(d->muc, s->room, gather, &lost);
	if (lost.scribes.len || lost.chairs.len) {
		map_add(s->cut, domain, &there);
		(void)board_say(d, s->room, print_lost(&lost), NULL);
	}
	buf_fini(&lost.scribes);
	buf_fini(&lost.chairs);
}
