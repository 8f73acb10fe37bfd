/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/disco.h"
#include "xmpp/ns.h"

static void answers_are_built(void **state)
{
	struct elem *e = elem_new("iq", NS_SERVER);
	struct elem *query = disco_add_info(e, "the node");
	struct jid *room = jid_parse("r@b");
	struct buf out = { 0 };

	(void)state;
	disco_add_identity(query, "conference", "text", "A & B");
	disco_add_feature(query, NS_MUC);
	query = disco_add_items(e, NULL);
	disco_add_item(query, room, NULL, "Room");
	disco_add_item(query, room, "n", NULL);
	write_elem(&out, e, NS_SERVER);
	assert_string_equal(
		buf_str(&out),
		"<iq><query xmlns='" NS_DISCO_INFO "' node='the node'>"
		"<identity category='conference' type='text'"
		" name='A &amp; B'/><feature var='" NS_MUC "'/></query>"
		"<query xmlns='" NS_DISCO_ITEMS "'>"
		"<item jid='r@b' name='Room'/><item jid='r@b' node='n'/>"
		"</query></iq>");
	buf_fini(&out);
	jid_free(&room);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_built),
	};

	return cmocka_run_group_tests_name("disco", tests, NULL, NULL);
}
