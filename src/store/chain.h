/* SPDX-License-Identifier: MIT */
/*
 * chain: the digests that hold a day of a room together. Each line has a salted
 * digest; a value runs from line to line and takes in each of them. The exact
 * bytes stand in doc/protocol/record.md: they are for ever.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"

#define CHAIN_SIZE DIGEST_SHA256_SIZE
#define CHAIN_SALT_SIZE 16
#define CHAIN_DAY_SIZE 11 /* "2026-11-22" and the end */
#define CHAIN_DAY_MS 86400000

/** The day (since 1970, UTC) on which a time (ms) lies, and its name. */
int64_t chain_day(int64_t at);
void chain_day_print(int64_t day, char out[CHAIN_DAY_SIZE]);

/** What the chain of a day begins with. */
void chain_begin(const char *room, int64_t day, unsigned char out[CHAIN_SIZE]);
/** A line's digest. Without its salt nobody can try what the line was. */
void chain_digest(const unsigned char salt[CHAIN_SALT_SIZE], const char *id,
		  int64_t at, const char *stanza,
		  unsigned char out[CHAIN_SIZE]);
/** chain takes the digest in. */
void chain_add(unsigned char chain[CHAIN_SIZE],
	       const unsigned char digest[CHAIN_SIZE]);
/** What is signed when a day is closed; owned. */
char *chain_statement(const char *room, int64_t day, int64_t lines,
		      const unsigned char chain[CHAIN_SIZE]);
