/* SPDX-License-Identifier: MIT */
/*
 * configure: a room's form for those who are no owners - chairs, who may change
 * a few fields - and for owners with a client that knows commands only. The
 * owner's own form is iq_owner's (XEP-0045 #roomconfig).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

struct elem;
struct muc;

enum configure_result {
	CONFIGURE_DONE,
	CONFIGURE_SAME, /* nothing changed */
	CONFIGURE_NO_ROOM,
	CONFIGURE_BAD,    /* a field takes no such value, or not from them */
	CONFIGURE_BEHIND, /* the store is */
};

/** Add the form, with the fields that this rank may change open. False: no such
 *  room. */
bool configure_add_form(struct muc *m, const char *room, enum affiliation rank,
			bool is_operator, struct elem *parent);
/** Take what was submitted. *fault_out: of CONFIGURE_BAD, the field's label,
 *  borrowed for ever. */
enum configure_result configure_take(struct muc *m, const char *room,
				     enum affiliation rank, bool is_operator,
				     const char *by, const struct elem *form,
				     const char **fault_out);
