/* SPDX-License-Identifier: MIT */
#include "xmpp/cond.h"

#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define COND_ELEMENT(name, type, element) element,
static const char *const cond_elements[] = { COND_TABLE(COND_ELEMENT) };

#define COND_USUAL_TYPE(name, type, element) COND_TYPE_##type,
static const enum cond_type usual_types[] = { COND_TABLE(COND_USUAL_TYPE) };

#define COND_TYPE_TEXT(name, text) text,
static const char *const cond_types[] = { COND_TYPE_TABLE(COND_TYPE_TEXT) };

#define STREAM_COND_ELEMENT(name, element) element,
static const char *const stream_cond_elements[] = {
	STREAM_COND_TABLE(STREAM_COND_ELEMENT)
};

struct cond cond_make(enum cond_name name, const char *text)
{
	return cond_make_typed(name, usual_types[name], text);
}

struct cond cond_make_typed(enum cond_name name, enum cond_type type,
			    const char *text)
{
	struct cond cond = { name, type, text, NULL };

	return cond;
}

const char *cond_element(enum cond_name name)
{
	return cond_elements[name];
}

const char *cond_type_text(enum cond_type type)
{
	return cond_types[type];
}

const char *stream_cond_element(enum stream_cond name)
{
	return stream_cond_elements[name];
}

static void add_text(struct elem *error, const char *ns, const char *text)
{
	struct elem *e;

	if (!text)
		return;
	e = elem_add_with_text(error, "text", ns, text);
	elem_set_attr(e, "xml:lang", "en");
}

struct elem *cond_add(struct elem *parent, const struct cond *cond,
		      const char *by, const char *ns)
{
	struct elem *error = elem_add(parent, "error", ns);

	elem_set_attr(error, "by", by);
	elem_set_attr(error, "type", cond_type_text(cond->type));
	elem_add_with_text(error, cond_element(cond->name), NS_STANZA_ERROR,
			   cond->content);
	add_text(error, NS_STANZA_ERROR, cond->text);
	return error;
}

/* Index of text in table, or count. */
static size_t find_text(const char *const *table, size_t count,
			const char *text)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text && !strcmp(table[i], text))
			break;
	return i;
}

/* The <error/> child: in the stanza's namespace, or of dialback in that of the
 * stream (XEP-0220 2.5). */
static const struct elem *find_error(const struct elem *stanza)
{
	const struct elem *error = elem_child(stanza, "error", elem_ns(stanza));

	return error ? error : elem_child(stanza, "error", NS_SERVER);
}

/* The child that names the condition: of ns, and not <text/>. */
static const struct elem *find_name(const struct elem *error, const char *ns)
{
	const struct elem *e = elem_child(error, NULL, ns);

	while (e && elem_is(e, "text", NULL))
		e = elem_next(e, NULL, ns);
	return e;
}

static const char *not_empty(const char *text)
{
	return text && *text ? text : NULL;
}

bool cond_read(const struct elem *stanza, struct cond *cond_out)
{
	const struct elem *error = find_error(stanza);
	const struct elem *e;
	size_t name, type;

	*cond_out = cond_make(COND_UNDEFINED_CONDITION, NULL);
	if (!error)
		return false;
	cond_out->text = not_empty(
		elem_child_text(error, "text", NS_STANZA_ERROR));
	type = find_text(cond_types, COND_TYPE_COUNT, elem_attr(error, "type"));
	if (type < COND_TYPE_COUNT)
		cond_out->type = (enum cond_type)type;
	e = find_name(error, NS_STANZA_ERROR);
	name = find_text(cond_elements, COND_COUNT, e ? elem_name(e) : NULL);
	if (name == COND_COUNT)
		return false;
	cond_out->name = (enum cond_name)name;
	if (type == COND_TYPE_COUNT)
		cond_out->type = usual_types[name];
	cond_out->content = not_empty(elem_text(e));
	return true;
}

/* ---- streams ---- */

struct elem *stream_error_new(enum stream_cond name, const char *text)
{
	struct elem *error = elem_new("error", NS_STREAM);

	elem_add(error, stream_cond_element(name), NS_STREAM_ERROR);
	add_text(error, NS_STREAM_ERROR, text);
	return error;
}

bool stream_error_read(const struct elem *error, enum stream_cond *name_out,
		       const char **text_out)
{
	const struct elem *e = find_name(error, NS_STREAM_ERROR);
	size_t name = find_text(stream_cond_elements, STREAM_COND_COUNT,
				e ? elem_name(e) : NULL);

	*text_out = not_empty(elem_child_text(error, "text", NS_STREAM_ERROR));
	*name_out = STREAM_COND_UNDEFINED_CONDITION;
	if (name == STREAM_COND_COUNT)
		return false;
	*name_out = (enum stream_cond)name;
	return true;
}
