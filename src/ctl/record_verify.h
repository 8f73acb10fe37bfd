/* SPDX-License-Identifier: MIT */
/*
 * record_verify: checks the record of a session (ZIP) on any machine: is it what
 * the service made and signed? Needs no daemon. What is checked stands in
 * doc/protocol/record.md.
 */
#pragma once

#include "base/base.h"

/** words: "record", "verify", then its arguments. Prints what it found; the exit
 *  status: 0 it is, 1 it is not, 2 wrong usage, or no such file. */
int record_verify_run(char *const *words);
