/* SPDX-License-Identifier: MIT */
/*
 * guest: people whose home server says that it does not know them - anonymous
 * accounts (XEP-0489). Where rooms.anonymous_accounts says so, they are visitors
 * of every room until a moderator gives them voice or an affiliation does.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct muc;
struct room;
struct session;
struct stanza;

/** Is it to be a visitor for what its account is? */
bool guest_is_one(const struct room *r, const struct session *s);
/** Something was said of a session's account: ask whether it counts. */
void guest_ask(struct room *r, const struct session *s);
/** Is this the answer? Then those who are guests by it become visitors. */
bool guest_learn(struct muc *m, const struct stanza *s);
