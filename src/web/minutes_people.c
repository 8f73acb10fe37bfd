/* SPDX-License-Identifier: MIT */
#include "web/minutes_people.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"

/* ---- by name ---- */

int minutes_people_find(const struct minutes_people *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_equal(p->items[i].name, name))
			return (int)i;
	return -1;
}

static size_t add(struct minutes_people *p, const char *name)
{
	p->items = mem_realloc(p->items, (p->count + 1) * sizeof(*p->items));
	p->items[p->count] = (struct minutes_person){ .name = str_dup(name) };
	return p->count++;
}

void minutes_people_put(struct minutes_people *p, const char *name,
			const char *about)
{
	int found = minutes_people_find(p, name);
	size_t at = found < 0 ? add(p, name) : (size_t)found;

	if (about)
		str_set(&p->items[at].about, about);
}

void minutes_people_put_first(struct minutes_people *p, const char *name)
{
	struct minutes_person person;
	int at;

	minutes_people_put(p, name, NULL);
	at = minutes_people_find(p, name);
	person = p->items[at];
	memmove(p->items + 1, p->items, (size_t)at * sizeof(*p->items));
	p->items[0] = person;
}

void minutes_people_rename(struct minutes_people *p, const char *from,
			   const char *to)
{
	int at = minutes_people_find(p, from);

	if (at >= 0)
		str_set(&p->items[at].name, to);
}

void minutes_people_drop(struct minutes_people *p, const char *name)
{
	int at = minutes_people_find(p, name);

	if (at < 0)
		return;
	mem_free(&p->items[at].name);
	mem_free(&p->items[at].about);
	p->count--;
	memmove(p->items + at, p->items + at + 1,
		(p->count - (size_t)at) * sizeof(*p->items));
}

void minutes_people_fini(struct minutes_people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		mem_free(&p->items[i].name);
		mem_free(&p->items[i].about);
	}
	mem_free(&p->items);
	p->count = 0;
}

/* ---- by their own word ---- */

/** What somebody said of themselves. */
struct own_entry {
	size_t at;    /* in people; they only become more */
	bool by_nick; /* a name is still to come */
};

void attending_init(struct attending *a, struct minutes_people *people,
		    struct map *nicks)
{
	*a = (struct attending){ people, map_new(), nicks };
}

void attending_fini(struct attending *a)
{
	map_free(&a->own, free);
}

void attending_note_nick(struct map *nicks, const struct record_note *n)
{
	if (n->person && n->jid)
		free(map_put(nicks, n->person, str_dup(n->jid)));
}

static void set_own(struct attending *a, const char *jid, size_t at,
		    bool by_nick)
{
	const struct own_entry own = { at, by_nick };

	free(map_put(a->own, jid, mem_dup(&own, sizeof(own))));
}

/* Of who has that nick: the name they gave stays. */
static size_t take_nick(struct attending *a, const char *jid, const char *nick)
{
	const struct own_entry *own = map_get(a->own, jid);
	int found = minutes_people_find(a->people, nick);
	size_t at;

	if (own)
		return own->at;
	at = found < 0 ? add(a->people, nick) : (size_t)found;
	set_own(a, jid, at, true);
	return at;
}

/* Who gives a name the first time means themselves, and later others. */
static size_t take_name(struct attending *a, const char *jid, const char *name)
{
	const struct own_entry *own = jid ? map_get(a->own, jid) : NULL;
	int found = minutes_people_find(a->people, name);
	size_t at;

	if (found >= 0)
		at = (size_t)found;
	else if (own && own->by_nick)
		at = own->at;
	else
		at = add(a->people, name);
	if (jid && (!own || own->at == at))
		set_own(a, jid, at, false);
	str_set(&a->people->items[at].name, name);
	return at;
}

void attending_take(struct attending *a, const struct record_note *n)
{
	bool is_self = n->jid && str_equal(n->person, n->nick);
	const char *jid = is_self ? n->jid : map_get(a->nicks, n->person);
	size_t at = jid ? take_nick(a, jid, n->person)
			: take_name(a, n->jid, n->person);

	if (n->text)
		str_set(&a->people->items[at].about, n->text);
}
