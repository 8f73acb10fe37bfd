/* SPDX-License-Identifier: MIT */
/*
 * config: what the configuration file says, as the settings of each module.
 * Every key is a row of a table in config.c or one of config_*.c, a file for each
 * large section; hallway.yml(5) documents them.
 *
 * Thread: main.
 */
#pragma once

#include "admin/control.h"
#include "admin/metrics.h"
#include "base/base.h"
#include "base/log.h"
#include "daemon/config_section.h"
#include "meeting/meeting.h"
#include "muc/muc.h"
#include "s2s/s2s.h"
#include "store/store.h"
#include "web/web.h"

/** One conference domain. */
struct config_domain {
	char *name;			 /* owned, normalised */
	struct config_list certificates; /* PEM files; empty: self-signed */
	struct config_list keys;	 /* as many, in the same order */
	struct config_list contact[CONTACT_COUNT];
};

/** The settings of the modules borrow the strings that stand beside them. */
struct config {
	char *path; /* the file it was read from */

	struct config_list operators; /* bare JIDs, normalised */
	struct config_domain *domains;
	size_t domain_count;
	struct config_list domain_names; /* the same, for the settings */
	struct contacts_settings *contacts; /* as many as domains */
	char *state_dir;
	char *trust; /* an extra CA file, or NULL */
	char *log_file;
	struct config_list listen;
	struct config_list listen_tls;
	struct config_list doors; /* both, for the settings */
	struct config_list allow, deny, require_valid; /* s2s.policy */
	struct config_list proven; /* not of the file: config_add_proven() */
	struct config_list dns_servers;
	char *dns_servers_joined; /* as the resolver takes them, or NULL */
	struct config_list create;
	struct config_list blocklists; /* "service node action" */
	struct blocklist_settings *blocklist_parts; /* as many */
	size_t blocklist_entries, blocklist_removals; /* of each */
	char *note_well; /* or NULL: nothing is said */
	char *socket;
	char *metrics_file; /* or NULL */
	char *outage_file;  /* or NULL */
	char *spool; /* folder of lists to import, or NULL */
	struct config_list web_listen;
	char *web_url;  /* ends in "/"; or NULL */
	char *web_certificate, *web_key;       /* or NULL */
	char *web_texts; /* or NULL */
	char *web_client; /* or NULL */
	struct web_contact *web_contacts;      /* of all domains */
	int64_t restore_within; /* ms */
	int64_t certificate_warning; /* ms before one of ours ends */

	struct log_settings log;
	struct s2s_settings s2s;
	struct muc_settings muc;
	struct meeting_settings meetings;
	struct store_settings store;
	struct control_settings control;
	struct metrics_settings metrics;
	struct web_settings web;
};

/** Read and check. All complaints go to stderr in one run; NULL if there was
 *  one. */
struct config *config_load(const char *path);
/** A domain that showed a valid certificate in an earlier run. */
void config_add_proven(struct config *c, const char *domain);
void config_free(struct config **c);
