/* SPDX-License-Identifier: MIT */
#include "admin/group.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define STRINGS 13

/* All strings of it, in one order. */
static void list_strings(struct record_group *g, char **strings[STRINGS])
{
	char **all[STRINGS] = {
		&g->key,        &g->acronym,        &g->name,
		&g->type,       &g->state,          &g->area,
		&g->list_email, &g->list_subscribe, &g->list_archive,
		&g->charter,    &g->successor,      &g->chairs,
		&g->description,
	};

	memcpy(strings, all, sizeof(all));
}

void group_fini_kept(struct record_group *g)
{
	char **strings[STRINGS];

	list_strings(g, strings);
	for (size_t i = 0; i < STRINGS; i++)
		mem_free(strings[i]);
}

void group_fini(struct group *g)
{
	group_fini_kept(&g->kept);
}

void group_copy_kept(struct record_group *to, const struct record_group *from)
{
	struct record_group source = *from;
	char **in[STRINGS], **out[STRINGS];

	list_strings(&source, in);
	list_strings(to, out);
	for (size_t i = 0; i < STRINGS; i++)
		*out[i] = str_dup(*in[i]);
	to->is_retired = from->is_retired;
}

bool group_is_same_kept(const struct record_group *a,
			const struct record_group *b)
{
	struct record_group one = *a, other = *b;
	char **in[STRINGS], **out[STRINGS];

	list_strings(&one, in);
	list_strings(&other, out);
	for (size_t i = 0; i < STRINGS; i++)
		if (!str_equal(*in[i], *out[i]))
			return false;
	return one.is_retired == other.is_retired;
}

bool group_has_number(const struct record_group *g)
{
	return *g->key != '=';
}

bool group_is_closed(const struct record_group *g)
{
	static const char *const closed[] = {
		"conclude", "concluded", "replaced", "bof-conc",  "abandon",
		"closed",   "withdrawn", "retired",  "abandoned",
	};

	for (size_t i = 0; g->state && i < array_len(closed); i++)
		if (str_equal_case(g->state, closed[i]))
			return true;
	return false;
}

static void add_line(struct buf *out, const char *label, const char *value)
{
	if (!value)
		return;
	if (out->len)
		buf_add_char(out, '\n');
	buf_add_format(out, "%s%s", label, value);
}

char *group_describe(const struct record_group *g)
{
	struct buf out = { 0 };

	add_line(&out, "", g->description);
	add_line(&out, "Mailing list: ", g->list_email);
	add_line(&out, "Archive: ", g->list_archive);
	add_line(&out, "Charter: ", g->charter);
	if (out.len)
		return buf_steal_str(&out);
	buf_fini(&out);
	return NULL;
}
