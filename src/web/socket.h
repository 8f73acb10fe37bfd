/* SPDX-License-Identifier: MIT */
/*
 * socket: a listening socket for the pages, by its address as configured.
 *
 * Thread: before the web thread's start, the conference loop.
 */
#pragma once

#include "base/base.h"

/** text: "127.0.0.1:5280", "[::1]:5280", or "*:5280" for every address, of both
 *  families where the machine has IPv6; the port may be left out. The caller
 *  closes fd_out. HW_E_INVALID: that is no address; else what the system
 *  says. */
int socket_open(const char *text, int *fd_out);
