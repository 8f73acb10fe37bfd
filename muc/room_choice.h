/* SPDX-License-Identifier: MIT */
/*
 * room_choice: the words that fields of a room's configuration are chosen from,
 * and how a field is shown to somebody who fills in the form.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"
#include "muc/room_field.h"

struct elem;

/** A word of FIELD_PM, FIELD_WHOIS or FIELD_ROLES, by the value it stands for. */
const char *room_choice_value(enum room_field_kind kind, unsigned i);
/** The value that a word stands for, or -1. */
int room_choice_find(enum room_field_kind kind, const char *word);
/** Append type, options and bounds for somebody who fills it in. */
void room_choice_describe(const struct room_field *f, struct elem *field,
			  const struct room_field_limits *limits);
