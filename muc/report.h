/* SPDX-License-Identifier: MIT */
/*
 * report: users report abuse in our rooms (the payload of XEP-0377). It is kept
 * in the log and the audit for the operators, and told to the moderators of the
 * room that it is about; nothing else follows from it by itself.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct site;
struct stanza;

/** Is it a report? Then it is answered. */
bool report_run(struct site *site, const struct stanza *s);
