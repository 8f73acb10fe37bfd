/* SPDX-License-Identifier: MIT */
/*
 * listeners: the addresses at which browsers find us, each a daemon of the HTTP
 * library, and the certificate that they show. When that is replaced there is
 * a second daemon behind the same address for a while.
 *
 * Thread: opened and closed by the conference loop while the web thread is not
 * there; else the web thread's, but for listeners_port().
 */
#pragma once

#include "base/base.h"

struct MHD_Connection;
struct listeners;
struct web_settings;

/** A request has been read: answer it. False: the connection is closed. */
typedef bool listeners_request_fn(void *owner,
				  struct MHD_Connection *connection,
				  const char *url, const char *method);

/** settings are borrowed until listeners_close(). What fails is logged. */
int listeners_open(const struct web_settings *settings,
		   listeners_request_fn *answer, void *owner,
		   struct listeners **listeners_out);
/** Ends all connections. NULL is harmless. */
void listeners_close(struct listeners **l);

/** Of settings.listen[which]. Any thread. */
uint16_t listeners_port(const struct listeners *l, size_t which);
/** Show the certificate that is in the files now to whoever comes from now
 *  on. */
void listeners_renew(struct listeners *l);
/** Read, answer and write as far as it goes without waiting. */
void listeners_run(struct listeners *l);
/** Close those that were replaced and whose last client has gone. */
void listeners_close_old(struct listeners *l);
/** Wait until there is something to run, wake is readable, or timeout ms have
 *  passed (-1: for ever). */
void listeners_wait(struct listeners *l, int wake, int timeout);
