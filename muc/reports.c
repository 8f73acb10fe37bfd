/* SPDX-License-Identifier: MIT */
#include "muc/reports.h"

#include "base/counter.h"
#include "base/map.h"
#include "base/mem.h"
#include "jid/jid.h"

#define HOUR 3600.0 /* s */

/* Shares above which those that are whole again are forgotten. */
#define MANY 500

static struct counter count_reports = COUNTER_INIT(
	"hallway_muc_reports", "Reports of abuse taken from users");

static void init_share(struct throttle *t, size_t an_hour, int64_t now)
{
	throttle_init(t, (double)an_hour / HOUR, (double)an_hour / 2, now);
}

void reports_init(struct reports *v, int64_t now)
{
	v->shares = map_new();
	init_share(&v->all, REPORTS_OF_ALL, now);
	counter_register(&count_reports);
}

void reports_fini(struct reports *v)
{
	map_free(&v->shares, free);
}

static void forget_whole(struct reports *v, int64_t now)
{
	struct map_cursor cursor;

	map_begin(v->shares, &cursor);
	while (map_next(&cursor))
		if (throttle_is_full(cursor.value, now))
			free(map_steal(v->shares, cursor.key));
}

/* Bounded: only who has taken something has one. */
static struct throttle *get(struct reports *v, const char *key, size_t an_hour,
			    int64_t now)
{
	struct throttle *t = map_get(v->shares, key);

	if (t)
		return t;
	t = mem_new(struct throttle);
	init_share(t, an_hour, now);
	map_add(v->shares, key, t);
	return t;
}

bool reports_take(struct reports *v, const struct jid *reporter, size_t count,
		  int64_t now)
{
	double cost = (double)count;
	struct throttle *own, *domain;

	if (map_count(v->shares) >= MANY)
		forget_whole(v, now);
	domain = get(v, jid_domain(reporter), REPORTS_OF_DOMAIN, now);
	own = jid_local(reporter) ? get(v, jid_bare(reporter), REPORTS_OF_USER,
					now) : NULL;
	if ((own && !throttle_take(own, cost, now)) ||
	    !throttle_take(domain, cost, now) ||
	    !throttle_take(&v->all, cost, now))
		return false;
	counter_add(&count_reports, (int64_t)count);
	return true;
}
