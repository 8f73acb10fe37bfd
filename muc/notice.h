/* SPDX-License-Identifier: MIT */
/*
 * notice: what a room itself says about somebody who is not in it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

struct jid;
struct room;

/** An absent person's affiliation changed: to them (status 101) and to those who
 *  may see addresses (XEP-0045 #grantowner). reason may be NULL. */
void notice_affiliation(struct room *r, const struct jid *jid,
			enum affiliation before, enum affiliation now,
			const char *reason);
