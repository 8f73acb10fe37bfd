/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_normal.h"
#include "daemon/config_row.h"

#define DOMAIN_AT(member) offsetof(struct config_domain, member)

#define CONTACT_KEY(kind, key, var)                                         \
	{ key,                                                              \
	  CONFIG_TEXTS,                                                     \
	  DOMAIN_AT(contact) + CONTACT_##kind * sizeof(struct config_list), \
	  0,                                                                \
	  0,                                                                \
	  0,                                                                \
	  CONTACT_##kind == CONTACT_OUTAGE                                  \
		  ? "an address (\"https://example.org/status.json\")"      \
		  : "an address (\"mailto:admin@example.org\")",            \
	  NULL,                                                             \
	  CONTACT_##kind == CONTACT_OUTAGE ? config_normal_url              \
					   : config_normal_uri },

static const struct config_key contact_fields[] = { CONTACTS_TABLE(
	CONTACT_KEY) };

/* Of the domain that is being read. */
static void read_contact(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "contact", contact_fields,
					  array_len(contact_fields) };

	config_section_read(
		r, &s, &r->config->domains[r->config->domain_count - 1], value);
}

static const struct config_key domain_keys[] = {
	SPECIAL("contact", read_contact),
	{ "name", CONFIG_TEXT, DOMAIN_AT(name), 0, 0, 0,
	  "the name of a conference domain", NULL, NULL },
	{ "certificate", CONFIG_TEXTS, DOMAIN_AT(certificates), 0, 0, 0,
	  "paths of PEM files", NULL, NULL },
	{ "key", CONFIG_TEXTS, DOMAIN_AT(keys), 0, 0, 0, "paths of PEM files",
	  NULL, NULL },
};

static void check_domain(struct config_reading *r, struct config_domain *d,
			 struct config_node *node)
{
	char *normal;

	if (d->certificates.count != d->keys.count)
		config_complain(r, node,
				"certificate: expected as many keys as "
				"certificates");
	if (!d->name) {
		config_complain(r, node,
				"name: expected a name for this domain");
		return;
	}
	normal = config_normal_domain(d->name);
	if (!normal) {
		config_complain(r, node, "name: \"%s\" is no domain name",
				d->name);
		return;
	}
	mem_free(&d->name);
	d->name = normal;
	for (size_t i = 0; i + 1 < r->config->domain_count; i++) {
		if (str_equal(r->config->domains[i].name, d->name))
			config_complain(r, node,
					"name: the domain %s stands here "
					"twice",
					d->name);
	}
}

static void read_domain(struct config_reading *r, struct config_node *node)
{
	const struct config_section s = { "domains", domain_keys,
					  array_len(domain_keys) };
	struct config *c = r->config;
	struct config_domain *d;

	c->domains = mem_realloc(c->domains,
				 (c->domain_count + 1) * sizeof(*c->domains));
	d = &c->domains[c->domain_count++];
	*d = (struct config_domain){ 0 };
	config_section_read(r, &s, d, node);
	check_domain(r, d, node);
}

void config_read_domains(struct config_reading *r, struct config_node *value)
{
	struct config_node *item;

	if (config_node_shape(value) != CONFIG_LIST) {
		config_complain(r, value,
				"domains: expected a list of domains, each "
				"with a name");
		return;
	}
	for (size_t i = 0; (item = config_node_item(value, i)); i++)
		read_domain(r, item);
}
