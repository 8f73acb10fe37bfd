/* SPDX-License-Identifier: MIT */
/*
 * audit: who did what, for whoever has to answer for it later (RECORD_AUDIT).
 * Nothing waits for these records.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct muc;
struct rank_change;
struct site;

/** Strings are copied; room: its bare JID, NULL = the whole service; by: a bare
 *  JID, "control", or what did it by itself; act: a short word; the others may
 *  be NULL. */
void audit_save(struct site *s, const char *room, const char *by,
		const char *act, const char *target, const char *reason);
void audit_save_detail(struct site *s, const char *room, const char *by,
		       const char *act, const char *target,
		       const char *reason, const char *detail);
/** The sender of a stanza did it in its room. detail: a line for people, or
 *  NULL. */
void audit_act(const struct act *a, const char *act, const char *target,
	       const char *reason, const char *detail);
/** ... changed what others are there; before it is applied. */
void audit_ranks(const struct act *a, const struct rank_change *changes,
		 size_t count);
/** The same for those above. detail: a line for people, or NULL. */
void muc_audit(struct muc *m, const char *room, const char *by,
	       const char *act, const char *target, const char *reason,
	       const char *detail);
