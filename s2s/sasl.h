/* SPDX-License-Identifier: MIT */
/*
 * sasl: the elements of SASL EXTERNAL between servers (RFC 6120 6, XEP-0178),
 * the one mechanism there is: the proof is the certificate that TLS showed. Pure.
 */
#pragma once

#include "base/base.h"

struct elem;

/* name, element of RFC 6120 6.5 */
#define SASL_FAULT_TABLE(X)                                 \
	X(ENCRYPTION_REQUIRED, "encryption-required")       \
	X(INCORRECT_ENCODING, "incorrect-encoding")         \
	X(INVALID_AUTHZID, "invalid-authzid")               \
	X(INVALID_MECHANISM, "invalid-mechanism")           \
	X(MALFORMED_REQUEST, "malformed-request")           \
	X(NOT_AUTHORIZED, "not-authorized")

#define SASL_FAULT_MEMBER(name, element) SASL_##name,
enum sasl_fault {
	SASL_OK,
	SASL_FAULT_TABLE(SASL_FAULT_MEMBER)
};

/** May somebody whose certificate is good for domain (U-labels) log in by this
 *  <auth/>? */
HW_MUST_USE enum sasl_fault sasl_read_auth(const struct elem *auth,
					   const char *domain);
/** Owned trees. */
struct elem *sasl_auth_new(const char *domain);
struct elem *sasl_failure_new(enum sasl_fault fault);
/** The reason that a <failure/> gives, quoted where it is a text; for a log
 *  line. Owned. */
char *sasl_failure_text(const struct elem *failure);
