/* SPDX-License-Identifier: MIT */
/*
 * recent: the ids of what a room sent to all lately. Some errors count as "this
 * client is gone" only when they quote one.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"

#define RECENT_MAX 64

struct recent {
	uint64_t hashes[RECENT_MAX]; /* ring */
	size_t next;
};

void recent_add(struct recent *r, const char *id);
/** As if it had never been added. */
void recent_forget(struct recent *r, const char *id);
bool recent_has(const struct recent *r, const char *id);
