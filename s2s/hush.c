/* SPDX-License-Identifier: MIT */
#include "s2s/hush.h"

#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "net/addr.h"
#include "s2s/tally.h"

struct hush {
	struct quota *lines; /* "cause network" */
};

struct hush *hush_new(unsigned lines_per_minute)
{
	struct hush *h = mem_new(struct hush);

	h->lines = quota_new(lines_per_minute / 60.0, lines_per_minute);
	return h;
}

void hush_free(struct hush **h)
{
	if (!*h)
		return;
	quota_free(&(*h)->lines);
	mem_free(h);
}

bool hush_allows(struct hush *h, const char *cause, const struct addr *peer,
		 int64_t now)
{
	char network[ADDR_TEXT_SIZE];
	char *name;
	bool may;

	addr_print_network(peer, 64, network);
	name = str_format("%s %s", cause, network);
	may = quota_take(h->lines, name, now);
	mem_free(&name);
	if (!may)
		counter_add(&tally.hushed, 1);
	return may;
}
