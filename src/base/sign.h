/* SPDX-License-Identifier: MIT */
/*
 * sign: Ed25519 signatures (RFC 8032).
 *
 * Thread: any; a key is not changed once it is made.
 */
#pragma once

#include "base/base.h"

#define SIGN_SEED_SIZE 32
#define SIGN_PUBLIC_SIZE 32
#define SIGN_SIZE 64

struct sign_key;

/** The private key that a seed of random bytes makes. */
struct sign_key *sign_key_new(const unsigned char seed[SIGN_SEED_SIZE]);
void sign_key_free(struct sign_key **k);

void sign_key_public(const struct sign_key *k,
		     unsigned char out[SIGN_PUBLIC_SIZE]);
/** The same as other programs read it ("BEGIN PUBLIC KEY"); owned. */
char *sign_key_pem(const struct sign_key *k);
void sign_make(const struct sign_key *k, const void *data, size_t len,
	       unsigned char out[SIGN_SIZE]);

bool sign_is_good(const unsigned char public_key[SIGN_PUBLIC_SIZE],
		  const void *data, size_t len,
		  const unsigned char signature[SIGN_SIZE]);
/** From "BEGIN PUBLIC KEY"; HW_E_INVALID: no Ed25519 key. */
HW_MUST_USE int sign_read_pem(const char *pem,
			      unsigned char out[SIGN_PUBLIC_SIZE]);
