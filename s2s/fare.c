/* SPDX-License-Identifier: MIT */
#include "s2s/fare.h"

#include "base/log.h"
#include "s2s/place.h"
#include "s2s/share.h"
#include "s2s/tally.h"

void fare_choose(struct fare *f, const struct addr *by, bool has_others)
{
	if (f->is_paid)
		return;
	if (!has_others || !share_has_room(f->place->verifies, f->payer))
		f->payer = share_slot(by);
}

static void note_over_share(struct fare *f, const char *remote)
{
	if (f->is_over_share)
		return;
	f->is_over_share = true;
	log_debug(LOG_S2S, "%s: waits, whoever wants it verified has enough",
		  remote);
	counter_add(&tally.over_share, 1);
}

static bool take(struct fare *f, const char *remote)
{
	if (!share_take(f->place->verifies, f->payer)) {
		note_over_share(f, remote);
		return false;
	}
	/* counted first: other loops do the same at this moment */
	counter_add(&tally.verifying, 1);
	f->is_paid = true;
	if (counter_get(&tally.verifying) >
	    (int64_t)f->place->settings->max_verifying)
		fare_give_back(f);
	return f->is_paid;
}

bool fare_pay(struct fare *f, const char *remote, bool is_free)
{
	if (!is_free && !take(f, remote))
		return false;
	f->is_over_share = false;
	return true;
}

void fare_give_back(struct fare *f)
{
	if (!f->is_paid)
		return;
	f->is_paid = false;
	counter_add(&tally.verifying, -1);
	share_give_back(f->place->verifies, f->payer);
}
