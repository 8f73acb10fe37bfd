/* SPDX-License-Identifier: MIT */
#include "muc/occupant_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jid/jid.h"

static const unsigned char secret[OCCUPANT_ID_SECRET_SIZE] = "secret";

static void make(const unsigned char *key, const char *room, const char *real,
		 char out[OCCUPANT_ID_SIZE])
{
	struct jid *a = jid_parse(room), *b = jid_parse(real);

	occupant_id_make(key, a, b, out);
	jid_free(&a);
	jid_free(&b);
}

/* The value is HMAC-SHA-256 by another implementation: it must never change, or
 * nobody is who they were. */
static void occupant_id_is_for_ever(void **state)
{
	char id[OCCUPANT_ID_SIZE];
	(void)state;

	make(secret, "r@c.example", "a@x.example/phone", id);
	assert_string_equal(id, "9ef6683c44b2388246e0d8b8df7c6052"
				"61a84737c656078b5ab961c08cbd7226");
}

static void occupant_id_tells_rooms_people_and_hosts_apart(void **state)
{
	static const unsigned char other[OCCUPANT_ID_SECRET_SIZE] = "other";
	char id[OCCUPANT_ID_SIZE], same[OCCUPANT_ID_SIZE];
	char differs[OCCUPANT_ID_SIZE];
	(void)state;

	make(secret, "r@c.example", "a@x.example/phone", id);
	make(secret, "r@c.example/nick", "a@x.example", same);
	assert_string_equal(id, same);
	make(secret, "s@c.example", "a@x.example/phone", differs);
	assert_string_not_equal(id, differs);
	make(secret, "r@c.example", "b@x.example/phone", differs);
	assert_string_not_equal(id, differs);
	make(other, "r@c.example", "a@x.example/phone", differs);
	assert_string_not_equal(id, differs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(occupant_id_is_for_ever),
		cmocka_unit_test(occupant_id_tells_rooms_people_and_hosts_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
