/* SPDX-License-Identifier: MIT */
#include "web/live_ring.h"

#include "base/mem.h"
#include "base/str.h"

struct live_event *live_event_new(const char *room)
{
	struct live_event *e = mem_new(struct live_event);

	e->refs = 1;
	e->room = str_dup(room);
	return e;
}

struct live_event *live_event_ref(struct live_event *e)
{
	e->refs++;
	return e;
}

void live_event_unref(struct live_event **e)
{
	struct live_event *event = *e;

	*e = NULL;
	if (!event || --event->refs)
		return;
	mem_free(&event->room);
	buf_fini(&event->text);
	mem_free(&event);
}

void live_ring_init(struct live_ring *r, size_t size)
{
	r->size = size ? size : 1;
	r->events = mem_zero(r->size, sizeof(struct live_event *));
}

void live_ring_fini(struct live_ring *r)
{
	for (size_t i = 0; i < r->size; i++)
		live_event_unref(&r->events[i]);
	mem_free(&r->events);
}

void live_ring_add(struct live_ring *r, struct live_event *owned)
{
	struct live_event **place = &r->events[r->next % r->size];

	live_event_unref(place);
	*place = owned;
	r->next++;
}

struct live_event *live_ring_get(const struct live_ring *r, uint64_t number)
{
	return r->next - number > r->size ? NULL : r->events[number % r->size];
}
