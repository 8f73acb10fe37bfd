/* SPDX-License-Identifier: MIT */
#include "daemon/config.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/config_normal.h"
#include "daemon/config_part.h"
#include "daemon/config_row.h"
#include "muc/note_well.h"

/* ---- the small sections ---- */

static const struct config_key threads_keys[] = {
	COUNT("io", s2s.io_loops, 0, 64),
};
SECTION(threads, threads_keys)

static const struct config_key sessions_keys[] = {
	DURATION("restore_within", restore_within, 0, 30 * DAYS),
};
SECTION(sessions, sessions_keys)

static const struct config_key control_keys[] = {
	DURATION("commit_wait", control.commit_wait, 100, 600000),
	TEXT("socket", socket, "the path of a socket"),
	COUNT("max_clients", control.max_clients, 1, 10000),
	SIZE("max_line", control.max_line, 1024, 1 << 30),
};
SECTION(control, control_keys)

static const struct config_key metrics_keys[] = {
	TEXT("file", metrics_file, "the path of a file"),
	DURATION("every", metrics.every, 1000, DAYS),
};
SECTION(metrics, metrics_keys)

/* ---- the top level ---- */

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

static const struct config_key root_keys[] = {
	LIST("operators", operators, "a bare JID (admin@example.org)",
	     config_normal_bare_jid),
	SPECIAL("operator_proof", read_proof),
	TEXT("outage_file", outage_file, "the path of a file"),
	TEXT("state_dir", state_dir, "the path of a directory"),
	TEXT("trust", trust, "the path of a PEM file"),
	DURATION("certificate_warning", certificate_warning, 0, 3650 * DAYS),
	SPECIAL("domains", config_read_domains),
	SPECIAL("log", config_read_log),
	SPECIAL("threads", config_read_threads),
	SPECIAL("s2s", config_read_s2s),
	SPECIAL("dns", config_read_dns),
	SPECIAL("rooms", config_read_rooms),
	SPECIAL("moderation", config_read_moderation),
	SPECIAL("meetings", config_read_meetings),
	SPECIAL("sessions", config_read_sessions),
	SPECIAL("store", config_read_store),
	SPECIAL("archive", config_read_archive),
	SPECIAL("control", config_read_control),
	SPECIAL("metrics", config_read_metrics),
	SPECIAL("web", config_read_web),
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
	config_lend(r.config);
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
