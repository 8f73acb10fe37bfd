/* SPDX-License-Identifier: MIT */
#include "muc/room_config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define FORM_TYPE NS_MUC "#roomconfig"
#define PREFIX "muc#roomconfig_"

enum field_kind { FIELD_TEXT, FIELD_BOOL, FIELD_NUMBER, FIELD_WHOIS, FIELD_PM };

struct field {
	const char *var;
	enum field_kind kind;
	size_t offset; /* in struct room_config */
};

#define FIELD(var, kind, member) \
	{ PREFIX var, FIELD_##kind, offsetof(struct room_config, member) }

static const struct field fields[] = {
	FIELD("roomname", TEXT, name),
	FIELD("roomdesc", TEXT, description),
	FIELD("lang", TEXT, lang),
	FIELD("roomsecret", TEXT, password),
	FIELD("persistentroom", BOOL, is_persistent),
	FIELD("publicroom", BOOL, is_public),
	FIELD("moderatedroom", BOOL, is_moderated),
	FIELD("membersonly", BOOL, is_members_only),
	FIELD("enablelogging", BOOL, is_logged),
	FIELD("changesubject", BOOL, may_change_subject),
	FIELD("allowinvites", BOOL, may_invite),
	FIELD("allowpm", PM, pm_from),
	{ "x-hallway_locknicks", FIELD_BOOL,
	  offsetof(struct room_config, locks_nicks) },
	FIELD("whois", WHOIS, shows_jids),
	FIELD("maxusers", NUMBER, max_users),
	{ "hallway#locked", FIELD_BOOL,
	  offsetof(struct room_config, is_locked) }, /* for the store only */
};

/* Who may write privately, by the least role that may. */
static const char *const pm_words[ROLE_COUNT + 1] = {
	[ROLE_VISITOR] = "anyone",
	[ROLE_PARTICIPANT] = "participants",
	[ROLE_MODERATOR] = "moderators",
	[ROLE_COUNT] = "none",
};

const char *room_config_pm_word(const struct room_config *c)
{
	return pm_words[c->pm_from];
}

void room_config_init(struct room_config *c)
{
	*c = (struct room_config){
		.is_public = true,
		.may_invite = true,
		.pm_from = ROLE_VISITOR,
		.is_logged = true,
	};
}

void room_config_fini(struct room_config *c)
{
	mem_free(&c->name);
	mem_free(&c->description);
	mem_free(&c->lang);
	mem_free(&c->password);
}

static void add_field(struct elem *form, const struct field *f, const void *at)
{
	char number[32];
	struct buf b = { 0 };

	switch (f->kind) {
	case FIELD_TEXT:
		if (*(char *const *)at)
			form_add_field(form, f->var, NULL, NULL,
				       *(char *const *)at);
		break;
	case FIELD_BOOL:
		form_add_field(form, f->var, NULL, NULL,
			       *(const bool *)at ? "1" : "0");
		break;
	case FIELD_WHOIS:
		form_add_field(form, f->var, NULL, NULL,
			       *(const bool *)at ? "anyone" : "moderators");
		break;
	case FIELD_PM:
		form_add_field(form, f->var, NULL, NULL,
			       pm_words[*(const enum role *)at]);
		break;
	case FIELD_NUMBER:
		buf_add_format(&b, "%" PRId64, *(const int64_t *)at);
		str_copy(number, sizeof(number), buf_str(&b));
		buf_fini(&b);
		form_add_field(form, f->var, NULL, NULL, number);
		break;
	}
}

char *room_config_write(const struct room_config *c)
{
	struct elem *root = elem_new("config", NS_MUC_OWNER);
	struct elem *form = form_add(root, "submit", FORM_TYPE);
	struct buf out = { 0 };

	for (size_t i = 0; i < array_len(fields); i++)
		add_field(form, &fields[i],
			  (const char *)c + fields[i].offset);
	write_elem(&out, root, NULL);
	elem_free(&root);
	return buf_steal_str(&out);
}

static bool read_bool(const char *value)
{
	return str_equal(value, "1") || str_equal(value, "true");
}

static void read_pm(const char *value, enum role *role)
{
	for (size_t i = 0; i < array_len(pm_words); i++)
		if (pm_words[i] && str_equal(value, pm_words[i]))
			*role = (enum role)i;
}

static void read_field(const struct elem *form, const struct field *f, void *at)
{
	const char *value = form_value(form, f->var);

	if (!value)
		return;
	switch (f->kind) {
	case FIELD_TEXT:
		str_set(at, *value ? value : NULL);
		break;
	case FIELD_BOOL:
		*(bool *)at = read_bool(value);
		break;
	case FIELD_WHOIS:
		*(bool *)at = str_equal(value, "anyone");
		break;
	case FIELD_PM:
		read_pm(value, at);
		break;
	case FIELD_NUMBER:
		if (str_to_int64(value, 0, INT32_MAX, at))
			*(int64_t *)at = 0;
		break;
	}
}

int room_config_read(struct room_config *c, const char *text)
{
	struct elem *root = parser_read(text, strlen(text), NULL);
	struct elem *form = root ? form_find(root, FORM_TYPE) : NULL;
	int error = form ? 0 : HW_E_CORRUPT;

	for (size_t i = 0; form && i < array_len(fields); i++)
		read_field(form, &fields[i], (char *)c + fields[i].offset);
	if (root)
		elem_free(&root);
	return error;
}
