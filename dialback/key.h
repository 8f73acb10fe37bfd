/* SPDX-License-Identifier: MIT */
/*
 * key: dialback keys, made and checked with a secret of our own (XEP-0185).
 *
 * A key proves that whoever shows it was given it by us, for one pair of domains
 * and one stream. Only we check our keys, so the secret may change at any time; the
 * previous one counts for a while longer.
 *
 * Thread: any, on a struct that nobody changes.
 */
#pragma once

#include "base/base.h"

#define KEY_SECRET_SIZE 32
#define KEY_TEXT_SIZE 65 /* 64 hex digits and a NUL */

struct key {
	unsigned char secret[KEY_SECRET_SIZE];
	unsigned char previous[KEY_SECRET_SIZE];
	bool has_previous;
	int64_t previous_until; /* ms monotonic */
};

void key_init(struct key *k, const unsigned char secret[KEY_SECRET_SIZE]);
/** From now on make keys with secret; the old one's keys are good until then
 *  (ms monotonic). */
void key_rotate(struct key *k, const unsigned char secret[KEY_SECRET_SIZE],
		int64_t until);

/** target: the domain that gets the db:result; sender: the one that asserts
 *  itself; id: that of target's stream header. Domains normalised. */
void key_make(const struct key *k, const char *target, const char *sender,
	      const char *id, char out[KEY_TEXT_SIZE]);
/** In a time that does not depend on text. */
HW_MUST_USE bool key_check(const struct key *k, const char *target,
			   const char *sender, const char *id, const char *text,
			   int64_t now);
