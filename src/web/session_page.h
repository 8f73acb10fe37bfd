/* SPDX-License-Identifier: MIT */
/*
 * session_page: the page of a session of a room, its draft minutes as a file and
 * what the datatracker takes of it.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handlers: "/{room}/meeting/{id}/", and "minutes.md", "chatlog.json",
 *  "polls.json" in it. */
void session_page_answer(struct call *c);
void session_page_answer_minutes(struct call *c);
void session_page_answer_chatlog(struct call *c);
void session_page_answer_polls(struct call *c);
