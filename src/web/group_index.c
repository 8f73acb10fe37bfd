/* SPDX-License-Identifier: MIT */
#include "web/group_index.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/log_reader.h"
#include "store/record.h"

static void on_group(void *owner, const struct record *record)
{
	struct group_index *c = owner;
	const struct record_group *from = &record->as_group;
	struct record *copy = record_new(RECORD_GROUP, record->room,
					 record->at);
	struct record_group *to = &copy->as_group;

	to->key = str_dup(from->key);
	to->acronym = str_dup(from->acronym);
	to->name = str_dup(from->name);
	to->type = str_dup(from->type);
	to->state = str_dup(from->state);
	to->area = str_dup(from->area);
	to->list_email = str_dup(from->list_email);
	to->list_subscribe = str_dup(from->list_subscribe);
	to->list_archive = str_dup(from->list_archive);
	to->charter = str_dup(from->charter);
	to->successor = str_dup(from->successor);
	to->is_retired = from->is_retired;
	if (c->count == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->groups = mem_realloc(c->groups,
					c->cap * sizeof(*c->groups));
	}
	c->groups[c->count++] = copy;
}

int group_index_read(struct group_index *c, struct reader *r)
{
	*c = (struct group_index){ 0 };
	return log_reader_groups(r, on_group, c);
}

void group_index_fini(struct group_index *c)
{
	while (c->count > 0)
		record_free(&c->groups[--c->count]);
	mem_free(&c->groups);
}

const struct record *group_index_find(const struct group_index *c,
				    const char *room)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_equal(c->groups[i]->room, room))
			return c->groups[i];
	return NULL;
}

