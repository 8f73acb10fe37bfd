/* SPDX-License-Identifier: MIT */
/*
 * door: the listening sockets, how many strangers may be inside at once, and how
 * often new ones may come (rule R1, R13).
 *
 * Thread: the loop's that accepts.
 */
#pragma once

#include "base/base.h"

struct addr;
struct door;
struct loop;
struct s2s_settings;

struct door_events {
	/** Takes the socket. door_leave() once it is authorised or gone. */
	void (*on_guest)(void *owner, int owned_fd, const struct addr *peer);
};

/** settings are borrowed. */
struct door *door_new(struct loop *loop, const struct s2s_settings *settings,
		      const struct door_events *events, void *owner);
/** May be called before the loop runs. */
HW_MUST_USE int door_listen(struct door *d, const char *where);
/** Port of the n-th door_listen(). */
uint16_t door_port(const struct door *d, size_t n);
/** The guest from peer is no stranger any more. */
void door_leave(struct door *d, const struct addr *peer);
/** Stop listening. */
void door_close(struct door *d);
void door_free(struct door **d); /* closed first */
