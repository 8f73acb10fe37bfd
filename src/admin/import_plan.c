/* SPDX-License-Identifier: MIT */
#include "admin/import_plan.h"

#include "admin/roll.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/desk.h"

#define IMPORT_TEXT_(name, text) text,
static const char *const texts[] = { IMPORT_TABLE(IMPORT_TEXT_) };

const char *import_action_text(enum import_action a)
{
	return texts[a];
}

/* ---- life ---- */

static char there; /* what maps that are sets hold */

static void put(struct map *set, const char *key, void *value)
{
	if (!map_get(set, key))
		map_add(set, key, value);
}

void import_plan_init(struct import_plan *p, const struct muc *muc,
		      const struct roll *roll, const char *domain)
{
	*p = (struct import_plan){
		.muc = muc,
		.roll = roll,
		.domain = str_dup(domain),
		.successors = map_new(),
		.by_acronym = map_new(),
		.made = map_new(),
		.freed = map_new(),
	};
}

void import_plan_index(struct import_plan *p, const struct group_list *list)
{
	p->list = list;
	for (size_t i = 0; i < list->count; i++)
		put(p->by_acronym, list->items[i].kept.acronym,
		    &list->items[i]);
}

void import_plan_fini(struct import_plan *p)
{
	mem_free(&p->domain);
	mem_free(&p->types);
	mem_free(&p->states);
	mem_free(&p->areas);
	map_free(&p->successors, free);
	map_free(&p->by_acronym, NULL);
	map_free(&p->made, NULL);
	map_free(&p->freed, NULL);
}

/* ---- names of rooms ---- */

/* Owned; NULL: no room can have this name. */
static char *room_new_name(const char *name, const char *domain)
{
	struct jid *jid = strchr(name, '@') ? jid_parse(name)
					    : jid_new(name, domain, NULL);
	char *room = NULL;

	if (jid && jid_local(jid) && jid_is_bare(jid))
		room = str_dup(jid_text(jid));
	jid_free(&jid);
	return room;
}

/* Takes all. */
static bool add_successor(struct import_plan *p, char *old, char *new)
{
	bool is_good = old && new && !str_equal(old, new) &&
		       !map_get(p->successors, old);

	if (is_good)
		map_add(p->successors, old, new);
	else
		mem_free(&new);
	mem_free(&old);
	return is_good;
}

static bool read_successor(struct import_plan *p, const char *text, size_t len)
{
	char *pair = str_dup_n(text, len);
	char *equals = strchr(pair, '=');
	bool is_good = false;

	if (equals) {
		*equals = '\0';
		is_good = add_successor(p, room_new_name(pair, p->domain),
					room_new_name(equals + 1, p->domain));
	}
	mem_free(&pair);
	return is_good;
}

bool import_plan_name_successors(struct import_plan *p, const char *text,
				 char **complaint_out)
{
	while (*text) {
		size_t len = strcspn(text, " ,");

		if (len && !read_successor(p, text, len)) {
			char *quoted = str_quote(text, len, 100);

			*complaint_out = str_format(
				"%s names no room and its successor, as "
				"OLD=NEW, once",
				quoted);
			mem_free(&quoted);
			return false;
		}
		text += len;
		text += strspn(text, " ,");
	}
	return true;
}

/* ---- filters ---- */

static bool has_word(const char *words, const char *word)
{
	size_t len = word ? strlen(word) : 0;

	if (!words)
		return true;
	while (len && *words) {
		size_t n = strcspn(words, " ,");

		if (n == len && strncasecmp(words, word, len) == 0)
			return true;
		words += n;
		words += strspn(words, " ,");
	}
	return false;
}

bool import_plan_has(const struct import_plan *p,
		     const struct record_group *group)
{
	return has_word(p->types, group->type) &&
	       has_word(p->states, group->state) &&
	       has_word(p->areas, group->area);
}

/* ---- what is known ---- */

/* By its number, else by its acronym where one side has no number. */
static const struct record *find_known(const struct import_plan *p,
				       const struct record_group *g)
{
	const struct record *known = roll_find(p->roll, g->key);

	if (known)
		return known;
	known = roll_find_acronym(p->roll, g->acronym);
	if (known && group_has_number(g) && group_has_number(&known->as_group))
		return NULL;
	return known;
}

bool import_plan_misses(const struct import_plan *p, const struct record *known)
{
	const struct record_group *k = &known->as_group;
	const struct group *g = map_get(p->by_acronym, k->acronym);
	struct jid *room;
	bool is_elsewhere;

	if (k->is_retired || !import_plan_has(p, k) ||
	    map_get(p->list->by_key, k->key))
		return false;
	room = jid_parse(known->room);
	is_elsewhere = !room || !str_equal(jid_domain(room), p->domain);
	jid_free(&room);
	return !is_elsewhere &&
	       (!g || (group_has_number(&g->kept) && group_has_number(k)));
}

static void keep(char **at, const char *known)
{
	if (!*at)
		*at = str_dup(known);
}

void import_plan_merge(const struct record *known, struct group *g)
{
	const struct record_group *k = &known->as_group;
	struct record_group *to = &g->kept;

	if (!group_has_number(to) && group_has_number(k))
		str_set(&to->key, k->key);
	if (str_equal(to->name, to->acronym))
		str_set(&to->name, k->name);
	keep(&to->type, k->type);
	if (!str_equal(k->state, GROUP_MISSING))
		keep(&to->state, k->state);
	keep(&to->area, k->area);
	keep(&to->list_email, k->list_email);
	keep(&to->list_subscribe, k->list_subscribe);
	keep(&to->list_archive, k->list_archive);
	keep(&to->charter, k->charter);
	keep(&to->chairs, k->chairs);
	keep(&to->description, k->description);
	keep(&to->successor, k->successor);
	to->is_retired = k->is_retired;
}

/* ---- deciding ---- */

static bool is_alive(const struct import_plan *p, const char *room)
{
	bool is_gone;

	if (map_get(p->made, room))
		return true;
	return desk_has_room(p->muc, room, &is_gone) && !is_gone &&
	       !map_get(p->freed, room);
}

static bool is_gone(const struct import_plan *p, const char *room)
{
	bool is;

	return desk_has_room(p->muc, room, &is) && is;
}

static void decide_closed(const struct import_plan *p, struct import_step *s)
{
	const struct record_group *k = s->known ? &s->known->as_group : NULL;

	if (k)
		s->successor = map_get(p->successors, s->known->room);
	if (!k)
		s->action = IMPORT_CLOSED;
	else if (!k->is_retired)
		s->action = IMPORT_RETIRE;
	else if (s->successor && !str_equal(s->successor, k->successor) &&
		 roll_find_room(p->roll, s->known->room) == s->known)
		s->action = IMPORT_RETIRE; /* the sign says something else */
	else
		s->action = IMPORT_UNCHANGED;
	if (!k)
		s->text = "has ended; no room is made";
}

static void decide_new(const struct import_plan *p, struct import_step *s)
{
	bool is_taken = is_alive(p, s->room);

	s->action = is_taken ? IMPORT_TAKEN : IMPORT_CREATE;
	if (is_taken)
		s->text = "another room has this name";
}

static bool says_other(const struct import_step *s, const struct group *g)
{
	struct group merged = { .is_done = false };
	bool is_other;

	group_copy_kept(&merged.kept, &g->kept);
	import_plan_merge(s->known, &merged);
	is_other = !group_is_same_kept(&merged.kept, &s->known->as_group);
	group_fini(&merged);
	return is_other;
}

/* A room that an operator retired while its group goes on stays retired; one
 * that ended with its group comes back with it. */
static bool comes_back(const struct import_step *s, const struct group *g)
{
	const struct record_group *k = &s->known->as_group;

	return str_equal(k->state, GROUP_MISSING) ||
	       (g->kept.state && group_is_closed(k));
}

static void decide_known(const struct import_plan *p, const struct group *g,
			 struct import_step *s)
{
	const struct record_group *k = &s->known->as_group;

	if (k->is_retired && comes_back(s, g)) {
		decide_new(p, s);
		return;
	}
	if (!k->is_retired && !is_alive(p, s->known->room) &&
	    !is_gone(p, s->known->room)) {
		decide_new(p, s); /* it is not there at all */
		return;
	}
	s->action = says_other(s, g) ? IMPORT_UPDATE : IMPORT_UNCHANGED;
	if (k->is_retired || str_equal(k->acronym, g->kept.acronym))
		return;
	decide_new(p, s);
	if (s->action == IMPORT_CREATE)
		s->action = IMPORT_RENAME;
}

/* The domain of the room that it has, or ours. Owned. */
static char *domain_of(const struct import_plan *p, const struct record *known)
{
	const char *at = known ? strchr(known->room, '@') : NULL;

	return str_dup(at ? at + 1 : p->domain);
}

void import_plan_decide(const struct import_plan *p, const struct group *g,
			struct import_step *step_out)
{
	struct import_step *s = step_out;
	char *domain;

	*s = (struct import_step){ .known = find_known(p, &g->kept) };
	domain = domain_of(p, s->known);
	s->room = room_new_name(g->kept.acronym, domain);
	mem_free(&domain);
	if (!s->room) {
		s->action = IMPORT_FAILED;
		s->text = "no room can have this name";
		s->room = str_dup("");
	} else if (group_is_closed(&g->kept)) {
		decide_closed(p, s);
	} else if (s->known) {
		decide_known(p, g, s);
	} else {
		decide_new(p, s);
	}
}

void import_step_fini(struct import_step *s)
{
	mem_free(&s->room);
}

void import_plan_note(struct import_plan *p, const struct import_step *step)
{
	if (step->action == IMPORT_CREATE || step->action == IMPORT_RENAME)
		put(p->made, step->room, &there);
	if (step->action == IMPORT_RENAME || step->action == IMPORT_RETIRE)
		put(p->freed, step->known->room, &there);
}
