/* SPDX-License-Identifier: MIT */
/*
 * s2s_desk: the commands about links and streams. They answer later, when the
 * I/O loops have: what is asked waits here, by number, until then.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct command_reply;
struct loop;
struct s2s;
struct s2s_desk;

/** s2s is borrowed. */
struct s2s_desk *s2s_desk_open(struct loop *loop, struct s2s *s2s);
/** Ends what still waits; nothing is asked any more. */
void s2s_desk_close(struct s2s_desk *d);
/** When all threads have ended. NULL is harmless. */
void s2s_desk_free(struct s2s_desk **d);

/** A row for each link and each pair of a stream; domain: only those of this
 *  domain, at either end; NULL: all. */
void s2s_desk_list(struct s2s_desk *d, const char *domain,
		   const struct command_reply *reply);
/** The doctor's rows, as they come. local is one of ours; both are normalised. */
void s2s_desk_check(struct s2s_desk *d, const char *local, const char *remote,
		    const struct command_reply *reply);
/** What is remembered of domain (normalised) is forgotten: it may prove itself
 *  anew, as it can. "not-found": there was nothing. */
void s2s_desk_forget(struct s2s_desk *d, const char *domain,
		     const struct command_reply *reply);
