/* SPDX-License-Identifier: MIT */
#include "s2s/header.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define MAX_ID 256
#define MAX_DOMAIN 1023

static int read_version(const char *text)
{
	int64_t major;
	char digits[4];
	size_t len;

	if (!text)
		return 0;
	len = strcspn(text, ".");
	if (len == 0 || len >= sizeof(digits))
		return 0;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return str_to_int64(digits, 0, 999, &major) == 0 ? (int)major : 0;
}

/* False: there is one, but it is not a domain. */
static bool read_domain(const struct elem *e, const char *name, const char **out)
{
	const char *text = elem_attr(e, name);

	*out = NULL;
	if (!text)
		return true;
	if (!*text || strlen(text) > MAX_DOMAIN || strpbrk(text, "@/"))
		return false;
	*out = idna_to_unicode(text);
	return *out != NULL;
}

/* RFC 6120 4.8.1, 4.8.2; the prefix is of no concern. */
static bool check_root(const struct elem *e, const char *default_ns,
		       enum stream_cond *fault)
{
	if (!str_equal(elem_ns(e), NS_STREAM))
		*fault = STREAM_COND_INVALID_NAMESPACE;
	else if (!str_equal(elem_name(e), "stream"))
		*fault = STREAM_COND_BAD_FORMAT;
	else if (!str_equal(default_ns, NS_SERVER))
		*fault = STREAM_COND_INVALID_NAMESPACE;
	else
		return true;
	return false;
}

bool header_read(const struct elem *e, const char *default_ns,
		 struct stream_header *out, enum stream_cond *fault_out)
{
	*out = (struct stream_header){ 0 };
	if (!check_root(e, default_ns, fault_out))
		return false;
	out->version = read_version(elem_attr(e, "version"));
	out->id = elem_attr(e, "id");
	if (out->id && strlen(out->id) > MAX_ID)
		out->id = NULL;
	if (!read_domain(e, "from", &out->from) ||
	    !read_domain(e, "to", &out->to))
		*fault_out = STREAM_COND_IMPROPER_ADDRESSING;
	else if (out->version > 1)
		*fault_out = STREAM_COND_UNSUPPORTED_VERSION;
	else
		return true;
	return false;
}

void header_fini(struct stream_header *h)
{
	char *from = (char *)h->from;
	char *to = (char *)h->to;

	mem_free(&from);
	mem_free(&to);
	*h = (struct stream_header){ 0 };
}
