/* SPDX-License-Identifier: MIT */
/*
 * reports: how many reports of abuse were taken, and who may send more: so many
 * of a person, of their domain and of all in an hour. Who floods the log with
 * them is stopped first, by a share of their own.
 *
 * Thread: conference loop. Owner: embedded in struct site.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"

#define REPORTS_OF_USER 20    /* in an hour; half of it at once */
#define REPORTS_OF_DOMAIN 200
#define REPORTS_OF_ALL 1000

struct jid;
struct map;

struct reports {
	struct map *shares;  /* owned; bare JID or domain -> struct throttle */
	struct throttle all;
};

void reports_init(struct reports *v, int64_t now);
void reports_fini(struct reports *v);
/** Take so many; false: ask again later. */
bool reports_take(struct reports *v, const struct jid *reporter, size_t count,
		  int64_t now);
