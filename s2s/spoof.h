/* SPDX-License-Identifier: MIT */
/*
 * spoof: what is said on a stream in the name of others, or as if we had asked:
 * told and counted in one way, whoever opened the stream.
 *
 * Thread: the stream's.
 */
#pragma once

#include "base/base.h"

struct stream;

/** Somebody (label) spoke for a domain that is not theirs, as it was given. The
 *  stream must end. */
void spoof_note(const struct stream *s, const char *label, const char *claimed);
/** Dialback came that nobody asked for (the attacks of 2012: XSF notice
 *  2012-08-21). True: that often that the stream must end. */
HW_MUST_USE bool spoof_note_unsolicited(const struct stream *s,
					const char *label, unsigned *count);
