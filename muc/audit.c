/* SPDX-License-Identifier: MIT */
#include "muc/audit.h"

#include "base/str.h"
#include "muc/house.h"
#include "muc/site.h"
#include "store/record.h"

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

void audit_save(struct site *s, const char *room, const char *by,
		const char *act, const char *target, const char *reason)
{
	save(s, room,
	     (struct record_audit){ .by = (char *)by,
				    .act = (char *)act,
				    .target = (char *)target,
				    .reason = (char *)reason });
}

void muc_audit(struct muc *m, const char *room, const char *by,
	       const char *act, const char *target, const char *reason,
	       const char *detail)
{
	save(&m->site, room,
	     (struct record_audit){ .by = (char *)by,
				    .act = (char *)act,
				    .target = (char *)target,
				    .reason = (char *)reason,
				    .detail = (char *)detail });
}
