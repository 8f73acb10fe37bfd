/* SPDX-License-Identifier: MIT */
/*
 * pages: the service's own pages: what it is, how to take part, what is kept.
 * Their texts are the operator's (web.texts) or the built-in ones; page_text
 * writes them.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/-/note-well" and the others, by the last part of the path. */
void pages_answer(struct call *c);
/** Handler of "/-/news". */
void pages_answer_news(struct call *c);
