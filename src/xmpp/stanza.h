/* SPDX-License-Identifier: MIT */
/*
 * stanza: message, presence or iq - a tree whose addresses and type have been
 * checked once - and its frozen form for sending.
 *
 * Inside the program a stanza's tree is in jabber:server; payload that stands in
 * that namespace (body, subject, error) is too.
 */
#pragma once

#include "base/base.h"

struct buf;
struct cond;
struct elem;
struct jid;
struct write_inset;

enum stanza_kind { STANZA_MESSAGE, STANZA_PRESENCE, STANZA_IQ };

/* kind, name, text of the type attribute */
enum stanza_type {
	STANZA_NORMAL,      /* message, also when absent or unknown */
	STANZA_CHAT,
	STANZA_GROUPCHAT,
	STANZA_HEADLINE,
	STANZA_AVAILABLE,   /* presence without type */
	STANZA_UNAVAILABLE,
	STANZA_PROBE,
	STANZA_SUBSCRIPTION, /* subscribe, subscribed, unsubscribe(d) */
	STANZA_GET,
	STANZA_SET,
	STANZA_RESULT,
	STANZA_ERROR,       /* of any kind */
	STANZA_UNKNOWN,     /* presence or iq with a type that is none */
};

struct stanza {
	enum stanza_kind kind;
	enum stanza_type type;
	struct elem *elem; /* owned; root in jabber:server */
	struct jid *from;  /* owned; never NULL */
	struct jid *to;    /* owned; never NULL */
};

enum stanza_fault {
	STANZA_OK,
	STANZA_NOT_ONE,     /* not message, presence or iq of jabber:server */
	STANZA_NO_ADDRESS,  /* from or to missing */
	STANZA_BAD_ADDRESS, /* malformed JID */
};

/** Takes elem unless there is a fault: then it is still the caller's, one address
 *  perhaps in its normal form. */
enum stanza_fault stanza_try(struct elem *elem, struct stanza **stanza_out);
/** Takes elem in any case; *stanza_out is owned, NULL on a fault. */
enum stanza_fault stanza_give(struct elem *owned, struct stanza **stanza_out);
void stanza_free(struct stanza **s);
struct stanza *stanza_copy(const struct stanza *s);

const char *stanza_id(const struct stanza *s);   /* or NULL */
const char *stanza_lang(const struct stanza *s); /* or NULL */
bool stanza_is_request(const struct stanza *s);  /* iq get or set */
/** First child that is not <error/>: the payload of an iq, or NULL. */
struct elem *stanza_payload(const struct stanza *s);

/** New trees, owned: to = s's from, from = s's to, same id. */
struct elem *stanza_result_new(const struct stanza *s);
/** Error reply; NULL when s itself is an error or an iq result (never answered,
 *  RFC 6120 8.3.1). It echoes no payload. by may be NULL. */
struct elem *stanza_error_new(const struct stanza *s, const struct cond *cond,
			      const struct jid *by);

/** Make a bare stanza tree: <kind from= id= type=>; NULLs are left out. */
struct elem *stanza_elem_new(enum stanza_kind kind, const char *type,
			     const struct jid *from, const char *id);

/* ---- frozen ---- */

/** A stanza as bytes with a hole for its "to". Immutable, ref-counted with an
 *  atomic count; may cross threads. */
struct frozen;

/** Freeze e as it is now; the tree stays the caller's. Its "to" is ignored. */
struct frozen *frozen_new(const struct elem *e);
/** The same, with what the inset says in it. */
struct frozen *frozen_new_around(const struct elem *e,
				 const struct write_inset *inset);
/** Several of one kind for the same addressees, in their order, that nobody has to
 *  be told of if they get lost: a newcomer's roster. What is said of "the stanza"
 *  below holds for each; a bundle itself has no from, id or type, outdoes nothing
 *  and is not outdone, and cannot be thawed. Complete before it is shared. */
struct frozen *frozen_bundle_new(enum stanza_kind kind);
/** The part, no bundle, stays the caller's. */
void frozen_bundle_add(struct frozen *bundle, struct frozen *part);
/** Stanzas; 1 but for a bundle. */
size_t frozen_count(const struct frozen *f);
struct frozen *frozen_part(struct frozen *f, size_t i);
struct frozen *frozen_ref(struct frozen *f);
void frozen_unref(struct frozen **f);
enum stanza_kind frozen_kind(const struct frozen *f);
enum stanza_type frozen_type(const struct frozen *f);
/** From of the frozen stanza (borrowed text). */
const char *frozen_from(const struct frozen *f);
const char *frozen_id(const struct frozen *f); /* or NULL */
/** Of who sent it: a stanza is outdone by one with the same hash only. */
uint64_t frozen_sender(const struct frozen *f);
/** May anything outdo it? */
bool frozen_is_passing(const struct frozen *f);
/** Whoever gets newer need not have got older: both are how things are with the
 *  same sender, see passing. */
bool frozen_is_outdone(const struct frozen *older, const struct frozen *newer);
/** Bytes on the wire for an address of that escaped length. */
size_t frozen_size(const struct frozen *f, size_t to_len);
/** Append the stanza addressed to to (already escaped). */
void frozen_write(const struct frozen *f, struct buf *out, const char *to,
		  size_t to_len);
/** The stanza as text without its "to", as a record keeps it. */
const char *frozen_str(const struct frozen *f);
/** The stanza as a tree without its "to" (thawed for a bounce); owned. */
struct elem *frozen_thaw(const struct frozen *f);
