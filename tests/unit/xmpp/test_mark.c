/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"

static void marks_are_added(void **state)
{
	struct elem *e = elem_new("message", NS_SERVER);
	struct jid *room = jid_parse("r@b");
	struct buf out = { 0 };

	(void)state;
	mark_add_delay(e, room, 1141994096789);
	mark_add_stanza_id(e, "id1", room);
	mark_add_occupant_id(e, "o1");
	write_elem(&out, e, NS_SERVER);
	assert_string_equal(
		buf_str(&out),
		"<message><delay xmlns='urn:xmpp:delay' from='r@b'"
		" stamp='2006-03-10T12:34:56.789Z'/>"
		"<stanza-id xmlns='urn:xmpp:sid:0' by='r@b' id='id1'/>"
		"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/>"
		"</message>");
	buf_fini(&out);
	jid_free(&room);
	elem_free(&e);
}

#define RETRACT "<retract xmlns='urn:xmpp:message-retract:1' id='1'"

static void forged_ones_are_stripped(void **state)
{
	static const char *const forged[] = {
		"<x xmlns='" NS_MUC_USER "'><item role='moderator'/></x>",
		"<p:x xmlns:p='" NS_MUC_USER "'/>",
		"<occupant-id xmlns='" NS_OCCUPANT_ID "' id='1'/>",
		"<hats xmlns='" NS_HATS "'/>",
		"<moderated xmlns='" NS_MODERATED "' by='r@b'/>",
		"<moderated xmlns='" NS_MODERATED_0 "' by='r@b'/>",
		"<mav xmlns='" NS_MAV "'/>",
		"<stanza-id xmlns='" NS_STANZA_ID "' by='r@b' id='1'/>",
		"<stanza-id xmlns='" NS_STANZA_ID "' by='R@B' id='1'/>",
		"<stanza-id xmlns='" NS_STANZA_ID "' by='r@b/x' id='1'/>",
		"<stanza-id xmlns='" NS_STANZA_ID "' by='r@b ' id='1'/>",
		"<stanza-id xmlns='" NS_STANZA_ID "' id='1'/>",
		"<delay xmlns='" NS_DELAY "' from='r@b'/>",
		"<delay xmlns='" NS_DELAY "' from='r@b/nick'/>",
		"<x xmlns='" NS_LEGACY_DELAY "' from='R@b'/>",
		"<retracted xmlns='urn:xmpp:message-retract:1' id='1'/>",
		RETRACT "><moderated xmlns='" NS_MODERATED "'/></retract>",
	};
	struct jid *room = jid_parse("r@b");
	struct buf b = { 0 };
	struct elem *e;

	(void)state;
	for (size_t i = 0; i < array_len(forged); i++) {
		buf_clear(&b);
		/* all instances, wherever they stand */
		buf_add_format(&b, "<message>%s<body>hi</body>%s%s</message>",
			       forged[i], forged[i], forged[i]);
		e = parser_read(buf_str(&b), b.len, NS_SERVER);
		mark_strip(e, room);
		buf_clear(&b);
		write_elem(&b, e, NS_SERVER);
		assert_string_equal(buf_str(&b),
				    "<message><body>hi</body></message>");
		elem_free(&e);
	}
	buf_fini(&b);
	jid_free(&room);
}

static void honest_ones_stay(void **state)
{
	static const char *const honest[] = {
		"<stanza-id xmlns='" NS_STANZA_ID "' by='a@b' id='1'/>",
		"<origin-id xmlns='" NS_STANZA_ID "' id='1'/>",
		"<delay xmlns='" NS_DELAY "' from='home.example'/>",
		"<delay xmlns='" NS_DELAY "' stamp='x'/>",
		"<x xmlns='" NS_MUC "'/>",
		RETRACT "/>",
		"<fwd xmlns='urn:f'><x xmlns='" NS_MUC_USER "'/></fwd>",
	};
	struct jid *room = jid_parse("r@b");
	struct buf b = { 0 }, out = { 0 };
	struct elem *e;

	(void)state;
	for (size_t i = 0; i < array_len(honest); i++) {
		buf_clear(&b);
		buf_clear(&out);
		buf_add_format(&b, "<message>%s</message>", honest[i]);
		e = parser_read(buf_str(&b), b.len, NS_SERVER);
		mark_strip(e, room);
		write_elem(&out, e, NS_SERVER);
		assert_string_equal(buf_str(&out), buf_str(&b));
		elem_free(&e);
	}
	buf_fini(&b);
	buf_fini(&out);
	jid_free(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_added),
		cmocka_unit_test(forged_ones_are_stripped),
		cmocka_unit_test(honest_ones_stay),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
