/* SPDX-License-Identifier: MIT */
#include "muc/contacts.h"

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define CONTACTS_VAR(name, key, var) var,
static const char *const vars[] = { CONTACTS_TABLE(CONTACTS_VAR) };

struct contacts *contacts_new(const struct contacts_settings *settings)
{
	struct contacts *c = mem_new(struct contacts);

	for (int i = 0; i < CONTACT_COUNT; i++) {
		c->count[i] = settings->count[i];
		c->uris[i] = mem_zero(c->count[i] + 1, sizeof(char *));
		for (size_t k = 0; k < c->count[i]; k++)
			c->uris[i][k] = str_dup(settings->uris[i][k]);
	}
	return c;
}

void contacts_free(struct contacts **c)
{
	if (!*c)
		return;
	for (int i = 0; i < CONTACT_COUNT; i++) {
		for (size_t k = 0; k < (*c)->count[i]; k++)
			mem_free(&(*c)->uris[i][k]);
		mem_free(&(*c)->uris[i]);
	}
	mem_free(c);
}

static void add_field(const struct contacts *c, struct elem *form, int i)
{
	struct elem *field;

	if (!c->count[i])
		return;
	field = form_add_field(form, vars[i], "list-multi", NULL, NULL);
	for (size_t k = 0; k < c->count[i]; k++)
		form_add_value(field, c->uris[i][k]);
}

void contacts_add_forms(const struct contacts *c, struct elem *query)
{
	struct elem *form = NULL;

	if (!c)
		return;
	for (int i = 0; i < CONTACT_OUTAGE; i++) {
		if (c->count[i] && !form)
			form = form_add(query, "result", NS_SERVERINFO);
		if (form)
			add_field(c, form, i);
	}
	if (c->count[CONTACT_OUTAGE])
		add_field(c, form_add(query, "result", NS_OUTAGE),
			  CONTACT_OUTAGE);
}

/* XEP-0504 #tos: one. */
void contacts_add_terms(const struct contacts *c, struct elem *form)
{
	if (c && c->count[CONTACT_TERMS])
		form_add_field(form, vars[CONTACT_TERMS], "text-single", NULL,
			       c->uris[CONTACT_TERMS][0]);
}

void contacts_add_jids(const struct contacts *c, struct elem *form)
{
	struct elem *field = NULL;

	for (size_t k = 0; c && k < c->count[CONTACT_ADMIN]; k++) {
		const char *uri = c->uris[CONTACT_ADMIN][k];

		if (!str_has_prefix(uri, "xmpp:") || strchr(uri, '?'))
			continue;
		if (!field)
			field = form_add_field(form, "muc#roominfo_contactjid",
					       "jid-multi", NULL, NULL);
		form_add_value(field, uri + strlen("xmpp:"));
	}
}
