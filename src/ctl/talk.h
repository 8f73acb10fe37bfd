/* SPDX-License-Identifier: MIT */
/*
 * talk: the connection to the daemon's control socket: one request, and the
 * lines of the answer. Plain blocking input and output.
 */
#pragma once

#include <jansson.h>

#include "base/base.h"
#include "base/buf.h"

/* Exit statuses of the program. */
#define EXIT_FAILED 1      /* the daemon said no */
#define EXIT_USAGE 2       /* arguments */
#define EXIT_UNREACHABLE 3 /* no daemon, or it went away */

/** The connection, and what of it is not yet read as lines. */
struct talk {
	const char *socket;
	int fd; /* -1: closed */
	struct buf in;
};

int talk_complain_usage(const char *text);
int talk_complain_unreachable(const char *socket, const char *why);

/** Returns 0 or the exit status, which was explained. */
int talk_open(struct talk *t, const char *path);
void talk_close(struct talk *t);
/** Errors show when the answer is read. */
void talk_say(struct talk *t, const char *command, json_t *args);
/** The next line without its end, parsed; NULL when there is none, or when it
 *  is no JSON. */
json_t *talk_hear(struct talk *t);
/** Is there nothing whole to hear for a while? */
bool talk_is_slow(const struct talk *t);
