/* SPDX-License-Identifier: MIT */
/*
 * reconfigure: a room gets a new configuration, and everybody learns what of it
 * concerns them (XEP-0045 #roomconfig-notify).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;
struct room;
struct room_config;

/** Takes the contents of config; it is kept before anything is sent. */
void reconfigure_take(struct room *r, struct room_config *config);
/** Tell those in the room what became different from before: codes, who has to
 *  go (322), whose presence or address is shown. */
void reconfigure_tell(struct room *r, const struct room_config *before);
/** Something changed that the codes do not name (104). */
void reconfigure_say_changed(struct room *r);
