/* SPDX-License-Identifier: MIT */
/*
 * spool: a folder for lists of groups: what is put there is imported by itself,
 * as by "rooms import --apply", and then moved to done/ or failed/ in it, with
 * what was done beside it. A file counts as whole when it has not changed for a
 * moment; names that begin with a dot are left alone.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct importer;
struct loop;
struct spool;

/** importer is borrowed; the folder is made if it is not there. NULL, and said
 *  so in the log, when it cannot be read and written. */
struct spool *spool_open(struct loop *loop, struct importer *importer,
			 const char *folder);
/** After the importer: what it was at stays in the folder. NULL is harmless. */
void spool_close(struct spool **s);
