/* SPDX-License-Identifier: MIT */
#include "dns/srv.h"

#include <stdlib.h>

static int compare_rank(const void *a, const void *b)
{
	const struct srv *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	/* RFC 2782: those of weight 0 stand first in the running sum */
	return (x->weight != 0) - (y->weight != 0);
}

static uint32_t sum_weights(const struct srv *records, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += records[i].weight;
	return sum;
}

/* Put the record at to the front; those before it keep their order. */
static void move_to_front(struct srv *records, size_t at)
{
	struct srv chosen = records[at];

	for (; at > 0; at--)
		records[at] = records[at - 1];
	records[0] = chosen;
}

/* One priority's records: draw the first by running sums, then among the rest. */
static void draw_order(struct srv *records, size_t count, srv_random_fn random,
		       void *owner)
{
	for (; count > 1; records++, count--) {
		uint32_t drawn = random(owner, sum_weights(records, count));
		uint32_t sum = records[0].weight;
		size_t at = 0;

		while (sum < drawn && at + 1 < count)
			sum += records[++at].weight;
		move_to_front(records, at);
	}
}

void srv_order(struct srv *records, size_t count, srv_random_fn random,
	       void *owner)
{
	size_t start = 0;

	qsort(records, count, sizeof(*records), compare_rank);
	while (start < count) {
		size_t end = start + 1;

		while (end < count &&
		       records[end].priority == records[start].priority)
			end++;
		draw_order(records + start, end - start, random, owner);
		start = end;
	}
}
