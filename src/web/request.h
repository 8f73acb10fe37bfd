/* SPDX-License-Identifier: MIT */
/*
 * request: a question as the HTTP library has it, made a call, and the call's
 * answer given back to the library.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct MHD_Connection;
struct ready;
struct web_desk;

/** Once the request has been read. False: the connection is to be closed. */
bool request_answer(const struct web_desk *desk, struct ready *ready,
		    struct MHD_Connection *connection, const char *url,
		    const char *method);
