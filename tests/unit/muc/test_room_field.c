/* SPDX-License-Identifier: MIT */
#include "muc/room_field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "muc/room_config.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* XEP-0045 #registrar-formtype-owner, XEP-0500, XEP-0452; in a room that a user
 * made, and in one of the house. */
static const struct {
	const char *var;
	enum room_hand made;
	enum room_hand house;
	const char *normal; /* first value of a new room */
} registered[] = {
	{ "muc#maxhistoryfetch", HAND_OWNER, HAND_OWNER, "50" },
	{ "muc#roomconfig_allowpm", HAND_ADMIN, HAND_ADMIN, "anyone" },
	{ "muc#roomconfig_allowinvites", HAND_OWNER, HAND_OWNER, "1" },
	{ "muc#roomconfig_changesubject", HAND_ADMIN, HAND_ADMIN, "0" },
	{ "muc#roomconfig_enablelogging", HAND_OWNER, HAND_OPERATOR, "1" },
	{ "muc#roomconfig_getmemberlist", HAND_OWNER, HAND_OWNER, "visitor" },
	{ "muc#roomconfig_lang", HAND_OWNER, HAND_OWNER, NULL },
	{ "muc#roomconfig_pubsub", HAND_OWNER, HAND_OPERATOR, NULL },
	{ "muc#roomconfig_maxusers", HAND_OWNER, HAND_OPERATOR, "none" },
	{ "muc#roomconfig_membersonly", HAND_OWNER, HAND_OWNER, "0" },
	{ "muc#roomconfig_moderatedroom", HAND_ADMIN, HAND_ADMIN, "0" },
	{ "muc#roomconfig_passwordprotectedroom", HAND_OWNER, HAND_OWNER,
	  "0" },
	{ "muc#roomconfig_persistentroom", HAND_OWNER, HAND_OPERATOR, "0" },
	{ "muc#roomconfig_presencebroadcast", HAND_OWNER, HAND_OWNER,
	  "visitor" },
	{ "muc#roomconfig_publicroom", HAND_OWNER, HAND_OPERATOR, "1" },
	{ "muc#roomconfig_roomadmins", HAND_OWNER, HAND_OPERATOR, NULL },
	{ "muc#roomconfig_roomdesc", HAND_OWNER, HAND_OWNER, NULL },
	{ "muc#roomconfig_roomname", HAND_OWNER, HAND_OPERATOR, NULL },
	{ "muc#roomconfig_roomowners", HAND_OWNER, HAND_OPERATOR, NULL },
	{ "muc#roomconfig_roomsecret", HAND_OWNER, HAND_OWNER, NULL },
	{ "muc#roomconfig_whois", HAND_OWNER, HAND_OWNER, "moderators" },
	{ "muc#roomconfig_slow_mode_duration", HAND_ADMIN, HAND_ADMIN, "0" },
	{ "muc#roomconfig_forwardmentions", HAND_OWNER, HAND_OWNER, "1" },
};

static const struct room_field *find(const char *var)
{
	const struct room_field *f;

	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (str_equal(f->var, var))
			return f;
	return NULL;
}

static void room_field_has_all_that_is_registered(void **state)
{
	struct room_config made, house;
	(void)state;

	room_config_init(&made);
	room_config_init(&house);
	house.of_house = true;
	for (size_t i = 0; i < array_len(registered); i++) {
		const struct room_field *f = find(registered[i].var);
		struct elem *field = elem_new("field", NS_DATA_FORM);

		assert_non_null(f);
		assert_int_equal(room_field_hand(f, &made),
				 registered[i].made);
		assert_int_equal(room_field_hand(f, &house),
				 registered[i].house);
		room_field_write(f, &made, field);
		assert_true(str_equal(elem_child_text(field, "value", NULL),
				      registered[i].normal));
		elem_free(&field);
	}
	room_config_fini(&made);
	room_config_fini(&house);
}

static void room_field_shows_nobody_what_is_the_stores(void **state)
{
	struct room_config c;
	const struct room_field *f;
	(void)state;

	room_config_init(&c);
	for (size_t i = 0; (f = room_field_get(i)); i++) {
		bool is_own = str_has_prefix(f->var, "hallway#");

		assert_int_equal(is_own, room_field_hand(f, &c) == HAND_STORE);
		assert_int_equal(is_own, !f->label);
	}
	room_config_fini(&c);
}

static bool takes(const char *var, const char *value)
{
	const struct room_field_limits limits = { 100, 20 };
	struct elem *field = elem_new("field", NS_DATA_FORM);
	struct room_config c, before;
	bool is_taken;

	room_config_init(&c);
	room_config_copy(&before, &c);
	form_add_value(field, value);
	is_taken = room_field_read(find(var), &c, field, &limits);
	if (!is_taken)
		assert_true(room_field_is_same(find(var), &before, &c));
	elem_free(&field);
	room_config_fini(&c);
	room_config_fini(&before);
	return is_taken;
}

static void room_field_knows_its_bounds(void **state)
{
	(void)state;
	assert_true(takes("muc#roomconfig_maxusers", "100"));
	assert_true(takes("muc#roomconfig_maxusers", "none"));
	assert_false(takes("muc#roomconfig_maxusers", "101"));
	assert_false(takes("muc#roomconfig_maxusers", "-1"));
	assert_true(takes("muc#maxhistoryfetch", "20"));
	assert_false(takes("muc#maxhistoryfetch", "21"));
	assert_true(takes("muc#roomconfig_slow_mode_duration", "86400"));
	assert_false(takes("muc#roomconfig_slow_mode_duration", "86401"));
	assert_false(takes("muc#roomconfig_slow_mode_duration", ""));
	assert_true(takes("muc#roomconfig_lang", "sr-Latn"));
	assert_false(takes("muc#roomconfig_lang", "<x>"));
	assert_true(takes("muc#roomconfig_publicroom", "false"));
	assert_false(takes("muc#roomconfig_publicroom", "no"));
	assert_false(takes("muc#roomconfig_allowpm", "outcasts"));
	assert_false(takes("muc#roomconfig_presencebroadcast", "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_field_has_all_that_is_registered),
		cmocka_unit_test(room_field_shows_nobody_what_is_the_stores),
		cmocka_unit_test(room_field_knows_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
