/* SPDX-License-Identifier: MIT */
/*
 * agenda: sessions that are, were and will be: as a page, as part of a room's
 * page, and as a calendar for other programs (RFC 5545).
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;
struct html;

/** Handlers: "/-/calendar", "/-/calendar.ics", "/{room}/calendar.ics". */
void agenda_answer(struct call *c);
void agenda_answer_ics(struct call *c);
void agenda_answer_room_ics(struct call *c);

/** Of c's room, for its page; nothing where there are none. 0 or a negative
 *  hw_error. */
HW_MUST_USE int agenda_write_room(struct call *c, struct html *h);
