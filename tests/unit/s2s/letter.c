/* SPDX-License-Identifier: MIT */
#include "tests/unit/s2s/letter.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static struct audience *make_audience(unsigned people)
{
	struct audience *audience = audience_new();

	for (unsigned i = 0; i < people; i++) {
		char *text = str_format("u%u@b.test", i);
		struct jid *to = jid_parse(text);

		audience_add(audience, to, i + 1);
		jid_free(&to);
		mem_free(&text);
	}
	return audience;
}

static struct envelope *make(const struct elem *stanza, unsigned people,
			     uint32_t skip)
{
	struct audience *audience = make_audience(people);
	struct frozen *frozen = frozen_new(stanza);
	struct envelope *envelope;
	struct list list;

	list_init(&list);
	envelope_make_all(&list, frozen, audience, "a.test", skip);
	envelope = list_first(&list, struct envelope, node);
	require(envelope);
	list_remove(&envelope->node);
	frozen_unref(&frozen);
	audience_free(&audience);
	return envelope;
}

struct envelope *letter_new(const char *body, unsigned people, uint32_t skip)
{
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, NULL, NULL, NULL);
	struct envelope *envelope;

	elem_add_with_text(e, "body", NULL, body);
	envelope = make(e, people, skip);
	elem_free(&e);
	return envelope;
}

struct envelope *letter_read(const char *xml, unsigned people)
{
	struct elem *e = parser_read(xml, strlen(xml), NS_SERVER);
	struct envelope *envelope;

	require(e);
	envelope = make(e, people, 0);
	elem_free(&e);
	return envelope;
}
