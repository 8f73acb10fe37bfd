/* SPDX-License-Identifier: MIT */
/*
 * record_zip: the bytes of a session's package. MANIFEST.sha256 lists the digests
 * of all other files, MANIFEST.sig signs it.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

struct buf;
struct minutes_view;
struct session_log;
struct sign_key;

/** What stands before the manifest when it is signed. */
#define RECORD_ZIP_STATEMENT "hallway record 1\n"

/** Appends the package; v->is_away is set. HW_E_IO: it cannot be made. */
HW_MUST_USE int record_zip_make(const struct session_log *l,
				const struct minutes_view *v,
				const struct sign_key *key, unsigned revision,
				int64_t now, struct buf *out);
