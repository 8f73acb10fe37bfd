/* SPDX-License-Identifier: MIT */
/*
 * probe: one connection to a server, taken step by step for check: header,
 * STARTTLS or TLS at once, certificate, what it offers, and whether it believes us. No stanza
 * is ever sent.
 *
 * Thread: its loop's. Gone after on_closed.
 */
#pragma once

#include "base/base.h"
#include "s2s/check_words.h"

struct place;
struct probe;
struct route_place;

struct probe_events {
	/** Takes text. */
	void (*on_found)(void *owner, const char *step,
			 enum check_result result, char *owned_text);
	/** is_believed: by dialback. */
	void (*on_closed)(void *owner, bool is_believed);
};

/** Domains are in normal form, and A-labels; borrowed until on_closed. */
struct probe_task {
	const char *local;
	const char *remote;
	const char *local_ascii;
	const char *remote_ascii;
	const struct route_place *at; /* where the socket leads; during
				       * probe_open() */
	bool asserts;    /* try dialback at the end */
};

/** Takes the connected socket; NULL when it is dead already. */
struct probe *probe_open(const struct place *place, int owned_fd,
			 const struct probe_task *task,
			 const struct probe_events *events, void *owner);
void probe_close(struct probe *p); /* at once */
