/* SPDX-License-Identifier: MIT */
/*
 * error: what can go wrong with the machine. Functions return 0 or a negative
 * enum hw_error; foreign codes (libuv, c-ares, GnuTLS, SQLite, errno) are
 * translated in the file that includes the library.
 */
#pragma once

#include "base/base.h"

/* constant, short name, text for an operator */
#define HW_ERROR_TABLE(X)                                               \
	X(INVALID, "invalid", "invalid value")                          \
	X(NOT_FOUND, "not-found", "not found")                          \
	X(EXISTS, "exists", "exists already")                           \
	X(FULL, "full", "a bound was reached")                          \
	X(TIMEOUT, "timeout", "timed out")                              \
	X(CLOSED, "closed", "closed")                                   \
	X(REFUSED, "refused", "connection refused")                     \
	X(UNREACHABLE, "unreachable", "unreachable")                    \
	X(RESET, "reset", "connection reset")                           \
	X(TRUNCATED, "truncated", "ended without a proper close")       \
	X(ACCESS, "access", "permission denied")                        \
	X(BUSY, "busy", "in use by another process")                    \
	X(IO, "io", "input/output error")                               \
	X(NO_SPACE, "no-space", "no space left")                        \
	X(CORRUPT, "corrupt", "damaged data")                           \
	X(TOO_NEW, "too-new", "made by a newer version")                \
	X(TLS, "tls", "TLS failure")                                    \
	X(CERTIFICATE, "certificate", "certificate not acceptable")     \
	X(DNS, "dns", "DNS failure")                                    \
	X(CANCELLED, "cancelled", "cancelled")                          \
	X(SYSTEM, "system", "system call failed")

#define HW_ERROR_ORDINAL(name, word, text) HW_ORDINAL_##name,
#define HW_ERROR_MEMBER(name, word, text) HW_E_##name = -1 - HW_ORDINAL_##name,
enum hw_error_ordinal { HW_ERROR_TABLE(HW_ERROR_ORDINAL) HW_ERROR_COUNT };
enum hw_error { HW_OK = 0, HW_ERROR_TABLE(HW_ERROR_MEMBER) };

/** Short name ("not-found") and sentence for a code; never NULL. */
const char *hw_error_name(int error);
const char *hw_error_text(int error);

/** The hw_error for an errno value. */
int hw_error_of_errno(int errnum);
