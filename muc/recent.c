/* SPDX-License-Identifier: MIT */
#include "muc/recent.h"

#include "base/map.h"
#include "base/str.h"

/* 0 marks a free place. */
static uint64_t hash(const char *id)
{
	return map_hash(id, strlen(id)) | 1;
}

void recent_add(struct recent *r, const char *id)
{
	r->hashes[r->next] = hash(id);
	r->next = (r->next + 1) % RECENT_MAX;
}

void recent_forget(struct recent *r, const char *id)
{
	uint64_t wanted = hash(id);

	for (size_t i = 0; i < RECENT_MAX; i++)
		if (r->hashes[i] == wanted)
			r->hashes[i] = 0;
}

bool recent_has(const struct recent *r, const char *id)
{
	uint64_t wanted = id ? hash(id) : 0;

	for (size_t i = 0; wanted && i < RECENT_MAX; i++)
		if (r->hashes[i] == wanted)
			return true;
	return false;
}
