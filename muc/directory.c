/* SPDX-License-Identifier: MIT */
#include "muc/directory.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/room.h"
#include "xmpp/rsm.h"

void directory_init(struct directory *d)
{
	*d = (struct directory){ 0 };
}

void directory_fini(struct directory *d)
{
	mem_free(&d->rooms);
	d->count = d->cap = 0;
}

/* Index of the first room that is not before jid. */
static size_t lower_bound(const struct directory *d, const char *jid)
{
	size_t low = 0, high = d->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(jid_text(d->rooms[mid]->jid), jid) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_at(const struct directory *d, size_t i, const char *jid)
{
	return i < d->count && str_equal(jid_text(d->rooms[i]->jid), jid);
}

void directory_add(struct directory *d, struct room *room)
{
	size_t at = lower_bound(d, jid_text(room->jid));

	require(!is_at(d, at, jid_text(room->jid)));
	if (d->count == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 16;
		d->rooms = mem_realloc(d->rooms,
				       d->cap * sizeof(*d->rooms));
	}
	memmove(d->rooms + at + 1, d->rooms + at,
		(d->count - at) * sizeof(*d->rooms));
	d->rooms[at] = room;
	d->count++;
}

void directory_remove(struct directory *d, const struct room *room)
{
	size_t at = lower_bound(d, jid_text(room->jid));

	if (!is_at(d, at, jid_text(room->jid)))
		return;
	d->count--;
	memmove(d->rooms + at, d->rooms + at + 1,
		(d->count - at) * sizeof(*d->rooms));
}

struct directory_page directory_find_page(const struct directory *d,
					  const struct rsm_request *request,
					  size_t max)
{
	size_t first = 0, end = d->count;

	if (request->max >= 0 && (size_t)request->max < max)
		max = (size_t)request->max;
	if (request->index > 0)
		first = (size_t)request->index < end ? (size_t)request->index
						     : end;
	if (request->after && *request->after) {
		first = lower_bound(d, request->after);
		if (is_at(d, first, request->after))
			first++;
	}
	if (request->before && *request->before)
		end = lower_bound(d, request->before);
	if (end < first)
		end = first;
	if (request->before && end - first > max)
		first = end - max;
	return (struct directory_page){
		.first = first,
		.count = end - first < max ? end - first : max,
	};
}
