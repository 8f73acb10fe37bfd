/* SPDX-License-Identifier: MIT */
#include "s2s/shard.h"

#include <string.h>

#include "base/map.h"

unsigned shard_of(const char *domain, unsigned loops)
{
	require(loops > 0);
	return (unsigned)(map_hash(domain, strlen(domain)) % loops);
}

uint64_t shard_id_pack(struct shard_id id)
{
	return (uint64_t)id.loop << 48 | (uint64_t)id.slot << 32 |
	       id.generation;
}

struct shard_id shard_id_unpack(uint64_t packed)
{
	struct shard_id id = {
		.loop = (uint16_t)(packed >> 48),
		.slot = (uint16_t)(packed >> 32),
		.generation = (uint32_t)packed,
	};

	return id;
}
