/* SPDX-License-Identifier: MIT */
/*
 * dial_book: what the dials of a loop know together: which addresses failed
 * lately, and how many connects to one machine are under way (rule
 * R3). Time is an argument.
 *
 * Thread: its loop's. Bounded: what is past, or too much, is forgotten.
 */
#pragma once

#include "base/base.h"

struct addr;
struct dial_book;

struct dial_book_settings {
	int64_t memory;     /* ms that a failure is remembered; 300000 */
	unsigned per_host;  /* connects to one machine at once; 2 */
};
void dial_book_settings_init(struct dial_book_settings *s);

struct dial_book *dial_book_new(const struct dial_book_settings *settings);
void dial_book_free(struct dial_book **b);

/** A connect to this address and port, or the stream over it, failed. */
void dial_book_fail(struct dial_book *b, const struct addr *at, int64_t now);
size_t dial_book_count(const struct dial_book *b); /* failures remembered */
/** It did not. */
void dial_book_succeed(struct dial_book *b, const struct addr *at);
bool dial_book_has_failed(struct dial_book *b, const struct addr *at,
			  int64_t now);

/** Begin to connect to the machine, on any port; false: enough are at it. */
HW_MUST_USE bool dial_book_enter(struct dial_book *b, const struct addr *at);
void dial_book_leave(struct dial_book *b, const struct addr *at);
