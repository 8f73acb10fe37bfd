/* SPDX-License-Identifier: MIT */
/*
 * cond: conditions told to a peer - of stanzas (RFC 6120 8.3.3), of streams
 * (4.9.3) and of SASL (6.5).
 */
#pragma once

#include "base/base.h"

struct elem;

/* name, usual type, element */
#define COND_TABLE(X)                                                   \
	X(BAD_REQUEST, MODIFY, "bad-request")                           \
	X(CONFLICT, CANCEL, "conflict")                                 \
	X(FEATURE_NOT_IMPLEMENTED, CANCEL, "feature-not-implemented")   \
	X(FORBIDDEN, AUTH, "forbidden")                                 \
	X(GONE, CANCEL, "gone")                                         \
	X(INTERNAL_SERVER_ERROR, CANCEL, "internal-server-error")       \
	X(ITEM_NOT_FOUND, CANCEL, "item-not-found")                     \
	X(JID_MALFORMED, MODIFY, "jid-malformed")                       \
	X(NOT_ACCEPTABLE, MODIFY, "not-acceptable")                     \
	X(NOT_ALLOWED, CANCEL, "not-allowed")                           \
	X(NOT_AUTHORIZED, AUTH, "not-authorized")                       \
	X(PAYMENT_REQUIRED, AUTH, "payment-required")                   \
	X(POLICY_VIOLATION, MODIFY, "policy-violation")                 \
	X(RECIPIENT_UNAVAILABLE, WAIT, "recipient-unavailable")         \
	X(REDIRECT, MODIFY, "redirect")                                 \
	X(REGISTRATION_REQUIRED, AUTH, "registration-required")         \
	X(REMOTE_SERVER_NOT_FOUND, CANCEL, "remote-server-not-found")   \
	X(REMOTE_SERVER_TIMEOUT, WAIT, "remote-server-timeout")         \
	X(RESOURCE_CONSTRAINT, WAIT, "resource-constraint")             \
	X(SERVICE_UNAVAILABLE, CANCEL, "service-unavailable")           \
	X(SUBSCRIPTION_REQUIRED, AUTH, "subscription-required")         \
	X(UNDEFINED_CONDITION, CANCEL, "undefined-condition")           \
	X(UNEXPECTED_REQUEST, WAIT, "unexpected-request")

/* RFC 6120 8.3.2 */
#define COND_TYPE_TABLE(X)     \
	X(AUTH, "auth")        \
	X(CANCEL, "cancel")    \
	X(CONTINUE, "continue") \
	X(MODIFY, "modify")    \
	X(WAIT, "wait")

/* RFC 6120 4.9.3 */
#define STREAM_COND_TABLE(X)                                     \
	X(BAD_FORMAT, "bad-format")                              \
	X(BAD_NAMESPACE_PREFIX, "bad-namespace-prefix")          \
	X(CONFLICT, "conflict")                                  \
	X(CONNECTION_TIMEOUT, "connection-timeout")              \
	X(HOST_GONE, "host-gone")                                \
	X(HOST_UNKNOWN, "host-unknown")                          \
	X(IMPROPER_ADDRESSING, "improper-addressing")            \
	X(INTERNAL_SERVER_ERROR, "internal-server-error")        \
	X(INVALID_FROM, "invalid-from")                          \
	X(INVALID_NAMESPACE, "invalid-namespace")                \
	X(INVALID_XML, "invalid-xml")                            \
	X(NOT_AUTHORIZED, "not-authorized")                      \
	X(NOT_WELL_FORMED, "not-well-formed")                    \
	X(POLICY_VIOLATION, "policy-violation")                  \
	X(REMOTE_CONNECTION_FAILED, "remote-connection-failed")  \
	X(RESET, "reset")                                        \
	X(RESOURCE_CONSTRAINT, "resource-constraint")            \
	X(RESTRICTED_XML, "restricted-xml")                      \
	X(SEE_OTHER_HOST, "see-other-host")                      \
	X(SYSTEM_SHUTDOWN, "system-shutdown")                    \
	X(UNDEFINED_CONDITION, "undefined-condition")            \
	X(UNSUPPORTED_ENCODING, "unsupported-encoding")          \
	X(UNSUPPORTED_FEATURE, "unsupported-feature")            \
	X(UNSUPPORTED_STANZA_TYPE, "unsupported-stanza-type")    \
	X(UNSUPPORTED_VERSION, "unsupported-version")

#define COND_MEMBER(name, type, element) COND_##name,
enum cond_name { COND_TABLE(COND_MEMBER) COND_COUNT };
#define COND_TYPE_MEMBER(name, text) COND_TYPE_##name,
enum cond_type { COND_TYPE_TABLE(COND_TYPE_MEMBER) COND_TYPE_COUNT };
#define STREAM_COND_MEMBER(name, element) STREAM_COND_##name,
enum stream_cond { STREAM_COND_TABLE(STREAM_COND_MEMBER) STREAM_COND_COUNT };

/** A stanza's condition. By value; the strings are borrowed. */
struct cond {
	enum cond_name name;
	enum cond_type type;
	const char *text;    /* for the user, English, or NULL */
	const char *content; /* of gone/redirect: the new address, or NULL */
};

/** With the usual type of its name. */
struct cond cond_make(enum cond_name name, const char *text);
struct cond cond_make_typed(enum cond_name name, enum cond_type type,
			    const char *text);

const char *cond_element(enum cond_name name); /* "item-not-found" */
const char *cond_type_text(enum cond_type type);
const char *stream_cond_element(enum stream_cond name);

/** Append <error/> to a stanza or dialback element. by may be NULL. The
 *  namespace of <error/> is the parent's, or ns if not NULL. */
struct elem *cond_add(struct elem *parent, const struct cond *cond,
		      const char *by, const char *ns);
/** Read the <error/> of a stanza. An absent or malformed one gives
 *  undefined-condition and false; text is borrowed from the tree. */
bool cond_read(const struct elem *stanza, struct cond *cond_out);

/** <stream:error/>, owned. text may be NULL. */
struct elem *stream_error_new(enum stream_cond name, const char *text);
/** Read one; false when it holds no known condition (then
 *  undefined-condition). text_out borrowed or NULL. */
bool stream_error_read(const struct elem *error, enum stream_cond *name_out,
		       const char **text_out);
