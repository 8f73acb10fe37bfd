/* SPDX-License-Identifier: MIT */
/*
 * nickname: is a resource fit to be somebody's name in a room, how is it shown,
 * and which other names would be taken for it (XEP-0045 #bizrules-jids, PRECIS
 * profile Nickname).
 */
#pragma once

#include "base/base.h"

/* What somebody is told who does not get one. */
#define NICKNAME_MISSING "A nickname is needed: room@domain/nickname."
#define NICKNAME_BAD "That cannot be a nickname; choose another."
#define NICKNAME_TAKEN "Somebody else has that nickname; choose another."

struct nickname {
	char *text; /* owned; as shown */
	char *key;  /* owned; equal keys are in conflict */
};

/** False, and n empty, when nothing visible would be left or the text is not
 *  allowed. resource may be NULL. */
bool nickname_make(struct nickname *n, const char *resource);
void nickname_fini(struct nickname *n);
