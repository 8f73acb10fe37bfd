/* SPDX-License-Identifier: MIT */
/*
 * shard: which I/O loop the links to a remote domain live on, and the numbers
 * by which loops name each other's streams.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

/** 0..loops-1; the same for the whole run of the process. */
unsigned shard_of(const char *domain, unsigned loops);

/** A stream's name across threads: never a pointer (a stream may die while it
 *  is being asked about; then its generation is not found any more). */
struct shard_id {
	uint16_t loop;
	uint16_t slot;
	uint32_t generation;
};
uint64_t shard_id_pack(struct shard_id id);
struct shard_id shard_id_unpack(uint64_t packed);
