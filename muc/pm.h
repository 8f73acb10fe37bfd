/* SPDX-License-Identifier: MIT */
/*
 * pm: private messages between occupants (XEP-0045 #privatemessage). Never kept.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;

/** A message to an occupant's address. */
void pm_send(struct act *a);
/** An error came to an occupant's address: when it answers a private message
 *  its sender is told. False: it answers something else. */
bool pm_forward_error(struct act *a);
