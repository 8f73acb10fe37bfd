/* SPDX-License-Identifier: MIT */
/*
 * qr: a text as a QR code (ISO/IEC 18004), model 2, byte mode, error correction
 * level M, of a size that an address needs.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

#define QR_SIDE_MAX 57 /* modules; version 10 */

struct qr {
	int side;
	bool is_dark[QR_SIDE_MAX][QR_SIDE_MAX]; /* [row][column] */
};

/** False: the text is too long (213 bytes). */
bool qr_make(struct qr *q, const char *text);
