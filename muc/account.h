/* SPDX-License-Identifier: MIT */
/*
 * account: what a home server says that its user is to it (XEP-0489). Its word
 * counts only when it takes care that no client speaks for it (muc/homes).
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

#define ACCOUNT_TABLE(X)                 \
	X(UNKNOWN, "")                   \
	X(ANONYMOUS, "anonymous")        \
	X(REGISTERED, "registered")      \
	X(MEMBER, "member")              \
	X(ADMIN, "admin")

#define ACCOUNT_NAME(name, text) ACCOUNT_##name,
enum account { ACCOUNT_TABLE(ACCOUNT_NAME) ACCOUNT_COUNT };

struct stanza;

/** What is embedded in a presence; UNKNOWN: nothing, or nothing readable. */
enum account account_read(const struct stanza *presence);
