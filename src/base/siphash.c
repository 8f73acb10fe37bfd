/* SPDX-License-Identifier: MIT */
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

struct sip_state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t load_word(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

static uint64_t rotate(uint64_t x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

/* The last n bytes of len, fewer than 8, as a little-endian number. */
static uint64_t load_end(const unsigned char *in, size_t len, size_t n)
{
	uint64_t word = 0;

	if (n == 0)
		return 0;
	if (len >= 8)
		return load_word(in + len - 8) >> 8 * (8 - n);
	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)in[i] << (8 * i);
	return word;
}

static inline void mix(struct sip_state *s, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static void take_word(struct sip_state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s, 1);
	s->v0 ^= word;
}

uint64_t siphash(const unsigned char key[SIPHASH_KEY_SIZE], const void *data,
		 size_t len)
{
	const unsigned char *in = data;
	uint64_t k0 = load_word(key);
	uint64_t k1 = load_word(key + 8);
	struct sip_state s = {
		.v0 = k0 ^ 0x736f6d6570736575,
		.v1 = k1 ^ 0x646f72616e646f6d,
		.v2 = k0 ^ 0x6c7967656e657261,
		.v3 = k1 ^ 0x7465646279746573,
	};
	size_t i;

	for (i = 0; len - i >= 8; i += 8)
		take_word(&s, load_word(in + i));
	/* the last word: what is left, and the length's low byte on top */
	take_word(&s,
		  (uint64_t)len << 56 | load_end(in, len, len - i));
	s.v2 ^= 0xff;
	mix(&s, 3);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
