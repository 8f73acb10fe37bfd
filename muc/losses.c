/* SPDX-License-Identifier: MIT */
#include "muc/losses.h"

#include "base/mem.h"
#include "base/str.h"

void losses_init(struct losses *l)
{
	list_init(&l->items);
}

void losses_remove(struct loss *loss)
{
	list_remove(&loss->node);
	mem_free(&loss->local);
	mem_free(&loss->remote);
	mem_free(&loss->told);
	mem_free(&loss);
}

bool losses_tell(struct loss *loss, const char *room)
{
	/* its rooms are done one after the other */
	if (str_equal(loss->told, room))
		return false;
	str_set(&loss->told, room);
	return true;
}

void losses_fini(struct losses *l)
{
	struct loss *loss;

	while ((loss = losses_first(l)))
		losses_remove(loss);
}

struct loss *losses_first(const struct losses *l)
{
	return list_first(&l->items, struct loss, node);
}

void losses_add(struct losses *l, const char *local, const char *remote,
		int64_t heard, int64_t now)
{
	struct loss *loss;

	list_each(loss, &l->items, node) {
		if (str_equal(loss->local, local) &&
		    str_equal(loss->remote, remote)) {
			loss->at = now;
			return;
		}
	}
	loss = mem_new(struct loss);
	loss->local = str_dup(local);
	loss->remote = str_dup(remote);
	loss->heard = heard;
	loss->at = now;
	list_add_tail(&l->items, &loss->node);
}
