/* SPDX-License-Identifier: MIT */
/*
 * visitors: who is connected, counted by address, for the bounds on all and on
 * each.
 *
 * Thread: web thread.
 */
#pragma once

#include <netinet/in.h>

#include "base/base.h"

struct sockaddr;
struct visitors;

#define VISITORS_NAME INET6_ADDRSTRLEN

struct visitors *visitors_new(void);
/** NULL is harmless. */
void visitors_free(struct visitors **v);

/** Somebody has come, or gone. */
void visitors_come(struct visitors *v, const struct sockaddr *sa);
void visitors_go(struct visitors *v, const struct sockaddr *sa);
/** Connections of all. */
size_t visitors_count(const struct visitors *v);
/** Connections of whoever is behind that address. */
size_t visitors_of(const struct visitors *v, const struct sockaddr *sa);

/** An IPv4 address, or the /64 of an IPv6 one: who is behind it, for limits. */
void visitors_name(const struct sockaddr *sa, char name_out[VISITORS_NAME]);
bool visitors_is_loopback(const struct sockaddr *sa);
