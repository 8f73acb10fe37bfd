/* SPDX-License-Identifier: MIT */
#include "muc/room_form.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/room.h"
#include "muc/room_choice.h"
#include "muc/room_config.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

static struct room_field_limits get_limits(const struct room *r)
{
	return (struct room_field_limits){
		.max_users = (int64_t)r->site->max_users,
		.max_history = (int64_t)r->site->history,
	};
}

/* ---- out ---- */

static void add_list(const struct room *r, enum affiliation a,
		     struct elem *field)
{
	struct map_cursor cursor;

	if (!r->affiliations.entries)
		return;
	map_begin(r->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;

		if (entry->affiliation == a)
			form_add_value(field, cursor.key);
	}
}

static void add_open(const struct room *r, const struct room_field *f,
		     struct elem *form)
{
	struct room_field_limits limits = get_limits(r);
	struct elem *field = form_add_field(form, f->var, NULL, NULL, NULL);

	room_choice_describe(f, field, &limits);
	if (f->kind == FIELD_LIST)
		add_list(r, str_equal(f->var, ROOM_FIELD_OWNERS)
				    ? AFFILIATION_OWNER
				    : AFFILIATION_ADMIN,
			 field);
	else
		room_field_write(f, &r->config, field);
}

/* As plain text, without a name: nobody sends it back. */
static void add_fixed(const struct room *r, const struct room_field *f,
		      struct elem *form)
{
	struct elem *values = elem_new("field", NS_DATA_FORM);
	struct elem *field;
	const char *value;
	char *text;

	room_field_write(f, &r->config, values);
	value = elem_child_text(values, "value", NS_DATA_FORM);
	if (value && f->kind == FIELD_BOOL)
		value = str_equal(value, "1") ? "yes" : "no";
	if (value) {
		text = str_format("%s: %s", f->label, value);
		field = form_add_field(form, NULL, "fixed", NULL, NULL);
		form_add_value(field, text);
		mem_free(&text);
	}
	elem_free(&values);
}

void room_form_add(const struct room *r, enum room_hand hand,
		   struct elem *query)
{
	char *title = str_format("Configuration of %s", room_name(r));
	struct elem *form = form_add_titled(query, NS_MUC_ROOMCONFIG, title,
					    NULL);
	const struct room_field *f;
	enum room_hand needed;

	for (size_t i = 0; (f = room_field_get(i)); i++) {
		needed = room_field_hand(f, &r->config);
		if (hand >= needed)
			add_open(r, f, form);
		else if (needed != HAND_STORE && f->kind != FIELD_SECRET)
			add_fixed(r, f, form);
	}
	mem_free(&title);
}

/* ---- in ---- */

/* With protection off there is no password; on, there must be one. */
static bool take_protection(const struct elem *form, struct room_config *c)
{
	const char *value = form_value(form, ROOM_FIELD_PROTECTED);

	if (!value)
		return true;
	if (str_equal(value, "1") || str_equal(value, "true"))
		return c->password;
	str_set(&c->password, NULL);
	return true;
}

/* rooms.log: always */
static bool keeps_policy(const struct room *r, enum room_hand hand,
			 const struct room_config *c)
{
	return c->is_logged || !r->site->logs_always || hand == HAND_OPERATOR;
}

const char *room_form_read(const struct room *r, enum room_hand hand,
			   const struct elem *form, struct room_config *config)
{
	struct room_field_limits limits = get_limits(r);
	const struct room_field *f;
	const struct elem *field;
	enum room_hand needed;

	for (size_t i = 0; (f = room_field_get(i)); i++) {
		field = form_field(form, f->var);
		needed = room_field_hand(f, &r->config);
		if (!field || needed == HAND_STORE || f->kind == FIELD_LIST)
			continue;
		if (!room_field_read(f, config, field, &limits))
			return f->label;
		if (hand < needed &&
		    !room_field_is_same(f, &r->config, config))
			return f->label;
	}
	if (!take_protection(form, config))
		return "A password is needed";
	if (!keeps_policy(r, hand, config))
		return "Public record of what is said";
	return NULL;
}
