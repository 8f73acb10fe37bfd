/* SPDX-License-Identifier: MIT */
#include "s2s/round.h"

#include <string.h>

#include "base/error.h"
#include "dns/target.h"
#include "loop/loop.h"
#include "net/dial.h"
#include "net/dial_book.h"
#include "s2s/place.h"
#include "s2s/tally.h"

void round_init(struct round *r, const struct place *place,
		const struct round_events *events, void *owner)
{
	memset(r, 0, sizeof(*r));
	r->place = place;
	r->events = events;
	r->owner = owner;
}

static void exhaust(struct round *r, enum cond_name why, const char *text)
{
	r->state = ROUND_RESTING;
	r->events->on_exhausted(r->owner, why, text);
}

/* ---- connecting ---- */

static void on_place_failed(void *owner, size_t index, int error)
{
	struct round *r = owner;

	r->route.places[index].is_spent = true;
	if (error == HW_E_ACCESS)
		counter_add(&tally.places_refused, 1);
}

static void on_dialled(void *owner, int owned_fd, size_t index)
{
	struct round *r = owner;
	struct route_place *p = &r->route.places[index];

	r->dial = NULL;
	r->state = ROUND_RESTING;
	p->is_spent = true;
	r->last = index;
	r->at = p->place.addr;
	r->events->on_connected(r->owner, owned_fd, p);
}

static void on_dial_failed(void *owner, int error)
{
	struct round *r = owner;

	r->dial = NULL;
	exhaust(r, COND_REMOTE_SERVER_TIMEOUT,
		error == HW_E_ACCESS ? "only private addresses"
				     : hw_error_text(error));
}

static const struct dial_events dial_events = {
	.on_place_failed = on_place_failed,
	.on_dialled = on_dialled,
	.on_dial_failed = on_dial_failed,
};

/* False when nothing is left. */
static bool connect_rest(struct round *r)
{
	struct dial_place places[ROUTE_MAX];
	struct dial_settings settings;
	size_t count = route_rest(&r->route, places);

	if (count == 0)
		return false;
	dial_settings_init(&settings);
	settings.timeout = r->place->settings->connect_timeout;
	settings.allow_private = r->place->settings->allow_private;
	settings.book = r->place->book;
	r->state = ROUND_CONNECTING;
	r->dial = dial_start(r->place->loop, &settings, places, count,
			     &dial_events, r);
	return true;
}

void round_go_on(struct round *r)
{
	require(r->state == ROUND_RESTING);
	if (!r->repeats)
		dial_book_fail(r->place->book, &r->at,
			       loop_now(r->place->loop));
	r->repeats = false;
	if (!connect_rest(r))
		exhaust(r, COND_REMOTE_SERVER_TIMEOUT, NULL);
}

void round_repeat(struct round *r)
{
	require(r->state == ROUND_RESTING && r->last < r->route.count);
	r->route.places[r->last].is_spent = false;
	r->repeats = true;
}

void round_succeed(struct round *r)
{
	dial_book_succeed(r->place->book, &r->at);
}

/* ---- resolving ---- */

static void on_targets(void *owner, const struct target_list *list)
{
	struct round *r = owner;

	r->search = NULL;
	place_plan(r->place, list, &r->route);
	counter_add(&tally.places_refused, (int64_t)r->route.refused);
	if (connect_rest(r))
		return;
	if (list->status == TARGET_OK)
		exhaust(r, COND_REMOTE_SERVER_TIMEOUT,
			"SRV leads only to ports that are not dialled");
	else if (list->status == TARGET_FAILED)
		exhaust(r, COND_REMOTE_SERVER_TIMEOUT, "DNS does not answer");
	else
		exhaust(r, COND_REMOTE_SERVER_NOT_FOUND,
			"DNS knows no server of it");
}

void round_begin(struct round *r, const char *domain)
{
	require(r->state == ROUND_RESTING);
	r->state = ROUND_RESOLVING;
	r->search = place_find(r->place, domain, on_targets, r);
}

void round_fini(struct round *r)
{
	require(r->state == ROUND_RESTING);
	route_fini(&r->route);
}

void round_cancel(struct round *r)
{
	target_cancel(&r->search);
	dial_cancel(&r->dial);
	r->state = ROUND_RESTING;
}
