/* SPDX-License-Identifier: MIT */
/*
 * precis: the PRECIS profiles (RFC 8264, 8265, 8266). Results are owned; NULL =
 * the text is not allowed by the profile (or empty, or beyond 1023 bytes).
 */
#pragma once

#include "base/base.h"

char *precis_username(const char *text); /* UsernameCaseMapped: local parts */
char *precis_opaque(const char *text);   /* OpaqueString: resources, passwords */
/** Nickname, as it is shown: spaces trimmed and joined, NFKC, case kept. */
char *precis_nickname(const char *text);
/** Nickname, for comparison only: case mapped as well. Two nicks with the same
 *  key are in conflict. */
char *precis_nickname_key(const char *text);
