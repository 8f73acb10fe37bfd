/* SPDX-License-Identifier: MIT */
#include "daemon/config.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_section.h"
#include "daemon/config_value.h"
#include "jid/idna.h"
#include "jid/jid.h"
#include "muc/note_well.h"
#include "net/addr.h"

#define AT(member) offsetof(struct config, member)
#define DAYS	   (24 * 3600 * (int64_t)1000)

#define TEXT(name, member, expected)                                           \
	{                                                                      \
		name, CONFIG_TEXT, AT(member), 0, 0, 0, expected, NULL, NULL   \
	}
#define LIST(name, member, expected, normal)                                   \
	{                                                                      \
		name, CONFIG_TEXTS, AT(member), 0, 0, 0, expected, NULL,       \
			normal                                                 \
	}
#define BOOL(name, member)                                                     \
	{                                                                      \
		name, CONFIG_BOOL, AT(member), 0, 0, 0, "yes or no", NULL,     \
			NULL                                                   \
	}
#define COUNT(name, member, min, max)                                          \
	{                                                                      \
		name, CONFIG_COUNT, AT(member),                                \
			sizeof(((struct config *)0)->member), min, max,        \
			"a number", NULL, NULL                                 \
	}
#define DURATION(name, member, min, max)                                       \
	{                                                                      \
		name, CONFIG_DURATION, AT(member), 0, min, max,                \
			"a duration with a unit (250ms, 120s, 15m, 24h, 7d)",  \
			NULL, NULL                                             \
	}
#define SIZE(name, member, min, max)                                           \
	{                                                                      \
		name, CONFIG_SIZE, AT(member), 0, min, max,                    \
			"a size (65000, 64KiB, 2MiB)", NULL, NULL              \
	}
#define SPECIAL(name, fn)                                                      \
	{                                                                      \
		name, CONFIG_SPECIAL, 0, 0, 0, 0, NULL, fn, NULL               \
	}

static const char *const *list_view(const struct config_list *l)
{
	return (const char *const *)l->items;
}

/* ---- scalars ---- */

static char *normal_bare_jid(const char *text)
{
	struct jid *jid = jid_parse(text);
	char *normal = NULL;

	if (jid && jid_local(jid) && jid_is_bare(jid))
		normal = str_dup(jid_text(jid));
	jid_free(&jid);
	return normal;
}

static char *normal_listen(const char *text)
{
	struct addr addr;
	char *copy, *normal;

	copy = str_has_prefix(text, "*:") ? str_format("0.0.0.0%s", text + 1)
					  : str_dup(text);
	normal = addr_parse(copy, 0, &addr) ? NULL : str_dup(text);
	mem_free(&copy);
	return normal;
}

static char *normal_server(const char *text)
{
	struct addr addr;
	char printed[ADDR_TEXT_SIZE];

	if (addr_parse(text, 53, &addr))
		return NULL;
	addr_print(&addr, printed);
	return str_dup(printed);
}

#define SECTION(name, table)                                                   \
	static void read_##name(struct config_reading *r,                      \
				struct config_node *value)                     \
	{                                                                      \
		const struct config_section s = { #name, table,                \
						  array_len(table) };          \
		config_section_read(r, &s, r->config, value);                  \
	}

/* ---- domains ---- */

#define DOMAIN_AT(member) offsetof(struct config_domain, member)

static char *normal_domain(const char *text)
{
	return idna_is_address(text) ? NULL : idna_to_unicode(text);
}

static char *normal_uri(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon && colon > text && colon[1] && !strpbrk(text, " \t\n")
		       ? str_dup(text)
		       : NULL;
}

/* XEP-0455 #external-disco: whoever needs it has no other way. */
static char *normal_url(const char *text)
{
	return str_has_prefix(text, "https://") ||
			       str_has_prefix(text, "http://")
		       ? normal_uri(text)
		       : NULL;
}

#define CONTACT_KEY(kind, key, var)                                           \
	{ key,                                                                 \
	  CONFIG_TEXTS,                                                        \
	  DOMAIN_AT(contact) + CONTACT_##kind * sizeof(struct config_list),    \
	  0,                                                                   \
	  0,                                                                   \
	  0,                                                                   \
	  CONTACT_##kind == CONTACT_OUTAGE                                     \
		  ? "an address (\"https://example.org/status.json\")"         \
		  : "an address (\"mailto:admin@example.org\")",               \
	  NULL,                                                                \
	  CONTACT_##kind == CONTACT_OUTAGE ? normal_url : normal_uri },

static const struct config_key contact_fields[] = { CONTACTS_TABLE(
	CONTACT_KEY) };

/* Of the domain that is being read. */
static void read_contact(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "contact", contact_fields,
					  array_len(contact_fields) };

	config_section_read(r, &s,
			    &r->config->domains[r->config->domain_count - 1],
			    value);
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
		config_complain(r, node, "name: expected a name for this domain");
		return;
	}
	normal = normal_domain(d->name);
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

static void read_domains(struct config_reading *r, struct config_node *value)
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

/* ---- log: level, file, and each area ---- */

#define LOG_AREA_KEY(area, text)                                               \
	{ text,                                                                \
	  CONFIG_LEVEL,                                                        \
	  AT(log.levels) + LOG_##area * sizeof(enum log_level),                \
	  0,                                                                   \
	  0,                                                                   \
	  0,                                                                   \
	  "error, warn, info or debug",                                        \
	  NULL,                                                                \
	  NULL },

/* find_level() has read it: it comes first, wherever it stands. */
static void read_log_level(struct config_reading *r, struct config_node *value)
{
	(void)r;
	(void)value;
}

static const struct config_key log_keys[] = { SPECIAL("level", read_log_level),
					      TEXT("file", log_file,
						   "the path of a file"),
					      LOG_AREA_TABLE(LOG_AREA_KEY) };

/* What "level" says of all areas, before single areas are set. */
static enum log_level find_level(struct config_reading *r,
				 struct config_node *mapping)
{
	struct config_node *key, *value;
	enum log_level level = LOG_INFO;

	for (size_t i = 0; config_node_pair(mapping, i, &key, &value); i++) {
		if (value && str_equal(config_node_text(key), "level") &&
		    !log_level_parse(config_node_text(value), &level))
			config_complain(r, value,
					"level: expected error, "
					"warn, info or debug");
	}
	return level;
}

static void read_log(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "log", log_keys,
					  array_len(log_keys) };

	if (config_node_shape(value) == CONFIG_MAPPING)
		log_settings_init(&r->config->log, find_level(r, value));
	config_section_read(r, &s, r->config, value);
}

/* ---- the other sections ---- */

static void read_sync(struct config_reading *r, struct config_node *value)
{
	static const char *const words[] = { "full", "normal", "relaxed" };

	for (size_t i = 0; i < array_len(words); i++) {
		if (str_equal(config_node_text(value), words[i])) {
			r->config->store.sync = (enum backend_sync)i;
			return;
		}
	}
	config_complain(r, value, "sync: expected full, normal or relaxed");
}

/* "forever" is 0. */
static void read_kept(struct config_reading *r, struct config_node *value,
		      int64_t *ms_out)
{
	const char *text = config_node_text(value);
	int64_t ms;

	if (str_equal(text, "forever"))
		*ms_out = 0;
	else if (text && !config_value_duration(text, &ms) && ms >= DAYS &&
		 ms <= 36500 * DAYS)
		*ms_out = ms;
	else
		config_complain(r, value, "expected forever, or a time from "
					  "1d to 36500d");
}

static void read_keep(struct config_reading *r, struct config_node *value)
{
	read_kept(r, value, &r->config->store.keep);
}

static void read_keep_presence(struct config_reading *r,
			       struct config_node *value)
{
	read_kept(r, value, &r->config->store.keep_presence);
}

static void read_proof(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "dialback"))
		r->config->muc.operator_needs_certificate = false;
	else if (str_equal(text, "certificate"))
		r->config->muc.operator_needs_certificate = true;
	else
		config_complain(
			r, value,
			"operator_proof: expected certificate or dialback");
}

static const struct config_key threads_keys[] = {
	COUNT("io", s2s.io_loops, 0, 64),
};
SECTION(threads, threads_keys)

#define DOMAIN_PATTERN "a domain, \"*.domain\" or \"*\""

/* "*" is all domains, "*.domain" all below it. */
static char *normal_pattern(const char *text)
{
	char *domain, *pattern;

	if (str_equal(text, "*"))
		return str_dup(text);
	if (!str_has_prefix(text, "*."))
		return normal_domain(text);
	domain = normal_domain(text + 2);
	pattern = domain ? str_format("*.%s", domain) : NULL;
	mem_free(&domain);
	return pattern;
}

static const struct config_key s2s_keys[] = {
	LIST("listen", listen, "an address with a port (\"*:5269\")",
	     normal_listen),
	LIST("listen_tls", listen_tls, "an address with a port (\"*:5270\")",
	     normal_listen),
	BOOL("allow_private", s2s.allow_private),
	BOOL("dane", s2s.dane),
	BOOL("bidi", s2s.bidi),
	BOOL("stream_management", s2s.stream_management),
	LIST("allow", allow, DOMAIN_PATTERN, normal_pattern),
	LIST("deny", deny, DOMAIN_PATTERN, normal_pattern),
	LIST("require_valid", require_valid, DOMAIN_PATTERN, normal_pattern),
	BOOL("refuse_downgrade", s2s.policy.refuse_downgrade),
	DURATION("grace", s2s.grace, 1000, DAYS),
	DURATION("connect_timeout", s2s.connect_timeout, 100, 600000),
	DURATION("failure_memory", s2s.failure_memory, 0, DAYS),
	COUNT("max_targets", s2s.max_targets, 1, 16),
	COUNT("max_addresses", s2s.max_addresses, 1, 8),
	COUNT("max_attempts", s2s.max_attempts, 1, 64),
	COUNT("lowest_port", s2s.lowest_port, 1, 65535),
	COUNT("max_connects_per_host", s2s.max_connects_per_host, 1, 1000),
	DURATION("negotiate_timeout", s2s.negotiate_timeout, 1000, 600000),
	DURATION("tls_timeout", s2s.tls_timeout, 1000, 600000),
	DURATION("header_timeout", s2s.header_timeout, 100, 600000),
	DURATION("auth_timeout", s2s.auth_timeout, 1000, 600000),
	DURATION("verify_timeout", s2s.verify_timeout, 1000, 600000),
	DURATION("idle_close", s2s.idle_close, 1000, 30 * DAYS),
	DURATION("idle_in", s2s.idle_in, 10000, 30 * DAYS),
	DURATION("keepalive", s2s.keepalive, 1000, DAYS),
	DURATION("ping_after", muc.ping_after, 0, DAYS),
	DURATION("ping_timeout", muc.ping_timeout, 1000, DAYS),
	SIZE("max_stanza", s2s.max_stanza, 10000, 16 << 20),
	SIZE("max_stanza_unauthenticated", s2s.max_stanza_unauthenticated, 1024,
	     1 << 20),
	SIZE("queue_bytes", s2s.queue_bytes, 65536, 1 << 30),
	SIZE("queue_total", s2s.queue_total, 1 << 20, 1LL << 40),
	COUNT("queue_envelopes", s2s.queue_envelopes, 16, 1000000),
	SIZE("write_bytes", s2s.write_bytes, 262144, 1 << 30),
	SIZE("unacked_bytes", s2s.unacked_bytes, 0, 1 << 30),
	COUNT("unacked_envelopes", s2s.unacked_envelopes, 0, 1000000),
	DURATION("ack_timeout", s2s.ack_timeout, 1000, 600000),
	COUNT("mailbox", s2s.mailbox, 16, 1000000),
	COUNT("max_unauthenticated", s2s.max_unauthenticated, 1, 100000),
	COUNT("max_unauthenticated_per_address",
	      s2s.max_unauthenticated_per_address, 1, 100000),
	COUNT("max_unauthenticated_per_network",
	      s2s.max_unauthenticated_per_network, 1, 100000),
	COUNT("max_unauthenticated_per_site", s2s.max_unauthenticated_per_site,
	      1, 100000),
	COUNT("new_streams_per_address", s2s.new_streams_per_address, 1,
	      1000000),
	COUNT("new_streams_per_domain", s2s.new_streams_per_domain, 1, 1000000),
	COUNT("max_streams_per_pair", s2s.max_streams_per_pair, 1, 64),
	COUNT("max_claims", s2s.max_claims, 1, 1000),
	COUNT("max_verifying", s2s.max_verifying, 1, 10000),
	COUNT("max_verifying_per_network", s2s.max_verifying_per_network, 1,
	      10000),
	COUNT("verify_retries", s2s.verify_retries, 1, 10000),
	SIZE("hold_bytes", s2s.hold_bytes, 65536, 1 << 30),
	COUNT("handshakes", s2s.handshakes, 1, 1000000),
	COUNT("handshakes_per_address", s2s.handshakes_per_address, 1, 1000000),
	COUNT("handshakes_per_turn", s2s.handshakes_per_turn, 1, 100000),
	SIZE("rate_bytes", s2s.rate_bytes, 1024, 1LL << 32),
	SIZE("burst_bytes", s2s.burst_bytes, 65536, 1LL << 32),
	COUNT("rate_stanzas", s2s.rate_stanzas, 1, 1000000000),
	COUNT("burst_stanzas", s2s.burst_stanzas, 1, 1000000000),
	COUNT("reserve_files", s2s.reserve_files, 0, 1000000),
	COUNT("log_lines", s2s.log_lines, 1, 1000000),
};
SECTION(s2s, s2s_keys)

static const struct config_key dns_keys[] = {
	LIST("servers", dns_servers, "an address (\"127.0.0.1:53\")",
	     normal_server),
	BOOL("trust_ad", s2s.dns_trust_ad),
};
SECTION(dns, dns_keys)

static bool is_create_word(const char *text)
{
	return str_equal(text, "operators") || str_equal(text, "anyone");
}

static char *normal_create(const char *text)
{
	return is_create_word(text) ? str_dup(text) : normal_domain(text);
}

static void read_rooms_log(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "always"))
		r->config->muc.logs_always = true;
	else if (str_equal(text, "default"))
		r->config->muc.logs_always = false;
	else
		config_complain(r, value, "log: expected default or always");
}

static void read_anonymous(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "visitor"))
		r->config->muc.guests_are_visitors = true;
	else if (str_equal(text, "participant"))
		r->config->muc.guests_are_visitors = false;
	else
		config_complain(r, value, "anonymous_accounts: expected "
					  "participant or visitor");
}

/* "" turns it off. */
static void read_note_well(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);

	if (config_node_shape(value) == CONFIG_SCALAR && strlen(text) <= 4000)
		str_set(&r->config->note_well, *text ? text : NULL);
	else
		config_complain(r, value, "note_well: expected a text of 4000 "
					  "bytes at most, or \"\"");
}

static const struct config_key rooms_keys[] = {
	LIST("create", create, "operators, anyone, or domains", normal_create),
	COUNT("max_users", muc.max_users, 1, 1000000),
	COUNT("max_rooms", muc.max_rooms, 1, 10000000),
	COUNT("max_per_creator", muc.max_per_creator, 0, 1000000),
	COUNT("max_watchers", muc.max_watchers, 0, 1000000),
	DURATION("keep_tombstones", muc.keep_tombstones, 0, 3650 * DAYS),
	SPECIAL("log", read_rooms_log),
	SPECIAL("anonymous_accounts", read_anonymous),
	SPECIAL("note_well", read_note_well),
	TEXT("spool", spool, "the path of a folder"),
	COUNT("user_messages", muc.limits.user_messages, 0, 100000),
	COUNT("user_presences", muc.limits.user_presences, 0, 100000),
	COUNT("user_nicks", muc.limits.user_nicks, 0, 100000),
	COUNT("room_messages", muc.limits.room_messages, 0, 1000000),
	COUNT("domain_joins", muc.limits.domain_joins, 0, 1000000),
	COUNT("room_joins", muc.limits.room_joins, 0, 1000000),
	COUNT("domain_users", muc.limits.domain_users, 0, 1000000),
	COUNT("notice_users", muc.limits.notice_users, 0, 1000000),
	COUNT("max_lines", muc.limits.max_lines, 0, 10000),
	SIZE("max_body", muc.limits.max_body, 0, 1 << 20),
	COUNT("max_nick", muc.limits.max_nick, 0, 1000),
	COUNT("max_affiliations", muc.max_affiliations, 1, 1000000),
	DURATION("invite_after", muc.invite_after, 0, DAYS),
	COUNT("user_invites", muc.user_invites, 0, 500),
	COUNT("room_invites", muc.room_invites, 0, 100000),
	COUNT("history", muc.history, 0, 1000),
	SIZE("max_stanza", muc.max_stanza, 1024, 1 << 20),
};

static void set_create(struct config_reading *r, struct config_node *rooms)
{
	struct config *c = r->config;
	const struct config_list *l = &c->create;

	for (size_t i = 0; i < l->count; i++) {
		if (l->count > 1 && is_create_word(l->items[i]))
			config_complain(r, rooms,
					"create: \"%s\" stands alone or not "
					"at all",
					l->items[i]);
	}
	if (!l->count || str_equal(l->items[0], "operators"))
		c->muc.create = MUC_CREATE_OPERATORS;
	else if (str_equal(l->items[0], "anyone"))
		c->muc.create = MUC_CREATE_ANYONE;
	else
		c->muc.create = MUC_CREATE_DOMAINS;
}

static void read_rooms(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "rooms", rooms_keys,
					  array_len(rooms_keys) };

	config_section_read(r, &s, r->config, value);
	set_create(r, value);
}

static const struct config_key sessions_keys[] = {
	DURATION("restore_within", restore_within, 0, 30 * DAYS),
};
SECTION(sessions, sessions_keys)

static const struct config_key store_keys[] = {
	COUNT("queue", store.max_records, 1, 10000000),
	SIZE("queue_bytes", store.max_bytes, 65536, 1LL << 32),
	DURATION("queue_age", store.max_age, 10, 3600000),
	DURATION("give_up", store.give_up, 1000, 3600000),
};
SECTION(store, store_keys)

static const struct config_key archive_keys[] = {
	SPECIAL("sync", read_sync),
	SPECIAL("keep", read_keep),
	SPECIAL("keep_presence", read_keep_presence),
	COUNT("page", muc.archive_page, 1, 1000),
	SIZE("page_bytes", muc.archive_bytes, 4096, 1 << 24),
	COUNT("user_pages", muc.limits.user_pages, 0, 100000),
	COUNT("all_pages", muc.archive_pages, 0, 1000000),
	COUNT("questions", muc.archive_questions, 1, 100000),
};
SECTION(archive, archive_keys)

static const struct config_key control_keys[] = {
	TEXT("socket", socket, "the path of a socket"),
	COUNT("max_clients", control.max_clients, 1, 10000),
	SIZE("max_line", control.max_line, 1024, 1 << 30),
};
SECTION(control, control_keys)

/* "https://rooms.example", perhaps with a port and a last "/": the pages link to
 * each other from the root of their host. */
static bool is_whole_host(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t len = strcspn(host, "/?#");

	return len > 0 && (host[len] == '\0' || strcmp(host + len, "/") == 0);
}

/* Ends in "/", as what is put behind it does not begin so. */
static void read_web_url(struct config_reading *r, struct config_node *value)
{
	const char *text = config_node_text(value);
	char *normal = text ? normal_url(text) : NULL;

	if (!normal || strpbrk(normal, "?#")) {
		config_complain(r, value,
				"url: expected an address of the web "
				"(\"https://rooms.example/\")");
		mem_free(&normal);
		return;
	}
	if (!is_whole_host(normal)) {
		config_complain(r, value,
				"url: expected a host without a path: the "
				"pages need a host name or a port of their own "
				"(\"https://logs.example/\")");
		mem_free(&normal);
		return;
	}
	mem_free(&r->config->web_url);
	r->config->web_url = str_has_suffix(normal, "/")
				     ? str_dup(normal)
				     : str_format("%s/", normal);
	mem_free(&normal);
}

/* Of the web, with the place where a room's address goes. */
static void read_web_client(struct config_reading *r,
			    struct config_node *value)
{
	const char *text = config_node_text(value);

	if (!text || !strstr(text, "{room}") || strpbrk(text, " \t\r\n") ||
	    !(str_has_prefix(text, "https://") ||
	      str_has_prefix(text, "http://")))
		config_complain(r, value,
				"client: expected an address of the web with "
				"{room} in it (\"https://chat.example/#{room}\")");
	else
		str_set(&r->config->web_client, text);
}

static void read_web_metrics(struct config_reading *r,
			     struct config_node *value)
{
	const char *text = config_node_text(value);

	if (str_equal(text, "anyone"))
		r->config->web.metrics_everywhere = true;
	else if (str_equal(text, "loopback"))
		r->config->web.metrics_everywhere = false;
	else
		config_complain(r, value,
				"metrics: expected loopback or anyone");
}

static const struct config_key web_keys[] = {
	LIST("listen", web_listen, "an address with a port (\"*:5280\")",
	     normal_listen),
	SPECIAL("url", read_web_url),
	TEXT("certificate", web_certificate, "the path of a PEM file"),
	TEXT("key", web_key, "the path of a PEM file"),
	TEXT("texts", web_texts, "the path of a directory"),
	SPECIAL("client", read_web_client),
	SIZE("cache", web.cache_size, 0, 1LL << 40),
	COUNT("max_clients", web.max_clients, 1, 1000000),
	COUNT("max_per_address", web.max_per_address, 1, 1000000),
	COUNT("max_live", web.max_live, 0, 1000000),
	COUNT("live_ring", web.ring, 16, 1000000),
	COUNT("search_rate", web.search_rate, 1, 100000),
	COUNT("page_lines", web.page_lines, 1, 1000),
	SPECIAL("metrics", read_web_metrics),
};

static void read_web(struct config_reading *r, struct config_node *value)
{
	const struct config_section s = { "web", web_keys,
					  array_len(web_keys) };
	struct config *c = r->config;

	config_section_read(r, &s, c, value);
	if (!c->web_certificate != !c->web_key)
		config_complain(r, value,
				"web: expected a key with the certificate, "
				"and a certificate with the key");
	if (c->web_listen.count && !c->web_url)
		config_complain(r, value,
				"web: expected \"url\", by which others reach "
				"the pages");
}

static const struct config_key metrics_keys[] = {
	TEXT("file", metrics_file, "the path of a file"),
	DURATION("every", metrics.every, 1000, DAYS),
};
SECTION(metrics, metrics_keys)

/* ---- moderation ---- */

/* "SERVICE NODE ACTION"; the parts, to be freed with the first. False: it is
 * not that. */
static bool split_blocklist(const char *text, char **service_out,
			    const char **node_out, const char **action_out)
{
	char *copy = str_dup(text), *rest = NULL;

	*service_out = strtok_r(copy, " \t", &rest) ? copy : NULL;
	*node_out = strtok_r(NULL, " \t", &rest);
	*action_out = strtok_r(NULL, " \t", &rest);
	if (*service_out && *node_out && *action_out &&
	    !strtok_r(NULL, " \t", &rest))
		return true;
	mem_free(&copy);
	*service_out = NULL;
	return false;
}

static char *normal_blocklist(const char *text)
{
	enum blocklist_action action;
	const char *node, *word;
	char *service, *normal = NULL;
	struct jid *jid;

	if (!split_blocklist(text, &service, &node, &word))
		return NULL;
	jid = jid_parse(service);
	if (jid && !jid_resource(jid) && blocklist_action_parse(word, &action))
		normal = str_format("%s %s %s", jid_text(jid), node, word);
	jid_free(&jid);
	mem_free(&service);
	return normal;
}

static const struct config_key moderation_keys[] = {
	COUNT("max_bans", muc.max_bans, 0, 1000000),
	LIST("blocklists", blocklists,
	     "\"SERVICE NODE ACTION\", with log, visitor, kick or ban",
	     normal_blocklist),
	COUNT("blocklist_entries", blocklist_entries, 0, 10000000),
	COUNT("blocklist_removals", blocklist_removals, 0, 1000000),
	DURATION("calm_time", muc.calm.time, 60000, 7 * DAYS),
	DURATION("calm_slow_mode", muc.calm.slow_mode, 0, DAYS),
	DURATION("calm_newcomer", muc.calm.newcomer, 0, 7 * DAYS),
	COUNT("calm_joins", muc.calm.joins, 1, 1000000),
};
SECTION(moderation, moderation_keys)

/* ---- meetings ---- */

static const struct config_key meetings_keys[] = {
	DURATION("warn_after", meetings.warn_after, 60000, 7 * DAYS),
	DURATION("end_after", meetings.end_after, 60000, 7 * DAYS),
	DURATION("longest", meetings.longest, 60000, 30 * DAYS),
	COUNT("max_queue", meetings.max_queue, 1, 100000),
	COUNT("max_mics", meetings.max_mics, 1, 100000),
	COUNT("max_notes", meetings.max_notes, 100, 10000000),
	COUNT("max_planned", meetings.max_planned, 0, 1000000),
	DURATION("queue_line", meetings.queue_line, 0, DAYS),
	DURATION("speaker", meetings.speaker, 0, DAYS),
};
SECTION(meetings, meetings_keys)

static const struct config_key root_keys[] = {
	LIST("operators", operators, "a bare JID (admin@example.org)",
	     normal_bare_jid),
	SPECIAL("operator_proof", read_proof),
	TEXT("outage_file", outage_file, "the path of a file"),
	TEXT("state_dir", state_dir, "the path of a directory"),
	TEXT("trust", trust, "the path of a PEM file"),
	DURATION("certificate_warning", certificate_warning, 0, 3650 * DAYS),
	SPECIAL("domains", read_domains),
	SPECIAL("log", read_log),
	SPECIAL("threads", read_threads),
	SPECIAL("s2s", read_s2s),
	SPECIAL("dns", read_dns),
	SPECIAL("rooms", read_rooms),
	SPECIAL("moderation", read_moderation),
	SPECIAL("meetings", read_meetings),
	SPECIAL("sessions", read_sessions),
	SPECIAL("store", read_store),
	SPECIAL("archive", read_archive),
	SPECIAL("control", read_control),
	SPECIAL("metrics", read_metrics),
	SPECIAL("web", read_web),
};

/* ---- the whole ---- */

static void set_defaults(struct config *c)
{
	log_settings_init(&c->log, LOG_INFO);
	s2s_settings_init(&c->s2s);
	muc_settings_init(&c->muc);
	meeting_settings_init(&c->meetings);
	store_settings_init(&c->store);
	control_settings_init(&c->control);
	metrics_settings_init(&c->metrics);
	web_settings_init(&c->web);
	c->muc.create = MUC_CREATE_OPERATORS;
	c->muc.operator_needs_certificate = true;
	c->blocklist_entries = 100000;
	c->blocklist_removals = 20;
	c->state_dir = str_dup(HALLWAY_STATE_DIR);
	c->note_well = str_dup(NOTE_WELL_DEFAULT);
	c->socket = str_dup(HALLWAY_CONTROL_SOCKET);
	c->restore_within = 15 * 60 * 1000;
	c->certificate_warning = 21 * DAYS;
	config_list_add(&c->listen, str_dup("*:5269"));
	config_list_add(&c->listen_tls, str_dup("*:5270"));
}

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
	return (struct s2s_domains){ list_view(l), l->count };
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

			c->contacts[i].uris[k] = list_view(l);
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

			c->web_contacts = mem_realloc(
				c->web_contacts,
				(n + 1) * sizeof(*c->web_contacts));
			c->web_contacts[n] = (struct web_contact){
				d->name, contact_words[k],
				d->contact[k].items[i]
			};
		}
	}
}

static void lend_web(struct config *c)
{
	for (size_t i = 0; i < c->domain_count; i++)
		lend_web_contacts(c, &c->domains[i]);
	c->web.contacts = c->web_contacts;
	c->web.listen = list_view(&c->web_listen);
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

static void lend_blocklists(struct config *c)
{
	size_t count = c->blocklists.count;

	c->blocklist_parts = mem_zero(count + 1, sizeof(*c->blocklist_parts));
	for (size_t i = 0; i < count; i++) {
		struct blocklist_settings *s = &c->blocklist_parts[i];
		const char *action;
		char *service;

		blocklist_settings_init(s);
		s->max_entries = c->blocklist_entries;
		s->max_removals = c->blocklist_removals;
		/* the service's own string holds the others */
		if (split_blocklist(c->blocklists.items[i], &service, &s->node,
				    &action))
			(void)blocklist_action_parse(action, &s->action);
		s->service = service;
	}
	c->muc.blocklists = c->blocklist_parts;
	c->muc.blocklist_count = count;
}

/* Let the modules' settings point at the strings. */
static void lend(struct config *c)
{
	for (size_t i = 0; i < c->domain_count; i++)
		config_list_add(&c->domain_names, str_dup(c->domains[i].name));
	/* one kind of door: the first byte tells TLS from XML */
	for (size_t i = 0; i < c->listen.count; i++)
		config_list_add(&c->doors, str_dup(c->listen.items[i]));
	for (size_t i = 0; i < c->listen_tls.count; i++)
		config_list_add(&c->doors, str_dup(c->listen_tls.items[i]));
	lend_contacts(c);
	c->log.file = c->log_file;
	c->s2s.domains = list_view(&c->domain_names);
	c->s2s.domain_count = c->domain_names.count;
	c->s2s.listen = list_view(&c->doors);
	c->s2s.listen_count = c->doors.count;
	c->s2s.dns_servers = c->dns_servers_joined;
	c->s2s.policy.allow = domains_view(&c->allow);
	c->s2s.policy.deny = domains_view(&c->deny);
	c->s2s.policy.require_valid = domains_view(&c->require_valid);
	c->muc.domains = c->s2s.domains;
	c->muc.domain_count = c->s2s.domain_count;
	c->muc.operators = list_view(&c->operators);
	c->muc.operator_count = c->operators.count;
	c->muc.create_domains = list_view(&c->create);
	c->muc.create_domain_count =
		c->muc.create == MUC_CREATE_DOMAINS ? c->create.count : 0;
	c->muc.version = PACKAGE_VERSION;
	c->muc.log_url = c->web_listen.count ? c->web_url : NULL;
	lend_blocklists(c);
	c->muc.note_well = c->note_well;
	c->muc.keep = c->store.keep;
	c->control.socket = c->socket;
	c->metrics.file = c->metrics_file;
	lend_web(c);
}

static void read_root(struct config_reading *r, struct config_file *file)
{
	const struct config_section s = { NULL, root_keys,
					  array_len(root_keys) };
	struct config_node *root = config_file_root(file);

	if (!root) {
		fprintf(stderr,
			"%s:1:1: error: is empty; expected \"domains\" with "
			"at least one conference domain\n",
			r->config->path);
		r->complaints++;
		return;
	}
	config_section_read(r, &s, r->config, root);
	if (!r->config->domain_count && !r->complaints)
		config_complain(r, root,
				"expected \"domains\" with at least one "
				"conference domain");
}

struct config *config_load(const char *path)
{
	struct config_reading r = { .config = mem_new(struct config) };
	struct config_file *file = config_file_open(path);

	r.config->path = str_dup(path);
	set_defaults(r.config);
	if (!file) {
		config_free(&r.config);
		return NULL;
	}
	read_root(&r, file);
	config_file_close(&file);
	if (r.complaints) {
		config_free(&r.config);
		return NULL;
	}
	join_servers(r.config);
	lend(r.config);
	return r.config;
}

void config_free(struct config **c)
{
	if (!*c)
		return;
	for (size_t i = 0; i < (*c)->domain_count; i++) {
		mem_free(&(*c)->domains[i].name);
		config_list_clear(&(*c)->domains[i].certificates);
		config_list_clear(&(*c)->domains[i].keys);
		for (int k = 0; k < CONTACT_COUNT; k++)
			config_list_clear(&(*c)->domains[i].contact[k]);
	}
	mem_free(&(*c)->domains);
	mem_free(&(*c)->contacts);
	config_list_clear(&(*c)->domain_names);
	config_list_clear(&(*c)->operators);
	config_list_clear(&(*c)->listen);
	config_list_clear(&(*c)->listen_tls);
	config_list_clear(&(*c)->doors);
	config_list_clear(&(*c)->allow);
	config_list_clear(&(*c)->deny);
	config_list_clear(&(*c)->require_valid);
	config_list_clear(&(*c)->proven);
	config_list_clear(&(*c)->dns_servers);
	config_list_clear(&(*c)->create);
	for (size_t i = 0; i < (*c)->muc.blocklist_count; i++)
		free((char *)(*c)->blocklist_parts[i].service);
	mem_free(&(*c)->blocklist_parts);
	config_list_clear(&(*c)->blocklists);
	config_list_clear(&(*c)->web_listen);
	mem_free(&(*c)->web_contacts);
	mem_free(&(*c)->web_url);
	mem_free(&(*c)->web_certificate);
	mem_free(&(*c)->web_key);
	mem_free(&(*c)->web_texts);
	mem_free(&(*c)->web_client);
	mem_free(&(*c)->path);
	mem_free(&(*c)->state_dir);
	mem_free(&(*c)->trust);
	mem_free(&(*c)->log_file);
	mem_free(&(*c)->dns_servers_joined);
	mem_free(&(*c)->note_well);
	mem_free(&(*c)->socket);
	mem_free(&(*c)->metrics_file);
	mem_free(&(*c)->outage_file);
	mem_free(&(*c)->spool);
	mem_free(c);
}
