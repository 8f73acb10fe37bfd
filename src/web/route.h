/* SPDX-License-Identifier: MIT */
/*
 * route: the table of addresses and who answers them.
 *
 * A pattern is a path with pieces in braces: {room} the local part of a room,
 * {day} "2026-11-22", {year} "2026", {id} a stanza-id, {name} anything within
 * its piece. A piece may have more behind the braces ("{day}.txt"). A path for
 * which only one with a '/' behind it is known is sent there.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

typedef void (*route_fn)(struct call *c);

struct route {
	const char *pattern;
	route_fn answer;
};

/** Answers c, whose raw (percent-encoded) path this is. */
void route_answer(struct call *c, const char *raw_path);

/** The handler of the table for a decoded path without the domain, with parts
 *  and room filled in; NULL: none. */
route_fn route_find(struct call *c, const char *path);

/** Percent-decoded, or NULL: ill-formed, or no UTF-8. Owned. */
char *route_decode(const char *raw);
