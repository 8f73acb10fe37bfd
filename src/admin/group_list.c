/* SPDX-License-Identifier: MIT */
#include "admin/group_list.h"

#include <ctype.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

/* Around a mail address, and what a web page begins with. */
#define ANGLE_OPEN 0x3c
#define ANGLE_CLOSE 0x3e

#define DEPTH_MAX 8 /* of lists in lists */
#define CHAIRS_MAX 4000

/* ---- the list ---- */

void group_list_fini(struct group_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		group_fini(&l->items[i]);
	mem_free(&l->items);
	map_free(&l->by_key, NULL);
	l->count = 0;
}

/* In lower case; false: no acronym. */
static bool make_acronym(char *text)
{
	size_t len = strlen(text);

	str_lower_ascii(text);
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.+", *c))
			return false;
	return len > 0 && len <= GROUP_ACRONYM_MAX &&
	       isalnum((unsigned char)*text);
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")] && strlen(text) <= 18;
}

static bool is_fit(struct group_list *l, struct group *g, const char *number)
{
	struct record_group *k = &g->kept;

	if (!k->acronym || !make_acronym(k->acronym) ||
	    l->count >= GROUP_LIST_MAX)
		return false;
	k->key = number && is_number(number) ? str_dup(number)
					     : str_format("=%s", k->acronym);
	if (!l->by_key)
		l->by_key = map_new();
	return !map_get(l->by_key, k->key);
}

static void grow(struct group_list *l)
{
	/* a power of two: the array is full */
	if ((l->count & (l->count - 1)) == 0)
		l->items = mem_realloc(l->items, (l->count ? 2 * l->count : 1) *
							 sizeof(*l->items));
}

static void fit_name(struct group *g)
{
	char *name = g->kept.name;

	g->kept.name =
		name ? group_list_clean(name, strlen(name), GROUP_NAME_MAX)
		     : NULL;
	if (!g->kept.name)
		g->kept.name = str_dup(g->kept.acronym);
	mem_free(&name);
}

bool group_list_add(struct group_list *l, struct group *g, const char *number)
{
	static char there;

	if (!is_fit(l, g, number)) {
		l->skipped++;
		group_fini(g);
		return false;
	}
	fit_name(g);
	grow(l);
	map_add(l->by_key, g->kept.key, &there);
	l->items[l->count++] = *g;
	*g = (struct group){ .is_done = false };
	return true;
}

static size_t cut_utf8(const char *text, size_t len)
{
	size_t at = 0, step;
	uint32_t code;

	while (at < len && (step = str_utf8_next(text + at, len - at, &code)))
		at += step;
	return at;
}

char *group_list_clean(const char *text, size_t len, size_t max)
{
	struct buf out = { 0 };
	bool was_blank = true;

	len = cut_utf8(text, len);
	for (size_t i = 0; i < len && out.len < max; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_blank = c <= ' ' || c == 0x7f;

		if (!is_blank)
			buf_add_char(&out, (char)c);
		else if (!was_blank)
			buf_add_char(&out, ' ');
		was_blank = is_blank;
	}
	buf_cut(&out, cut_utf8((const char *)buf_data(&out), out.len));
	while (out.len && buf_data(&out)[out.len - 1] == ' ')
		buf_cut(&out, out.len - 1);
	if (out.len)
		return buf_steal_str(&out);
	buf_fini(&out);
	return NULL;
}

static void add_chair(struct group *g, const char *role, const char *name,
		      const char *address)
{
	struct record_group *k = &g->kept;
	char *all = str_format("%s%s%s\t%s\t%s", k->chairs ? k->chairs : "",
			       k->chairs ? "\n" : "", role, name ? name : "",
			       address ? address : "");

	if (strlen(all) <= CHAIRS_MAX && (name || address))
		str_set(&k->chairs, all);
	mem_free(&all);
}

void group_list_add_person(struct group *g, const char *role,
			   const char *person, size_t len)
{
	const char *open = memchr(person, ANGLE_OPEN, len);
	const char *close =
		open ? memchr(open, ANGLE_CLOSE, len - (size_t)(open - person))
		     : NULL;
	size_t name_len = open ? (size_t)(open - person) : len;
	char *name = group_list_clean(person, name_len, GROUP_NAME_MAX);
	char *address =
		close ? group_list_clean(open + 1, (size_t)(close - open - 1),
					 GROUP_NAME_MAX)
		      : NULL;

	/* a bare address is no name */
	if (name && !address && strchr(name, '@') && !strchr(name, ' ')) {
		address = name;
		name = NULL;
	}
	add_chair(g, role, name, address);
	mem_free(&address);
	mem_free(&name);
}

/* ---- JSON ---- */

/** Who has a part in which group; told apart from the groups. */
struct role_note {
	char *number; /* of the group */
	char *role;
	char *person;
};

struct json_list {
	struct group_list *list;
	struct role_note *roles; /* owned array */
	size_t role_count;
};

/* Text of the first of these members that has one; owned, or NULL. */
static char *get_text(const json_t *object, const char *const *names,
		      size_t max)
{
	for (; *names; names++) {
		const json_t *value = json_object_get(object, *names);

		if (json_is_string(value) && json_string_length(value))
			return group_list_clean(json_string_value(value),
						json_string_length(value), max);
		if (json_is_integer(value))
			return str_format("%lld",
					  (long long)json_integer_value(value));
		if (json_is_object(value)) {
			static const char *const inner[] = { "acronym", "slug",
							     "name", NULL };

			return get_text(value, inner, max);
		}
	}
	return NULL;
}

#define TEXT(object, max, ...) \
	get_text((object), (const char *const[]){ __VA_ARGS__, NULL }, (max))

/* The last part of a path: ".../grouptypename/wg/" and "wg" are both "wg".
 * Takes text. */
static char *to_slug(char *owned_text)
{
	char *end, *start, *slug;

	if (!owned_text)
		return NULL;
	end = owned_text + strlen(owned_text);
	while (end > owned_text && end[-1] == '/')
		*--end = '\0';
	start = strrchr(owned_text, '/');
	slug = start ? str_dup(start + 1) : str_dup(owned_text);
	if (!*slug)
		mem_free(&slug);
	mem_free(&owned_text);
	return slug;
}

#define SLUG(object, ...) to_slug(TEXT(object, 200, __VA_ARGS__))

/* "/api/v1/doc/document/charter-ietf-dime/" to where people read it; takes. */
static char *to_charter(char *owned_text)
{
	char *slug, *url;

	if (!owned_text || *owned_text != '/')
		return owned_text;
	slug = to_slug(owned_text);
	url = slug ? str_format("https://datatracker.ietf.org/doc/%s/", slug)
		   : NULL;
	mem_free(&slug);
	return url;
}

static void read_people(struct group *g, const json_t *people, const char *role)
{
	size_t i;
	const json_t *person;

	if (json_is_string(people))
		group_list_add_person(g, role, json_string_value(people),
				      json_string_length(people));
	json_array_foreach(people, i, person)
	{
		if (json_is_string(person)) {
			read_people(g, person, role);
		} else if (json_is_object(person)) {
			char *name = TEXT(person, 200, "name", "person");
			char *address =
				TEXT(person, 200, "email", "address", "jid");

			add_chair(g, role, name, address);
			mem_free(&address);
			mem_free(&name);
		}
	}
}

static void read_group(struct json_list *j, const json_t *object,
		       const char *acronym)
{
	char *number = SLUG(object, "id", "number", "pk", "resource_uri");
	struct group g = {
		.kept = {
			.acronym = acronym ? str_dup(acronym)
					   : TEXT(object, 200, "acronym",
						  "abbreviation"),
			.name = TEXT(object, GROUP_NAME_MAX, "name", "title"),
			.type = SLUG(object, "type"),
			.state = SLUG(object, "state", "status"),
			.area = SLUG(object, "parent", "area", "parent_href"),
			.list_email = TEXT(object, 200, "list_email"),
			.list_subscribe = TEXT(object, 1000, "list_subscribe"),
			.list_archive = TEXT(object, 1000, "list_archive"),
			.charter = to_charter(TEXT(object, 1000, "charter")),
			.description = TEXT(object, GROUP_TEXT_MAX,
					    "description"),
		},
	};

	read_people(&g, json_object_get(object, "chairs"), "chair");
	read_people(&g, json_object_get(object, "ads"), "ad");
	read_people(&g, json_object_get(object, "secretaries"), "secr");
	group_list_add(j->list, &g, number);
	mem_free(&number);
}

static void note_role(struct json_list *j, const json_t *object)
{
	struct role_note note = {
		.number = SLUG(object, "group"),
		.role = SLUG(object, "name"),
		.person = SLUG(object, "email", "person"),
	};

	if (!note.role)
		note.role = str_dup("chair");
	j->roles =
		mem_realloc(j->roles, (j->role_count + 1) * sizeof(*j->roles));
	j->roles[j->role_count++] = note;
}

static void read_value(struct json_list *j, const json_t *value,
		       unsigned depth);

/* { "dime": { ... }, "dix": { ... } } */
static void read_members(struct json_list *j, const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name,
			    value) if (json_is_object(value) &&
				       !str_equal(name, "meta"))
		read_group(j, value, name);
}

static void read_object(struct json_list *j, const json_t *object,
			unsigned depth)
{
	static const char *const lists[] = { "objects", "groups", "results" };

	for (size_t i = 0; i < array_len(lists); i++) {
		const json_t *items = json_object_get(object, lists[i]);

		if (items) {
			read_value(j, items, depth + 1);
			return;
		}
	}
	if (json_object_get(object, "acronym") ||
	    json_object_get(object, "abbreviation"))
		read_group(j, object, NULL);
	else if (json_object_get(object, "group") &&
		 json_object_get(object, "email"))
		note_role(j, object);
	else
		read_members(j, object);
}

/* A bare slug, or a path that ends in one. */
static void read_slug(struct json_list *j, const json_t *value)
{
	struct group g = { .is_done = false };

	g.kept.acronym = to_slug(str_dup(json_string_value(value)));
	if (g.kept.acronym && is_number(g.kept.acronym))
		mem_free(&g.kept.acronym);
	group_list_add(j->list, &g, NULL);
}

static void read_value(struct json_list *j, const json_t *value, unsigned depth)
{
	const json_t *item;
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	if (json_is_object(value))
		read_object(j, value, depth);
	else if (json_is_string(value))
		read_slug(j, value);
	json_array_foreach(value, i, item) read_value(j, item, depth + 1);
}

/* Pages and files one behind the other, with anything white between them, or
 * commas. */
static char *read_json(struct json_list *j, const char *text, size_t len)
{
	json_error_t error;
	json_t *value;

	while (len && strchr(" \t\r\n,", *text))
		text++, len--;
	while (len) {
		value = json_loadb(text, len,
				   JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY,
				   &error);
		if (!value)
			return str_format("the list is no JSON: %s (line %d)",
					  error.text, error.line);
		read_value(j, value, 0);
		json_decref(value);
		text += error.position;
		len -= (size_t)error.position;
		while (len && strchr(" \t\r\n,", *text))
			text++, len--;
	}
	return NULL;
}

/* ---- what refers to other entries ---- */

static struct map *numbers_new(const struct group_list *l)
{
	struct map *numbers = map_new();

	for (size_t i = 0; i < l->count; i++)
		map_add(numbers, l->items[i].kept.key, &l->items[i]);
	return numbers;
}

/* An area is named by its number: what is not in the list stays unknown. */
static void resolve_area(struct group *g, const struct map *numbers)
{
	const struct group *area;

	if (!g->kept.area || !is_number(g->kept.area))
		return;
	area = map_get(numbers, g->kept.area);
	str_set(&g->kept.area, area ? area->kept.acronym : NULL);
}

static void resolve(struct json_list *j)
{
	struct group_list *l = j->list;
	struct map *numbers = numbers_new(l);

	for (size_t i = 0; i < l->count; i++)
		resolve_area(&l->items[i], numbers);
	for (size_t i = 0; i < j->role_count; i++) {
		struct role_note *note = &j->roles[i];
		struct group *g =
			note->number ? map_get(numbers, note->number) : NULL;

		if (g && note->person)
			group_list_add_person(g, note->role, note->person,
					      strlen(note->person));
		mem_free(&note->number);
		mem_free(&note->role);
		mem_free(&note->person);
	}
	mem_free(&j->roles);
	map_free(&numbers, NULL);
}

static char *read_all_json(struct group_list *l, const char *text, size_t len)
{
	struct json_list j = { .list = l };
	char *complaint = read_json(&j, text, len);

	resolve(&j);
	return complaint;
}

/* ---- which form is it? ---- */

static char *read_text(struct group_list *l, const char *text)
{
	if (group_list_is_csv(text))
		return group_list_read_csv(l, text);
	if (group_list_is_summary(text))
		return group_list_read_summary(l, text);
	return group_list_read_plain(l, text);
}

static char *read_any(struct group_list *l, const char *text, size_t len)
{
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, len -= 3;
	while (len && isspace((unsigned char)*text))
		text++, len--;
	if (!len)
		return str_dup("the list is empty");
	if (*text == ANGLE_OPEN)
		return str_dup("this is a web page, and no list of groups");
	if (strchr("{[\"", *text))
		return read_all_json(l, text, len);
	return read_text(l, text);
}

int group_list_read(struct group_list *l, const char *text, size_t len,
		    char **complaint_out)
{
	bool is_text = str_is_utf8(text, len);
	char *copy = is_text ? str_dup_n(text, len) : NULL; /* with an end */
	char *complaint = copy ? read_any(l, copy, len)
			       : str_dup("the list is no UTF-8 text");

	mem_free(&copy);
	if (!complaint && !l->count)
		complaint = str_dup("no group was found in the list");
	*complaint_out = complaint;
	return complaint ? HW_E_INVALID : 0;
}
