/* SPDX-License-Identifier: MIT */
#include "s2s/pace.h"

#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "base/throttle.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "s2s/tally.h"

#define LOOK_AGAIN 20 /* ms; when only buckets are empty */

struct pace {
	struct loop *loop;
	unsigned per_turn;
	struct throttle all;
	struct quota *networks;
	struct list waiting; /* struct pace_turn, first come, first served */
	struct turn serve;
	struct timer *again;
};

static void start_some(void *owner);
static void look_again(void *owner);

struct pace *pace_new(struct loop *loop, const struct pace_settings *settings)
{
	struct pace *p = mem_new(struct pace);

	require(settings->per_turn > 0);
	p->loop = loop;
	p->per_turn = settings->per_turn;
	throttle_init(&p->all, settings->rate,
		      settings->rate > 1 ? settings->rate : 1, loop_now(loop));
	p->networks = quota_new(settings->rate_network,
				settings->rate_network > 1
					? settings->rate_network : 1);
	list_init(&p->waiting);
	turn_init(&p->serve, start_some, p);
	p->again = timer_new(loop, look_again, p);
	return p;
}

void pace_free(struct pace **p)
{
	if (!*p)
		return;
	require(list_is_empty(&(*p)->waiting));
	turn_remove(&(*p)->serve);
	quota_free(&(*p)->networks);
	timer_free(&(*p)->again);
	mem_free(p);
}

static bool may_start(struct pace *p, const struct pace_turn *t)
{
	int64_t now = loop_now(p->loop);

	if (!throttle_take(&p->all, 1, now))
		return false;
	if (quota_take(p->networks, t->network, now))
		return true;
	(void)throttle_charge(&p->all, -1, now); /* not used after all */
	return false;
}

/* At the end of a turn, or later; never more than a turn's share. */
static void start_some(void *owner)
{
	struct pace *p = owner;
	struct pace_turn *t, *tmp;
	unsigned started = 0;

	list_each_safe(t, tmp, &p->waiting, node) {
		if (started == p->per_turn)
			break;
		if (!may_start(p, t))
			continue;
		started++;
		pace_leave(t);
		t->fn(t->owner);
	}
	if (list_is_empty(&p->waiting))
		return;
	counter_add(&tally.paced, 1);
	if (started == p->per_turn)
		loop_at_turn_end(p->loop, &p->serve);
	else
		timer_start(p->again, LOOK_AGAIN);
}

static void look_again(void *owner)
{
	struct pace *p = owner;

	loop_at_turn_end(p->loop, &p->serve);
}

void pace_turn_init(struct pace_turn *t, void (*fn)(void *owner), void *owner)
{
	*t = (struct pace_turn){ .fn = fn, .owner = owner };
	list_init(&t->node);
}

void pace_wait(struct pace *p, struct pace_turn *t, const struct addr *peer)
{
	char network[ADDR_TEXT_SIZE];

	require(list_is_empty(&t->node));
	addr_print_network(peer, 64, network);
	t->network = str_dup(network);
	list_add_tail(&p->waiting, &t->node);
	loop_at_turn_end(p->loop, &p->serve);
}

void pace_leave(struct pace_turn *t)
{
	list_remove(&t->node);
	mem_free(&t->network);
}
