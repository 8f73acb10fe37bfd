/* SPDX-License-Identifier: MIT */
#include "s2s/features.h"

#include "base/buf.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

/* A feature is a child of <features/>; one with an owner is a child of that
 * feature's element. What a peer may be offered later is one line more. */
static const struct feature_row {
	enum feature bit;
	unsigned parent; /* 0 = <features/> itself */
	const char *name;
	const char *ns;
	const char *text; /* what stands in it, or NULL: anything */
} rows[] = {
	{ FEATURE_STARTTLS, 0, "starttls", NS_TLS, NULL },
	{ FEATURE_TLS_REQUIRED, FEATURE_STARTTLS, "required", NS_TLS, NULL },
	{ FEATURE_MECHANISMS, 0, "mechanisms", NS_SASL, NULL },
	{ FEATURE_EXTERNAL, FEATURE_MECHANISMS, "mechanism", NS_SASL,
	  "EXTERNAL" },
	{ FEATURE_DIALBACK, 0, "dialback", NS_DIALBACK_FEATURE, NULL },
	{ FEATURE_DIALBACK_ERRORS, FEATURE_DIALBACK, "errors",
	  NS_DIALBACK_FEATURE, NULL },
	{ FEATURE_BIDI, 0, "bidi", NS_BIDI_FEATURE, NULL },
	{ FEATURE_SM, 0, "sm", NS_SM, NULL },
};

static const struct feature_row *find_row(unsigned bit)
{
	for (size_t i = 0; i < array_len(rows); i++) {
		if (rows[i].bit == bit)
			return &rows[i];
	}
	return NULL;
}

/* The element that a row's feature stands in, or NULL when it is not there. */
static struct elem *find_parent(struct elem *e, const struct feature_row *row)
{
	const struct feature_row *parent;

	if (!row->parent)
		return e;
	parent = find_row(row->parent);
	return elem_child(e, parent->name, parent->ns);
}

struct elem *features_new(unsigned offered)
{
	struct elem *e = elem_new("features", NS_STREAM);

	for (size_t i = 0; i < array_len(rows); i++) {
		struct elem *parent = find_parent(e, &rows[i]);

		if ((offered & rows[i].bit) && parent)
			elem_add_with_text(parent, rows[i].name, rows[i].ns,
					   rows[i].text);
	}
	return e;
}

static bool has_row(const struct elem *parent, const struct feature_row *row)
{
	const struct elem *e;

	for (e = elem_child(parent, row->name, row->ns); e;
	     e = elem_next(e, row->name, row->ns)) {
		if (!row->text || str_equal(elem_text(e), row->text))
			return true;
	}
	return false;
}

unsigned features_read(const struct elem *e)
{
	unsigned offered = 0;

	for (size_t i = 0; i < array_len(rows); i++) {
		/* only borrowed, not changed */
		struct elem *parent = find_parent((struct elem *)e, &rows[i]);

		if (parent && has_row(parent, &rows[i]))
			offered |= rows[i].bit;
	}
	return offered;
}

char *features_text(unsigned offered)
{
	struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < array_len(rows); i++) {
		if (!(offered & rows[i].bit))
			continue;
		if (text.len > 0)
			buf_add_str(&text, ", ");
		buf_add_str(&text, rows[i].text ? rows[i].text : rows[i].name);
	}
	if (text.len == 0)
		buf_add_str(&text, "nothing");
	return buf_steal_str(&text);
}
