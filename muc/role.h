/* SPDX-License-Identifier: MIT */
/*
 * role: what an occupant may do while in the room (XEP-0045 #roles). Ordered:
 * who stands higher may all that the lower may.
 */
#pragma once

#include "base/base.h"

#define ROLE_TABLE(X)                   \
	X(NONE, "none")                 \
	X(VISITOR, "visitor")           \
	X(PARTICIPANT, "participant")   \
	X(MODERATOR, "moderator")

#define ROLE_MEMBER(name, text) ROLE_##name,
enum role { ROLE_TABLE(ROLE_MEMBER) ROLE_COUNT };

const char *role_text(enum role role);
/** False when text names no role. */
bool role_parse(const char *text, enum role *role_out);
