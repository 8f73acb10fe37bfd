/* SPDX-License-Identifier: MIT */
/*
 * export_zip: days of a room as a ZIP file: each in all forms, the key that
 * signed them, and a list of SHA-256 digests as sha256sum reads it.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct buf;
struct export_log;
struct export_zip;

/** The log is borrowed. */
struct export_zip *export_zip_new(const struct export_log *log);
/** NULL is harmless. */
void export_zip_free(struct export_zip **z);
/** Appends the next day, or the end. False: that was the last, or it cannot be
 *  gone on with. */
bool export_zip_fill(struct export_zip *z, struct buf *out);
