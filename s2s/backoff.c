/* SPDX-License-Identifier: MIT */
#include "s2s/backoff.h"

#include "base/rand.h"

/* +-25 %, so that peers who lost us together do not come back together. */
int64_t backoff_rest(unsigned failures)
{
	static const int64_t rests[] = { 5000, 15000, 45000, 120000, 300000 };
	size_t i = failures - 1;
	int64_t rest;

	require(failures > 0);
	if (i >= array_len(rests))
		i = array_len(rests) - 1;
	rest = rests[i];
	return rest * 3 / 4 + rand_below((uint32_t)(rest / 2));
}

int64_t backoff_cut(int64_t rest, int64_t grace_left)
{
	int64_t half = grace_left / 2;

	return half >= BACKOFF_MIN / 2 && rest > half ? half : rest;
}
