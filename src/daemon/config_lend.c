/* SPDX-License-Identifier: MIT */
#include "daemon/config_part.h"

#include "base/mem.h"
#include "base/str.h"

static void join_servers(struct config *c)
{
	for (size_t i = 0; i < c->dns_servers.count; i++) {
		char *joined = str_format(
			"%s%s%s",
			c->dns_servers_joined ? c->dns_servers_joined : "",
			i ? "," : "", c->dns_servers.items[i]);

		mem_free(&c->dns_servers_joined);
		c->dns_servers_joined = joined;
	}
}

static struct s2s_domains domains_view(const struct config_list *l)
{
	return (struct s2s_domains){ config_list_view(l), l->count };
}

void config_add_proven(struct config *c, const char *domain)
{
	config_list_add(&c->proven, str_dup(domain));
	c->s2s.proven = domains_view(&c->proven);
}

static void lend_contacts(struct config *c)
{
	c->contacts = mem_zero(c->domain_count, sizeof(*c->contacts));
	for (size_t i = 0; i < c->domain_count; i++) {
		for (int k = 0; k < CONTACT_COUNT; k++) {
			const struct config_list *l = &c->domains[i].contact[k];

			c->contacts[i].uris[k] = config_list_view(l);
			c->contacts[i].count[k] = l->count;
		}
	}
	c->muc.contacts = c->contacts;
}

#define CONTACT_WORD(name, key, var) key,
static const char *const contact_words[] = { CONTACTS_TABLE(CONTACT_WORD) };

static void lend_web_contacts(struct config *c, const struct config_domain *d)
{
	for (int k = 0; k < CONTACT_COUNT; k++) {
		for (size_t i = 0; i < d->contact[k].count; i++) {
			size_t n = c->web.contact_count++;

			c->web_contacts =
				mem_realloc(c->web_contacts,
					    (n + 1) * sizeof(*c->web_contacts));
			c->web_contacts[n] =
				(struct web_contact){ d->name, contact_words[k],
						      d->contact[k].items[i] };
		}
	}
}

static void lend_web(struct config *c)
{
	for (size_t i = 0; i < c->domain_count; i++)
		lend_web_contacts(c, &c->domains[i]);
	c->web.contacts = c->web_contacts;
	c->web.listen = config_list_view(&c->web_listen);
	c->web.listen_count = c->web_listen.count;
	c->web.url = c->web_url;
	c->web.certificate = c->web_certificate;
	c->web.key = c->web_key;
	c->web.texts = c->web_texts;
	c->web.client = c->web_client;
	c->web.domains = c->s2s.domains;
	c->web.domain_count = c->s2s.domain_count;
	c->web.version = PACKAGE_VERSION;
}

/* Let the modules' settings point at the strings. */
void config_lend(struct config *c)
{
	join_servers(c);
	for (size_t i = 0; i < c->domain_count; i++)
		config_list_add(&c->domain_names, str_dup(c->domains[i].name));
	/* one kind of door: the first byte tells TLS from XML */
	for (size_t i = 0; i < c->listen.count; i++)
		config_list_add(&c->doors, str_dup(c->listen.items[i]));
	for (size_t i = 0; i < c->listen_tls.count; i++)
		config_list_add(&c->doors, str_dup(c->listen_tls.items[i]));
	lend_contacts(c);
	c->log.file = c->log_file;
	c->s2s.domains = config_list_view(&c->domain_names);
	c->s2s.domain_count = c->domain_names.count;
	c->s2s.listen = config_list_view(&c->doors);
	c->s2s.listen_count = c->doors.count;
	c->s2s.dns_servers = c->dns_servers_joined;
	c->s2s.policy.allow = domains_view(&c->allow);
	c->s2s.policy.deny = domains_view(&c->deny);
	c->s2s.policy.require_valid = domains_view(&c->require_valid);
	c->muc.domains = c->s2s.domains;
	c->muc.domain_count = c->s2s.domain_count;
	c->muc.operators = config_list_view(&c->operators);
	c->muc.operator_count = c->operators.count;
	c->muc.create_domains = config_list_view(&c->create);
	c->muc.create_domain_count =
		c->muc.create == MUC_CREATE_DOMAINS ? c->create.count : 0;
	c->muc.version = PACKAGE_VERSION;
	c->muc.log_url = c->web_listen.count ? c->web_url : NULL;
	config_lend_blocklists(c);
	c->muc.note_well = c->note_well;
	/* where there is none nobody could have read it */
	c->meetings.need_note_well &= c->note_well != NULL;
	c->muc.keep = c->store.keep;
	c->control.socket = c->socket;
	c->metrics.file = c->metrics_file;
	lend_web(c);
}
