/* SPDX-License-Identifier: MIT */
/*
 * notify: tells the service manager how we are (sd_notify(3): the datagram
 * itself, to the socket that NOTIFY_SOCKET names). Silent when there is none.
 */
#pragma once

#include "base/base.h"

void notify_ready(void);
void notify_reloading(void); /* then notify_ready() when done */
void notify_stopping(void);
