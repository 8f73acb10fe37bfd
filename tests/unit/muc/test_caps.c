/* SPDX-License-Identifier: MIT */
#include "muc/caps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"

/* The examples of XEP-0115 #ver-gen-simple and #ver-gen-complex. */
static const char simple[] =
	"<query xmlns='http://jabber.org/protocol/disco#info'>"
	"<identity category='client' name='Exodus 0.9.1' type='pc'/>"
	"<feature var='http://jabber.org/protocol/caps'/>"
	"<feature var='http://jabber.org/protocol/disco#items'/>"
	"<feature var='http://jabber.org/protocol/disco#info'/>"
	"<feature var='http://jabber.org/protocol/muc'/></query>";
static const char complex[] =
	"<query xmlns='http://jabber.org/protocol/disco#info'>"
	"<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>"
	"<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>"
	"<feature var='http://jabber.org/protocol/caps'/>"
	"<feature var='http://jabber.org/protocol/disco#info'/>"
	"<feature var='http://jabber.org/protocol/disco#items'/>"
	"<feature var='http://jabber.org/protocol/muc'/>"
	"<x xmlns='jabber:x:data' type='result'>"
	"<field var='FORM_TYPE' type='hidden'>"
	"<value>urn:xmpp:dataforms:softwareinfo</value></field>"
	"<field var='ip_version' type='text-multi'><value>ipv6</value>"
	"<value>ipv4</value></field>"
	"<field var='os'><value>Mac</value></field>"
	"<field var='os_version'><value>10.5.1</value></field>"
	"<field var='software'><value>Psi</value></field>"
	"<field var='software_version'><value>0.11</value></field>"
	"</x></query>";

/* What Converse.js 14 says of itself; some names begin as others do. */
static const char of_converse[] =
	"<query xmlns='http://jabber.org/protocol/disco#info'>"
	"<identity category='client' type='web' name='Converse'/>"
	"<feature var='eu.siacs.conversations.axolotl.devicelist+notify'/>"
	"<feature var='http://jabber.org/protocol/chatstates'/>"
	"<feature var='http://jabber.org/protocol/disco#info'/>"
	"<feature var='http://jabber.org/protocol/muc'/>"
	"<feature var='http://jabber.org/protocol/rosterx'/>"
	"<feature var='jabber:x:conference'/>"
	"<feature var='jabber:x:oob'/>"
	"<feature var='storage:bookmarks+notify'/>"
	"<feature var='urn:ietf:params:xml:ns:conference-info+notify'/>"
	"<feature var='urn:xmpp:carbons:2'/>"
	"<feature var='urn:xmpp:http:upload:0'/>"
	"<feature var='urn:xmpp:idle:1'/>"
	"<feature var='urn:xmpp:mam:2'/>"
	"<feature var='urn:xmpp:message-correct:0'/>"
	"<feature var='urn:xmpp:omemo:2:devices+notify'/>"
	"<feature var='urn:xmpp:reactions:0'/>"
	"<feature var='urn:xmpp:reply:0'/>"
	"<feature var='urn:xmpp:spoiler:0'/>"
	"<feature var='urn:xmpp:xbosh'/>"
	"<feature var='vcard-temp'/>"
	"<feature var='vcard-temp:x:update'/></query>";
/* SHA-1 of "a<a2<t<b<1<12<b2<0<": fields and values, too. */
static const char prefixes[] =
	"<query xmlns='http://jabber.org/protocol/disco#info'>"
	"<x xmlns='jabber:x:data' type='result'>"
	"<field var='b2'><value>0</value></field>"
	"<field var='b'><value>12</value><value>1</value></field>"
	"<field var='FORM_TYPE' type='hidden'><value>t</value></field></x>"
	"<feature var='a2'/><feature var='a'/></query>";

static void check(const char *xml, const char *wanted)
{
	struct elem *query = parser_read(xml, strlen(xml), NULL);
	char *ver;

	assert_non_null(query);
	ver = caps_make_ver(query);
	assert_string_equal(ver, wanted);
	mem_free(&ver);
	elem_free(&query);
}

static void caps_agrees_with_the_examples(void **state)
{
	(void)state;
	check(simple, "QgayPKawpkPSDYmwT/WM94uAlu0=");
	check(complex, "q07IKJEyjvHSyhy//CH0CxmKi8w=");
}

static void caps_sorts_a_name_before_longer_ones(void **state)
{
	(void)state;
	check(of_converse, "aU8gtptxi4fPJB8IPibd7tJbTLE=");
	check(prefixes, "utzX8apak1RWNSlsm2ifJBzCZCI=");
}

static void caps_knows_its_node(void **state)
{
	(void)state;
	assert_true(caps_is_node(NULL, "x"));
	assert_true(caps_is_node(CAPS_NODE "#x", "x"));
	assert_false(caps_is_node(CAPS_NODE "#y", "x"));
	assert_false(caps_is_node(CAPS_NODE, "x"));
	assert_false(caps_is_node("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caps_agrees_with_the_examples),
		cmocka_unit_test(caps_sorts_a_name_before_longer_ones),
		cmocka_unit_test(caps_knows_its_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
