/* SPDX-License-Identifier: MIT */
/*
 * features: <stream:features/>, built and read by one table (RFC 6120 4.3.2).
 */
#pragma once

#include "base/base.h"

struct elem;

/** What a stream offers; a set. */
enum feature {
	FEATURE_STARTTLS = 1 << 0,
	FEATURE_TLS_REQUIRED = 1 << 1,
	FEATURE_DIALBACK = 1 << 2,
	FEATURE_DIALBACK_ERRORS = 1 << 3, /* XEP-0220 2.4 */
	FEATURE_MECHANISMS = 1 << 4,      /* SASL at all */
	FEATURE_EXTERNAL = 1 << 5,        /* its mechanism EXTERNAL */
	FEATURE_BIDI = 1 << 6,            /* XEP-0288 */
	FEATURE_SM = 1 << 7,              /* XEP-0198 */
};

/** Owned; offered is a set of enum feature. */
struct elem *features_new(unsigned offered);
/** The set that e offers; what we do not know is passed over. */
unsigned features_read(const struct elem *e);
/** "starttls, dialback" for a log line. Owned. */
char *features_text(unsigned offered);
