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

/** 128 bits as 26 characters of lower-case base32. */
void rand_id(char out[RAND_ID_SIZE]);
/** The stanza-id of a line that is kept: 48 bits of its time (ms since epoch),
 *  80 random ones, in the same characters and so that strcmp() goes by time. The
 *  archive's index of ids then grows at its end, where random ones would write a
 *  page of it for each line. To all others it is opaque: the order of lines is
 *  the archive's, and older ids are random as a whole. */
void rand_id_at(char out[RAND_ID_SIZE], int64_t at);
/** len random bytes as 2*len hex digits and a NUL. */
void rand_hex(char *out, size_t len);
