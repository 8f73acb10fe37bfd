/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"

/* RFC 4648 section 10, base32 in our lower case and without padding */
static const struct {
	const char *plain, *hex, *base32, *base64;
} vectors[] = {
	{ "", "", "", "" },
	{ "f", "66", "my", "Zg==" },
	{ "fo", "666f", "mzxq", "Zm8=" },
	{ "foo", "666f6f", "mzxw6", "Zm9v" },
	{ "foob", "666f6f62", "mzxw6yq", "Zm9vYg==" },
	{ "fooba", "666f6f6261", "mzxw6ytb", "Zm9vYmE=" },
	{ "foobar", "666f6f626172", "mzxw6ytboi", "Zm9vYmFy" },
};

static void rfc_4648_encodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(vectors); i++) {
		size_t len = strlen(vectors[i].plain);
		char *hex = hex_encode(vectors[i].plain, len);
		char base32[BASE32_SIZE(6)];
		char *base64 = base64_encode(vectors[i].plain, len);

		assert_string_equal(hex, vectors[i].hex);
		base32_write(vectors[i].plain, len, base32);
		assert_string_equal(base32, vectors[i].base32);
		assert_string_equal(base64, vectors[i].base64);
		mem_free(&hex);
		mem_free(&base64);
	}
}

static void rfc_4648_decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(vectors); i++) {
		size_t len = strlen(vectors[i].plain);
		unsigned char *data;
		size_t data_len;
		char raw[8];

		assert_int_equal(base64_decode(vectors[i].base64, &data,
					       &data_len), 0);
		assert_int_equal(data_len, len);
		/* the NUL behind */
		assert_string_equal((char *)data, vectors[i].plain);
		mem_free(&data);
		assert_int_equal(hex_decode(vectors[i].hex, raw, len), 0);
		assert_memory_equal(raw, vectors[i].plain, len);
	}
}

static void all_bytes_go_round(void **state)
{
	unsigned char all[256];
	unsigned char back[256];
	unsigned char *data;
	size_t len;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	text = base64_encode(all, sizeof(all));
	assert_int_equal(base64_decode(text, &data, &len), 0);
	assert_int_equal(len, sizeof(all));
	assert_memory_equal(data, all, sizeof(all));
	mem_free(&data);
	mem_free(&text);
	text = hex_encode(all, sizeof(all));
	assert_int_equal(hex_decode(text, back, sizeof(back)), 0);
	assert_memory_equal(back, all, sizeof(all));
	mem_free(&text);
}

static void base64_is_strict(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zm9", "====", "=", "Z===", "Zg==Zg==",
		"Zm9v=", "Zm9v====", " Zm9v", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_",
		"Z=9v", "Zg=v", "Zh==", /* bits behind the last byte */
		"Zm9=", "Zm\xc3\xa4",
	};
	unsigned char *data = NULL;
	size_t len = 42;

	(void)state;
	for (size_t i = 0; i < array_len(bad); i++)
		if (base64_decode(bad[i], &data, &len) != HW_E_INVALID)
			fail_msg("took \"%s\"", bad[i]);
	assert_null(data);
	assert_int_equal(len, 42);
}

static void hex_is_strict(void **state)
{
	unsigned char out[2];

	(void)state;
	assert_int_equal(hex_decode("aAfF", out, 2), 0);
	assert_memory_equal(out, "\xaa\xff", 2);
	assert_int_equal(hex_decode("aaf", out, 2), HW_E_INVALID);
	assert_int_equal(hex_decode("aafff", out, 2), HW_E_INVALID);
	assert_int_equal(hex_decode("aag0", out, 2), HW_E_INVALID);
	assert_int_equal(hex_decode("0x12", out, 2), HW_E_INVALID);
	assert_int_equal(hex_decode("", out, 1), HW_E_INVALID);
	assert_int_equal(hex_decode("", out, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_4648_encodes),
		cmocka_unit_test(rfc_4648_decodes),
		cmocka_unit_test(all_bytes_go_round),
		cmocka_unit_test(base64_is_strict),
		cmocka_unit_test(hex_is_strict),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
