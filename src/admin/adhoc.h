/* SPDX-License-Identifier: MIT */
/*
 * adhoc: commands from a client (XEP-0050): the table of commands as data forms,
 * for operators at a domain and for chairs at their room. Each is run in one
 * step by who sends its form at once, or in two by who asks for the form.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct adhoc;
struct admin;
struct errand;

/** admin is borrowed. */
struct adhoc *adhoc_new(struct admin *admin);
/** What was not answered yet is not. */
void adhoc_free(struct adhoc **a);

/** As muc_env.on_errand; nothing of it is kept. */
bool adhoc_take(struct adhoc *a, const struct errand *errand);
