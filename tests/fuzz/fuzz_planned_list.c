/* SPDX-License-Identifier: MIT */
/*
 * fuzz_planned_list: any bytes as a calendar or an agenda. What is read is whole,
 * and fits what is kept of it.
 */
#include <string.h>

#include "admin/planned_list.h"
#include "base/mem.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	require(!text || (*text && str_is_utf8(text, strlen(text))));
}

static void check(const struct planned *p)
{
	require(p->uid);
	require(p->start > 0 && (!p->end || p->end >= p->start));
	check_text(p->title);
	check_text(p->place);
	check_text(p->agenda);
	require(!p->title || strlen(p->title) <= PLANNED_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct planned_list l = { .count = 0 };
	char *complaint;
	int error = planned_list_read(&l, (const char *)data, size, &complaint);

	require(!error == !complaint);
	for (size_t i = 0; i < l.count; i++)
		check(&l.items[i]);
	mem_free(&complaint);
	planned_list_fini(&l);
	return 0;
}
