/* SPDX-License-Identifier: MIT */
/*
 * backup: a copy of the database as it is at one moment, while it is in use. No
 * commit waits for it.
 *
 * Thread: any, with handles of its own.
 */
#pragma once

#include "base/base.h"

struct backup_settings {
	const char *from;
	const char *to;                    /* must not be there; mode 0600 */
	bool (*is_cancelled)(void *owner); /* or NULL; asked now and then */
	void *owner;
};

/** The copy is on the disk when this returns. On an error nothing is left of
 *  it. HW_E_EXISTS, HW_E_CANCELLED. */
HW_MUST_USE int backup_make(const struct backup_settings *settings);
