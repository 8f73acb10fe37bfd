/* SPDX-License-Identifier: MIT */
/*
 * log_url: where a room's log is on the web (muc#roominfo_logs).
 *
 * Thread: conference loop. Owner: struct site.
 */
#pragma once

#include "base/base.h"

struct jid;
struct map;
struct muc_settings;

struct log_url {
	char *base;                /* owned, ends in '/'; NULL: no web */
	char *first;               /* owned; rooms of this domain have no
				    * domain in their path */
	const struct map *domains; /* borrowed; ours */
};

void log_url_init(struct log_url *u, const struct muc_settings *settings,
		  const struct map *domains);
void log_url_fini(struct log_url *u);
/** Owned, or NULL. */
char *log_url_make(const struct log_url *u, const struct jid *room);
