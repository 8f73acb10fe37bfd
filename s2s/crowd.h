/* SPDX-License-Identifier: MIT */
/*
 * crowd: the latest streams that proved a (local, remote) pair to us, of all
 * loops: on the loop that owns the pair's link. More than so many of a pair are
 * not kept (rule R13): the eldest has to go, for it is the one that
 * its server may have forgotten.
 *
 * Thread: the loop's. A number may be, for a moment, that of a stream that is
 * gone. Bounded: too many pairs make the first one forgotten.
 */
#pragma once

#include "base/base.h"

struct crowd;

struct crowd *crowd_new(unsigned per_pair);
void crowd_free(struct crowd **c);
/** One more. Returns the number of the one that has to go, or 0. */
uint64_t crowd_add(struct crowd *c, const char *local, const char *remote,
		   uint64_t number);
/** It is gone; harmless if it was not there any more. */
void crowd_remove(struct crowd *c, const char *local, const char *remote,
		  uint64_t number);
size_t crowd_count(const struct crowd *c); /* pairs */
