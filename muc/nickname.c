/* SPDX-License-Identifier: MIT */
#include "muc/nickname.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/precis.h"

/* Characters that PRECIS lets pass and that draw nothing. */
static bool is_blank(uint32_t c)
{
	return c == 0x20 || c == 0x2800 || /* braille pattern blank */
	       (c >= 0x0300 && c <= 0x036f) || /* marks without a base */
	       (c >= 0xfe00 && c <= 0xfe0f) ||
	       (c >= 0xe0100 && c <= 0xe01ef); /* variation selectors */
}

static bool is_visible(const char *text)
{
	size_t len = strlen(text);
	uint32_t c;

	while (len) {
		size_t n = str_utf8_next(text, len, &c);

		if (!n)
			return false;
		if (!is_blank(c))
			return true;
		text += n;
		len -= n;
	}
	return false;
}

/* It will be one, so it must be in that form, too. */
static bool is_resource(const char *text)
{
	char *normal = precis_opaque(text);
	bool is_same = str_equal(normal, text);

	mem_free(&normal);
	return is_same;
}

bool nickname_make(struct nickname *n, const char *resource)
{
	n->text = n->key = NULL;
	if (!resource)
		return false;
	n->text = precis_nickname(resource);
	if (n->text && is_resource(n->text) && is_visible(n->text))
		n->key = precis_nickname_key(n->text);
	if (n->key)
		return true;
	nickname_fini(n);
	return false;
}

void nickname_fini(struct nickname *n)
{
	mem_free(&n->text);
	mem_free(&n->key);
}
