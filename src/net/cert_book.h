/* SPDX-License-Identifier: MIT */
/*
 * cert_book: verdicts on certificate chains, kept for an hour, but no longer than
 * the chain is good: a server that comes again, or asserts many domains, does not
 * cost a verification each time. Bounded. Time is an argument.
 *
 * Thread: the loop's that keeps it.
 */
#pragma once

#include "base/base.h"
#include "net/cert.h"

struct cert_book;

struct cert_book *cert_book_new(size_t limit);
void cert_book_free(struct cert_book **b);
/** Forget all: other CAs are trusted now. */
void cert_book_clear(struct cert_book *b);

/** now: ms monotonic; wall: ms since epoch. A verdict that time alone may change
 *  is not kept. */
void cert_book_put(struct cert_book *b, const struct cert_print *print,
		   const char *domain, enum cert_verdict verdict, int64_t now,
		   int64_t wall);
bool cert_book_find(struct cert_book *b, const struct cert_print *print,
		    const char *domain, int64_t now,
		    enum cert_verdict *verdict_out);
