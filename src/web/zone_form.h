/* SPDX-License-Identifier: MIT */
/*
 * zone_form: the form of a page that asks in which time zone its times are to be
 * told.
 *
 * Pure. Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct html;

/** label: what stands before the field. tz: what was asked for, or NULL. flag:
 *  another argument of the page that is on and stays so, or NULL. */
void zone_form_write(struct html *h, const char *label, const char *tz,
		     const char *flag);
