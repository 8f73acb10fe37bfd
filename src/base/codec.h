/* SPDX-License-Identifier: MIT */
/*
 * codec: hex, base32 (lower case, unpadded) and base64 (RFC 4648). Strings
 * returned are owned.
 */
#pragma once

#include "base/base.h"

char *hex_encode(const void *data, size_t len);
/** Fills exactly len bytes from 2*len hex digits. */
HW_MUST_USE int hex_decode(const char *text, void *out, size_t len);
/** Characters of so many bytes in base32, and a NUL. */
#define BASE32_SIZE(len) (((len) * 8 + 4) / 5 + 1)
/** Fills BASE32_SIZE(len) bytes. */
void base32_write(const void *data, size_t len, char *out);
/** In the same characters, but the texts sort as the data. */
void base32_write_sorted(const void *data, size_t len, char *out);
char *base64_encode(const void *data, size_t len);
/** Strict (padding required, no white space). data_out is owned and has a NUL
 *  behind its len_out bytes. */
HW_MUST_USE int base64_decode(const char *text, unsigned char **data_out,
			      size_t *len_out);
