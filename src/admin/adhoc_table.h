/* SPDX-License-Identifier: MIT */
/*
 * adhoc_table: the rows that a command gives, as a client gets them: a form of
 * fields when they are facts, else one with a table (XEP-0004), and a short table
 * once more in words for clients that know none.
 *
 * Thread: conference loop. Owner: embedded in struct adhoc_call.
 */
#pragma once

#include "admin/command.h"
#include "base/buf.h"

struct elem;

struct adhoc_table {
	struct elem *command;  /* borrowed; where the form is to stand */
	const char *title;     /* borrowed */
	struct elem *form;     /* borrowed; NULL: no row came yet */
	struct elem *reported; /* borrowed, in it; NULL: no table */
	size_t size;           /* bytes of what stands in it, about */
	struct buf text;       /* the rows again, in words */
	bool is_wordy;         /* they are too long for that */
	size_t left_out;       /* rows that had no place */
};

/** command, title: borrowed until adhoc_table_fini(). */
void adhoc_table_init(struct adhoc_table *t, struct elem *command,
		      const char *title);
void adhoc_table_fini(struct adhoc_table *t);
void adhoc_table_add(struct adhoc_table *t, const struct command_value *values,
		     size_t count);
/** No row comes any more: adds the words. */
void adhoc_table_close(struct adhoc_table *t);
