/* SPDX-License-Identifier: MIT */
#include "jid/confusable.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/unicode.h"

/* Sorted by code point. Capital and small forms both, for shapes are compared
 * before case is folded: a capital I is taken for a small l. */
static const struct {
	uint32_t code;
	char look;
} looks[] = {
	{ 0x0030, 'o' }, { 0x0031, 'l' }, { 0x0049, 'l' }, { 0x007c, 'l' },
	{ 0x0131, 'i' }, { 0x017f, 'f' }, { 0x0184, 'b' }, { 0x018d, 'g' },
	{ 0x01c0, 'l' }, { 0x0251, 'a' }, { 0x0257, 'd' }, { 0x0261, 'g' },
	{ 0x0262, 'g' }, { 0x0269, 'i' }, { 0x028b, 'u' }, { 0x028f, 'y' },
	{ 0x0299, 'b' }, { 0x029c, 'h' }, { 0x0391, 'a' }, { 0x0392, 'b' },
	{ 0x0395, 'e' }, { 0x0396, 'z' }, { 0x0397, 'h' }, { 0x0399, 'i' },
	{ 0x039a, 'k' }, { 0x039c, 'm' }, { 0x039d, 'n' }, { 0x039f, 'o' },
	{ 0x03a1, 'p' }, { 0x03a4, 't' }, { 0x03a5, 'y' }, { 0x03a7, 'x' },
	{ 0x03b1, 'a' }, { 0x03b3, 'y' }, { 0x03b9, 'i' }, { 0x03ba, 'k' },
	{ 0x03bd, 'v' }, { 0x03bf, 'o' }, { 0x03c1, 'p' }, { 0x03c3, 'o' },
	{ 0x03c4, 't' }, { 0x03c5, 'u' }, { 0x03c7, 'x' }, { 0x03dd, 'f' },
	{ 0x03f1, 'p' }, { 0x03f2, 'c' }, { 0x03f3, 'j' }, { 0x03f9, 'c' },
	{ 0x0405, 's' }, { 0x0406, 'i' }, { 0x0408, 'j' }, { 0x0410, 'a' },
	{ 0x0412, 'b' }, { 0x0415, 'e' }, { 0x041a, 'k' }, { 0x041c, 'm' },
	{ 0x041d, 'h' }, { 0x041e, 'o' }, { 0x0420, 'p' }, { 0x0421, 'c' },
	{ 0x0422, 't' }, { 0x0423, 'y' }, { 0x0425, 'x' }, { 0x042c, 'b' },
	{ 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0433, 'r' }, { 0x0435, 'e' },
	{ 0x043a, 'k' }, { 0x043c, 'm' }, { 0x043d, 'h' }, { 0x043e, 'o' },
	{ 0x0440, 'p' }, { 0x0441, 'c' }, { 0x0442, 't' }, { 0x0443, 'y' },
	{ 0x0445, 'x' }, { 0x0455, 's' }, { 0x0456, 'i' }, { 0x0458, 'j' },
	{ 0x0461, 'w' }, { 0x0475, 'v' }, { 0x0493, 'f' }, { 0x04ae, 'y' },
	{ 0x04af, 'y' }, { 0x04bb, 'h' }, { 0x04bd, 'e' }, { 0x04c0, 'i' },
	{ 0x04cf, 'l' }, { 0x0501, 'd' }, { 0x050c, 'g' }, { 0x051b, 'q' },
	{ 0x051d, 'w' }, { 0x054d, 'u' }, { 0x054f, 's' }, { 0x0555, 'o' },
	{ 0x0561, 'w' }, { 0x0563, 'q' }, { 0x0566, 'q' }, { 0x0570, 'h' },
	{ 0x0575, 'j' }, { 0x0578, 'n' }, { 0x057c, 'n' }, { 0x057d, 'u' },
	{ 0x0581, 'g' }, { 0x0585, 'o' }, { 0x13a0, 'd' }, { 0x13a2, 't' },
	{ 0x13a5, 'i' }, { 0x13aa, 'a' }, { 0x13ab, 'j' }, { 0x13ac, 'e' },
	{ 0x13b3, 'w' }, { 0x13b7, 'm' }, { 0x13bb, 'h' }, { 0x13c0, 'g' },
	{ 0x13c2, 'h' }, { 0x13c3, 'z' }, { 0x13cf, 'b' }, { 0x13d2, 'r' },
	{ 0x13d9, 'v' }, { 0x13da, 's' }, { 0x13de, 'l' }, { 0x13df, 'c' },
	{ 0x13e2, 'p' }, { 0x13e6, 'k' }, { 0x13e7, 'd' }, { 0x13f4, 'b' },
	{ 0x1d04, 'c' }, { 0x1d0b, 'k' }, { 0x1d0f, 'o' }, { 0x1d1c, 'u' },
	{ 0x1d20, 'v' }, { 0x1d21, 'w' }, { 0x1d22, 'z' }, { 0x1d26, 'r' },
	{ 0x2174, 'v' }, { 0x2179, 'x' }, { 0x217c, 'l' }, { 0x217d, 'c' },
	{ 0x217e, 'd' }, { 0x217f, 'm' }, { 0x2c85, 'r' }, { 0xa731, 's' },
	{ 0xa799, 'f' },
};

static uint32_t find_look(uint32_t c)
{
	size_t low = 0, high = array_len(looks);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (looks[middle].code == c)
			return (uint32_t)looks[middle].look;
		if (looks[middle].code < c)
			low = middle + 1;
		else
			high = middle;
	}
	return c;
}

/* Marks on letters, joiners, selectors. */
static bool is_faint(uint32_t c)
{
	return (c >= 0x0300 && c <= 0x036f) || (c >= 0x0483 && c <= 0x0489) ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x20d0 && c <= 0x20f0) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || c == 0x00ad || c == 0x2060;
}

static void keep_shapes(uint32_t *s)
{
	uint32_t *to = s;

	for (; *s; s++)
		if (!is_faint(*s) && !unicode_is_space(*s))
			*to++ = find_look(*s);
	*to = 0;
}

char *confusable_make(const char *text)
{
	uint32_t *read = unicode_read(text), *compatible, *lower;
	char *look;

	if (!read)
		return str_dup(text);
	compatible = unicode_to_nfkc(read);
	keep_shapes(compatible);
	lower = unicode_to_lower(compatible);
	look = unicode_print(lower);
	mem_free(&read);
	mem_free(&compatible);
	mem_free(&lower);
	return look;
}
