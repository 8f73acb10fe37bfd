/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"

static void assert_hex(const unsigned char *got, size_t len, const char *want)
{
	char *text = hex_encode(got, len);

	assert_string_equal(text, want);
	mem_free(&text);
}

/* FIPS 180-2 appendix B */
static void sha256_vectors(void **state)
{
	unsigned char out[DIGEST_SHA256_SIZE];

	(void)state;
	digest_sha256("abc", 3, out);
	assert_hex(out, sizeof(out),
		   "ba7816bf8f01cfea414140de5dae2223"
		   "b00361a396177a9cb410ff61f20015ad");
	digest_sha256(NULL, 0, out);
	assert_hex(out, sizeof(out),
		   "e3b0c44298fc1c149afbf4c8996fb924"
		   "27ae41e4649b934ca495991b7852b855");
}

static void sha1_vectors(void **state)
{
	unsigned char out[DIGEST_SHA1_SIZE];

	(void)state;
	digest_sha1("abc", 3, out);
	assert_hex(out, sizeof(out),
		   "a9993e364706816aba3e25717850c26c9cd0d89d");
	digest_sha1("", 0, out);
	assert_hex(out, sizeof(out),
		   "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* RFC 4231 section 4.3 (a key shorter than the block) and 4.7 (longer) */
static void hmac_vectors(void **state)
{
	static const char long_text[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";
	unsigned char out[DIGEST_SHA256_SIZE];
	unsigned char long_key[131];

	(void)state;
	digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_hex(out, sizeof(out),
		   "5bdcc146bf60754e6a042426089575c7"
		   "5a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	digest_hmac_sha256(long_key, sizeof(long_key), long_text,
			   strlen(long_text), out);
	assert_hex(out, sizeof(out),
		   "60e431591ee0b67f0d8a26aacbf5b77f"
		   "8e0bc6213728c5140546040f0ee37f54");
	digest_hmac_sha256(NULL, 0, NULL, 0, out);
	assert_hex(out, sizeof(out),
		   "b613679a0814d9ec772f95d778c35fc5"
		   "ff1697c493715653c6c712144292c5ad");
}

static void equal_looks_at_every_byte(void **state)
{
	(void)state;
	assert_true(digest_equal("abcd", "abcd", 4));
	assert_false(digest_equal("abcd", "abce", 4));
	assert_false(digest_equal("abcd", "bbcd", 4));
	assert_true(digest_equal("abcd", "abce", 3));
	assert_true(digest_equal("a", "b", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_vectors),
		cmocka_unit_test(sha1_vectors),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(equal_looks_at_every_byte),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
