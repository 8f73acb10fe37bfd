/* SPDX-License-Identifier: MIT */
#include "muc/audit.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/house.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "store/record.h"
#include "xmpp/stanza.h"

static void save(struct site *s, const char *room, struct record_audit audit)
{
	struct record *r = record_new(RECORD_AUDIT, room, site_now(s));

	r->as_audit.by = str_dup(audit.by);
	r->as_audit.act = str_dup(audit.act);
	r->as_audit.target = str_dup(audit.target);
	r->as_audit.reason = str_dup(audit.reason);
	r->as_audit.detail = str_dup(audit.detail);
	s->env.save(s->env.owner, room, r, false);
}

void audit_save_detail(struct site *s, const char *room, const char *by,
		       const char *act, const char *target,
		       const char *reason, const char *detail)
{
	save(s, room,
	     (struct record_audit){ .by = (char *)by,
				    .act = (char *)act,
				    .target = (char *)target,
				    .reason = (char *)reason,
				    .detail = (char *)detail });
}

void audit_save(struct site *s, const char *room, const char *by,
		const char *act, const char *target, const char *reason)
{
	audit_save_detail(s, room, by, act, target, reason, NULL);
}

void audit_act(const struct act *a, const char *act, const char *target,
	       const char *reason, const char *detail)
{
	audit_save_detail(a->room->site, jid_text(a->room->jid),
			  jid_bare(a->stanza->from), act, target, reason,
			  detail);
}

static void audit_rank(const struct act *a, const struct rank_change *c)
{
	const struct occupant *o = c->occupant;

	if (o && c->role == ROLE_NONE)
		audit_act(a, "kick", occupant_bare(o), c->reason,
			  occupant_nick(o));
	else if (o)
		audit_act(a, "role", occupant_bare(o), c->reason,
			  role_text(c->role));
	else if (c->affiliation == AFFILIATION_OUTCAST)
		audit_act(a, "ban", jid_text(c->jid), c->reason, NULL);
	else
		audit_act(a, "affiliation", jid_text(c->jid), c->reason,
			  affiliation_text(c->affiliation));
}

void audit_ranks(const struct act *a, const struct rank_change *changes,
		 size_t count)
{
	for (size_t i = 0; i < count; i++)
		audit_rank(a, &changes[i]);
}

void muc_audit(struct muc *m, const char *room, const char *by,
	       const char *act, const char *target, const char *reason,
	       const char *detail)
{
	audit_save_detail(&m->site, room, by, act, target, reason, detail);
}
