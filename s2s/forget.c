/* SPDX-License-Identifier: MIT */
#include "s2s/forget.h"

#include "base/mem.h"
#include "base/str.h"

struct forget_ask *forget_ask_new(uint64_t id, const char *domain, forget_fn fn,
				  void *owner)
{
	struct forget_ask *ask = mem_new(struct forget_ask);

	ask->id = id;
	ask->domain = str_dup(domain);
	ask->fn = fn;
	ask->owner = owner;
	return ask;
}

void forget_ask_answer(struct forget_ask **ask)
{
	if (!*ask)
		return;
	(*ask)->fn((*ask)->owner, (*ask)->id, (*ask)->was_known);
	mem_free(&(*ask)->domain);
	mem_free(ask);
}
