/* SPDX-License-Identifier: MIT */
/*
 * anchor: what DNSSEC says of the certificate of a server that we call. Where
 * the way to it is secure (SRV and addresses), its TLSA records decide; where
 * they are none, or none of use, the name of the SRV target counts beside the
 * domain's, as far as the SRV is secure. RFC 7673, RFC 7712 5.1.
 *
 * Owner: embedded in an outbound. Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "net/cert.h"
#include "net/dane.h"

struct place;
struct resolver_question;
struct route_place;
struct stream;

enum anchor_state {
	ANCHOR_NONE, /* the certificate is judged without TLSA */
	ANCHOR_ASKING,
	ANCHOR_FAILED,  /* DNS does not answer, or what it says is forged */
	ANCHOR_RECORDS, /* to be judged by these */
};

enum anchor_verdict {
	ANCHOR_SILENT,   /* nothing is said: by certificate or dialback */
	ANCHOR_MATCH,    /* proven */
	ANCHOR_MISMATCH, /* refused */
	ANCHOR_UNKNOWN,  /* refused for now */
};

struct anchor {
	enum anchor_state state;
	struct resolver_question *question; /* ASKING */
	struct tlsa_set *records;           /* owned, or NULL */
	char *host;                         /* owned: a name that counts beside
					     * the domain's, or NULL */
	bool is_matched;                    /* judged */
	void (*on_answered)(void *owner);
	void *owner;
};

/** Begin for a stream to that place. on_answered is called when an
 *  ANCHOR_ASKING ends, not before this has returned. */
void anchor_init(struct anchor *a, const struct place *place,
		 const struct route_place *at, void (*on_answered)(void *owner),
		 void *owner);
void anchor_fini(struct anchor *a);
/** Once TLS is there, and nothing is being asked. domain in A-labels. */
enum anchor_verdict anchor_judge(struct anchor *a, const struct stream *s,
				 const char *domain);
/** What the peer's certificate proves, with DNSSEC or without. */
enum cert_verdict anchor_cert_verdict(const struct anchor *a,
				      const struct stream *s,
				      const char *domain);
/** The same in words. */
const char *anchor_cert_text(const struct anchor *a, const struct stream *s,
			     const char *domain);
