/* SPDX-License-Identifier: MIT */
#include "web/qr.h"

#include <stdlib.h>
#include <string.h>

#define VERSIONS 10
#define CODEWORDS_MAX 346
#define EC_MAX 26
#define BYTE_MODE 4
#define LEVEL_M 0
#define MASKS 8
#define QUIET_PENALTY 40 /* of what looks like a finder */

/** Level M, version by version (table 9): codewords in all, those of error
 *  correction in each block, blocks. */
static const struct {
	int total, ec, blocks;
} sizes[VERSIONS + 1] = {
	{ 0, 0, 0 },    { 26, 10, 1 },  { 44, 16, 1 },  { 70, 26, 1 },
	{ 100, 18, 2 }, { 134, 24, 2 }, { 172, 16, 4 }, { 196, 18, 4 },
	{ 242, 22, 4 }, { 292, 22, 5 }, { 346, 26, 5 },
};

/* Centres of alignment patterns besides 6 (annex E). */
static const int centres[VERSIONS + 1][2] = {
	{ 0, 0 },  { 0, 0 },   { 18, 0 },  { 22, 0 },  { 26, 0 },  { 30, 0 },
	{ 34, 0 }, { 22, 38 }, { 24, 42 }, { 26, 46 }, { 28, 50 },
};

/* A code while it is drawn. */
struct drawing {
	struct qr *qr;
	int version;
	bool is_fixed[QR_SIDE_MAX][QR_SIDE_MAX]; /* no data goes there */
	unsigned char codewords[CODEWORDS_MAX];
};

/* ---- error correction (clause 7.5) ---- */

/* In the field of 256 with x^8 + x^4 + x^3 + x^2 + 1. */
static unsigned char multiply(unsigned char a, unsigned char b)
{
	int product = 0;

	for (int i = 7; i >= 0; i--) {
		product = (product << 1) ^ ((product >> 7) * 0x11d);
		product ^= ((b >> i) & 1) * a;
	}
	return (unsigned char)product;
}

/* The generator of that degree without its first factor, 1. */
static void make_divisor(unsigned char *divisor, int degree)
{
	unsigned char root = 1;

	memset(divisor, 0, (size_t)degree);
	divisor[degree - 1] = 1;
	for (int i = 0; i < degree; i++) {
		for (int j = 0; j < degree; j++) {
			divisor[j] = multiply(divisor[j], root);
			if (j + 1 < degree)
				divisor[j] ^= divisor[j + 1];
		}
		root = multiply(root, 2);
	}
}

static void make_remainder(const unsigned char *data, int len,
			   const unsigned char *divisor, int degree,
			   unsigned char *out)
{
	memset(out, 0, (size_t)degree);
	for (int i = 0; i < len; i++) {
		unsigned char factor = data[i] ^ out[0];

		memmove(out, out + 1, (size_t)degree - 1);
		out[degree - 1] = 0;
		for (int j = 0; j < degree; j++)
			out[j] ^= multiply(divisor[j], factor);
	}
}

/* ---- what the text becomes (clause 7.4) ---- */

static int data_len(int version)
{
	return sizes[version].total - sizes[version].ec * sizes[version].blocks;
}

static void add_bits(unsigned char *out, int *at, unsigned value, int count)
{
	while (count-- > 0) {
		if ((value >> count) & 1)
			out[*at / 8] |= (unsigned char)(0x80 >> (*at % 8));
		(*at)++;
	}
}

static void make_data(int version, const char *text, unsigned char *out)
{
	size_t len = strlen(text);
	int at = 0, end = data_len(version) * 8;

	memset(out, 0, (size_t)end / 8);
	add_bits(out, &at, BYTE_MODE, 4);
	add_bits(out, &at, (unsigned)len, version < 10 ? 8 : 16);
	for (size_t i = 0; i < len; i++)
		add_bits(out, &at, (unsigned char)text[i], 8);
	at += end - at < 4 ? end - at : 4;
	at = (at + 7) / 8 * 8;
	for (unsigned pad = 0xec; at < end; pad ^= 0xec ^ 0x11)
		add_bits(out, &at, pad, 8);
}

/* Blocks one codeword each in turn, then their corrections likewise. Those that
 * have one more come last. */
static void interleave(struct drawing *d, const unsigned char *data)
{
	int ec = sizes[d->version].ec, blocks = sizes[d->version].blocks;
	int total = data_len(d->version);
	int len = total / blocks, shorter = blocks - total % blocks;
	unsigned char divisor[EC_MAX], remainder[EC_MAX];
	int from = 0;

	make_divisor(divisor, ec);
	for (int b = 0; b < blocks; b++) {
		int own = len + (b >= shorter);

		for (int i = 0; i < len; i++)
			d->codewords[i * blocks + b] = data[from + i];
		if (own > len)
			d->codewords[len * blocks + b - shorter] =
				data[from + len];
		make_remainder(data + from, own, divisor, ec, remainder);
		for (int i = 0; i < ec; i++)
			d->codewords[total + i * blocks + b] = remainder[i];
		from += own;
	}
}

/* ---- what does not depend on the text (clause 6.3) ---- */

static void fix(struct drawing *d, int row, int column, bool is_dark)
{
	if (row < 0 || column < 0 || row >= d->qr->side ||
	    column >= d->qr->side)
		return;
	d->qr->is_dark[row][column] = is_dark;
	d->is_fixed[row][column] = true;
}

/* Square rings around a centre; dark where not light_a or light_b away. */
static void draw_rings(struct drawing *d, int row, int column, int reach,
		       int light_a, int light_b)
{
	for (int y = -reach; y <= reach; y++) {
		for (int x = -reach; x <= reach; x++) {
			int away = abs(x) > abs(y) ? abs(x) : abs(y);

			fix(d, row + y, column + x,
			    away != light_a && away != light_b);
		}
	}
}

static void draw_alignments(struct drawing *d)
{
	int all[3] = { 6, centres[d->version][0], centres[d->version][1] };
	int count = all[2] ? 3 : all[1] ? 2 : 0;

	for (int i = 0; i < count; i++) {
		for (int j = 0; j < count; j++) {
			/* the finders are there */
			if ((i == 0 && j == 0) || (i == 0 && j == count - 1) ||
			    (i == count - 1 && j == 0))
				continue;
			draw_rings(d, all[i], all[j], 2, 1, 1);
		}
	}
}

/* Clause 7.9; level and mask behind a BCH code. */
static void draw_format(struct drawing *d, int mask)
{
	int data = LEVEL_M << 3 | mask, rest = data, side = d->qr->side, bits;

	for (int i = 0; i < 10; i++)
		rest = (rest << 1) ^ ((rest >> 9) * 0x537);
	bits = (data << 10 | rest) ^ 0x5412;
	for (int i = 0; i < 15; i++) {
		bool is_dark = (bits >> i) & 1;

		/* around the first finder, past the timing patterns */
		if (i < 8)
			fix(d, i < 6 ? i : i + 1, 8, is_dark);
		else
			fix(d, 8, i == 8 ? 7 : 14 - i, is_dark);
		/* split between the other two */
		if (i < 8)
			fix(d, 8, side - 1 - i, is_dark);
		else
			fix(d, side - 15 + i, 8, is_dark);
	}
	fix(d, side - 8, 8, true);
}

/* Clause 7.10. */
static void draw_version(struct drawing *d)
{
	int rest = d->version, bits;

	if (d->version < 7)
		return;
	for (int i = 0; i < 12; i++)
		rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
	bits = d->version << 12 | rest;
	for (int i = 0; i < 18; i++) {
		int near = i / 3, far = d->qr->side - 11 + i % 3;

		fix(d, near, far, (bits >> i) & 1);
		fix(d, far, near, (bits >> i) & 1);
	}
}

static void draw_fixed(struct drawing *d)
{
	int side = d->qr->side;

	for (int i = 0; i < side; i++) {
		fix(d, 6, i, i % 2 == 0);
		fix(d, i, 6, i % 2 == 0);
	}
	draw_rings(d, 3, 3, 4, 2, 4);
	draw_rings(d, 3, side - 4, 4, 2, 4);
	draw_rings(d, side - 4, 3, 4, 2, 4);
	draw_alignments(d);
	draw_format(d, 0);
	draw_version(d);
}

/* ---- what does (clauses 7.7, 7.8) ---- */

/* Two columns at a time from the right, up and down in turn. */
static void draw_codewords(struct drawing *d)
{
	int side = d->qr->side, bit = 0, end = sizes[d->version].total * 8;

	for (int right = side - 1; right >= 1; right -= 2) {
		if (right == 6)
			right = 5; /* a timing pattern */
		for (int i = 0; i < 2 * side; i++) {
			int column = right - i % 2, step = i / 2;
			bool is_up = ((right + 1) & 2) == 0;
			int row = is_up ? side - 1 - step : step;

			if (d->is_fixed[row][column] || bit >= end)
				continue;
			d->qr->is_dark[row][column] =
				d->codewords[bit / 8] >> (7 - bit % 8) & 1;
			bit++;
		}
	}
}

static bool is_masked(int mask, int i, int j)
{
	switch (mask) {
	case 0:
		return (i + j) % 2 == 0;
	case 1:
		return i % 2 == 0;
	case 2:
		return j % 3 == 0;
	case 3:
		return (i + j) % 3 == 0;
	case 4:
		return (i / 2 + j / 3) % 2 == 0;
	case 5:
		return i * j % 2 + i * j % 3 == 0;
	case 6:
		return (i * j % 2 + i * j % 3) % 2 == 0;
	default:
		return ((i + j) % 2 + i * j % 3) % 2 == 0;
	}
}

/* Twice is not at all. */
static void apply_mask(struct drawing *d, int mask)
{
	for (int i = 0; i < d->qr->side; i++)
		for (int j = 0; j < d->qr->side; j++)
			if (!d->is_fixed[i][j] && is_masked(mask, i, j))
				d->qr->is_dark[i][j] = !d->qr->is_dark[i][j];
}

static bool module(const struct qr *q, bool is_turned, int i, int j)
{
	return is_turned ? q->is_dark[j][i] : q->is_dark[i][j];
}

/* Long runs of one colour, and what looks like a finder, in a row or column. */
static int line_penalty(const struct qr *q, bool is_turned, int i)
{
	int run = 0, penalty = 0;
	unsigned seen = 0;

	for (int j = 0; j < q->side; j++) {
		bool is_dark = module(q, is_turned, i, j);

		run = j > 0 && is_dark == module(q, is_turned, i, j - 1)
			      ? run + 1
			      : 1;
		if (run == 5)
			penalty += 3;
		else if (run > 5)
			penalty++;
		seen = (seen << 1 | is_dark) & 0x7ff;
		if (j >= 10 && (seen == 0x05d || seen == 0x5d0))
			penalty += QUIET_PENALTY;
	}
	return penalty;
}

/* Clause 7.8.3: the less, the easier to read. */
static int penalty_of(const struct qr *q)
{
	int penalty = 0, dark = 0, all = q->side * q->side;

	for (int i = 0; i < q->side; i++) {
		penalty += line_penalty(q, false, i) + line_penalty(q, true, i);
		for (int j = 0; j < q->side; j++) {
			bool is_dark = q->is_dark[i][j];

			dark += is_dark;
			if (i > 0 && j > 0 && is_dark == q->is_dark[i - 1][j] &&
			    is_dark == q->is_dark[i][j - 1] &&
			    is_dark == q->is_dark[i - 1][j - 1])
				penalty += 3;
		}
	}
	return penalty + abs(dark * 20 - all * 10) / all * 10;
}

static void choose_mask(struct drawing *d)
{
	int best = 0, least = 0;

	for (int mask = 0; mask < MASKS; mask++) {
		int penalty;

		draw_format(d, mask);
		apply_mask(d, mask);
		penalty = penalty_of(d->qr);
		apply_mask(d, mask);
		if (mask == 0 || penalty < least) {
			best = mask;
			least = penalty;
		}
	}
	draw_format(d, best);
	apply_mask(d, best);
}

bool qr_make(struct qr *q, const char *text)
{
	struct drawing d = { .qr = q, .version = 1 };
	unsigned char data[CODEWORDS_MAX];
	size_t len = strlen(text);

	/* the mode and how long the text is take 12 or 20 bits */
	while (d.version <= VERSIONS &&
	       len + (d.version < 10 ? 2 : 3) > (size_t)data_len(d.version))
		d.version++;
	if (d.version > VERSIONS)
		return false;
	*q = (struct qr){ .side = 17 + 4 * d.version };
	make_data(d.version, text, data);
	interleave(&d, data);
	draw_fixed(&d);
	draw_codewords(&d);
	choose_mask(&d);
	return true;
}
