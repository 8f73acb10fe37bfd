/* SPDX-License-Identifier: MIT */
/*
 * strangers: how many streams to us have not proven a name yet: in all, of an
 * IPv4 address, of an IPv6 /64 and /48 (rule R1).
 *
 * Owner: the door. Thread: the owner's.
 */
#pragma once

#include "base/base.h"

struct addr;
struct strangers;

struct strangers_settings {
	size_t most;        /* in all; 256 */
	size_t per_address; /* IPv4; 16 */
	size_t per_network; /* IPv6 /64; 32 */
	size_t per_site;    /* IPv6 /48; 64 */
};

struct strangers *strangers_new(const struct strangers_settings *settings);
void strangers_free(struct strangers **s);
/** False: there are too many already. */
HW_MUST_USE bool strangers_enter(struct strangers *s, const struct addr *from);
/** One that entered is gone, or no stranger any more. */
void strangers_leave(struct strangers *s, const struct addr *from);
size_t strangers_count(const struct strangers *s);
