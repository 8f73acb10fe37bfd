/* SPDX-License-Identifier: MIT */
#include "muc/hat_list.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/hat.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

void hat_list_init(struct hat_list *l)
{
	*l = (struct hat_list){ 0 };
}

static void worn_fini(struct hat_worn *w)
{
	mem_free(&w->uri);
	mem_free(&w->title);
}

static void free_wearer(void *value)
{
	struct hat_wearer *wearer = value;

	for (size_t i = 0; i < wearer->count; i++)
		worn_fini(&wearer->worn[i]);
	mem_free(&wearer);
}

void hat_list_fini(struct hat_list *l)
{
	if (l->wearers)
		map_free(&l->wearers, free_wearer);
	l->count = 0;
}

static struct hat_wearer *find(const struct hat_list *l, const char *jid)
{
	return l->wearers ? map_get(l->wearers, jid) : NULL;
}

const struct hat_wearer *hat_list_find(const struct hat_list *l,
				       const char *jid)
{
	return find(l, jid);
}

static struct hat_worn *find_worn(struct hat_wearer *wearer, const char *uri)
{
	for (size_t i = 0; wearer && i < wearer->count; i++)
		if (str_equal(wearer->worn[i].uri, uri))
			return &wearer->worn[i];
	return NULL;
}

bool hat_list_wears(const struct hat_list *l, const char *jid, const char *uri)
{
	return find_worn(find(l, jid), uri) != NULL;
}

bool hat_list_is_full(const struct hat_list *l, const char *jid)
{
	const struct hat_wearer *wearer = find(l, jid);

	return l->count >= HAT_LIST_MAX ||
	       (wearer && wearer->count >= HAT_LIST_PERSON_MAX);
}

void hat_list_put(struct hat_list *l, const char *jid, const char *uri,
		  const char *title, bool of_roster)
{
	struct hat_wearer *wearer = find(l, jid);
	struct hat_worn *worn = find_worn(wearer, uri);

	if (!worn && hat_list_is_full(l, jid))
		return;
	if (!l->wearers)
		l->wearers = map_new();
	if (!wearer) {
		wearer = mem_new(struct hat_wearer);
		map_add(l->wearers, jid, wearer);
	}
	if (!worn) {
		worn = &wearer->worn[wearer->count++];
		worn->uri = str_dup(uri);
		l->count++;
	}
	str_set(&worn->title, title);
	worn->of_roster = of_roster;
}

bool hat_list_take(struct hat_list *l, const char *jid, const char *uri)
{
	struct hat_wearer *wearer = find(l, jid);
	struct hat_worn *worn = find_worn(wearer, uri);

	if (!worn)
		return false;
	worn_fini(worn);
	wearer->count--;
	memmove(worn, worn + 1,
		(size_t)(&wearer->worn[wearer->count] - worn) * sizeof(*worn));
	wearer->worn[wearer->count] = (struct hat_worn){ 0 };
	l->count--;
	if (wearer->count)
		return true;
	free_wearer(map_steal(l->wearers, jid));
	if (!map_count(l->wearers))
		map_free(&l->wearers, NULL);
	return true;
}

/* ---- what comes with them ---- */

bool hat_list_gives_voice(const struct hat_list *l, const char *jid)
{
	const struct hat_wearer *wearer = find(l, jid);
	struct hat hat;

	for (size_t i = 0; wearer && i < wearer->count; i++)
		if (hat_find(NULL, wearer->worn[i].uri, &hat) &&
		    hat.gives_voice)
			return true;
	return false;
}

enum affiliation hat_list_rank(const struct hat_list *l, const char *jid)
{
	const struct hat_wearer *wearer = find(l, jid);
	enum affiliation most = AFFILIATION_NONE;
	struct hat hat;

	for (size_t i = 0; wearer && i < wearer->count; i++)
		if (hat_find(NULL, wearer->worn[i].uri, &hat) &&
		    hat.rank > most)
			most = hat.rank;
	return most;
}

/* ---- showing ---- */

/* XEP-0317 #presence */
static void add_one(struct elem *hats, const char *own,
		    const struct hat_worn *worn)
{
	struct elem *e = elem_add(hats, "hat", NULL);
	struct hat hat;
	bool is_known = hat_find(own, worn->uri, &hat);

	elem_set_attr(e, "title", is_known ? hat.title : worn->title);
	elem_set_attr(e, "uri", worn->uri);
	if (is_known && *hat.hue)
		elem_set_attr(e, "hue", hat.hue);
}

void hat_list_add(const struct hat_list *l, const char *own, const char *jid,
		  struct elem *presence)
{
	const struct hat_wearer *wearer = find(l, jid);
	struct elem *hats;

	if (!wearer)
		return;
	hats = elem_add(presence, "hats", NS_HATS);
	for (size_t i = 0; i < wearer->count; i++)
		add_one(hats, own, &wearer->worn[i]);
}

char *hat_list_print(const struct hat_list *l, const char *jid)
{
	const struct hat_wearer *wearer = find(l, jid);
	struct buf out = { 0 };

	if (!wearer)
		return NULL;
	for (size_t i = 0; i < wearer->count; i++)
		buf_add_format(&out, "%s\t%s\n", wearer->worn[i].uri,
			       wearer->worn[i].title);
	return buf_steal_str(&out);
}

bool hat_list_printed_has(const char *printed, const char *name)
{
	const char *at = printed;

	while (at && *at) {
		size_t len = strcspn(at, "\t\n");

		if (len == strlen(HAT_URN) + strlen(name) &&
		    strncmp(at, HAT_URN, strlen(HAT_URN)) == 0 &&
		    strncmp(at + strlen(HAT_URN), name, strlen(name)) == 0)
			return true;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return false;
}
