/* SPDX-License-Identifier: MIT */
/*
 * audit: who did what, for whoever has to answer for it later (RECORD_AUDIT).
 * Nothing waits for these records.
 *
 * Thread: conference loop.
 */
#pragma once

struct muc;
struct site;

/** Strings are copied; room: its bare JID, NULL = the whole service; by: a bare
 *  JID, "control", or what did it by itself; act: a short word; the others may
 *  be NULL. */
void audit_save(struct site *s, const char *room, const char *by,
		const char *act, const char *target, const char *reason);
/** The same for those above. detail: a line for people, or NULL. */
void muc_audit(struct muc *m, const char *room, const char *by,
	       const char *act, const char *target, const char *reason,
	       const char *detail);
