/* SPDX-License-Identifier: MIT */
/*
 * directory: the public rooms of one domain in the order of their addresses, a
 * page at a time (XEP-0045 #disco-rooms, XEP-0059).
 *
 * Thread: conference loop. Owner: struct muc, one for each domain.
 */
#pragma once

#include "base/base.h"

struct room;
struct rsm_request;

struct directory {
	struct room **rooms; /* owned array, rooms borrowed; sorted */
	size_t count;
	size_t cap;
};

void directory_init(struct directory *d);
void directory_fini(struct directory *d);
/** Once for each room. */
void directory_add(struct directory *d, struct room *room);
void directory_remove(struct directory *d, const struct room *room);

struct directory_page {
	size_t first; /* index of the first room of the page */
	size_t count;
};

/** The page asked for, at most max rooms. A room that ended meanwhile still marks
 *  its place. */
struct directory_page directory_find_page(const struct directory *d,
					  const struct rsm_request *request,
					  size_t max);
