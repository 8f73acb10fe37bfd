/* SPDX-License-Identifier: MIT */
#include "daemon/rotation.h"

#include <string.h>

#include "base/rand.h"

#define SECRET "dialback.secret"
#define PREVIOUS "dialback.previous"

/* A file from the future, by a clock that was set back, is new. */
static int64_t age_of(const struct state_dir *d, const char *name, int64_t now)
{
	int64_t at = state_dir_written_at(d, name);

	if (at < 0)
		return INT64_MAX;
	return now > at ? now - at : 0;
}

/* The old one is kept first: a crash in between leaves it in both files. */
static int rotate(const struct state_dir *d, struct rotation *r,
		  char **text_out)
{
	int error;

	memcpy(r->previous, r->secret, sizeof(r->previous));
	r->previous_for = ROTATION_OVERLAP;
	r->due = ROTATION_PERIOD;
	rand_secret(r->secret, sizeof(r->secret));
	error = state_dir_set_secret(d, PREVIOUS, r->previous, text_out);
	if (!error)
		error = state_dir_set_secret(d, SECRET, r->secret, text_out);
	return error;
}

static int read_previous(const struct state_dir *d, int64_t now,
			 struct rotation *r, char **text_out)
{
	int64_t age = age_of(d, PREVIOUS, now);

	if (age >= ROTATION_OVERLAP)
		return 0;
	r->previous_for = ROTATION_OVERLAP - age;
	return state_dir_secret(d, PREVIOUS, r->previous, text_out);
}

int rotation_read(const struct state_dir *d, int64_t now, struct rotation *out,
		  char **text_out)
{
	int error = state_dir_secret(d, SECRET, out->secret, text_out);
	int64_t age;

	memset(out->previous, 0, sizeof(out->previous));
	out->previous_for = 0;
	if (error)
		return error;
	age = age_of(d, SECRET, now);
	if (age >= ROTATION_PERIOD)
		return rotate(d, out, text_out);
	out->due = ROTATION_PERIOD - age;
	return read_previous(d, now, out, text_out);
}
