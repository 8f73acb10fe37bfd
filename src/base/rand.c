/* SPDX-License-Identifier: MIT */
#include "base/rand.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/codec.h"
#include "base/mem.h"

/* Ids are small and many: the generator is asked for some at once. */
#define STOCK 512

#define ID_BYTES 16
#define TIME_BYTES 6 /* of an id that begins with the time */

_Static_assert(BASE32_SIZE(ID_BYTES) == RAND_ID_SIZE, "an id of so many bytes");

static _Thread_local struct {
	unsigned char bytes[STOCK];
	size_t left;
} stock;

void rand_secret(void *bytes, size_t len)
{
	require(gnutls_rnd(GNUTLS_RND_KEY, bytes, len) == 0);
}

/* What was handed out is not kept. */
void rand_nonce(void *bytes, size_t len)
{
	if (len > STOCK / 8) {
		require(gnutls_rnd(GNUTLS_RND_NONCE, bytes, len) == 0);
		return;
	}
	if (stock.left < len) {
		require(gnutls_rnd(GNUTLS_RND_NONCE, stock.bytes, STOCK) == 0);
		stock.left = STOCK;
	}
	stock.left -= len;
	memcpy(bytes, stock.bytes + stock.left, len);
	memset(stock.bytes + stock.left, 0, len);
}

uint32_t rand_below(uint32_t bound)
{
	uint32_t least; /* 2^32 mod bound: values below it would favour some */
	uint32_t value;

	require(bound > 0);
	least = -bound % bound;
	do
		rand_nonce(&value, sizeof(value));
	while (value < least);
	return value % bound;
}

void rand_id(char out[RAND_ID_SIZE])
{
	unsigned char bytes[ID_BYTES];

	rand_nonce(bytes, sizeof(bytes));
	base32_write(bytes, sizeof(bytes), out);
}

void rand_id_at(char out[RAND_ID_SIZE], int64_t at)
{
	unsigned char bytes[ID_BYTES];

	rand_nonce(bytes + TIME_BYTES, sizeof(bytes) - TIME_BYTES);
	for (int i = 0; i < TIME_BYTES; i++)
		bytes[i] = (unsigned char)((uint64_t)at >> (40 - 8 * i));
	base32_write_sorted(bytes, sizeof(bytes), out);
}

void rand_hex(char *out, size_t len)
{
	unsigned char *bytes = mem_alloc(len);
	char *text;

	rand_secret(bytes, len);
	text = hex_encode(bytes, len);
	memcpy(out, text, 2 * len + 1);
	mem_free(&text);
	mem_free(&bytes);
}
