/* SPDX-License-Identifier: MIT */
/*
 * room_form: a room's configuration as a form for somebody of a certain rank,
 * and the form they send back (XEP-0045 #roomconfig). What a submitted form does
 * not name stays as it is.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/room_field.h"

struct elem;
struct rank_change;
struct room;
struct room_config;

/** Append the form: fields to fill in, and what others set as plain text. */
void room_form_add(const struct room *r, enum room_hand hand,
		   struct elem *query);

/** Read a submitted form into config (initialised). NULL, or the label of the
 *  first field that holds no value or may not be changed by that hand. */
const char *room_form_read(const struct room *r, enum room_hand hand,
			   const struct elem *form, struct room_config *config);

/** Changes of owners and admins that a form asks for. */
struct room_form_lists {
	struct rank_change *changes; /* owned array */
	size_t count;
	bool has_no_owner;           /* nobody would own the room */
};
void room_form_lists_fini(struct room_form_lists *l);
/** As room_form_read(). */
const char *room_form_read_lists(const struct room *r, enum room_hand hand,
				 const struct elem *form,
				 struct room_form_lists *out);
