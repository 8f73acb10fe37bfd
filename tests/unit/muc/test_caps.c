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
		cmocka_unit_test(caps_knows_its_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
