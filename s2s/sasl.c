/* SPDX-License-Identifier: MIT */
#include "s2s/sasl.h"

#include <string.h>

#include "base/codec.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define MAX_TEXT 200 /* of a peer's explanation, in a log line */

#define FAULT_ROW(name, element) [SASL_##name] = (element),
static const char *const elements[] = { SASL_FAULT_TABLE(FAULT_ROW) };

/* XEP-0178 3: who gives no name, or an empty one, means the stream's. */
static bool is_same(const char *authzid, size_t len, const char *domain)
{
	char *normal;
	bool is_equal;

	if (len == 0)
		return true;
	if (!str_is_utf8(authzid, len) || strpbrk(authzid, "@/"))
		return false;
	normal = idna_to_unicode(authzid);
	is_equal = normal && str_equal(normal, domain);
	mem_free(&normal);
	return is_equal;
}

enum sasl_fault sasl_read_auth(const struct elem *auth, const char *domain)
{
	const char *mechanism = elem_attr(auth, "mechanism");
	const char *text = elem_text(auth);
	unsigned char *authzid;
	size_t len;
	bool is_good;

	if (!mechanism)
		return SASL_MALFORMED_REQUEST;
	if (!str_equal(mechanism, "EXTERNAL"))
		return SASL_INVALID_MECHANISM;
	if (str_equal(text, "=")) /* RFC 6120 6.4.2: empty */
		return SASL_OK;
	if (base64_decode(text, &authzid, &len) != 0)
		return SASL_INCORRECT_ENCODING;
	is_good = is_same((const char *)authzid, len, domain);
	mem_free(&authzid);
	return is_good ? SASL_OK : SASL_INVALID_AUTHZID;
}

struct elem *sasl_auth_new(const char *domain)
{
	struct elem *e = elem_new("auth", NS_SASL);
	char *text = base64_encode(domain, strlen(domain));

	elem_set_attr(e, "mechanism", "EXTERNAL");
	elem_add_text(e, text);
	mem_free(&text);
	return e;
}

struct elem *sasl_failure_new(enum sasl_fault fault)
{
	struct elem *e = elem_new("failure", NS_SASL);

	require(fault != SASL_OK);
	elem_add(e, elements[fault], NULL);
	return e;
}

char *sasl_failure_text(const struct elem *failure)
{
	const struct elem *child;
	const char *name = "no reason given";
	const char *text = elem_child_text(failure, "text", NS_SASL);
	char *quoted;
	char *line;

	for (child = elem_child(failure, NULL, NS_SASL); child;
	     child = elem_next(child, NULL, NS_SASL)) {
		if (!elem_is(child, "text", NS_SASL)) {
			name = elem_name(child);
			break;
		}
	}
	if (!text)
		return str_quote(name, strlen(name), MAX_TEXT);
	quoted = str_quote(text, strlen(text), MAX_TEXT);
	line = str_format("%.40s %s", name, quoted);
	mem_free(&quoted);
	return line;
}
