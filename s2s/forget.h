/* SPDX-License-Identifier: MIT */
/*
 * forget: an operator's wish that what the loops remember of a domain be
 * forgotten. It goes from loop to loop.
 *
 * Thread: whose it is.
 */
#pragma once

#include "base/base.h"

/** was_known: there was something. On any thread, once. */
typedef void (*forget_fn)(void *owner, uint64_t id, bool was_known);

struct forget_ask {
	uint64_t id;
	char *domain; /* owned, normalised */
	forget_fn fn;
	void *owner;
	bool was_known;
};
struct forget_ask *forget_ask_new(uint64_t id, const char *domain, forget_fn fn,
				  void *owner);
/** The one answer; the ask is gone. NULL is harmless. */
void forget_ask_answer(struct forget_ask **ask);
