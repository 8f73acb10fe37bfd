/* SPDX-License-Identifier: MIT */
/*
 * planned_import: the command that takes sessions ahead of time from a calendar
 * or the datatracker's agenda: first what would be done, with "apply" it is.
 *
 * Thread: conference loop.
 */
#pragma once

struct order;

void planned_import_run(const struct order *order);
