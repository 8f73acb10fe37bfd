/* SPDX-License-Identifier: MIT */
/*
 * fuzz_group_list: any bytes as a list of groups, in all its forms. What is read
 * fits what is kept of it.
 */
#include <string.h>

#include "admin/group_list.h"
#include "base/mem.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct record_group *g)
{
	require(g->key && *g->key);
	require(g->acronym && *g->acronym);
	require(strlen(g->acronym) <= GROUP_ACRONYM_MAX);
	require(g->name && *g->name && strlen(g->name) <= GROUP_NAME_MAX);
	require(str_is_utf8(g->name, strlen(g->name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct group_list l = { .count = 0 };
	char *complaint;
	int error = group_list_read(&l, (const char *)data, size, &complaint);

	require(!error == !complaint);
	for (size_t i = 0; i < l.count; i++)
		check(&l.items[i].kept);
	mem_free(&complaint);
	group_list_fini(&l);
	return 0;
}
