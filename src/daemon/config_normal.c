/* SPDX-License-Identifier: MIT */
#include "daemon/config_normal.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "jid/jid.h"
#include "net/addr.h"

char *config_normal_bare_jid(const char *text)
{
	struct jid *jid = jid_parse(text);
	char *normal = NULL;

	if (jid && jid_local(jid) && jid_is_bare(jid))
		normal = str_dup(jid_text(jid));
	jid_free(&jid);
	return normal;
}

char *config_normal_listen(const char *text)
{
	struct addr addr;
	char *copy, *normal;

	copy = str_has_prefix(text, "*:") ? str_format("0.0.0.0%s", text + 1)
					  : str_dup(text);
	normal = addr_parse(copy, 0, &addr) ? NULL : str_dup(text);
	mem_free(&copy);
	return normal;
}

char *config_normal_server(const char *text)
{
	struct addr addr;
	char printed[ADDR_TEXT_SIZE];

	if (addr_parse(text, 53, &addr))
		return NULL;
	addr_print(&addr, printed);
	return str_dup(printed);
}

char *config_normal_domain(const char *text)
{
	return idna_is_address(text) ? NULL : idna_to_unicode(text);
}

char *config_normal_uri(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon && colon > text && colon[1] && !strpbrk(text, " \t\n")
		       ? str_dup(text)
		       : NULL;
}

/* XEP-0455 #external-disco: whoever needs it has no other way. */
char *config_normal_url(const char *text)
{
	return str_has_prefix(text, "https://") ||
			       str_has_prefix(text, "http://")
		       ? config_normal_uri(text)
		       : NULL;
}

/* "*" is all domains, "*.domain" all below it. */
char *config_normal_pattern(const char *text)
{
	char *domain, *pattern;

	if (str_equal(text, "*"))
		return str_dup(text);
	if (!str_has_prefix(text, "*."))
		return config_normal_domain(text);
	domain = config_normal_domain(text + 2);
	pattern = domain ? str_format("*.%s", domain) : NULL;
	mem_free(&domain);
	return pattern;
}
