/* SPDX-License-Identifier: MIT */
/*
 * error: what can go wrong with the machine. Functions return 0 or a negative
 * enum hw_error; foreign codes (libuv, c-ares, GnuTLS, SQLite, errno) are
 * translated in the file that includes the library.
 */
#pragma once

#include "base/base.h"

/* name, text for an operator */
#define HW_ERROR_TABLE(X)                              \
	X(INVALID, "invalid value")                    \
	X(NOT_FOUND, "not found")                      \
	X(EXISTS, "exists already")                    \
	X(FULL, "a bound was reached")                 \
	X(TIMEOUT, "timed out")                        \
	X(CLOSED, "closed")                            \
	X(REFUSED, "connection refused")               \
	X(UNREACHABLE, "unreachable")                  \
	X(RESET, "connection reset")                   \
	X(TRUNCATED, "ended without a proper close")   \
	X(ACCESS, "permission denied")                 \
	X(BUSY, "in use by another process")           \
	X(IO, "input/output error")                    \
	X(NO_SPACE, "no space left")                   \
	X(CORRUPT, "damaged data")                     \
	X(TOO_NEW, "made by a newer version")          \
	X(TLS, "TLS failure")                          \
	X(CERTIFICATE, "certificate not acceptable")   \
	X(DNS, "DNS failure")                          \
	X(CANCELLED, "cancelled")                      \
	X(SYSTEM, "system call failed")

#define HW_ERROR_ORDINAL(name, text) HW_ORDINAL_##name,
#define HW_ERROR_MEMBER(name, text) HW_E_##name = -1 - HW_ORDINAL_##name,
enum hw_error_ordinal { HW_ERROR_TABLE(HW_ERROR_ORDINAL) HW_ERROR_COUNT };
enum hw_error { HW_OK = 0, HW_ERROR_TABLE(HW_ERROR_MEMBER) };

/** Short name ("not-found") and sentence for a code; never NULL. */
const char *hw_error_name(int error);
const char *hw_error_text(int error);

/** The hw_error for an errno value. */
int hw_error_of_errno(int errnum);
