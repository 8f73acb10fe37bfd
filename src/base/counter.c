/* SPDX-License-Identifier: MIT */
#include "base/counter.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"

static struct counter *registry;
static struct counter **registry_end = &registry;

/* [a-zA-Z_:][a-zA-Z0-9_:]*, in our case lower case only */
static bool is_metric_name(const char *name)
{
	return *name && strchr("0123456789", *name) == NULL &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] ==
		       '\0';
}

void counter_register(struct counter *c)
{
	if (c->is_registered)
		return;
	require(is_metric_name(c->name));
	c->is_registered = true;
	c->next = NULL;
	*registry_end = c;
	registry_end = &c->next;
}

const struct counter *counter_next(const struct counter *c)
{
	return c ? c->next : registry;
}

static void print_help(struct buf *out, const struct counter *c)
{
	buf_add_format(out, "# HELP %s ", c->name);
	for (const char *s = c->help; *s; s++) {
		if (*s == '\n') {
			buf_add_str(out, "\\n");
			continue;
		}
		if (*s == '\\' || *s == '"')
			buf_add_char(out, '\\');
		buf_add_char(out, *s);
	}
	buf_add_char(out, '\n');
}

void counter_print(struct buf *out)
{
	for (const struct counter *c = registry; c; c = c->next) {
		bool is_total = c->kind == COUNTER_TOTAL;

		buf_add_format(out, "# TYPE %s %s\n", c->name,
			       is_total ? "counter" : "gauge");
		print_help(out, c);
		buf_add_format(out, "%s%s %" PRId64 "\n", c->name,
			       is_total ? "_total" : "", counter_get(c));
	}
	buf_add_str(out, "# EOF\n");
}
