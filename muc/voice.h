/* SPDX-License-Identifier: MIT */
/*
 * voice: asking for it in a moderated room (XEP-0045 #requestvoice), and the
 * moderators' answer (#voiceapprove).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct stanza;

bool voice_is_form(const struct stanza *s);
/** A muc#request form: a request, or the approval of one. */
void voice_run(struct act *a);
