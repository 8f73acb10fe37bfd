/* SPDX-License-Identifier: MIT */
/*
 * retract: an author takes a message back (XEP-0424).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct stanza;

bool retract_is_asked(const struct stanza *s);
void retract_own(struct act *a);
