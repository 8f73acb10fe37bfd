/* SPDX-License-Identifier: MIT */
#include "muc/room_config.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/room_field.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define HISTORY 50

void room_config_init(struct room_config *c)
{
	*c = (struct room_config){
		.is_public = true,
		.may_invite = true,
		.pm_from = ROLE_VISITOR,
		.is_logged = true,
		.forwards_mentions = true,
		.max_history = HISTORY,
		.broadcast = ROOM_CONFIG_ALL_ROLES,
		.list_readers = ROOM_CONFIG_ALL_ROLES,
	};
}

void room_config_fini(struct room_config *c)
{
	mem_free(&c->name);
	mem_free(&c->description);
	mem_free(&c->lang);
	mem_free(&c->password);
	mem_free(&c->pubsub);
	mem_free(&c->avatar);
	mem_free(&c->avatar_hashes);
	mem_free(&c->creator);
	mem_free(&c->voices);
	mem_free(&c->venue);
	mem_free(&c->farewell);
	mem_free(&c->hats);
	mem_free(&c->leaders);
	mem_free(&c->claims);
}

void room_config_copy(struct room_config *to, const struct room_config *from)
{
	*to = *from;
	to->name = str_dup(from->name);
	to->description = str_dup(from->description);
	to->lang = str_dup(from->lang);
	to->password = str_dup(from->password);
	to->pubsub = str_dup(from->pubsub);
	to->avatar = str_dup(from->avatar);
	to->avatar_hashes = str_dup(from->avatar_hashes);
	to->creator = str_dup(from->creator);
	to->voices = str_dup(from->voices);
	to->venue = str_dup(from->venue);
	to->farewell = str_dup(from->farewell);
	to->hats = str_dup(from->hats);
	to->leaders = str_dup(from->leaders);
	to->claims = str_dup(from->claims);
}

static bool is_kept(const struct room_field *f)
{
	return f->kind != FIELD_LIST && f->kind != FIELD_PROTECTED;
}

char *room_config_write(const struct room_config *c)
{
	struct elem *root = elem_new("config", NS_MUC_OWNER);
	struct elem *form = form_add(root, "submit", NS_MUC_ROOMCONFIG);
	const struct room_field *f;
	struct buf out = { 0 };

	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (is_kept(f))
			room_field_write(f, c,
					 form_add_field(form, f->var, NULL,
							NULL, NULL));
	write_elem(&out, root, NULL);
	elem_free(&root);
	return buf_steal_str(&out);
}

bool room_config_is_same(const struct room_config *a,
			 const struct room_config *b)
{
	char *one = room_config_write(a), *other = room_config_write(b);
	bool is_same = str_equal(one, other);

	mem_free(&one);
	mem_free(&other);
	return is_same;
}

int room_config_read(struct room_config *c, const char *text)
{
	struct elem *root = parser_read(text, strlen(text), NULL);
	struct elem *form = root ? form_find(root, NS_MUC_ROOMCONFIG) : NULL;
	int error = form ? 0 : HW_E_CORRUPT;
	const struct room_field *f;
	const struct elem *field;

	for (size_t i = 0; form && (f = room_field_get(i)); i++) {
		field = form_field(form, f->var);
		/* what is no value leaves the default */
		if (field && is_kept(f))
			room_field_read(f, c, field, NULL);
	}
	if (root)
		elem_free(&root);
	return error;
}

bool room_config_is_open(const struct room_config *c)
{
	return c->is_public && !c->is_members_only && !c->password;
}

bool room_config_is_on_record(const struct room_config *c)
{
	return c->is_logged && !c->is_locked && !c->is_destroyed &&
	       room_config_is_open(c);
}
