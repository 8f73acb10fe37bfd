/* SPDX-License-Identifier: MIT */
/*
 * s2s: federation with other servers (RFC 6120, XEP-0220): the I/O loops with
 * their listeners, streams and links, behind one face. It hands up stanzas whose
 * (sender domain, our domain) pair was authorised on their stream, and delivers
 * envelopes.
 *
 * Thread: s2s_open/deliver/resume/set_* and close belong to the conference loop;
 * the events are called on any I/O loop.
 */
#pragma once

#include "base/base.h"
#include "s2s/check.h"
#include "s2s/forget.h"
#include "s2s/report.h"
#include "xmpp/cond.h"

struct creds;
struct envelope;
struct list;
struct s2s;
struct stanza;

/** The weaker first. */
enum s2s_proof { S2S_PROOF_DIALBACK, S2S_PROOF_CERTIFICATE };
const char *s2s_proof_text(enum s2s_proof proof);

/** Domains, normalised, where a whole domain "*.example" stands for all below it
 *  and "*" for all. */
struct s2s_domains {
	const char *const *names;
	size_t count;
};

/** With whom we speak, whoever calls, and what they must prove. */
struct s2s_policy {
	struct s2s_domains allow;         /* only these; none: all */
	struct s2s_domains deny;          /* never; counts more than allow */
	struct s2s_domains require_valid; /* only with a valid certificate */
	bool refuse_downgrade; /* no dialback from who had a certificate once */
};

/** Strings are borrowed during s2s_open(). Times in ms, sizes in bytes. */
struct s2s_settings {
	const char *const *domains; /* ours, normalised (U-labels) */
	size_t domain_count;
	/* where others reach us; on each of these TLS may come at once or
	 * after STARTTLS (XEP-0368) */
	const char *const *listen;  /* "*:5269", "*:5270" */
	size_t listen_count;
	unsigned io_loops;          /* threads.io; 0 = one per core */
	const char *dns_servers;    /* "127.0.0.1:5353,..." or NULL */
	bool dns_trust_ad;
	bool dane;                  /* TLSA of servers that we call; true */
	bool bidi;                  /* XEP-0288; true */
	bool stream_management;     /* XEP-0198; true */
	size_t unacked_bytes;       /* kept to be sent again; 1 MiB */
	size_t unacked_envelopes;   /* 2000 */
	int64_t ack_timeout;        /* 30000 */
	bool allow_private;
	unsigned char dialback_secret[32];
	unsigned char dialback_previous[32]; /* the one before */
	int64_t dialback_previous_for;       /* counts so long; 0 = not */
	size_t max_stanza;          /* 262144 */
	size_t max_stanza_unauthenticated; /* 10240 */
	size_t queue_bytes;         /* per link while it has no stream; 2 MiB */
	size_t queue_total;         /* of all links; above it the other bounds
				     * are halved; 512 MiB */
	size_t queue_envelopes;     /* 4000 */
	size_t write_bytes;         /* unsent on an open stream; 4 MiB */
	size_t mailbox;             /* slots of an I/O loop's mailbox; 4096 */
	int64_t grace;              /* 120000 */
	int64_t connect_timeout;    /* per address; 10000 */
	int64_t failure_memory;     /* of an address; 300000 */
	unsigned max_targets;       /* of a domain's SRV records; 8 */
	unsigned max_addresses;     /* of a target; 4 */
	unsigned max_attempts;      /* connects of a round; 16 */
	unsigned lowest_port;       /* dialled, but for 443; 1024 */
	unsigned max_connects_per_host; /* at once, of one loop; 2 */
	int64_t negotiate_timeout;  /* a whole attempt; 60000 */
	int64_t tls_timeout;        /* 15000 */
	int64_t header_timeout;     /* inbound, first header; 10000 */
	int64_t auth_timeout;       /* inbound, until authorised; 60000 */
	int64_t verify_timeout;     /* a dialback question; 20000 */
	int64_t idle_close;         /* outgoing without traffic; 600000 */
	int64_t idle_in;            /* incoming without traffic; 900000 */
	int64_t keepalive;          /* a space after so long without writing; 300000 */
	size_t max_unauthenticated; /* inbound streams, all loops; 256 */
	size_t max_unauthenticated_per_address; /* IPv4; 16 */
	size_t max_unauthenticated_per_network; /* IPv6 /64; 32 */
	size_t max_unauthenticated_per_site;    /* IPv6 /48; 64 */
	unsigned new_streams_per_address;       /* or /64, a minute; 60 */
	unsigned new_streams_per_domain;        /* and network, a minute; 20 */
	unsigned max_streams_per_pair;          /* inbound; 4 */
	unsigned max_claims;        /* on a stream that proved nothing; 5 */
	unsigned max_verifying;     /* dials only to verify; 20 */
	unsigned max_verifying_per_network; /* for a /24 or /64; 5 */
	unsigned verify_retries;    /* of an unreached domain, a minute; 3 */
	size_t hold_bytes;          /* unsent: its streams are not read; 1 MiB */
	unsigned handshakes;        /* with those who call, a second; 50 */
	unsigned handshakes_per_address;        /* or /64, a second; 5 */
	unsigned handshakes_per_turn;           /* of a loop; 8 */
	size_t rate_bytes;          /* read of a stream, a second; 262144 */
	size_t burst_bytes;         /* at once; 1 MiB */
	size_t rate_stanzas;        /* 100 */
	size_t burst_stanzas;       /* 400 */
	unsigned reserve_files;     /* descriptors not for inbound streams; 64 */
	unsigned log_lines;         /* of a kind and network, a minute; 10 */
	struct s2s_policy policy;
	struct s2s_domains proven;  /* by a certificate in earlier runs; exact */
};
void s2s_settings_init(struct s2s_settings *s);

/** BROKEN: a stream ended that was in use, and another may be there in a moment.
 *  DOWN: it was not, or the peer does not take what it is sent. */
enum s2s_way { S2S_WAY_UP, S2S_WAY_BROKEN, S2S_WAY_DOWN };

struct s2s_events {
	/** Takes the stanza. True: we are full; stop reading until
	 *  s2s_resume(). */
	bool (*on_stanza)(void *owner, struct stanza *owned,
			  enum s2s_proof proof);
	/** Takes an envelope that will not arrive. */
	void (*on_undelivered)(void *owner, struct envelope *owned,
			       enum cond_name why);
	/** remote could not be reached from local for longer than the grace, or
	 *  its queue overflowed; once, until it is reached again. */
	void (*on_lost)(void *owner, const char *local, const char *remote);
	/** How the way is to a remote with people in rooms of local, when that
	 *  changes; nothing is given up by it. May be NULL. */
	void (*on_way)(void *owner, const char *local, const char *remote,
		       enum s2s_way way);
	/** remote was proven in a stronger way than ever before; to be kept,
	 *  and given back as settings.proven. Now and then told twice. */
	void (*on_proof)(void *owner, const char *remote,
			 enum s2s_proof proof);
	/** What on_proof told of remote is to be forgotten; the last word on
	 *  it until remote is proven again. */
	void (*on_forgotten)(void *owner, const char *remote);
};

/** Binds the listeners and starts the loops. creds is referenced. On error
 *  *text_out (owned) tells what could not be done. */
HW_MUST_USE int s2s_open(const struct s2s_settings *settings,
			 struct creds *creds, const struct s2s_events *events,
			 void *owner, struct s2s **s2s_out, char **text_out);
/** Takes all envelopes of the list; FIFO per (local, remote) pair. said: as how
 *  many they count in s2s_settings.mailbox. */
void s2s_deliver(struct s2s *s, struct list *envelopes, size_t said);
/** Within the bound of the I/O loops' mailboxes (s2s.mailbox)? False: take
 *  nothing on that would have to be sent. */
bool s2s_has_room(const struct s2s *s);
/** Read on after on_stanza said full. */
void s2s_resume(struct s2s *s);
/** People of remote are in rooms of local, or no more: while they are, a stream
 *  that is not used stays open. */
void s2s_attend(struct s2s *s, const char *local, const char *remote, bool on);
/** remote does not answer what was sent to it: its stream is replaced by a new
 *  one as soon as there is something to send. */
void s2s_doubt(struct s2s *s, const char *local, const char *remote);
/** New handshakes use these from now on (reload). */
void s2s_set_creds(struct s2s *s, struct creds *creds);
/** Ask these resolvers from now on, or those of resolv.conf as it is now (NULL);
 *  what is being asked is still answered by those before. */
void s2s_set_dns(struct s2s *s, const char *servers, bool trust_ad);
/** Make dialback keys by this secret; those of the present one are good for
 *  previous_for ms. */
void s2s_rotate(struct s2s *s, const unsigned char secret[32],
		int64_t previous_for);
/** From now on; open streams that it forbids are closed (reload). */
void s2s_set_policy(struct s2s *s, const struct s2s_policy *policy);
/** The port that the n-th of settings.listen got (for ":0"). */
uint16_t s2s_port(const struct s2s *s, size_t n);
/** What do the links and streams do? fn is called once, on any thread and perhaps
 *  as late as in s2s_close(). */
void s2s_ask_report(struct s2s *s, uint64_t id, report_fn fn, void *owner);
/** Walk remote's DNS, server and dialback as local; normalised. Rows come to fn as
 *  they are found, on any thread, then NULL. At most 4 at once. */
void s2s_ask_check(struct s2s *s, uint64_t id, const char *local,
		   const char *remote, check_fn fn, void *owner);
/** Forget that remote ever had a certificate, and that it did not bear EXTERNAL.
 *  fn is called once, on any thread and perhaps as late as in s2s_close(). */
void s2s_ask_forget(struct s2s *s, uint64_t id, const char *remote,
		    forget_fn fn, void *owner);
/** The end is near: listen no more, tell the peers, and hear out what they have
 *  said before they knew (at most 2 s). fn is called once, on an I/O loop, when
 *  all of that has been given to on_stanza. Once, before s2s_close(). */
void s2s_retire(struct s2s *s, void (*fn)(void *owner), void *owner);
/** Flush what can be flushed, close all streams properly (</stream:stream>, at
 *  most 5 s), end the loops; blocks. Queued envelopes are dropped. */
void s2s_close(struct s2s **s);
