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
	struct roll *c = mem_new(struct roll);

	c->muc = muc;
	c->by_key = map_new();
	c->by_acronym = map_new();
	c->by_room = map_new();
	return c;
}

void roll_free(struct roll **c)
{
	if (!*c)
		return;
	map_free(&(*c)->by_acronym, NULL);
	map_free(&(*c)->by_room, NULL);
	map_free(&(*c)->by_key, free_record);
	mem_free(c);
}

/* ---- finding ---- */

const struct record *roll_find(const struct roll *c, const char *key)
{
	return map_get(c->by_key, key);
}

const struct record *roll_find_acronym(const struct roll *c,
				       const char *acronym)
{
	return map_get(c->by_acronym, acronym);
}

const struct record *roll_find_room(const struct roll *c, const char *room)
{
	return map_get(c->by_room, room);
}

size_t roll_count(const struct roll *c)
{
	return map_count(c->by_key);
}

void roll_each(const struct roll *c, roll_fn fn, void *owner)
{
	struct map_cursor cursor;

	map_begin(c->by_key, &cursor);
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

static void take_out(struct roll *c, const char *key)
{
	struct record *record = map_steal(c->by_key, key);

	if (!record)
		return;
	unlink_name(c->by_acronym, record->as_group.acronym, record);
	unlink_name(c->by_room, record->room, record);
	record_free(&record);
}

static struct record *record_new_group(const char *room,
				       const struct record_group *group)
{
	struct record *record = record_new(RECORD_GROUP, room, clock_wall());

	group_copy_kept(&record->as_group, group);
	return record;
}

/* Takes it. */
static void take_in(struct roll *c, struct record *owned)
{
	const void *before;

	take_out(c, owned->as_group.key);
	map_add(c->by_key, owned->as_group.key, owned);
	before = map_put(c->by_acronym, owned->as_group.acronym, owned);
	before = map_put(c->by_room, owned->room, owned);
	(void)before;
}

void roll_restore(struct roll *c, const struct record *record)
{
	take_in(c, record_new_group(record->room, &record->as_group));
}

/* group may be that of the very record that makes place. */
void roll_put(struct roll *c, const char *room,
	      const struct record_group *group)
{
	struct record *record = record_new_group(room, group);

	desk_keep(c->muc, record_new_group(room, group));
	/* a list without people says nothing of them */
	if (group->chairs && !group->is_retired)
		(void)muc_leaders_set(c->muc, room, group->chairs);
	take_in(c, record);
}

void roll_drop(struct roll *c, const char *key)
{
	const struct record *known = roll_find(c, key);
	struct record *gone;

	if (!known)
		return;
	gone = record_new(RECORD_GROUP_GONE, NULL, clock_wall());
	gone->as_group.key = str_dup(key);
	desk_keep(c->muc, gone);
	take_out(c, known->as_group.key);
}

void roll_note_retired(struct roll *c, const char *room, const char *successor)
{
	const struct record *known = roll_find_room(c, room);
	struct record_group group = { 0 };

	if (!known)
		return;
	group_copy_kept(&group, &known->as_group);
	group.is_retired = true;
	str_set(&group.successor, successor);
	roll_put(c, room, &group);
	group_fini_kept(&group);
}

void roll_note_deleted(struct roll *c, const char *room)
{
	const struct record *known = roll_find_room(c, room);
	char *key = known ? str_dup(known->as_group.key) : NULL;

	if (key)
		roll_drop(c, key);
	mem_free(&key);
}
