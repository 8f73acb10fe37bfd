/* SPDX-License-Identifier: MIT */
/*
 * relay: what a room passed on between two occupants and may yet be answered -
 * questions (iq), whose ids are mapped so that the answer finds its way, and
 * private messages, which only an error answers. Bounded in number and time.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct jid;
struct map;

#define RELAY_MAX 10000          /* of one room */
#define RELAY_MAX_OF_SESSION 500 /* questions of one session */
#define RELAY_TIME 120000        /* ms until a question is given up */

struct relay_item {
	struct list node;      /* in relay->items, oldest first */
	char *key;             /* owned; see below */
	char *id;              /* owned; the id the sender gave, or NULL */
	struct jid *sender;    /* owned; real full JID */
	struct jid *asked;     /* owned; the occupant address it was sent to */
	struct jid *target;    /* owned; real JID that it went to */
	bool is_question;      /* an iq; else a private message */
	int64_t due;           /* ms; when it is given up */
};

struct relay {
	struct map *by_key;  /* owned; NULL until the first */
	struct list items;   /* owned */
};

void relay_init(struct relay *r);
void relay_fini(struct relay *r);
bool relay_is_full(const struct relay *r);

/** A question: returns the id under which it goes on, borrowed. */
const char *relay_add_question(struct relay *r, const char *id,
			       const struct jid *sender,
			       const struct jid *asked,
			       const struct jid *target, int64_t now);
/** A private message that went on to target with its id. Not kept when half of
 *  the table is in use: then only its errors find nobody. */
void relay_add_message(struct relay *r, const char *id,
		       const struct jid *sender, const struct jid *asked,
		       const struct jid *target, int64_t now);

/** Take out what is answered; owned by the caller, or NULL. from: who answers;
 *  its bare JID answers for what went there. */
struct relay_item *relay_take_question(struct relay *r, const char *mapped_id,
				       const struct jid *from);
struct relay_item *relay_take_message(struct relay *r, const char *id,
				      const struct jid *from);
/** Take out the oldest when its time is over, else NULL. */
struct relay_item *relay_take_due(struct relay *r, int64_t now);
void relay_item_free(struct relay_item **item);
