/* SPDX-License-Identifier: MIT */
/*
 * wire: builds the daemon in order - state directory, certificates, store, rooms,
 * links, control socket - runs it, and tears it down in reverse.
 *
 * Thread: main, which becomes the conference loop.
 */
#pragma once

#include "base/base.h"

struct config;

/** Build and run until told to stop. Takes the config. Returns the exit status:
 *  0 after a clean end, 1 when it could not be built (logged). */
int wire_run(struct config *owned);
