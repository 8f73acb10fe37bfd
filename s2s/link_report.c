/* SPDX-License-Identifier: MIT */
/*
 * link_report: what a link tells the operator of itself.
 */
#include "s2s/link_part.h"

#include <inttypes.h>

#include "base/str.h"
#include "s2s/outbound.h"
#include "s2s/report.h"

void link_set_fault(struct link *l, const char *text)
{
	str_set(&l->fault, text);
	l->fault_at = link_now(l);
}

static const char *state_text(enum link_state state)
{
	static const char *const texts[] = {
		[LINK_IDLE] = "idle",
		[LINK_REACHING] = "connecting",
		[LINK_NEGOTIATING] = "negotiating",
		[LINK_VERIFYING] = "verifying",
		[LINK_READY] = "open",
		[LINK_DRAINING] = "closing",
		[LINK_BACKING_OFF] = "waiting",
	};

	return texts[state];
}

void link_report(const struct link *l, struct report *r)
{
	struct report_row *row = report_add(r);

	row->is_outgoing = true;
	row->state = link_is_fed(l) ? "on their stream" : state_text(l->state);
	row->local = str_dup(l->local);
	row->remote = str_dup(l->remote);
	row->since = link_now(l) - l->changed_at;
	row->idle = link_now(l) - l->used_at;
	row->envelopes = l->backlog.queue.count;
	row->bytes = l->backlog.queue.bytes;
	if (l->stream)
		outbound_report(l->stream, row);
	if (l->fault)
		row->error = str_format("%s (%" PRId64 " s ago)", l->fault,
					(link_now(l) - l->fault_at) / 1000);
}
