/* SPDX-License-Identifier: MIT */
/* S7: the time of an answer tells nothing: whatever key is shown, for whatever
 * domain, the same digests are made and the same bytes compared, by the
 * library's comparison in constant time. The linker lets its calls come here
 * first. */
#include "tests/unit/unit.h"

#include <gnutls/gnutls.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/authority.h"
#include "dialback/key.h"
#include "dialback/packet.h"
#include "xml/elem.h"

#define LONGEST 256

/** What was done. */
struct work {
	unsigned digests;
	size_t digested;
	unsigned comparisons;
	size_t compared;
};

static struct work work;

int __wrap_gnutls_memcmp(const void *a, const void *b, size_t len);
int __real_gnutls_memcmp(const void *a, const void *b, size_t len);
void __wrap_digest_hmac_sha256(const void *key, size_t key_len,
			       const void *data, size_t len,
			       unsigned char out[DIGEST_SHA256_SIZE]);
void __real_digest_hmac_sha256(const void *key, size_t key_len,
			       const void *data, size_t len,
			       unsigned char out[DIGEST_SHA256_SIZE]);

int __wrap_gnutls_memcmp(const void *a, const void *b, size_t len)
{
	work.comparisons++;
	work.compared += len;
	return __real_gnutls_memcmp(a, b, len);
}

void __wrap_digest_hmac_sha256(const void *key, size_t key_len,
			       const void *data, size_t len,
			       unsigned char out[DIGEST_SHA256_SIZE])
{
	work.digests++;
	work.digested += len;
	__real_digest_hmac_sha256(key, key_len, data, len, out);
}

/* What key of ours is shown, and how it is spoiled. */
static char *spoil(const char *key, unsigned how)
{
	char *shown = str_dup(key);

	switch (how) {
	case 0: /* it is right */
		break;
	case 1: /* wrong at its beginning */
		shown[0] ^= 1;
		break;
	case 2: /* wrong at its end */
		shown[63] ^= 1;
		break;
	case 3: /* too short */
		shown[63] = '\0';
		break;
	case 4: /* too long */
		mem_free(&shown);
		shown = str_format("%s0", key);
		break;
	case 5: /* as long as a packet may bring it */
		mem_free(&shown);
		shown = mem_zero(LONGEST + 1, 1);
		memset(shown, 'a', LONGEST);
		break;
	default: /* nothing */
		shown[0] = '\0';
	}
	return shown;
}

#define WAYS 7

/* Is the answer that it is valid? Leaves in `work` what it took. */
static bool answer(const struct key *key, const char *shown, bool is_ours)
{
	struct elem *asked =
		packet_verify_new("b.test", "a.test", "id1", shown);
	struct elem *answered;
	struct packet p;
	bool is_valid;

	assert_int_equal(packet_read(asked, &p), PACKET_OK);
	memset(&work, 0, sizeof(work));
	answered = authority_answer(key, &p, is_ours, 0, &is_valid);
	packet_fini(&p);
	elem_free(&answered);
	elem_free(&asked);
	return is_valid;
}

static void s7_every_answer_is_the_same_work(void **state)
{
	static const unsigned char secret[KEY_SECRET_SIZE] = { 7 };
	static const unsigned char next[KEY_SECRET_SIZE] = { 8 };
	const size_t message = strlen("b.test a.test id1");

	(void)state;
	for (unsigned i = 0; i < 2 * 2 * WAYS; i++) {
		bool is_ours = i & 1;
		bool is_rotated = i & 2;
		unsigned how = i / 4;
		char text[KEY_TEXT_SIZE];
		struct key key;
		char *shown;

		key_init(&key, secret);
		key_make(&key, "b.test", "a.test", "id1", text);
		if (is_rotated)
			key_rotate(&key, next, 1000);
		shown = spoil(text, how);
		assert_int_equal(answer(&key, shown, is_ours),
				 is_ours && how == 0);
		assert_int_equal(work.digests, 2);
		assert_int_equal(work.digested, 2 * message);
		assert_int_equal(work.comparisons, 2);
		assert_int_equal(work.compared, 2 * KEY_TEXT_SIZE);
		mem_free(&shown);
	}
}

static void s7_comparison_is_the_librarys(void **state)
{
	static const char *const others[] = { "same", "xame", "samx", "\0ame" };

	(void)state;
	for (size_t i = 0; i < array_len(others); i++) {
		memset(&work, 0, sizeof(work));
		assert_int_equal(digest_equal("same", others[i], 4), i == 0);
		assert_int_equal(work.comparisons, 1);
		assert_int_equal(work.compared, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(s7_every_answer_is_the_same_work),
		cmocka_unit_test(s7_comparison_is_the_librarys),
	};

	return cmocka_run_group_tests_name("equal_work", tests, NULL, NULL);
}
