/* SPDX-License-Identifier: MIT */
#include "dialback/key.h"

#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"

void key_init(struct key *k, const unsigned char secret[KEY_SECRET_SIZE])
{
	memset(k, 0, sizeof(*k));
	memcpy(k->secret, secret, KEY_SECRET_SIZE);
}

void key_rotate(struct key *k, const unsigned char secret[KEY_SECRET_SIZE],
		int64_t until)
{
	memcpy(k->previous, k->secret, KEY_SECRET_SIZE);
	k->has_previous = true;
	k->previous_until = until;
	memcpy(k->secret, secret, KEY_SECRET_SIZE);
}

/* XEP-0185 3: the fields are parted by a space, which no normalised domain holds
 * and which cannot occur in the first two (CVE-2016-0756). */
static void make_with(const unsigned char *secret, const char *target,
		      const char *sender, const char *id,
		      char out[KEY_TEXT_SIZE])
{
	unsigned char mac[DIGEST_SHA256_SIZE];
	struct buf message;
	char *text;

	buf_init(&message);
	buf_add_str(&message, target);
	buf_add_char(&message, ' ');
	buf_add_str(&message, sender);
	buf_add_char(&message, ' ');
	buf_add_str(&message, id);
	digest_hmac_sha256(secret, KEY_SECRET_SIZE, buf_data(&message),
			   message.len, mac);
	buf_fini(&message);
	text = hex_encode(mac, sizeof(mac));
	require(str_copy(out, KEY_TEXT_SIZE, text));
	mem_free(&text);
}

void key_make(const struct key *k, const char *target, const char *sender,
	      const char *id, char out[KEY_TEXT_SIZE])
{
	make_with(k->secret, target, sender, id, out);
}

bool key_check(const struct key *k, const char *target, const char *sender,
	       const char *id, const char *text, int64_t now)
{
	char given[KEY_TEXT_SIZE] = "";
	char current[KEY_TEXT_SIZE];
	char previous[KEY_TEXT_SIZE];
	bool fits = strlen(text) == KEY_TEXT_SIZE - 1;
	bool is_current;
	bool is_previous;

	if (fits)
		memcpy(given, text, KEY_TEXT_SIZE);
	make_with(k->secret, target, sender, id, current);
	make_with(k->previous, target, sender, id, previous);
	is_current = digest_equal(given, current, KEY_TEXT_SIZE);
	is_previous = digest_equal(given, previous, KEY_TEXT_SIZE) &&
		      k->has_previous && now < k->previous_until;
	return fits && (is_current || is_previous);
}
