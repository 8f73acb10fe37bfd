/* SPDX-License-Identifier: MIT */
/*
 * packet: db:result and db:verify, read and built (XEP-0220).
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct elem;

enum packet_kind { PACKET_RESULT, PACKET_VERIFY };

/** What the type attribute says. */
enum packet_type {
	PACKET_REQUEST, /* none */
	PACKET_VALID,
	PACKET_INVALID,
	PACKET_ERROR,
};

/** Zeroed = empty. Domains are normalised (U-labels). */
struct packet {
	enum packet_kind kind;
	enum packet_type type;
	char *from;          /* owned */
	char *to;            /* owned */
	char *id;            /* owned; of a verify, else NULL */
	char *key;           /* owned; of a request, else NULL */
	enum cond_name cond; /* of an error */
};

enum packet_fault {
	PACKET_OK,
	PACKET_UNKNOWN,     /* not an element of dialback, or an unknown type */
	PACKET_BAD_ADDRESS, /* from, to or id missing, or no domain */
};

/** Fills *out also on a fault, as far as it goes; packet_fini() it. */
HW_MUST_USE enum packet_fault packet_read(const struct elem *e,
					  struct packet *out);
void packet_fini(struct packet *p);

/** Requests; the fields of which are copied. Owned trees. */
struct elem *packet_result_new(const char *from, const char *to,
			       const char *key);
struct elem *packet_verify_new(const char *from, const char *to, const char *id,
			       const char *key);
/** The answer to a request: addresses swapped, same id. cond is for
 *  PACKET_ERROR. */
struct elem *packet_answer_new(const struct packet *request,
			       enum packet_type type, enum cond_name cond);
