/* SPDX-License-Identifier: MIT */
/*
 * pattern: bytes that differ by where they stand, so that one which is lost, or
 * comes out of order, is seen.
 */
#pragma once

#include "base/base.h"

/** Those from that place on; owned. */
unsigned char *pattern_new(size_t from, size_t len);
/** Are these the ones from that place on? */
bool pattern_is_at(size_t from, const unsigned char *data, size_t len);
