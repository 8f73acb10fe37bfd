/* SPDX-License-Identifier: MIT */
#include "muc/room_choice.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/role.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* Who may write privately: by the least role that may. */
struct word {
	const char *value;
	const char *label;
};

static const struct word pm_words[ROLE_COUNT + 1] = {
	[ROLE_VISITOR] = { "anyone", "Anyone" },
	[ROLE_PARTICIPANT] = { "participants", "Who has voice" },
	[ROLE_MODERATOR] = { "moderators", "Moderators" },
	[ROLE_COUNT] = { "none", "Nobody" },
}, whois_words[] = {
	{ "moderators", "Moderators" },
	{ "anyone", "Anyone" },
}, role_words[ROLE_COUNT] = {
	[ROLE_VISITOR] = { "visitor", "Visitors" },
	[ROLE_PARTICIPANT] = { "participant", "Participants" },
	[ROLE_MODERATOR] = { "moderator", "Moderators" },
};

struct words {
	const struct word *words;
	size_t count;
};

#define WORDS(list) { list, array_len(list) }

static const struct words lists[FIELD_LIST + 1] = {
	[FIELD_PM] = WORDS(pm_words),
	[FIELD_WHOIS] = WORDS(whois_words),
	[FIELD_ROLES] = WORDS(role_words),
};

const char *room_choice_value(enum room_field_kind kind, unsigned i)
{
	require(i < lists[kind].count);
	return lists[kind].words[i].value;
}

int room_choice_find(enum room_field_kind kind, const char *word)
{
	struct words l = lists[kind];

	for (size_t i = 0; i < l.count; i++)
		if (l.words[i].value && str_equal(l.words[i].value, word))
			return (int)i;
	return -1;
}

static const char *const types[] = {
	[FIELD_TEXT] = "text-single",
	[FIELD_SECRET] = "text-private",
	[FIELD_LANG] = "text-single",
	[FIELD_BOOL] = "boolean",
	[FIELD_NUMBER] = "text-single",
	[FIELD_WHOIS] = "list-single",
	[FIELD_PM] = "list-single",
	[FIELD_MAX_USERS] = "list-single",
	[FIELD_ROLES] = "list-multi",
	[FIELD_PROTECTED] = "boolean",
	[FIELD_LIST] = "jid-multi",
};

static void add_words(struct elem *field, enum room_field_kind kind)
{
	struct words l = lists[kind];

	for (size_t i = 0; i < l.count; i++)
		if (l.words[i].value)
			form_add_option(field, l.words[i].label,
					l.words[i].value);
}

static void add_sizes(struct elem *field, int64_t max)
{
	static const int64_t sizes[] = {
		10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000,
	};
	char *text;

	for (size_t i = 0; i < array_len(sizes) && sizes[i] <= max; i++) {
		text = str_format("%" PRId64, sizes[i]);
		form_add_option(field, text, text);
		mem_free(&text);
	}
	form_add_option(field, "As many as the service allows", "none");
}

/* XEP-0122 #usecases-ranges */
static void add_range(struct elem *field, int64_t max)
{
	struct elem *validate = elem_add(field, "validate", NS_FORM_VALIDATE);
	struct elem *range = elem_add(validate, "range", NULL);
	char *text = str_format("%" PRId64, max);

	elem_set_attr(validate, "datatype", "xs:integer");
	elem_set_attr(range, "min", "0");
	elem_set_attr(range, "max", text);
	mem_free(&text);
}

void room_choice_describe(const struct room_field *f, struct elem *field,
			 const struct room_field_limits *limits)
{
	elem_set_attr(field, "type", types[f->kind]);
	elem_set_attr(field, "label", f->label);
	add_words(field, f->kind);
	if (f->kind == FIELD_MAX_USERS)
		add_sizes(field, room_field_max(f, limits));
	else if (f->kind == FIELD_NUMBER)
		add_range(field, room_field_max(f, limits));
}
