/* SPDX-License-Identifier: MIT */
#include "s2s/outlet.h"

#include "base/mem.h"
#include "base/str.h"

void outlet_list_init(struct outlet_list *l)
{
	list_init(&l->outlets);
}

bool outlet_list_is_empty(const struct outlet_list *l)
{
	return list_is_empty(&l->outlets);
}

void outlet_add(struct outlet_list *l, const char *local, const char *remote)
{
	struct outlet *o = mem_new(struct outlet);

	o->local = str_dup(local);
	o->remote = str_dup(remote);
	list_add_tail(&l->outlets, &o->node);
}

struct outlet *outlet_find(const struct outlet_list *l, const char *local,
			   const char *remote)
{
	struct outlet *o;

	list_each(o, &l->outlets, node) {
		if (str_equal(o->local, local) && str_equal(o->remote, remote))
			return o;
	}
	return NULL;
}

struct outlet *outlet_take(struct outlet_list *l)
{
	struct outlet *o = list_first(&l->outlets, struct outlet, node);

	if (o)
		list_remove(&o->node);
	return o;
}

void outlet_free(struct outlet **o)
{
	struct outlet *dead = *o;

	if (!dead)
		return;
	list_remove(&dead->node);
	mem_free(&dead->local);
	mem_free(&dead->remote);
	mem_free(o);
}
