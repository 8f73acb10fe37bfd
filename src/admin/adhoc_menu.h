/* SPDX-License-Identifier: MIT */
/*
 * adhoc_menu: the commands that clients are offered at a domain or at a room,
 * found by their node, and listed for whoever may run them (XEP-0050 #retrieve).
 *
 * Thread: conference loop.
 */
#pragma once

#include "admin/adhoc_node.h"

struct errand;

/** A node that was asked for. */
struct adhoc_found {
	struct adhoc_node node;
	char *text; /* owned; what node.node is */
};

/** False: there is no such command there. */
bool adhoc_menu_find(bool at_room, const char *node,
		     struct adhoc_found *found_out);
/** May whoever sent e run a command with that right? */
bool adhoc_menu_may_run(const struct errand *e, enum command_right right);
/** The answer to a question of service discovery, owned; NULL: it is not about
 *  commands. */
struct elem *adhoc_menu_answer_new(const struct errand *e);
