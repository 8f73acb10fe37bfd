/* SPDX-License-Identifier: MIT */
/*
 * digest: SHA-256, SHA-1 (caps only), HMAC, constant-time compare.
 */
#pragma once

#include "base/base.h"

#define DIGEST_SHA256_SIZE 32
#define DIGEST_SHA1_SIZE 20

void digest_sha256(const void *data, size_t len,
		   unsigned char out[DIGEST_SHA256_SIZE]);
void digest_sha1(const void *data, size_t len,
		 unsigned char out[DIGEST_SHA1_SIZE]);
void digest_hmac_sha256(const void *key, size_t key_len, const void *data,
			size_t len, unsigned char out[DIGEST_SHA256_SIZE]);
bool digest_equal(const void *a, const void *b, size_t len);
