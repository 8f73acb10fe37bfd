/* SPDX-License-Identifier: MIT */
/*
 * desk_field: a room's configuration by command, a field at a time.
 *
 * Thread: conference loop.
 */
#include "muc/desk.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/room_form.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* Short names leave these away. */
static const char *const prefixes[] = {
	"muc#roomconfig_",
	"muc#",
	"x-hallway_",
};

/* Other words for what is asked for most. */
static const char *const aliases[][2] = {
	{ "name", "roomname" },         { "description", "roomdesc" },
	{ "public", "publicroom" },     { "persistent", "persistentroom" },
	{ "logging", "enablelogging" }, { "moderated", "moderatedroom" },
	{ "password", "roomsecret" },   { "slowmode", "slow_mode_duration" },
};

static const char *short_name(const struct room_field *f)
{
	for (size_t i = 0; i < array_len(prefixes); i++)
		if (str_has_prefix(f->var, prefixes[i]))
			return f->var + strlen(prefixes[i]);
	return f->var;
}

static bool is_shown(const struct room_field *f)
{
	return f->made != HAND_STORE && f->kind != FIELD_LIST &&
	       f->kind != FIELD_PROTECTED;
}

static const struct room_field *find_field(const char *name)
{
	const struct room_field *f;

	for (size_t i = 0; i < array_len(aliases); i++)
		if (str_equal(aliases[i][0], name))
			name = aliases[i][1];
	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (is_shown(f) &&
		    (str_equal(f->var, name) || str_equal(short_name(f), name)))
			return f;
	return NULL;
}

/* ---- reading ---- */

static void add_values(struct buf *out, const struct elem *field)
{
	const struct elem *value;

	for (value = elem_child(field, "value", NS_DATA_FORM); value;
	     value = elem_next(value, "value", NS_DATA_FORM)) {
		const char *text = elem_text(value);

		if (out->len)
			buf_add_char(out, ' ');
		buf_add_str(out, text ? text : "");
	}
}

static void show_field(const struct room *r, const struct room_field *f,
		       desk_field_fn fn, void *owner)
{
	struct elem *field = elem_new("field", NS_DATA_FORM);
	struct buf value = { 0 };
	struct desk_field shown = { short_name(f), NULL, f->label };

	room_field_write(f, &r->config, field);
	if (f->kind == FIELD_SECRET)
		buf_add_str(&value, r->config.password ? "(set)" : "");
	else
		add_values(&value, field);
	shown.value = buf_str(&value);
	if (f->kind == FIELD_BOOL)
		shown.value = str_equal(shown.value, "1") ? "yes" : "no";
	fn(owner, &shown);
	buf_fini(&value);
	elem_free(&field);
}

bool desk_fields(const struct muc *m, const char *room, desk_field_fn fn,
		 void *owner)
{
	const struct room *r = map_get(m->rooms, room);
	const struct room_field *f;

	if (!r || r->config.is_destroyed)
		return false;
	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (is_shown(f))
			show_field(r, f, fn, owner);
	return true;
}

/* ---- writing ---- */

static const char *read_bool(const char *value)
{
	static const char *const words[] = { "no", "yes", "off", "on" };

	for (size_t i = 0; i < array_len(words); i++)
		if (str_equal_case(value, words[i]))
			return i % 2 ? "1" : "0";
	return value;
}

static void add_words(struct elem *field, const char *value)
{
	while (*value) {
		size_t len = strcspn(value, " ,");
		char *word = str_dup_n(value, len);

		if (*word)
			form_add_value(field, word);
		mem_free(&word);
		value += len;
		value += strspn(value, " ,");
	}
}

/* A form that sets this field alone; owned. */
static struct elem *form_new(const struct room_field *f, const char *value)
{
	struct elem *root = elem_new("query", NS_MUC_OWNER);
	struct elem *form = form_add(root, "submit", NS_MUC_ROOMCONFIG);
	struct elem *field = form_add_field(form, f->var, NULL, NULL, NULL);

	if (f->kind == FIELD_ROLES)
		add_words(field, value);
	else
		form_add_value(field, f->kind == FIELD_BOOL ? read_bool(value)
							    : value);
	return root;
}

static enum room_hand hand_of(const struct desk_actor *actor)
{
	if (actor->is_operator)
		return HAND_OPERATOR;
	return actor->rank == AFFILIATION_OWNER ? HAND_OWNER : HAND_ADMIN;
}

static void apply(struct muc *m, const struct desk_actor *actor, struct room *r,
		  struct room_config *config, const struct room_field *f)
{
	struct room_config before;

	room_config_copy(&before, &r->config);
	config->is_locked = false;
	reconfigure_take(r, config);
	reconfigure_tell(r, &before);
	room_config_fini(&before);
	desk_audit(m, actor, jid_text(r->jid), "configure", short_name(f),
		   NULL);
	house_finish(m, r);
}

static enum desk_result set(struct muc *m, const struct desk_actor *actor,
			    struct room *r, const struct room_field *f,
			    const char *value)
{
	struct elem *root = form_new(f, value);
	enum desk_result result = DESK_DONE;
	struct room_config config;

	room_config_copy(&config, &r->config);
	if (room_form_read(r, hand_of(actor),
			   form_find(root, NS_MUC_ROOMCONFIG), &config))
		result = DESK_BAD_VALUE;
	else if (room_field_is_same(f, &r->config, &config))
		result = DESK_SAME;
	else if (!desk_may_keep(m))
		result = DESK_BEHIND;
	else
		apply(m, actor, r, &config, f);
	room_config_fini(&config);
	elem_free(&root);
	return result;
}

enum desk_result desk_set(struct muc *m, const struct desk_actor *actor,
			  const char *room, const char *field,
			  const char *value)
{
	struct room *r = map_get(m->rooms, room);
	const struct room_field *f = find_field(field);

	if (!r)
		return DESK_NO_ROOM;
	if (r->config.is_destroyed)
		return DESK_IS_GONE;
	if (!f)
		return DESK_BAD_FIELD;
	if (hand_of(actor) < room_field_hand(f, &r->config))
		return DESK_NOT_ALLOWED;
	return set(m, actor, r, f, value);
}
