/* SPDX-License-Identifier: MIT */
/*
 * checkup: is the database whole? The file, the references, the days and what is
 * counted of them, every digest and chain, the signatures, the index over the
 * words. May take minutes; nobody waits for it but who asked.
 *
 * Thread: any, with a handle of its own.
 */
#pragma once

#include "base/base.h"

/** A sentence of what is wrong; borrowed. */
typedef void (*checkup_fn)(void *owner, const char *text);

struct checkup_settings {
	const char *path;
	const unsigned char *public_key;   /* SIGN_PUBLIC_SIZE bytes; or NULL:
					  * signatures are not looked at */
	bool (*is_cancelled)(void *owner); /* or NULL; asked now and then */
};

struct checkup_result {
	int64_t lines, days, faults;
};

/** An error: it could not be looked at to the end (HW_E_CANCELLED). */
HW_MUST_USE int checkup_run(const struct checkup_settings *settings,
			    checkup_fn fn, void *owner,
			    struct checkup_result *result_out);
