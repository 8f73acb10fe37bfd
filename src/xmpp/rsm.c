/* SPDX-License-Identifier: MIT */
#include "xmpp/rsm.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

static int read_count(const struct elem *set, const char *name,
		      int64_t *value_out)
{
	const char *text = elem_child_text(set, name, NS_RSM);

	return text ? str_to_int64(text, 0, INT64_MAX, value_out) : 0;
}

int rsm_read(const struct elem *query, struct rsm_request *out)
{
	const struct elem *set = elem_child(query, "set", NS_RSM);

	*out = (struct rsm_request){ .max = -1, .index = -1 };
	if (!set)
		return 0;
	out->is_present = true;
	out->after = elem_child_text(set, "after", NS_RSM);
	out->before = elem_child_text(set, "before", NS_RSM);
	if (read_count(set, "max", &out->max) < 0 ||
	    read_count(set, "index", &out->index) < 0)
		return HW_E_INVALID;
	return 0;
}

static void print_count(char out[24], int64_t value)
{
	snprintf(out, 24, "%" PRId64, value);
}

void rsm_add(struct elem *query, const char *first, const char *last,
	     int64_t index, int64_t count)
{
	struct elem *set = elem_add(query, "set", NS_RSM);
	struct elem *e;
	char number[24];

	if (first) {
		e = elem_add_with_text(set, "first", NULL, first);
		if (index >= 0) {
			print_count(number, index);
			elem_set_attr(e, "index", number);
		}
	}
	if (last)
		elem_add_with_text(set, "last", NULL, last);
	if (count >= 0) {
		print_count(number, count);
		elem_add_with_text(set, "count", NULL, number);
	}
}
