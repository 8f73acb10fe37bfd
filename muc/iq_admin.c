/* SPDX-License-Identifier: MIT */
#include "muc/iq_admin.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/admin_plan.h"
#include "muc/audit.h"
#include "muc/invite.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/stanza.h"

static void run(struct act *a, struct admin_plan *p)
{
	struct room *r = a->room;
	char *actor = NULL;

	if (a->session)
		actor = str_dup(occupant_nick(a->session->occupant));
	audit_ranks(a, p->changes, p->count);
	rank_apply(r, p->changes, p->count);
	act_answer_in_order(a, stanza_result_new(a->stanza));
	rank_tell(r, p->changes, p->count, actor);
	invite_new_members(r, a->stanza->from, p->changes, p->count);
	a->session = roster_find_session(&r->roster, a->stanza->from);
	log_debug(LOG_MUC, "%s: %zu changes by %s", jid_text(r->jid), p->count,
		  jid_bare(a->stanza->from));
	mem_free(&actor);
}

void iq_admin_set(struct act *a)
{
	struct admin_plan plan;

	admin_plan_init(&plan, a);
	if (admin_plan_read(&plan) && act_may_save(a))
		run(a, &plan);
	admin_plan_fini(&plan);
}
