/* SPDX-License-Identifier: MIT */
/*
 * restore: "store restore": puts a backup in place of what is in the state
 * directory, while no daemon uses it. What was there is kept beside.
 */
#pragma once

#include "base/base.h"

#define RESTORE_COMMAND "store restore"

/** Is it that command? It is done here, not by a daemon. */
bool restore_is_meant(const char *command);
/** An exit status. state_dir NULL: the usual one. */
int restore_run(const char *command, const char *state_dir);
