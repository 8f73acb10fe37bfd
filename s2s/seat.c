/* SPDX-License-Identifier: MIT */
#include "s2s/seat.h"

#include <string.h>

#include "base/mem.h"
#include "s2s/shard.h"

#define MAX_SEATS 65536

static struct seat *find_free(struct seat_table *t)
{
	size_t before = t->count;
	size_t count;

	for (size_t i = 0; t->taken < t->count && i < t->count; i++) {
		if (!t->seats[i].is_taken)
			return &t->seats[i];
	}
	if (t->count >= MAX_SEATS)
		return NULL;
	count = t->count ? t->count * 2 : 16;
	t->seats = mem_realloc(t->seats, count * sizeof(*t->seats));
	memset(t->seats + t->count, 0, (count - t->count) * sizeof(*t->seats));
	t->count = count;
	return &t->seats[before];
}

struct seat *seat_take(struct seat_table *t, unsigned loop,
		       const struct addr *peer)
{
	struct seat *seat = find_free(t);
	struct shard_id id;

	if (!seat)
		return NULL;
	id = shard_id_unpack(seat->number);
	id.loop = (uint16_t)loop;
	id.slot = (uint16_t)(seat - t->seats);
	id.generation++;
	seat->number = shard_id_pack(id);
	seat->peer = *peer;
	seat->is_taken = true;
	t->taken++;
	return seat;
}

struct seat *seat_find(struct seat_table *t, uint64_t number)
{
	size_t slot = shard_id_unpack(number).slot;
	struct seat *seat = slot < t->count ? &t->seats[slot] : NULL;

	return seat && seat->is_taken && seat->number == number ? seat : NULL;
}

void seat_leave(struct seat_table *t, struct seat *seat)
{
	require(seat->is_taken);
	seat->is_taken = false;
	seat->stream = NULL;
	t->taken--;
}

void seat_fini(struct seat_table *t)
{
	mem_free(&t->seats);
	memset(t, 0, sizeof(*t));
}
