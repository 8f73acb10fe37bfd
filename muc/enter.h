/* SPDX-License-Identifier: MIT */
/*
 * enter: coming into a room (XEP-0045 #enter), again (#enter-muc), and changing
 * one's presence there (#changepres).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

/** A join of somebody who is not in the room. */
void enter_join(struct act *a);
/** A join of somebody who is: everything once more. */
void enter_resync(struct act *a);
/** Presence of an occupant under its own nick. */
void enter_update(struct act *a);
