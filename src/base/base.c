/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

void require_failed(const char *expr, const char *file, int line)
{
	/* stderr and not the log: nothing of ours can be trusted any more */
	fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, expr);
	abort();
}
