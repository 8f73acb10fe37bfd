/* SPDX-License-Identifier: MIT */
/*
 * check_words: what the doctor says: a sentence for what was found, and who has
 * to mend it. Pure. Texts are owned by the caller.
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "net/cert.h"
#include "xmpp/cond.h"

struct answer;

enum check_result { CHECK_OK, CHECK_NOTE, CHECK_PROBLEM };
const char *check_result_text(enum check_result result);

/** Of a service's SRV records; is_direct_tls: of _xmpps-server. */
char *check_srv_text(const struct answer *found, const char *name,
		     bool is_direct_tls, enum check_result *result_out);
/** Why we ourselves would not: our lists; a certificate that is not valid. */
char *check_policy_text(void);
char *check_needs_valid_text(void);
char *check_downgrade_text(const char *remote);
/** Of a connection that could not be made: an hw_error. */
char *check_connect_text(int error, bool is_ipv6);
/** now: s since epoch. */
char *check_cert_text(enum cert_verdict verdict,
		      const struct cert_summary *cert, const char *domain,
		      int64_t now, enum check_result *result_out);
/** The peer's word on our db:result: remote's on local. */
char *check_dialback_text(enum packet_type verdict, enum cond_name cond,
			  const char *local, const char *remote,
			  enum check_result *result_out);
/** A stream error that came; text: what came with it. */
char *check_stream_error_text(enum stream_cond cond, const char *text,
			      const char *local, const char *remote);
