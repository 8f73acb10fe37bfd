/* SPDX-License-Identifier: MIT */
/*
 * ghost: which error tells that a client is gone (XEP-0045 #impl-service-ghosts,
 * #service-error-kick).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;

/** A message or presence of type error from somebody. is_pm: it answers a
 *  private message. */
void ghost_error(struct act *a, bool is_pm);
/** The note of everybody who is removed for a technical reason. */
extern const struct presence_note ghost_note;
