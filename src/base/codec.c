/* SPDX-License-Identifier: MIT */
#include "base/codec.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char sorted_digits[] = "234567abcdefghijklmnopqrstuvwxyz";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";

char *hex_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *text = mem_zero(len + 1, 2);

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = hex_digits[in[i] >> 4];
		text[2 * i + 1] = hex_digits[in[i] & 0x0f];
	}
	return text;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(const char *text, void *out, size_t len)
{
	unsigned char *bytes = out;

	if (strlen(text) != 2 * len)
		return HW_E_INVALID;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return HW_E_INVALID;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

static void write_base32(const char *digits, const void *data, size_t len,
			 char *out)
{
	const unsigned char *in = data;
	uint32_t bits = 0; /* the lowest has_bits are still to be written */
	unsigned int has_bits = 0;
	char *at = out;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		has_bits += 8;
		while (has_bits >= 5) {
			has_bits -= 5;
			*at++ = digits[bits >> has_bits & 0x1f];
		}
	}
	if (has_bits > 0)
		*at++ = digits[bits << (5 - has_bits) & 0x1f];
	*at = '\0';
}

void base32_write(const void *data, size_t len, char *out)
{
	write_base32(base32_digits, data, len, out);
}

void base32_write_sorted(const void *data, size_t len, char *out)
{
	write_base32(sorted_digits, data, len, out);
}

char *base64_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *text = mem_zero(len / 3 + 1, 4 + 1);
	char *at = text;

	for (; len > 0; in += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t bits = (uint32_t)in[0] << 16;

		if (n > 1)
			bits |= (uint32_t)in[1] << 8;
		if (n > 2)
			bits |= in[2];
		*at++ = base64_digits[bits >> 18];
		*at++ = base64_digits[bits >> 12 & 0x3f];
		*at++ = n > 1 ? base64_digits[bits >> 6 & 0x3f] : '=';
		*at++ = n > 2 ? base64_digits[bits & 0x3f] : '=';
		len -= n;
	}
	return text;
}

static int base64_value(char c)
{
	const char *at = strchr(base64_digits, c); /* c is never NUL */

	return at ? (int)(at - base64_digits) : -1;
}

/* Four digits to 3 bytes; n is how many of the digits are not padding. */
static bool decode_group(const char *text, size_t n, unsigned char out[3])
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < n ? base64_value(text[i]) : 0;

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	out[0] = (unsigned char)(bits >> 16);
	out[1] = (unsigned char)(bits >> 8);
	out[2] = (unsigned char)bits;
	/* RFC 4648 section 3.5: the bits that pad the last byte are zero */
	return (n > 2 || out[1] == 0) && (n > 3 || out[2] == 0);
}

int base64_decode(const char *text, unsigned char **data_out, size_t *len_out)
{
	size_t text_len = strlen(text);
	size_t padding = 0;
	unsigned char *data;

	if (text_len % 4 != 0)
		return HW_E_INVALID;
	while (padding < 2 && padding < text_len &&
	       text[text_len - 1 - padding] == '=')
		padding++;

	data = mem_zero(text_len / 4 + 1, 3);
	for (size_t i = 0; i < text_len / 4; i++) {
		bool is_last = i + 1 == text_len / 4;

		if (!decode_group(text + 4 * i, is_last ? 4 - padding : 4,
				  data + 3 * i)) {
			mem_free(&data);
			return HW_E_INVALID;
		}
	}
	*data_out = data;
	*len_out = text_len / 4 * 3 - padding;
	return 0;
}
