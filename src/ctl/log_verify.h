/* SPDX-License-Identifier: MIT */
/*
 * log_verify: checks a log that was taken along (JSON): is it what was kept?
 * Needs no daemon. What is checked stands in doc/protocol/record.md.
 */
#pragma once

#include "base/base.h"

/** words: "log", "verify", then its arguments. Prints what it found; the exit
 *  status: 0 it is, 1 it is not, 2 wrong usage. */
int log_verify_run(char *const *words);
