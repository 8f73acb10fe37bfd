/* SPDX-License-Identifier: MIT */
/*
 * state_dir: the directory that holds all that must survive: database, secrets,
 * made certificates. 0700, locked against a second daemon.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"

struct state_dir;

#define STATE_DIR_SECRET_SIZE 32

/** Made if missing. On error *text_out (owned) tells the operator why. */
HW_MUST_USE int state_dir_open(const char *path, struct state_dir **out,
			       char **text_out);
void state_dir_close(struct state_dir **d); /* unlocks */

/** Path of an entry; owned. */
char *state_dir_path(const struct state_dir *d, const char *name);
/** The secret in file name; drawn and written (0600) if there is none. */
HW_MUST_USE int state_dir_secret(const struct state_dir *d, const char *name,
				 unsigned char out[STATE_DIR_SECRET_SIZE],
				 char **text_out);
/** Replace it, whole or not at all. */
HW_MUST_USE int
state_dir_set_secret(const struct state_dir *d, const char *name,
		     const unsigned char secret[STATE_DIR_SECRET_SIZE],
		     char **text_out);
/** When that was (ms since 1970), or -1: there is none. */
int64_t state_dir_written_at(const struct state_dir *d, const char *name);
