/* SPDX-License-Identifier: MIT */
#include "daemon/config_section.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_value.h"

void config_list_add(struct config_list *l, char *owned)
{
	l->items = mem_realloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = owned;
}

void config_list_clear(struct config_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		mem_free(&l->items[i]);
	mem_free(&l->items);
	l->count = 0;
}

const char *const *config_list_view(const struct config_list *l)
{
	return (const char *const *)l->items;
}

static bool is_in(const struct config_key *key, int64_t value)
{
	return value >= key->min && value <= key->max;
}

static char *number_text(const struct config_key *key, int64_t number)
{
	if (key->type == CONFIG_DURATION)
		return config_value_duration_text(number);
	if (key->type == CONFIG_SIZE)
		return config_value_size_text(number);
	return str_format("%lld", (long long)number);
}

static void complain_range(struct config_reading *r, struct config_node *value,
			   const struct config_key *key)
{
	char *min = number_text(key, key->min);
	char *max = number_text(key, key->max);

	config_complain(r, value, "%s: expected %s, from %s to %s", key->name,
			key->expected, min, max);
	mem_free(&min);
	mem_free(&max);
}

static void read_number(struct config_reading *r, const struct config_key *key,
			char *field, struct config_node *value)
{
	const char *text = config_node_text(value);
	int64_t number = 0;
	int error;

	if (key->type == CONFIG_DURATION)
		error = config_value_duration(text, &number);
	else if (key->type == CONFIG_SIZE)
		error = config_value_size(text, &number);
	else
		error = str_to_int64(text, 0, INT64_MAX, &number);
	if (error || !is_in(key, number)) {
		complain_range(r, value, key);
		return;
	}
	if (key->type == CONFIG_DURATION)
		*(int64_t *)(void *)field = number;
	else if (key->type == CONFIG_COUNT && key->width == sizeof(unsigned))
		*(unsigned *)(void *)field = (unsigned)number;
	else
		*(size_t *)(void *)field = (size_t)number;
}

static void read_level(struct config_reading *r, const struct config_key *key,
		       enum log_level *field, struct config_node *value)
{
	if (!log_level_parse(config_node_text(value), field))
		config_complain(r, value, "%s: expected %s", key->name,
				key->expected);
}

static void read_text(struct config_reading *r, const struct config_key *key,
		      char **field, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (!*text) {
		config_complain(r, value, "%s: expected %s", key->name,
				key->expected);
		return;
	}
	str_set(field, text);
}

static void read_item(struct config_reading *r, const struct config_key *key,
		      struct config_list *field, struct config_node *item)
{
	const char *text = config_node_text(item);
	char *normal = NULL;

	if (config_node_shape(item) == CONFIG_SCALAR && *text)
		normal = key->normal ? key->normal(text) : str_dup(text);
	if (normal)
		config_list_add(field, normal);
	else
		config_complain(r, item, "%s: expected %s", key->name,
				key->expected);
}

/* A single scalar is a list of one. */
static void read_list(struct config_reading *r, const struct config_key *key,
		      struct config_list *field, struct config_node *value)
{
	struct config_node *item;

	config_list_clear(field);
	if (config_node_shape(value) == CONFIG_SCALAR) {
		read_item(r, key, field, value);
		return;
	}
	if (config_node_shape(value) == CONFIG_MAPPING) {
		config_complain(r, value, "%s: expected a list of %s",
				key->name, key->expected);
		return;
	}
	for (size_t i = 0; (item = config_node_item(value, i)); i++)
		read_item(r, key, field, item);
}

static void read_bool(struct config_reading *r, const struct config_key *key,
		      bool *field, struct config_node *value)
{
	if (config_value_bool(config_node_text(value), field))
		config_complain(r, value, "%s: expected %s", key->name,
				key->expected);
}

static void read_value(struct config_reading *r, const struct config_key *key,
		       void *base, struct config_node *value)
{
	char *field = (char *)base + key->offset;

	if (key->type == CONFIG_SPECIAL) {
		key->read(r, value);
		return;
	}
	if (key->type == CONFIG_TEXTS) {
		read_list(r, key, (struct config_list *)(void *)field, value);
		return;
	}
	if (config_node_shape(value) != CONFIG_SCALAR) {
		config_complain(r, value, "%s: expected %s, not a %s",
				key->name, key->expected,
				config_node_shape(value) == CONFIG_LIST
					? "list"
					: "mapping");
		return;
	}
	if (key->type == CONFIG_TEXT)
		read_text(r, key, (char **)(void *)field, value);
	else if (key->type == CONFIG_BOOL)
		read_bool(r, key, (bool *)(void *)field, value);
	else if (key->type == CONFIG_LEVEL)
		read_level(r, key, (enum log_level *)(void *)field, value);
	else
		read_number(r, key, field, value);
}

/* ---- mappings ---- */

static const struct config_key *find_key(const struct config_section *s,
					 const char *name)
{
	for (size_t i = 0; i < s->count; i++) {
		if (str_equal(s->keys[i].name, name))
			return &s->keys[i];
	}
	return NULL;
}

static void complain_unknown(struct config_reading *r,
			     const struct config_section *s,
			     struct config_node *key)
{
	const char **names = mem_zero(s->count, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < s->count; i++)
		names[i] = s->keys[i].name;
	nearest = str_nearest(config_node_text(key), names, s->count);
	if (nearest)
		config_complain(r, key,
				"unknown key \"%s\"; the nearest known is "
				"\"%s\"",
				config_node_text(key), nearest);
	else
		config_complain(r, key, "unknown key \"%s\"",
				config_node_text(key));
	mem_free(&names);
}

void config_section_read(struct config_reading *r,
			 const struct config_section *s, void *base,
			 struct config_node *mapping)
{
	struct config_node *key, *value;

	if (config_node_shape(mapping) != CONFIG_MAPPING) {
		config_complain(r, mapping, "%s%sexpected keys with values",
				s->name ? s->name : "", s->name ? ": " : "");
		return;
	}
	for (size_t i = 0; config_node_pair(mapping, i, &key, &value); i++) {
		const struct config_key *k = find_key(s, config_node_text(key));

		if (!k)
			complain_unknown(r, s, key);
		else if (!value)
			config_complain(r, key, "%s: has no value", k->name);
		else
			read_value(r, k, base, value);
	}
}
