/* SPDX-License-Identifier: MIT */
#include "muc/police.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/confusable.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/hat.h"
#include "muc/hat_list.h"
#include "muc/nickname.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Of a stanza without anything for the record: typing, keystrokes. */
#define SMALL_COST 0.25

static bool refuse(const struct act *a, enum cond_name name,
		   enum cond_type type, const char *text)
{
	act_refuse(a, name, type, text);
	return false;
}

static bool is_affiliated(const struct act *a)
{
	return room_affiliation(a->room, a->stanza->from, a->by_certificate) >=
	       AFFILIATION_MEMBER;
}

static bool take_share(const struct act *a, enum room_limits_kind kind,
		       double cost)
{
	struct room *r = a->room;

	return room_limits_take(&r->limits, &r->site->limits,
				jid_bare(a->stanza->from), kind, cost,
				site_now(r->site));
}

static bool take(const struct act *a, enum room_limits_kind kind, double cost)
{
	return is_affiliated(a) || take_share(a, kind, cost);
}

/* ---- messages ---- */

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

static bool is_short(const struct act *a, const char *body)
{
	const struct room_limits_settings *s = &a->room->site->limits;

	if (!body)
		return true;
	if (s->max_body && strlen(body) > s->max_body)
		return refuse(a, COND_POLICY_VIOLATION, COND_TYPE_MODIFY,
			      "This message is too long for the room.");
	if (s->max_lines && count_lines(body) > s->max_lines)
		return refuse(a, COND_POLICY_VIOLATION, COND_TYPE_MODIFY,
			      "This message has too many lines for the room.");
	return true;
}

/* XEP-0500 #server-side-rate-limiting: bodies count; admins are exempt. */
static bool is_slow_enough(const struct act *a)
{
	struct room *r = a->room;
	int64_t interval = calm_slow_mode(r);
	int64_t wait;
	char *text;

	if (!interval ||
	    a->session->occupant->affiliation >= AFFILIATION_ADMIN)
		return true;
	wait = room_limits_line(&r->limits, &r->site->limits,
				jid_bare(a->stanza->from),
				interval * 1000, site_now(r->site));
	if (!wait)
		return true;
	text = str_format("This room is in slow mode: one message in %" PRId64
			  " seconds. Try again in %" PRId64 " seconds.",
			  interval, (wait + 999) / 1000);
	act_refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT, text);
	mem_free(&text);
	return false;
}

static bool has_room_share(const struct act *a, double cost)
{
	struct room *r = a->room;

	return a->session->occupant->role == ROLE_MODERATOR ||
	       room_limits_take_talk(&r->limits, &r->site->limits, cost,
				     site_now(r->site));
}

bool police_drops_notices(const struct room *r)
{
	size_t max = r->site->limits.notice_users;

	return max && roster_session_count(&r->roster) > max;
}

static bool wears(const struct act *a, const char *uri)
{
	return hat_list_wears(&a->room->hats, jid_bare(a->stanza->from), uri);
}

/* XEP-0301. Every keystroke of everybody is a square; in a full room those go on
 * who write for the deaf. Members, too, have their share of them. */
static bool is_caption_passed_on(const struct act *a)
{
	struct room *r = a->room;

	if (police_drops_notices(r) && !wears(a, HAT_URN "scribe") &&
	    !wears(a, HAT_URN "minutes"))
		return false;
	return room_limits_take(&r->limits, &r->site->limits,
				jid_bare(a->stanza->from), LIMIT_CAPTIONS, 1,
				site_now(r->site));
}

/* Of a message that is not kept: a caption, or typing, read markers and the
 * like. */
static bool is_passed_on(const struct act *a)
{
	if (elem_child(a->stanza->elem, "rtt", NS_RTT))
		return is_caption_passed_on(a);
	return !police_drops_notices(a->room) &&
	       take(a, LIMIT_TALK, SMALL_COST);
}

/* A public record that nobody can read is none. Where there is none, or it is
 * for the members, people may encrypt as they like. */
static bool is_readable(const struct act *a)
{
	const struct room_config *c = &a->room->config;
	static const char *const namespaces[] = {
		NS_OMEMO, NS_OMEMO_2, NS_OPENPGP, NS_LEGACY_OPENPGP,
	};

	if (!c->is_logged || !room_config_is_open(c))
		return true;
	for (size_t i = 0; i < array_len(namespaces); i++)
		if (elem_child(a->stanza->elem, NULL, namespaces[i]))
			return refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY,
				      "What is said here is kept for all to "
				      "read: turn encryption off.");
	return true;
}

bool police_message(const struct act *a, bool is_kept)
{
	const char *body = elem_child_text(a->stanza->elem, "body", NS_SERVER);
	double cost = is_kept ? 1 : SMALL_COST;
	bool is_free; /* of the limits for those whom the room does not know */

	if (!is_kept)
		return is_passed_on(a) && has_room_share(a, cost);
	is_free = is_affiliated(a);
	if (!is_readable(a) || !(is_free || is_short(a, body)) ||
	    !calm_lets_pass(a, body))
		return false;
	if (!is_free && !take_share(a, LIMIT_TALK, cost))
		return refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
			      "You write too fast; try again soon.");
	if (!has_room_share(a, cost))
		return refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			      "Too many write at once; try again soon.");
	return !body || is_slow_enough(a);
}

bool police_private(const struct act *a)
{
	return take(a, LIMIT_TALK, 1) ||
	       refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
		      "You write too fast; try again soon.");
}

/* ---- presence ---- */

/* Are there as many clients of that domain as one may bring? */
static bool is_crowded(const struct act *a)
{
	const char *domain = jid_domain(a->stanza->from);
	size_t max = a->room->site->limits.domain_users, count = 0;
	const struct occupant *o;

	if (!max || roster_session_count(&a->room->roster) < max)
		return false;
	list_each(o, &a->room->roster.occupants, node)
		if (str_equal(jid_domain(o->shown->jid), domain))
			count += occupant_session_count(o);
	return count >= max;
}

bool police_join(const struct act *a)
{
	struct room *r = a->room;

	if (!take(a, LIMIT_PRESENCE, 1))
		return refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			      "You come and go too fast; try again soon.");
	if (!is_affiliated(a) && is_crowded(a))
		return refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			      "Too many of your server are in the room.");
	if (!is_affiliated(a) && !calm_lets_in(a))
		return false;
	return is_affiliated(a) ||
	       room_limits_take_join(&r->limits, &r->site->limits,
				     jid_domain(a->stanza->from),
				     site_now(r->site)) ||
	       refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		      "Too many come at once; try again soon.");
}

bool police_resync(const struct act *a)
{
	return take(a, LIMIT_PRESENCE, 1) ||
	       refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		      "You come too often; try again soon.");
}

bool police_presence(const struct act *a)
{
	return take(a, LIMIT_PRESENCE, 1);
}

/* ---- nicks ---- */

static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* XEP-0045 #security-spoofing: somebody else present whose nick looks so. */
static bool is_lookalike(const struct act *a, const struct nickname *nick)
{
	char *look = confusable_make(nick->text);
	const struct occupant *o;
	bool is = false;

	list_each(o, &a->room->roster.occupants, node)
		if (str_equal(o->look, look) &&
		    !jid_equal_bare(o->shown->jid, a->stanza->from)) {
			is = true;
			break;
		}
	mem_free(&look);
	return is;
}

bool police_nick(const struct act *a, const struct nickname *nick)
{
	size_t max = a->room->site->limits.max_nick;

	if (max && count_characters(nick->text) > max)
		return refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY,
			      "This nickname is too long.");
	if (is_lookalike(a, nick))
		return refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			      "This nickname looks like another's here.");
	return true;
}

bool police_nick_change(const struct act *a)
{
	return take(a, LIMIT_NICK, 1) ||
	       refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
		      "You change your nickname too often; try again soon.");
}
