/* SPDX-License-Identifier: MIT */
/*
 * hands: a show of hands. One hand for each person who was there when it was
 * asked; only the counts are ever shown. It is not a vote, and says so.
 *
 * Thread: conference loop; pure. Owner: embedded in struct session.
 */
#pragma once

#include "base/base.h"

struct map;

struct hands {
	int64_t number;   /* of the question; 0: none was asked yet */
	char *question;   /* owned; NULL: none is open */
	char *line;       /* owned; stanza-id of the question, or NULL */
	int64_t at;       /* ms since epoch; when it was asked */
	struct map *may;  /* owned; bare JID -> anything; NULL: as question */
	struct map *said; /* owned; bare JID -> struct hand, owned */
};

/** A thumb that was taken off again, in place of a value. */
#define HANDS_DOWN 2

struct hands_counts {
	size_t yes, no, abstain;
	size_t present; /* when it was asked */
};

void hands_init(struct hands *h);
void hands_fini(struct hands *h);
/** present: bare JID -> anything. */
void hands_ask(struct hands *h, int64_t number, const char *question,
	       const char *line, const struct map *present, int64_t at);
bool hands_may(const struct hands *h, const char *jid);
/** Who may has said so: 1, -1, 0; the last word counts. by_sign: by a reaction,
 *  which can be taken off: HANDS_DOWN. */
void hands_take(struct hands *h, const char *jid, int64_t value, bool by_sign);
/** Is theirs a hand that was raised by a reaction? */
bool hands_is_sign(const struct hands *h, const char *jid);
struct hands_counts hands_count(const struct hands *h);
void hands_end(struct hands *h);
