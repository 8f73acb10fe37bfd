/* SPDX-License-Identifier: MIT */
#include "xmpp/form.h"

#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

struct elem *form_add(struct elem *parent, const char *type,
		      const char *form_type)
{
	struct elem *form = elem_add(parent, "x", NS_DATA_FORM);

	elem_set_attr(form, "type", type);
	if (form_type)
		form_add_field(form, "FORM_TYPE", "hidden", NULL, form_type);
	return form;
}

struct elem *form_add_titled(struct elem *parent, const char *form_type,
			     const char *title, const char *instructions)
{
	struct elem *form = form_add(parent, "form", NULL);

	if (title)
		elem_add_with_text(form, "title", NULL, title);
	if (instructions)
		elem_add_with_text(form, "instructions", NULL, instructions);
	if (form_type)
		form_add_field(form, "FORM_TYPE", "hidden", NULL, form_type);
	return form;
}

struct elem *form_add_field(struct elem *form, const char *var,
			    const char *type, const char *label,
			    const char *value)
{
	struct elem *field = elem_add(form, "field", NULL);

	elem_set_attr(field, "var", var);
	elem_set_attr(field, "type", type);
	elem_set_attr(field, "label", label);
	if (value)
		form_add_value(field, value);
	return field;
}

void form_add_value(struct elem *field, const char *value)
{
	elem_add_with_text(field, "value", NULL, value);
}

void form_add_option(struct elem *field, const char *label, const char *value)
{
	struct elem *option = elem_add(field, "option", NULL);

	elem_set_attr(option, "label", label);
	form_add_value(option, value);
}

struct elem *form_find(const struct elem *parent, const char *form_type)
{
	struct elem *form = elem_child(parent, "x", NS_DATA_FORM);

	while (form && form_type &&
	       !str_equal(form_value(form, "FORM_TYPE"), form_type))
		form = elem_next(form, "x", NS_DATA_FORM);
	return form;
}

struct elem *form_field(const struct elem *form, const char *var)
{
	struct elem *field = elem_child(form, "field", NS_DATA_FORM);

	while (field && !str_equal(elem_attr(field, "var"), var))
		field = elem_next(field, "field", NS_DATA_FORM);
	return field;
}

const char *form_value(const struct elem *form, const char *var)
{
	const struct elem *field = form_field(form, var);

	return field ? elem_child_text(field, "value", NS_DATA_FORM) : NULL;
}
