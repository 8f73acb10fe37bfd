/* SPDX-License-Identifier: MIT */
/*
 * resolver: c-ares on a loop: questions, one answer each, with a cache (positive
 * and negative) and coalescing of equal questions in flight.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "dns/answer.h"

struct loop;
struct resolver;
struct resolver_question;

struct resolver_settings {
	const char *servers; /* "127.0.0.1:5353,[::1]:53"; NULL or "" =
			      * resolv.conf */
	int64_t timeout;     /* ms per try; 2000 */
	int tries;           /* 2 */
	bool trust_ad;
};
void resolver_settings_init(struct resolver_settings *s);

typedef void (*resolver_fn)(void *owner, const struct answer *answer);

HW_MUST_USE int resolver_open(struct loop *loop,
			      const struct resolver_settings *settings,
			      struct resolver **resolver_out);
/** Ask; fn is called once, never before resolver_ask() has returned; with it the
 *  question is gone. name in A-labels. Addresses come from /etc/hosts first. */
struct resolver_question *resolver_ask(struct resolver *r, const char *name,
				       enum answer_type type, resolver_fn fn,
				       void *owner);
/** fn will not be called. */
void resolver_cancel(struct resolver_question **q);
struct loop *resolver_loop(const struct resolver *r);
/** Ask other servers from now on (NULL or "" = those of resolv.conf, read anew);
 *  what was asked is still answered by those before. On error all stays. */
HW_MUST_USE int resolver_change(struct resolver *r, const char *servers,
				bool trust_ad);
/** Ends all (their fn is not called, the questions are gone) and frees itself. */
void resolver_close(struct resolver *r);
