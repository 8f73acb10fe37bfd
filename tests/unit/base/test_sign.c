/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/sign.h"

#include "base/codec.h"

/* RFC 8032 section 7.1, TEST 2 */
static const char seed_hex[] = "4ccd089b28ff96da9db6c346ec114e0f"
			       "5b8a319f35aba624da8cf6ed4fb8a6fb";
static const char public_hex[] = "3d4017c3e843895a92b70aa74d1b7ebc"
				 "9c982ccf2ec4968cc0cd55f12af4660c";
static const char sign_hex[] = "92a009a9f0d4cab8720e820b5f642540"
			       "a2b27b5416503f8fb3762223ebdb69da"
			       "085ac1e43e15996e458f3613d0f11d8c"
			       "387b2eaeb4302aeeb00d291612bb0c00";

static struct sign_key *make_key(void)
{
	unsigned char seed[SIGN_SEED_SIZE];

	assert_int_equal(hex_decode(seed_hex, seed, sizeof(seed)), 0);
	return sign_key_new(seed);
}

static void signature_is_that_of_the_rfc(void **state)
{
	struct sign_key *k = make_key();
	unsigned char public_key[SIGN_PUBLIC_SIZE], signature[SIGN_SIZE];
	char *hex;

	(void)state;
	sign_key_public(k, public_key);
	hex = hex_encode(public_key, sizeof(public_key));
	assert_string_equal(hex, public_hex);
	mem_free(&hex);
	sign_make(k, "\x72", 1, signature);
	hex = hex_encode(signature, sizeof(signature));
	assert_string_equal(hex, sign_hex);
	mem_free(&hex);
	assert_true(sign_is_good(public_key, "\x72", 1, signature));
	sign_key_free(&k);
	sign_key_free(&k);
}

static void other_text_or_key_is_no_good(void **state)
{
	struct sign_key *k = make_key();
	unsigned char public_key[SIGN_PUBLIC_SIZE], signature[SIGN_SIZE];

	(void)state;
	sign_key_public(k, public_key);
	sign_make(k, "text", 4, signature);
	assert_false(sign_is_good(public_key, "texT", 4, signature));
	signature[7] ^= 1;
	assert_false(sign_is_good(public_key, "text", 4, signature));
	signature[7] ^= 1;
	public_key[0] ^= 1;
	assert_false(sign_is_good(public_key, "text", 4, signature));
	sign_key_free(&k);
}

static void public_key_is_written_for_others(void **state)
{
	struct sign_key *k = make_key();
	char *pem = sign_key_pem(k);
	unsigned char read[SIGN_PUBLIC_SIZE], public_key[SIGN_PUBLIC_SIZE];

	(void)state;
	/* RFC 8410 section 4: always these 12 bytes first */
	assert_non_null(strstr(pem, "-----BEGIN PUBLIC KEY-----\n"
				    "MCowBQYDK2VwAyEA"));
	assert_int_equal(sign_read_pem(pem, read), 0);
	sign_key_public(k, public_key);
	assert_memory_equal(read, public_key, sizeof(read));
	assert_int_equal(sign_read_pem("no key", read), HW_E_INVALID);
	mem_free(&pem);
	sign_key_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_is_that_of_the_rfc),
		cmocka_unit_test(other_text_or_key_is_no_good),
		cmocka_unit_test(public_key_is_written_for_others),
	};
	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
