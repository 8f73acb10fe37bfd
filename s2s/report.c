/* SPDX-License-Identifier: MIT */
#include "s2s/report.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct report *report_new(void)
{
	return mem_new(struct report);
}

void report_free(struct report **r)
{
	if (!*r)
		return;
	for (size_t i = 0; i < (*r)->count; i++) {
		struct report_row *row = &(*r)->rows[i];

		mem_free(&row->local);
		mem_free(&row->remote);
		mem_free(&row->address);
		mem_free(&row->tls);
		mem_free(&row->cipher);
		mem_free(&row->error);
	}
	mem_free(&(*r)->rows);
	mem_free(r);
}

struct report_row *report_add(struct report *r)
{
	struct report_row *row;

	if (r->count == r->size) {
		r->size = r->size ? r->size * 2 : 16;
		r->rows = mem_realloc(r->rows, r->size * sizeof(*r->rows));
	}
	row = &r->rows[r->count++];
	memset(row, 0, sizeof(*row));
	return row;
}

/* "(TLS1.3-X.509)-(ECDHE-X25519)-(ECDSA-SECP256R1-SHA256)-(AES-256-GCM)": the
 * version is the start of the first group, the cipher all of the last one. */
void report_row_set_tls(struct report_row *row, const char *description)
{
	const char *first = strchr(description, '(');
	const char *last = strrchr(description, '(');
	char *version;

	if (!first || first == last)
		return;
	version = str_dup_n(first + 1, strcspn(first + 1, "-)"));
	mem_free(&row->tls);
	mem_free(&row->cipher);
	row->tls = version;
	row->cipher = str_dup_n(last + 1, strcspn(last + 1, ")"));
}

struct report_ask *report_ask_new(uint64_t id, report_fn fn, void *owner)
{
	struct report_ask *ask = mem_new(struct report_ask);

	ask->id = id;
	ask->fn = fn;
	ask->owner = owner;
	ask->report = report_new();
	return ask;
}

void report_ask_answer(struct report_ask **ask)
{
	(*ask)->fn((*ask)->owner, (*ask)->id, (*ask)->report);
	mem_free(ask);
}

void report_ask_drop(struct report_ask **ask)
{
	if (!*ask)
		return;
	report_free(&(*ask)->report);
	report_ask_answer(ask);
}
