/* SPDX-License-Identifier: MIT */
#include "muc/account.h"

#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define ACCOUNT_TEXT(name, text) text,
static const char *const texts[] = { ACCOUNT_TABLE(ACCOUNT_TEXT) };

enum account account_read(const struct stanza *presence)
{
	const struct elem *info = elem_child(presence->elem, "info",
					     NS_ACCOUNT);
	const char *word = info ? elem_attr(info, "affiliation") : NULL;

	/* two words are none: one of them is not the server's */
	if (!word || elem_next(info, "info", NS_ACCOUNT))
		return ACCOUNT_UNKNOWN;
	for (int i = ACCOUNT_ANONYMOUS; i < ACCOUNT_COUNT; i++)
		if (str_equal(word, texts[i]))
			return (enum account)i;
	return ACCOUNT_UNKNOWN;
}
