/* SPDX-License-Identifier: MIT */
/*
 * report: what the links and streams are doing, as values: taken on the I/O
 * loops, one after the other, and handed up whole. For operators.
 *
 * Thread: whose it is; a report is given away, never shared.
 */
#pragma once

#include "base/base.h"

/** A link, or a stream to us with one of the pairs that it carries. Strings
 *  are owned or NULL (nothing to say), but state and proof are constants. */
struct report_row {
	bool is_outgoing;
	const char *state;
	const char *proof; /* who called was believed: "certificate" ... */
	char *local;
	char *remote;
	char *address;     /* of the peer's end */
	char *tls;         /* "TLS1.3" */
	char *cipher;      /* "AES-256-GCM" */
	char *error;       /* the last one, in words */
	size_t envelopes;  /* that wait */
	size_t bytes;      /* that wait, in envelopes and on the stream */
	int64_t since;     /* ms that it has been in this state, about */
	int64_t idle;      /* ms without traffic */
};

struct report {
	struct report_row *rows; /* owned */
	size_t count;
	size_t size;
};

struct report *report_new(void);
void report_free(struct report **r);
/** A new empty row, borrowed until the next one. */
struct report_row *report_add(struct report *r);
/** From what TLS says of itself (tls_describe()). */
void report_row_set_tls(struct report_row *row, const char *description);

/** Takes the report; NULL: there is none, all is closing. On any thread. */
typedef void (*report_fn)(void *owner, uint64_t id, struct report *owned);

/** A question that goes from loop to loop and gathers. */
struct report_ask {
	uint64_t id;
	report_fn fn;
	void *owner;
	struct report *report; /* owned */
};
struct report_ask *report_ask_new(uint64_t id, report_fn fn, void *owner);
/** The one answer; the ask is gone. */
void report_ask_answer(struct report_ask **ask);
/** Answer with nothing; the ask is gone. */
void report_ask_drop(struct report_ask **ask);
