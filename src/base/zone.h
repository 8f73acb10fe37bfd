/* SPDX-License-Identifier: MIT */
/*
 * zone: a time zone of the system's database (RFC 8536), read without touching
 * what zone the process is in: that would be every thread's.
 *
 * Thread: any; the owner's.
 */
#pragma once

#include "base/base.h"

struct zone;

/** "Europe/Madrid"; NULL: not known. Owned. */
struct zone *zone_new(const char *name);
/** From the bytes of such a file; NULL: ill-formed. */
struct zone *zone_new_from(const char *name, const void *data, size_t len);
void zone_free(struct zone **z);
const char *zone_name(const struct zone *z);
/** Seconds to add to UTC at that moment (ms since epoch). */
int zone_offset(const struct zone *z, int64_t at);
