/* SPDX-License-Identifier: MIT */
#include "admin/roll.h"

#include "admin/group.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/desk.h"
#include "muc/leaders.h"

struct roll {
	struct muc *muc;    /* borrowed */
	struct map *by_key; /* owned; key -> struct record, owned */
	struct map
		*by_acronym; /* owned; records borrowed: the newest of them */
	struct map *by_room; /* owned; likewise */
};

static void free_record(void *value)
{
	struct record *record = value;

	record_free(&record);
}

struct roll *roll_new(struct muc *muc)
{
	struct roll *r = mem_new(struct roll);

	r->muc = muc;
	r->by_key = map_new();
	r->by_acronym = map_new();
	r->by_room = map_new();
	return r;
}

void roll_free(struct roll **r)
{
	if (!*r)
		return;
	map_free(&(*r)->by_acronym, NULL);
	map_free(&(*r)->by_room, NULL);
	map_free(&(*r)->by_key, free_record);
	mem_free(r);
}

/* ---- finding ---- */

const struct record *roll_find(const struct roll *r, const char *key)
{
	return map_get(r->by_key, key);
}

const struct record *roll_find_acronym(const struct roll *r,
				       const char *acronym)
{
	return map_get(r->by_acronym, acronym);
}

const struct record *roll_find_room(const struct roll *r, const char *room)
{
	return map_get(r->by_room, room);
}

void roll_each(const struct roll *r, roll_fn fn, void *owner)
{
	struct map_cursor cursor;

	map_begin(r->by_key, &cursor);
	while (map_next(&cursor))
		fn(owner, cursor.value);
}

/* ---- changing ---- */

static void unlink_name(struct map *names, const char *name,
			const struct record *record)
{
	if (map_get(names, name) == record)
		(void)map_steal(names, name);
}

static void take_out(struct roll *r, const char *key)
{
	struct record *record = map_steal(r->by_key, key);

	if (!record)
		return;
	unlink_name(r->by_acronym, record->as_group.acronym, record);
	unlink_name(r->by_room, record->room, record);
	record_free(&record);
}

static struct record *record_new_group(const char *room,
				       const struct record_group *group)
{
	struct record *record = record_new(RECORD_GROUP, room, clock_wall());

	group_copy_kept(&record->as_group, group);
	return record;
}

/* A name that another group has gone to stays with that one. */
static void link_name(struct map *names, const char *name,
		      struct record *record)
{
	const struct record *other = map_get(names, name);

	if (other && !other->as_group.is_retired && record->as_group.is_retired)
		return;
	if (other)
		(void)map_steal(names, name);
	map_add(names, name, record);
}

/* Takes it. */
static void take_in(struct roll *r, struct record *owned)
{
	take_out(r, owned->as_group.key);
	map_add(r->by_key, owned->as_group.key, owned);
	link_name(r->by_acronym, owned->as_group.acronym, owned);
	link_name(r->by_room, owned->room, owned);
}

void roll_restore(struct roll *r, const struct record *record)
{
	take_in(r, record_new_group(record->room, &record->as_group));
}

/* group may be that of the very record that makes place. */
void roll_put(struct roll *r, const char *room,
	      const struct record_group *group)
{
	struct record *record = record_new_group(room, group);

	desk_keep(r->muc, record_new_group(room, group));
	/* a list without people says nothing of them */
	if (group->chairs && !group->is_retired)
		(void)muc_leaders_set(r->muc, room, group->chairs);
	take_in(r, record);
}

void roll_drop(struct roll *r, const char *key)
{
	const struct record *known = roll_find(r, key);
	struct record *gone;

	if (!known)
		return;
	gone = record_new(RECORD_GROUP_GONE, NULL, clock_wall());
	gone->as_group.key = str_dup(key);
	desk_keep(r->muc, gone);
	take_out(r, known->as_group.key);
}

void roll_note_retired(struct roll *r, const char *room, const char *successor)
{
	const struct record *known = roll_find_room(r, room);
	struct record_group group = { 0 };

	if (!known)
		return;
	group_copy_kept(&group, &known->as_group);
	group.is_retired = true;
	str_set(&group.successor, successor);
	roll_put(r, room, &group);
	group_fini_kept(&group);
}

void roll_note_deleted(struct roll *r, const char *room)
{
	const struct record *known = roll_find_room(r, room);
	char *key = known ? str_dup(known->as_group.key) : NULL;

	if (key)
		roll_drop(r, key);
	mem_free(&key);
}
