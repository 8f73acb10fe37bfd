/* SPDX-License-Identifier: MIT */
/*
 * io_mail: what I/O loops are told by each other and by the face.
 *
 * Thread: made by any, then the I/O loop's that it is posted to.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"
#include "base/list.h"
#include "dialback/packet.h"
#include "loop/mailbox.h"
#include "net/addr.h"

struct check_ask;
struct creds;
struct forget_ask;
struct policy;
struct report_ask;

enum io_mail_kind {
	IO_ENVELOPES, /* envelopes: deliver */
	IO_GUEST,     /* fd, peer: a new stream to us */
	IO_LEAVE,     /* peer: door_leave() */
	IO_QUESTION,  /* stream, peer, local, remote, id, key: verify */
	/* of a stream to us that is used both ways, and a link; stream, local,
	 * remote: */
	IO_FEED,      /* size: link may send through it, in pieces up to that */
	IO_PORTION,   /* serial, data, size: so many stanzas to send */
	IO_FED,       /* serial: that has left */
	IO_RELEASE,   /* flag: link sends no more; true: it is broken */
	IO_UNFED,     /* serial: closed, nothing behind that has left */
	IO_ANSWER,    /* stream, local, remote, verdict, cond */
	IO_ATTEND,    /* local, remote, is_on: its people are in rooms */
	IO_DOUBT,     /* local, remote: it does not answer */
	IO_REVIVE,    /* local, remote: remote proved that it is there */
	IO_SEATED,    /* stream, local, remote: it proved the pair */
	IO_UNSEATED,  /* stream, local, remote: it is gone */
	IO_EXPEL,     /* stream: there are too many of its pair */
	IO_RESUME,    /* read on */
	IO_HOLD,      /* remote, is_on: read its streams no further, or on */
	IO_CREDS,     /* creds: for new handshakes */
	IO_DNS,       /* servers, trust_ad: to be asked */
	IO_ROTATE,    /* secret, previous_for: for dialback */
	IO_POLICY,    /* policy: from now on */
	IO_PROVEN,    /* remote: showed a valid certificate */
	IO_REPORT,    /* report_ask: add what is here, pass it on */
	IO_CHECK,     /* check_ask */
	IO_FORGET,    /* forget_ask: do so, pass it on */
	IO_RETIRE,    /* fn, owner: hear out those who came, then call fn */
	IO_CLOSE,
};

struct io_mail {
	struct mail mail; /* first */
	struct list envelopes;
	int fd;           /* owned, or -1 */
	struct addr peer;
	uint64_t stream;  /* shard_id */
	char *local;      /* owned, as the strings below; or NULL */
	char *remote;
	char *id;
	char *key;
	char *servers;
	bool trust_ad;
	uint32_t serial;
	size_t size;
	bool flag;
	struct buf data;  /* owned */
	unsigned char *secret; /* owned, or NULL */
	int64_t previous_for; /* ms */
	enum packet_type verdict;
	enum cond_name cond;
	bool is_on;
	struct creds *creds; /* a reference, or NULL */
	struct policy *policy; /* a reference, or NULL */
	struct report_ask *report_ask; /* owned, or NULL */
	struct check_ask *check_ask;   /* owned, or NULL */
	struct forget_ask *forget_ask; /* owned, or NULL */
	void (*fn)(void *owner);
	void *owner;
};

struct io_mail *io_mail_new(enum io_mail_kind kind);
void io_mail_free(struct io_mail **m);
/** Copies. */
void io_mail_set_pair(struct io_mail *m, const char *local,
		      const char *remote);
