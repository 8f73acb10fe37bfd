/* SPDX-License-Identifier: MIT */
#include "admin/adhoc_table.h"

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/form.h"

#define WORDS_MAX 1500   /* bytes of rows that are also said in words */
#define ANSWER_MAX 40000 /* bytes of rows, about: below 64 KiB as XML */

void adhoc_table_init(struct adhoc_table *t, struct elem *command,
		      const char *title)
{
	*t = (struct adhoc_table){ .command = command, .title = title };
}

void adhoc_table_fini(struct adhoc_table *t)
{
	buf_fini(&t->text);
}

static void open_form(struct adhoc_table *t)
{
	t->form = form_add(t->command, "result", NULL);
	elem_add_with_text(t->form, "title", NULL, t->title);
}

static void report(struct adhoc_table *t, const char *name)
{
	const struct elem *field;

	for (field = elem_child(t->reported, "field", NULL); field;
	     field = elem_next(field, "field", NULL))
		if (str_equal(elem_attr(field, "var"), name))
			return;
	form_add_field(t->reported, name, "text-single", name, NULL);
}

/* "name" and "value", perhaps with a "text": these are fields of a form. */
static bool is_fact(const struct command_value *values, size_t count)
{
	return (count == 2 ||
		(count == 3 && str_equal(values[2].name, "text"))) &&
	       str_equal(values[0].name, "name") && values[0].text &&
	       str_equal(values[1].name, "value");
}

static char *print_value(const struct command_value *v)
{
	return v->text ? str_dup(v->text)
		       : str_format("%lld", (long long)v->number);
}

static void add_fact(struct adhoc_table *t, const struct command_value *values,
		     size_t count)
{
	const char *label = count == 3 ? values[2].text : NULL;
	char *text = print_value(&values[1]);

	if (!t->form)
		open_form(t);
	form_add_field(t->form, values[0].text, "text-single",
		       label && *label ? label : values[0].text, text);
	t->size += strlen(text) + strlen(values[0].text) + 80;
	mem_free(&text);
}

/* The same in words, a line. */
static void add_words(struct adhoc_table *t, const struct command_value *values,
		      size_t count)
{
	if (t->text.len)
		buf_add_char(&t->text, '\n');
	for (size_t i = 0; i < count; i++) {
		char *text = print_value(&values[i]);

		if (*text && i)
			buf_add_str(&t->text, "  ");
		buf_add_str(&t->text, text);
		mem_free(&text);
	}
	if (t->text.len > WORDS_MAX)
		t->is_wordy = true;
}

static void add_item(struct adhoc_table *t, const struct command_value *values,
		     size_t count)
{
	struct elem *item;

	if (!t->reported) {
		open_form(t);
		t->reported = elem_add(t->form, "reported", NULL);
	}
	item = elem_add(t->form, "item", NULL);
	for (size_t i = 0; i < count; i++) {
		char *text = print_value(&values[i]);

		report(t, values[i].name);
		form_add_field(item, values[i].name, NULL, NULL, text);
		t->size += strlen(values[i].name) + strlen(text) + 45;
		mem_free(&text);
	}
	if (!t->is_wordy)
		add_words(t, values, count);
}

/* A row of another shape among facts. */
static void add_line(struct adhoc_table *t, const struct command_value *values,
		     size_t count)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < count; i++) {
		char *text = print_value(&values[i]);

		buf_add_format(&line, "%s%s: %s", i ? ", " : "", values[i].name,
			       text);
		mem_free(&text);
	}
	t->size += line.len + 40;
	form_add_field(t->form, NULL, "fixed", NULL, buf_str(&line));
	buf_fini(&line);
}

void adhoc_table_add(struct adhoc_table *t, const struct command_value *values,
		     size_t count)
{
	if (t->size > ANSWER_MAX)
		t->left_out++;
	else if (!t->reported && is_fact(values, count))
		add_fact(t, values, count);
	else if (!t->reported && t->form)
		add_line(t, values, count);
	else
		add_item(t, values, count);
}

void adhoc_table_close(struct adhoc_table *t)
{
	char *all, *rest;

	if (!t->text.len || t->is_wordy)
		return;
	all = buf_steal_str(&t->text);
	for (char *line = all; line; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		form_add_field(t->form, NULL, "fixed", NULL, line);
	}
	mem_free(&all);
}
