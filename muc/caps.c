/* SPDX-License-Identifier: MIT */
#include "muc/caps.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* What stands behind each entry: the sign that elsewhere opens markup. */
#define SEPARATOR 0x3c

/* Lines that are sorted before they count. */
struct lines {
	char **items; /* owned */
	size_t count;
};

static void add_line(struct lines *l, char *owned)
{
	l->items = mem_realloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = owned;
}

/* By what stands before the separators, so that these come before all else: a
 * name before longer ones that begin like it. */
static int compare(const void *a, const void *b)
{
	const char *one = *(char *const *)a, *other = *(char *const *)b;

	while (*one && *one == *other) {
		one++;
		other++;
	}
	if (*one == SEPARATOR || *other == SEPARATOR)
		return (*other == SEPARATOR) - (*one == SEPARATOR);
	return (unsigned char)*one - (unsigned char)*other;
}

/* Sorted; l is empty after. */
static void print(struct lines *l, struct buf *out)
{
	if (l->count)
		qsort(l->items, l->count, sizeof(*l->items), compare);
	for (size_t i = 0; i < l->count; i++) {
		buf_add_str(out, l->items[i]);
		mem_free(&l->items[i]);
	}
	mem_free(&l->items);
	l->count = 0;
}

static char *end_line(const char *text)
{
	struct buf line = { 0 };

	buf_add_str(&line, text ? text : "");
	buf_add_char(&line, SEPARATOR);
	return buf_steal_str(&line);
}

static const char *attr(const struct elem *e, const char *name)
{
	const char *value = elem_attr(e, name);

	return value ? value : "";
}

static void print_identities(const struct elem *query, struct buf *out)
{
	const struct elem *e;
	struct lines lines = { 0 };

	for (e = elem_child(query, "identity", NULL); e;
	     e = elem_next(e, "identity", NULL)) {
		char *text = str_format("%s/%s/%s/%s", attr(e, "category"),
					attr(e, "type"), attr(e, "xml:lang"),
					attr(e, "name"));

		add_line(&lines, end_line(text));
		mem_free(&text);
	}
	print(&lines, out);
}

static void print_features(const struct elem *query, struct buf *out)
{
	const struct elem *e;
	struct lines lines = { 0 };

	for (e = elem_child(query, "feature", NULL); e;
	     e = elem_next(e, "feature", NULL))
		add_line(&lines, end_line(elem_attr(e, "var")));
	print(&lines, out);
}

static char *print_field(const struct elem *field)
{
	const struct elem *e;
	struct lines lines = { 0 };
	struct buf out = { 0 };
	char *var = end_line(elem_attr(field, "var"));

	buf_add_str(&out, var);
	mem_free(&var);
	for (e = elem_child(field, "value", NULL); e;
	     e = elem_next(e, "value", NULL))
		add_line(&lines, end_line(elem_text(e)));
	print(&lines, &out);
	return buf_steal_str(&out);
}

static char *print_form(const struct elem *form)
{
	const struct elem *field;
	struct lines lines = { 0 };
	struct buf out = { 0 };
	char *type = end_line(form_value(form, "FORM_TYPE"));

	buf_add_str(&out, type);
	mem_free(&type);
	for (field = elem_child(form, "field", NULL); field;
	     field = elem_next(field, "field", NULL))
		if (!str_equal(elem_attr(field, "var"), "FORM_TYPE"))
			add_line(&lines, print_field(field));
	print(&lines, &out);
	return buf_steal_str(&out);
}

/* XEP-0115 #ver-gen */
char *caps_make_ver(const struct elem *query)
{
	unsigned char hash[DIGEST_SHA1_SIZE];
	struct buf text = { 0 };
	struct lines forms = { 0 };
	const struct elem *form;

	print_identities(query, &text);
	print_features(query, &text);
	for (form = elem_child(query, "x", NS_DATA_FORM); form;
	     form = elem_next(form, "x", NS_DATA_FORM))
		add_line(&forms, print_form(form));
	print(&forms, &text);
	digest_sha1(buf_data(&text), text.len, hash);
	buf_fini(&text);
	return base64_encode(hash, sizeof(hash));
}

void caps_add(struct elem *presence, const char *ver)
{
	struct elem *c = elem_add(presence, "c", NS_CAPS);

	elem_set_attr(c, "hash", "sha-1");
	elem_set_attr(c, "node", CAPS_NODE);
	elem_set_attr(c, "ver", ver);
}

bool caps_is_node(const char *node, const char *ver)
{
	return !node || (str_has_prefix(node, CAPS_NODE "#") &&
			 str_equal(node + strlen(CAPS_NODE "#"), ver));
}
