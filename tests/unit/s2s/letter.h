/* SPDX-License-Identifier: MIT */
/*
 * letter: envelopes for tests: from a.test to people of b.test.
 */
#pragma once

#include "base/base.h"

struct envelope;

/** A message with that body to u0@b.test, u1@b.test ... who are occupants 1, 2 ...;
 *  skip is left out, 0 = nobody. */
struct envelope *letter_new(const char *body, unsigned people, uint32_t skip);
/** A stanza as it is written in XML, to as many. */
struct envelope *letter_read(const char *xml, unsigned people);
