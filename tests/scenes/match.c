/* SPDX-License-Identifier: MIT */
#include "match.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

void names_init(struct names *n)
{
	n->values = map_new();
}

void names_fini(struct names *n)
{
	map_free(&n->values, free);
}

void names_set(struct names *n, const char *name, const char *value)
{
	free(map_put(n->values, name, str_dup(value)));
}

static const struct {
	const char *name;
	const char *ns;
} short_names[] = {
	{ "muc", NS_MUC },
	{ "user", NS_MUC_USER },
	{ "owner", NS_MUC_OWNER },
	{ "admin", NS_MUC_ADMIN },
	{ "info", NS_DISCO_INFO },
	{ "items", NS_DISCO_ITEMS },
	{ "ping", NS_PING },
	{ "version", NS_VERSION },
	{ "time", NS_TIME },
	{ "last", NS_LAST },
	{ "delay", NS_DELAY },
	{ "sid", NS_STANZA_ID },
	{ "occupant", NS_OCCUPANT_ID },
	{ "form", NS_DATA_FORM },
	{ "error", NS_STANZA_ERROR },
	{ "rsm", NS_RSM },
	{ "nick", NS_NICK },
	{ "vcard", NS_VCARD },
	{ "states", NS_CHAT_STATES },
	{ "hints", NS_HINTS },
	{ "register", NS_REGISTER },
	{ "retract", NS_RETRACT },
	{ "moderate", NS_MODERATED },
	{ "correct", NS_CORRECT },
	{ "mam", NS_MAM },
	{ "forward", NS_FORWARD },
	{ "client", NS_CLIENT },
};

/* xmlns='muc' becomes the namespace; anything else stays. Returns the bytes
 * eaten, 0 when it is none. */
static size_t fill_namespace(struct buf *out, const char *at)
{
	static const char key[] = "xmlns='";
	const char *name, *end;

	if (!str_has_prefix(at, key))
		return 0;
	name = at + strlen(key);
	end = strchr(name, '\'');
	for (size_t i = 0; end && i < array_len(short_names); i++) {
		if (strlen(short_names[i].name) != (size_t)(end - name) ||
		    strncmp(short_names[i].name, name, (size_t)(end - name)))
			continue;
		buf_add_str(out, key);
		buf_add_str(out, short_names[i].ns);
		return (size_t)(end - at);
	}
	return 0;
}

static size_t fill_name(const struct names *n, struct buf *out, const char *at)
{
	size_t len = 1;
	char *name;
	const char *value;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	name = str_dup_n(at + 1, len - 1);
	value = map_get(n->values, name);
	mem_free(&name);
	if (!value)
		return 0;
	buf_add_str(out, value);
	return len;
}

char *names_fill(const struct names *n, const char *text)
{
	struct buf out = { 0 };
	size_t eaten;

	while (*text) {
		if (*text == '$') {
			eaten = fill_name(n, &out, text);
			if (!eaten) {
				buf_fini(&out);
				return NULL;
			}
		} else {
			eaten = fill_namespace(&out, text);
		}
		if (!eaten) {
			buf_add_char(&out, *text);
			eaten = 1;
		}
		text += eaten;
	}
	return buf_steal_str(&out);
}

static char *match_codes(const char *wanted, const struct elem *x)
{
	struct buf codes = { 0 };
	const struct elem *status;
	char *fault = NULL;

	for (status = elem_child(x, "status", NULL); status;
	     status = elem_next(status, "status", NULL)) {
		if (codes.len)
			buf_add_char(&codes, ' ');
		buf_add_str(&codes, elem_attr(status, "code"));
	}
	if (!str_equal(buf_str(&codes), wanted))
		fault = str_format("status codes are '%s', not '%s'",
				   buf_str(&codes), wanted);
	buf_fini(&codes);
	return fault;
}

static char *match_attr(const char *name, const char *wanted,
			const struct elem *e, struct names *names)
{
	const char *value = elem_attr(e, name);

	if (!strcmp(name, "codes"))
		return match_codes(wanted, e);
	if (!strcmp(wanted, "-"))
		return value ? str_format("%s has %s='%s'", elem_name(e), name,
					  value)
			     : NULL;
	if (!value)
		return str_format("%s has no %s", elem_name(e), name);
	if (*wanted == '=') {
		names_set(names, wanted + 1, value);
		return NULL;
	}
	if (!strcmp(wanted, "*") || !strcmp(wanted, value))
		return NULL;
	return str_format("%s has %s='%s', not '%s'", elem_name(e), name, value,
			  wanted);
}

static char *match_child(const struct elem *pattern, const struct elem *e,
			 struct names *names)
{
	const struct elem *child;
	char *fault = NULL;

	for (child = elem_child(e, elem_name(pattern), elem_ns(pattern)); child;
	     child = elem_next(child, elem_name(pattern), elem_ns(pattern))) {
		mem_free(&fault);
		fault = match_elem(pattern, child, names);
		if (!fault)
			return NULL;
	}
	return fault ? fault
		     : str_format("%s has no <%s xmlns='%s'>", elem_name(e),
				  elem_name(pattern), elem_ns(pattern));
}

static char *match_none(const struct elem *patterns, const struct elem *e,
			struct names *names)
{
	const struct elem *pattern;

	for (pattern = elem_child(patterns, NULL, NULL); pattern;
	     pattern = elem_next(pattern, NULL, NULL)) {
		char *fault = match_child(pattern, e, names);

		if (!fault)
			return str_format("%s has <%s>", elem_name(e),
					  elem_name(pattern));
		mem_free(&fault);
	}
	return NULL;
}

char *match_elem(const struct elem *pattern, const struct elem *e,
		 struct names *names)
{
	const struct elem_attr *attr = NULL;
	const struct elem *child;
	char *fault = NULL;

	if (!elem_is(e, elem_name(pattern), elem_ns(pattern)))
		return str_format("it is a <%s>", elem_name(e));
	while (!fault && (attr = elem_next_attr(pattern, attr)))
		fault = match_attr(elem_attr_name(attr), elem_attr_value(attr),
				   e, names);
	for (child = elem_child(pattern, NULL, NULL); child && !fault;
	     child = elem_next(child, NULL, NULL))
		fault = elem_is(child, "not", NULL)
				? match_none(child, e, names)
				: match_child(child, e, names);
	if (!fault && *elem_text(pattern) && !elem_child(pattern, NULL, NULL) &&
	    strcmp(elem_text(pattern), elem_text(e)))
		fault = str_format("%s says '%s'", elem_name(e), elem_text(e));
	return fault;
}
