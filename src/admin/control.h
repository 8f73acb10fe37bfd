/* SPDX-License-Identifier: MIT */
/*
 * control: the front of the control socket: one JSON object a line in, rows and
 * one last line out. The commands are the table of command.c. The last line of
 * what changed something waits until the change is on disk.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct admin;
struct control;
struct loop;

struct control_settings {
	const char *socket; /* path; made with mode 0660 */
	size_t max_line;    /* bytes of a request; 16 MiB */
	size_t max_clients; /* connections at once; 64 */
	int64_t commit_wait; /* ms until a change that is not on disk yet ends
			      * with "unsaved"; 10000 */
};
void control_settings_init(struct control_settings *s);

/** admin must outlive it. HW_E_BUSY: another daemon listens there. */
HW_MUST_USE int control_open(struct loop *loop,
			     const struct control_settings *settings,
			     struct admin *admin, struct control **control_out);
/** The store has committed everything up to this ticket. */
void control_committed(struct control *c, uint64_t ticket);
/** Answers what was begun (for a second at most), closes all, frees itself. What
 *  waits for the store is answered now: the end commits it. */
void control_close(struct control *c);
