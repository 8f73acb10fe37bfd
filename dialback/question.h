/* SPDX-License-Identifier: MIT */
/*
 * question: what waits to be verified by one remote domain's server: the keys
 * that streams of ours were shown in its name (XEP-0220 2.2, second half).
 *
 * An answer counts only for a question that was sent on the very stream it
 * came on, once (the attacks of 2012). Who asks is an opaque number, so that an
 * asker that died meanwhile is simply not found.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct elem;
struct packet;

struct question {
	struct list node;
	uint64_t asker;    /* who gets the answer */
	char *id;          /* owned; of the stream that was shown the key */
	char *key;         /* owned; as shown */
	int64_t deadline;  /* ms monotonic */
	bool is_sent;      /* on the present stream */
	unsigned sendings; /* on this stream and those lost before */
};

struct question_list {
	struct list questions;
	size_t count;
};

void question_list_init(struct question_list *q);
void question_list_fini(struct question_list *q);

void question_add(struct question_list *q, uint64_t asker, const char *id,
		  const char *key, int64_t deadline);
/** The db:verify (owned) of the next one not sent yet, or NULL. */
struct elem *question_send_next(struct question_list *q, const char *local,
				const char *remote);
/** A typed db:verify came on the present stream: take the question out that it
 *  answers, or NULL when we did not ask that. The caller frees it. */
struct question *question_take_answered(struct question_list *q,
					const struct packet *answer,
					const char *local, const char *remote);
/** The stream was lost: what was sent may be sent again on the next. */
void question_forget_sent(struct question_list *q);
/** Take out one that was sent so often without an answer, or NULL. */
struct question *question_take_worn(struct question_list *q, unsigned sendings);
/** Take out one whose deadline is at or before now (INT64_MAX: any), or NULL.
 *  The caller frees it. */
struct question *question_take_expired(struct question_list *q, int64_t now);
/** The earliest deadline, or 0 when there is no question. */
int64_t question_deadline(const struct question_list *q);
void question_free(struct question **q);
