/* SPDX-License-Identifier: MIT */
/*
 * room_page: a room's own page, that of its years, and that of what was taken
 * back in it.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

void room_page_answer(struct call *c);            /* "/{room}/" */
void room_page_answer_year(struct call *c);       /* "/{room}/{year}/" */
void room_page_answer_tombstones(struct call *c); /* "/{room}/tombstones" */
void room_page_answer_qr(struct call *c);         /* "/{room}/join.svg" */
