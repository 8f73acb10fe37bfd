/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <string.h>

#include "dialback/key.h"

static const unsigned char secret_a[KEY_SECRET_SIZE] = { 1, 2, 3 };
static const unsigned char secret_b[KEY_SECRET_SIZE] = { 4, 5, 6 };

static void key_make_is_the_hmac_of_target_sender_id(void **state)
{
	struct key k;
	char text[KEY_TEXT_SIZE];
	unsigned char ascii[KEY_SECRET_SIZE];

	(void)state;
	memcpy(ascii, "0123456789abcdef0123456789abcdef", sizeof(ascii));
	key_init(&k, ascii);
	key_make(&k, "xmpp.example.com", "example.org", "D60000229F", text);
	/* printf 'xmpp.example.com example.org D60000229F' |
	 * openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef */
	assert_string_equal(text, "8b16363149a1b72de85efd7580b443bbe6b107a5ec88"
				  "087e0bb56889fc3d4d70");
}

static void key_check_takes_its_own(void **state)
{
	struct key k;
	char text[KEY_TEXT_SIZE];

	(void)state;
	key_init(&k, secret_a);
	key_make(&k, "a.test", "b.test", "id1", text);
	assert_true(key_check(&k, "a.test", "b.test", "id1", text, 0));
}

static void key_check_refuses_others(void **state)
{
	static const struct {
		const char *target;
		const char *sender;
		const char *id;
	} cases[] = {
		{ "a.test", "b.test", "id2" },  { "b.test", "a.test", "id1" },
		{ "a.test", "c.test", "id1" },  { "a.tes", "tb.test", "id1" },
		{ "a.test b.test", "id1", "" }, { "a.test", "b.test id1", "" },
	};
	struct key k;
	char text[KEY_TEXT_SIZE];

	(void)state;
	key_init(&k, secret_a);
	key_make(&k, "a.test", "b.test", "id1", text);
	for (size_t i = 0; i < array_len(cases); i++)
		assert_false(key_check(&k, cases[i].target, cases[i].sender,
				       cases[i].id, text, 0));
	assert_false(key_check(&k, "a.test", "b.test", "id1", "", 0));
	text[63] = '\0';
	assert_false(key_check(&k, "a.test", "b.test", "id1", text, 0));
}

/* S5: the fields cannot be shifted against each other. No normalised domain
 * holds a space, and an id that does is not ours, but a peer may ask for it. */
static void key_parts_its_fields(void **state)
{
	static const char *const crafted[][3] = {
		{ "a.test", "b.test", "c.test 1" },
		{ "a.test", "b.tes", "tc.test 1" },
		{ "a.testb.test", "c.test", "1" },
		{ "a.test", "b.testc.test", "1" },
		{ "b.test", "a.test", "c.test 1" },
		{ "a.test", "b.test", "c.test1" },
	};
	char keys[array_len(crafted)][KEY_TEXT_SIZE];
	struct key k;

	(void)state;
	key_init(&k, secret_a);
	for (size_t i = 0; i < array_len(crafted); i++) {
		key_make(&k, crafted[i][0], crafted[i][1], crafted[i][2],
			 keys[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(keys[i], keys[j]);
	}
}

static void key_check_takes_the_previous_for_a_while(void **state)
{
	struct key k;
	char text[KEY_TEXT_SIZE];

	(void)state;
	key_init(&k, secret_a);
	key_make(&k, "a.test", "b.test", "id1", text);
	key_rotate(&k, secret_b, 1000);
	assert_true(key_check(&k, "a.test", "b.test", "id1", text, 999));
	assert_false(key_check(&k, "a.test", "b.test", "id1", text, 1000));
	key_make(&k, "a.test", "b.test", "id1", text);
	assert_true(key_check(&k, "a.test", "b.test", "id1", text, 1000));
}

static void key_check_knows_no_previous_at_first(void **state)
{
	static const unsigned char zero[KEY_SECRET_SIZE];
	struct key k;
	struct key guessed;
	char text[KEY_TEXT_SIZE];

	(void)state;
	key_init(&k, secret_a);
	key_init(&guessed, zero);
	key_make(&guessed, "a.test", "b.test", "id1", text);
	assert_false(key_check(&k, "a.test", "b.test", "id1", text, -1));
	assert_false(key_check(&k, "a.test", "b.test", "id1", text, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_make_is_the_hmac_of_target_sender_id),
		cmocka_unit_test(key_check_takes_its_own),
		cmocka_unit_test(key_check_refuses_others),
		cmocka_unit_test(key_parts_its_fields),
		cmocka_unit_test(key_check_takes_the_previous_for_a_while),
		cmocka_unit_test(key_check_knows_no_previous_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
