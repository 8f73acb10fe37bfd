/* SPDX-License-Identifier: MIT */
#include "s2s/round.h"

#include <string.h>

#include "base/error.h"
#include "dns/target.h"
#include "net/dial.h"
#include "s2s/place.h"

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

static void on_dialled(void *owner, int owned_fd, size_t index)
{
	struct round *r = owner;

	r->dial = NULL;
	r->state = ROUND_RESTING;
	r->next += index + 1;
	r->events->on_connected(r->owner, owned_fd);
}

static void on_dial_failed(void *owner, int error)
{
	struct round *r = owner;

	r->dial = NULL;
	r->next = r->count;
	exhaust(r, COND_REMOTE_SERVER_TIMEOUT,
		error == HW_E_ACCESS ? "only private addresses"
				     : hw_error_text(error));
}

static const struct dial_events dial_events = {
	.on_dialled = on_dialled,
	.on_dial_failed = on_dial_failed,
};

static void connect_from_next(struct round *r)
{
	struct dial_settings settings;

	dial_settings_init(&settings);
	settings.timeout = r->place->settings->connect_timeout;
	settings.allow_private = r->place->settings->allow_private;
	r->state = ROUND_CONNECTING;
	r->dial = dial_start(r->place->loop, &settings, r->addrs + r->next,
			     r->count - r->next, &dial_events, r);
}

void round_go_on(struct round *r)
{
	require(r->state == ROUND_RESTING);
	if (r->next < r->count)
		connect_from_next(r);
	else
		exhaust(r, COND_REMOTE_SERVER_TIMEOUT, NULL);
}

/* ---- resolving ---- */

static void take_addrs(struct round *r, const struct target *t)
{
	if (t->direct_tls)
		return; /* not spoken yet */
	for (size_t i = 0; i < t->addr_count; i++) {
		if (r->count < ROUND_MAX_ADDRS)
			r->addrs[r->count++] = t->addrs[i];
	}
}

static void on_targets(void *owner, const struct target_list *list)
{
	struct round *r = owner;

	r->search = NULL;
	for (size_t i = 0; i < list->count; i++)
		take_addrs(r, &list->targets[i]);
	if (r->count > 0)
		connect_from_next(r);
	else if (list->status == TARGET_FAILED)
		exhaust(r, COND_REMOTE_SERVER_TIMEOUT, "DNS does not answer");
	else
		exhaust(r, COND_REMOTE_SERVER_NOT_FOUND,
			"DNS knows no server of it");
}

void round_begin(struct round *r, const char *domain)
{
	require(r->state == ROUND_RESTING);
	r->count = r->next = 0;
	r->state = ROUND_RESOLVING;
	r->search = target_find(r->place->resolver, domain, on_targets, r);
}

void round_cancel(struct round *r)
{
	target_cancel(&r->search);
	dial_cancel(&r->dial);
	r->state = ROUND_RESTING;
}
