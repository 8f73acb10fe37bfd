/* SPDX-License-Identifier: MIT */
/*
 * env: the ports of the rooms - all that muc may do to the world. The daemon
 * fills them with the gate, the store and the links; a scene with lists.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct archive_query;
struct errand;
struct list;
struct muc_observer;
struct record;

struct muc_env {
	void *owner;

	/** Send envelopes (a list of struct envelope; emptied, all taken). room:
	 *  bare JID of the room in whose order they stand - they wait behind its
	 *  records that gate; a domain: behind all records that there are; NULL:
	 *  at once (answers that change nothing). */
	void (*send)(void *owner, const char *room, struct list *envelopes);

	/** Keep a record (taken). gates: what the room sends from now on waits
	 *  until it is committed. */
	void (*save)(void *owner, const char *room, struct record *owned,
		     bool gates);

	/** May more records be made? False: the store, or the way out to the
	 *  links, is behind; new groupchat,
	 *  joins and changes are refused with resource-constraint. */
	bool (*may_save)(void *owner);

	/** Ask the archive (taken); answered by muc_archive_answered(). */
	void (*ask_archive)(void *owner, uint64_t id,
			    struct archive_query *owned);

	/** People of remote are in rooms of local, or no more: keep the way to
	 *  it open. False: there are no links yet; ask again. */
	bool (*attend)(void *owner, const char *local, const char *remote,
		       bool on);
	/** remote does not answer: make sure of the way to it. */
	void (*doubt)(void *owner, const char *local, const char *remote);

	/** Somebody asks for a command, or about a node: see muc/errand.h.
	 *  False: no such node, and it is no command. NULL: nobody takes
	 *  errands. */
	bool (*on_errand)(void *owner, const struct errand *errand);

	/** Who hears of what happens in the rooms; borrowed; NULL: nobody. */
	const struct muc_observer *observer;

	/** Wall clock, ms since epoch. */
	int64_t (*now)(void *owner);
};
