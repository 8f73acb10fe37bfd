/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

/* GnuTLS is not to see a NULL for "nothing". */
static const void *some(const void *data)
{
	return data ? data : "";
}

void digest_sha256(const void *data, size_t len,
		   unsigned char out[DIGEST_SHA256_SIZE])
{
	require(gnutls_hash_fast(GNUTLS_DIG_SHA256, some(data), len, out) == 0);
}

void digest_sha1(const void *data, size_t len,
		 unsigned char out[DIGEST_SHA1_SIZE])
{
	require(gnutls_hash_fast(GNUTLS_DIG_SHA1, some(data), len, out) == 0);
}

void digest_hmac_sha256(const void *key, size_t key_len, const void *data,
			size_t len, unsigned char out[DIGEST_SHA256_SIZE])
{
	require(gnutls_hmac_fast(GNUTLS_MAC_SHA256, some(key), key_len,
				 some(data), len, out) == 0);
}

bool digest_equal(const void *a, const void *b, size_t len)
{
	return gnutls_memcmp(a, b, len) == 0;
}
