/* SPDX-License-Identifier: MIT */
/*
 * takedown: a line of the record, found by its stanza-id alone, with what
 * corrects it, to be taken back by command.
 *
 * Thread: any; it may read all that was said in the room since.
 */
#pragma once

#include "base/base.h"

struct elem;

/** The room (bare JID) and the lines (muc/edits.h), both owned. HW_E_NOT_FOUND:
 *  no such line; HW_E_EXISTS: it was taken back already. */
HW_MUST_USE int takedown_read(const char *database, const char *id,
			      char **room_out, struct elem **edits_out);
