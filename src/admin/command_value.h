/* SPDX-License-Identifier: MIT */
/*
 * command_value: reads the value of a command's argument by its type.
 *
 * Thread: conference loop.
 */
#pragma once

#include "admin/command.h"

/** The value in normal form, owned ("" when nothing was said); number_out gets
 *  that of COMMAND_NUMBER and COMMAND_FLAG. text NULL: number was given. NULL:
 *  it is none, and *complaint_out an owned sentence. */
char *command_value_read(const struct admin *admin,
			 const struct command_argument *a, const char *text,
			 int64_t number, int64_t *number_out,
			 char **complaint_out);
