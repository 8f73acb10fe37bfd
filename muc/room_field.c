/* SPDX-License-Identifier: MIT */
#include "muc/room_field.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/room_choice.h"
#include "muc/room_config.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define MUC "muc#roomconfig_"
#define OWN "hallway#"
#define AT(member) offsetof(struct room_config, member)

#define NUMBERS INT32_MAX
#define KINDS(made, house) HAND_##made, HAND_##house
#define KEPT KINDS(STORE, STORE), NULL

static const struct room_field fields[] = {
	{ MUC "roomname", FIELD_TEXT, AT(name), 200, KINDS(OWNER, OPERATOR),
	  "Name of the room" },
	{ MUC "roomdesc", FIELD_TEXT, AT(description), 4000,
	  KINDS(OWNER, OWNER), "Description" },
	{ MUC "lang", FIELD_LANG, AT(lang), 35, KINDS(OWNER, OWNER),
	  "Language spoken here" },
	{ MUC "publicroom", FIELD_BOOL, AT(is_public), 0,
	  KINDS(OWNER, OPERATOR), "Listed for everybody" },
	{ MUC "persistentroom", FIELD_BOOL, AT(is_persistent), 0,
	  KINDS(OWNER, OPERATOR), "Stays when the last one leaves" },
	{ MUC "enablelogging", FIELD_BOOL, AT(is_logged), 0,
	  KINDS(OWNER, OPERATOR), "Public record of what is said" },
	{ MUC "membersonly", FIELD_BOOL, AT(is_members_only), 0,
	  KINDS(OWNER, OWNER), "For members only" },
	{ MUC "moderatedroom", FIELD_BOOL, AT(is_moderated), 0,
	  KINDS(ADMIN, ADMIN), "Newcomers have to ask for voice" },
	{ ROOM_FIELD_PROTECTED, FIELD_PROTECTED, 0, 0, KINDS(OWNER, OWNER),
	  "A password is needed" },
	{ MUC "roomsecret", FIELD_SECRET, AT(password), 200,
	  KINDS(OWNER, OWNER), "Password" },
	{ MUC "whois", FIELD_WHOIS, AT(shows_jids), 0, KINDS(OWNER, OWNER),
	  "Who sees real addresses" },
	{ MUC "allowpm", FIELD_PM, AT(pm_from), 0, KINDS(ADMIN, ADMIN),
	  "Who may write privately" },
	{ MUC "allowinvites", FIELD_BOOL, AT(may_invite), 0,
	  KINDS(OWNER, OWNER), "Everybody here may invite others" },
	{ MUC "changesubject", FIELD_BOOL, AT(may_change_subject), 0,
	  KINDS(ADMIN, ADMIN), "Participants may change the subject" },
	{ MUC "getmemberlist", FIELD_ROLES, AT(list_readers), 0,
	  KINDS(OWNER, OWNER),
	  "Who of the members may read lists, where addresses are shown" },
	{ MUC "presencebroadcast", FIELD_ROLES, AT(broadcast), 0,
	  KINDS(OWNER, OWNER), "Whose presence is shown to the others" },
	{ MUC "maxusers", FIELD_MAX_USERS, AT(max_users), NUMBERS,
	  KINDS(OWNER, OPERATOR), "Most clients at once" },
	{ "muc#maxhistoryfetch", FIELD_NUMBER, AT(max_history), NUMBERS,
	  KINDS(OWNER, OWNER), "Most messages sent to a newcomer" },
	{ MUC "slow_mode_duration", FIELD_NUMBER, AT(slow_mode), 86400,
	  KINDS(ADMIN, ADMIN),
	  "Seconds between two messages of one person; 0: no slow mode" },
	{ MUC "forwardmentions", FIELD_BOOL, AT(forwards_mentions), 0,
	  KINDS(OWNER, OWNER), "Members who are away hear of mentions" },
	{ "x-hallway_registermembers", FIELD_BOOL, AT(registers_members), 0,
	  KINDS(OWNER, OWNER), "Who registers a nickname becomes a member" },
	{ "x-hallway_locknicks", FIELD_BOOL, AT(locks_nicks), 0,
	  KINDS(OWNER, OWNER), "Members go by their registered nickname" },
	{ "x-hallway_noindex", FIELD_BOOL, AT(is_noindex), 0,
	  KINDS(OWNER, OWNER), "Search engines are asked to stay away" },
	{ MUC "pubsub", FIELD_TEXT, AT(pubsub), 1000, KINDS(OWNER, OPERATOR),
	  "Address of the news about this room" },
	{ ROOM_FIELD_ADMINS, FIELD_LIST, 0, 0, KINDS(OWNER, OPERATOR),
	  "Admins" },
	{ ROOM_FIELD_OWNERS, FIELD_LIST, 0, 0, KINDS(OWNER, OPERATOR),
	  "Owners" },
	{ OWN "avatar", FIELD_TEXT, AT(avatar), 200000, KEPT },
	{ OWN "avatarhash", FIELD_TEXT, AT(avatar_hashes), 200, KEPT },
	{ OWN "jidssince", FIELD_NUMBER, AT(jids_since), INT64_MAX, KEPT },
	{ OWN "locked", FIELD_BOOL, AT(is_locked), 0, KEPT },
	{ OWN "calmfrom", FIELD_NUMBER, AT(calm_from), INT64_MAX, KEPT },
	{ OWN "calmuntil", FIELD_NUMBER, AT(calm_until), INT64_MAX, KEPT },
	{ OWN "house", FIELD_BOOL, AT(of_house), 0, KEPT },
	{ OWN "creator", FIELD_TEXT, AT(creator), 3071, KEPT },
	{ OWN "voices", FIELD_TEXT, AT(voices), INT32_MAX, KEPT },
	{ OWN "destroyed", FIELD_BOOL, AT(is_destroyed), 0, KEPT },
	{ OWN "venue", FIELD_TEXT, AT(venue), 3071, KEPT },
	{ OWN "farewell", FIELD_TEXT, AT(farewell), 4000, KEPT },
	{ OWN "hats", FIELD_TEXT, AT(hats), 20000, KEPT },
	{ OWN "leaders", FIELD_TEXT, AT(leaders), 20000, KEPT },
	{ OWN "claims", FIELD_TEXT, AT(claims), 20000, KEPT },
};

const struct room_field *room_field_get(size_t i)
{
	return i < array_len(fields) ? &fields[i] : NULL;
}

enum room_hand room_field_hand(const struct room_field *f,
			       const struct room_config *c)
{
	return c->of_house ? f->house : f->made;
}

int64_t room_field_max(const struct room_field *f,
		       const struct room_field_limits *limits)
{
	if (!limits)
		return f->max;
	if (f->kind == FIELD_MAX_USERS)
		return limits->max_users;
	if (f->offset == AT(max_history))
		return limits->max_history;
	return f->max;
}

const char *room_field_pm_word(const struct room_config *c)
{
	return room_choice_value(FIELD_PM, (unsigned)c->pm_from);
}

/* ---- writing ---- */

static void add_number(struct elem *field, int64_t n)
{
	char *text = str_format("%" PRId64, n);

	form_add_value(field, text);
	mem_free(&text);
}

static void add_roles(struct elem *field, unsigned roles)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles & (1u << i) & ROOM_CONFIG_ALL_ROLES)
			form_add_value(field,
				       room_choice_value(FIELD_ROLES, i));
}

void room_field_write(const struct room_field *f, const struct room_config *c,
		      struct elem *field)
{
	const void *at = (const char *)c + f->offset;

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_SECRET:
	case FIELD_LANG:
		if (*(char *const *)at)
			form_add_value(field, *(char *const *)at);
		break;
	case FIELD_BOOL:
		form_add_value(field, *(const bool *)at ? "1" : "0");
		break;
	case FIELD_PROTECTED:
		form_add_value(field, c->password ? "1" : "0");
		break;
	case FIELD_WHOIS:
		form_add_value(field, room_choice_value(f->kind,
						       *(const bool *)at));
		break;
	case FIELD_PM:
		form_add_value(field, room_field_pm_word(c));
		break;
	case FIELD_MAX_USERS:
		if (!*(const int64_t *)at)
			form_add_value(field, "none");
		else
			add_number(field, *(const int64_t *)at);
		break;
	case FIELD_NUMBER:
		add_number(field, *(const int64_t *)at);
		break;
	case FIELD_ROLES:
		add_roles(field, *(const unsigned *)at);
		break;
	case FIELD_LIST:
		break;
	}
}

static char *print(const struct room_field *f, const struct room_config *c)
{
	struct elem *field = elem_new("field", NS_DATA_FORM);
	struct buf out = { 0 };

	room_field_write(f, c, field);
	write_elem(&out, field, NULL);
	elem_free(&field);
	return buf_steal_str(&out);
}

bool room_field_is_same(const struct room_field *f,
			const struct room_config *a,
			const struct room_config *b)
{
	char *one = print(f, a), *other = print(f, b);
	bool is_same = str_equal(one, other);

	mem_free(&one);
	mem_free(&other);
	return is_same;
}

char *room_field_name_changes(const struct room_config *a,
			      const struct room_config *b)
{
	const struct room_field *f;
	struct buf names = { 0 };

	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (f->made != HAND_STORE && !room_field_is_same(f, a, b))
			buf_add_format(&names, "%s%s", names.len ? " " : "",
				       f->var);
	return buf_steal_str(&names);
}

/* ---- reading ---- */

static bool read_bool(const char *value, bool *out)
{
	bool is_true = str_equal(value, "1") || str_equal(value, "true");

	if (!is_true && !str_equal(value, "0") && !str_equal(value, "false"))
		return false;
	*out = is_true;
	return true;
}

static bool read_text(const char *value, int64_t max, char **out)
{
	if (strlen(value) > (size_t)max)
		return false;
	str_set(out, *value ? value : NULL);
	return true;
}

/* Of a language tag only its characters are looked at (RFC 5646 2.1). */
static bool read_lang(const char *value, int64_t max, char **out)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-";

	return !value[strspn(value, allowed)] && read_text(value, max, out);
}

static bool read_pm(const char *value, enum role *out)
{
	int i = room_choice_find(FIELD_PM, value);

	if (i >= 0)
		*out = (enum role)i;
	return i >= 0;
}

static bool read_whois(const char *value, bool *out)
{
	int i = room_choice_find(FIELD_WHOIS, value);

	if (i >= 0)
		*out = i == 1;
	return i >= 0;
}

static bool read_max_users(const char *value, int64_t max, int64_t *out)
{
	if (str_equal(value, "none") || str_equal(value, "0")) {
		*out = 0;
		return true;
	}
	return !str_to_int64(value, 1, max, out);
}

/* Also the affiliations that older forms offer count as nothing here. */
static bool read_roles(const struct elem *field, unsigned *out)
{
	const struct elem *value;
	unsigned roles = 0;
	int i;

	for (value = elem_child(field, "value", NS_DATA_FORM); value;
	     value = elem_next(value, "value", NS_DATA_FORM)) {
		i = room_choice_find(FIELD_ROLES, elem_text(value));
		if (i < 0)
			return false;
		roles |= 1u << i;
	}
	*out = roles;
	return true;
}

bool room_field_read(const struct room_field *f, struct room_config *c,
		     const struct elem *field,
		     const struct room_field_limits *limits)
{
	const char *value = elem_child_text(field, "value", NS_DATA_FORM);
	int64_t max = room_field_max(f, limits);
	void *at = (char *)c + f->offset;

	if (!value)
		value = "";
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_SECRET:
		return read_text(value, max, at);
	case FIELD_LANG:
		return read_lang(value, max, at);
	case FIELD_BOOL:
		return read_bool(value, at);
	case FIELD_WHOIS:
		return read_whois(value, at);
	case FIELD_PM:
		return read_pm(value, at);
	case FIELD_MAX_USERS:
		return read_max_users(value, max, at);
	case FIELD_NUMBER:
		return !str_to_int64(value, 0, max, at);
	case FIELD_ROLES:
		return read_roles(field, at);
	case FIELD_PROTECTED:
		return read_bool(value, &(bool){ false });
	case FIELD_LIST:
		break;
	}
	return true;
}
