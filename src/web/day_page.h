/* SPDX-License-Identifier: MIT */
/*
 * day_page: the page of a day of a room.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/{room}/{day}"; heeds the arguments presence, tz, hl, live. */
void day_page_answer(struct call *c);
/** Writes the page of that day of c->room into c->body, as c's arguments say
 *  (none: as it is kept). HW_E_NOT_FOUND: nothing was said;
 *  HW_E_FULL: this client asked for too much. */
HW_MUST_USE int day_page_write(struct call *c, const char *key);
/** Handler of "/{room}/m/{id}": to the day of the line. */
void day_page_answer_line(struct call *c);
