/* SPDX-License-Identifier: MIT */
/*
 * wire_part: what the files of wire share: wire.c builds and ends it, wire_renew.c
 * takes up what changes while it runs.
 *
 * Thread: main.
 */
#pragma once

#include "admin/command.h"

struct adhoc;
struct archive;
struct block_list;
struct certificates;
struct conference;
struct config;
struct control;
struct creds;
struct importer;
struct loop;
struct meeting_desk;
struct metrics;
struct muc;
struct roll;
struct s2s;
struct s2s_desk;
struct sign_key;
struct signal_watch;
struct site_maker;
struct spool;
struct state_dir;
struct store;
struct store_desk;
struct timer;
struct watch;
struct web;

/** Everything there is, in the order in which it is built. */
struct wire {
	struct config *config;
	struct state_dir *state_dir;
	char *database; /* path; and the next two */
	char *web_cache, *public_key; /* a path, and PEM */
	char *records;                /* a path */
	struct sign_key *sign_key;    /* of the sessions' records */
	struct creds *creds;
	struct loop *loop;
	struct conference *conference;
	struct store *store;
	struct archive *archive;
	struct muc *muc;
	struct s2s *s2s;
	struct s2s_desk *s2s_desk;
	struct block_list *block_list;
	struct roll *roll;
	struct meeting_desk *meetings;
	struct store_desk *store_desk;
	struct importer *importer;
	struct spool *spool; /* NULL: there is no folder */
	struct admin admin;
	struct adhoc *adhoc;
	struct metrics *metrics;
	struct control *control;
	struct web *web; /* NULL: none is wanted, or it could not be opened */
	struct site_maker *site_maker;
	struct signal_watch *sigterm, *sigint, *sighup;
	struct timer *rotation;  /* of the secret for dialback */
	struct timer *daily;     /* a look at the certificates */
	struct config *reloaded; /* the last one, or NULL */
	struct certificates *certificates; /* the files that creds came from */
	struct watch *resolv_conf;
	bool is_too_old; /* the restored sessions */
	int64_t last_alive; /* ms since epoch; of the run before; 0: none */
	bool is_stopping;
};

/** The first time, while it is built; logged. */
HW_MUST_USE int wire_load_creds(struct wire *w);
/** Read the secret for dialback into the settings, and renew it in time. */
HW_MUST_USE int wire_read_rotation(struct wire *w, char **text_out);
/** The resolver's file, and the certificates' ends. */
void wire_watch(struct wire *w);
/** Blocks a domain by command, or no more: as admin.block; the next as
 *  admin.blocked and admin.reload. */
int wire_block(void *owner, const char *domain, bool on);
void wire_list_blocked(void *owner, void (*fn)(void *to, const char *domain),
		       void *to);
void wire_reload(void *owner);
