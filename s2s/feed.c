/* SPDX-License-Identifier: MIT */
#include "s2s/feed.h"

uint64_t feed_add(struct feed *f, uint64_t stream, size_t max_bytes)
{
	uint64_t unused = 0;

	if (f->stream == 0) {
		f->stream = stream;
		f->max_bytes = max_bytes;
	} else if (f->stream != stream) {
		unused = f->spare;
		f->spare = stream;
		f->spare_max_bytes = max_bytes;
	}
	return unused;
}

static void use_spare(struct feed *f)
{
	f->stream = f->spare;
	f->max_bytes = f->spare_max_bytes;
	f->spare = 0;
	f->is_under_way = false;
}

enum feed_gap feed_remove(struct feed *f, uint64_t stream, uint32_t serial)
{
	enum feed_gap gap = FEED_GAP_NONE;

	if (f->spare == stream)
		f->spare = 0;
	if (f->stream != stream)
		return FEED_GAP_NONE;
	if (f->is_under_way)
		gap = serial == f->serial ? FEED_GAP_SENT : FEED_GAP_UNSENT;
	use_spare(f);
	return gap;
}

bool feed_take_drained(struct feed *f, uint64_t stream, uint32_t serial)
{
	if (!f->is_under_way || f->stream != stream || f->serial != serial)
		return false;
	f->is_under_way = false;
	return true;
}
