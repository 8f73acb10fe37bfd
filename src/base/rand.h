/* SPDX-License-Identifier: MIT */
/*
 * rand: random bytes from GnuTLS. Aborts if the system has none.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

#define RAND_ID_SIZE 27 /* 26 characters and a NUL */

void rand_secret(void *bytes, size_t len); /* keys that live long */
void rand_nonce(void *bytes, size_t len);  /* ids */
uint32_t rand_below(uint32_t bound);       /* uniform in 0..bound-1 */

/** 128 bits as 26 characters of lower-case base32: a stanza-id. */
void rand_id(char out[RAND_ID_SIZE]);
/** len random bytes as 2*len hex digits and a NUL. */
void rand_hex(char *out, size_t len);
