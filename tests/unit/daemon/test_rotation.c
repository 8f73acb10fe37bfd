/* SPDX-License-Identifier: MIT */
/* The secret for dialback over the days, and over restarts (S6). */
#include "daemon/rotation.h"

#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define HOUR 3600000LL

struct fixture {
	char *folder;
	struct state_dir *dir;
	int64_t began;
};

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	const char *tmp = getenv("TMPDIR");
	char *text = NULL;

	f->folder = str_format("%s/hallway-state-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->folder) || state_dir_open(f->folder, &f->dir, &text))
		return -1;
	f->began = clock_wall();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "lock", "dialback.secret",
					     "dialback.previous",
					     "dialback.previous.new" };
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(names); i++) {
		char *path = state_dir_path(f->dir, names[i]);

		(void)remove(path);
		mem_free(&path);
	}
	state_dir_close(&f->dir);
	remove(f->folder);
	mem_free(&f->folder);
	mem_free(&f);
	return 0;
}

static struct rotation read_at(const struct fixture *f, int64_t now)
{
	struct rotation r;
	char *text = NULL;

	assert_int_equal(rotation_read(f->dir, now, &r, &text), 0);
	assert_null(text);
	return r;
}

static void rotation_begins_with_one_secret(void **state)
{
	const struct fixture *f = *state;
	struct rotation r = read_at(f, f->began);
	struct rotation again = read_at(f, f->began + 23 * HOUR);

	assert_memory_equal(r.secret, again.secret, sizeof(r.secret));
	assert_int_equal(r.previous_for, 0);
	assert_int_equal(again.previous_for, 0);
	assert_in_range(r.due, 23 * HOUR, 24 * HOUR + 60000);
	assert_in_range(again.due, HOUR - 60000, HOUR + 60000);
}

static void rotation_keeps_the_one_before_for_an_hour(void **state)
{
	const struct fixture *f = *state;
	struct rotation first = read_at(f, f->began);
	struct rotation r = read_at(f, f->began + 25 * HOUR);
	struct rotation again;

	assert_memory_not_equal(r.secret, first.secret, sizeof(r.secret));
	assert_memory_equal(r.previous, first.secret, sizeof(r.secret));
	assert_int_equal(r.previous_for, ROTATION_OVERLAP);
	assert_int_equal(r.due, ROTATION_PERIOD);
	/* a restart; the files were written just now, whatever `now` said */
	again = read_at(f, f->began + HOUR / 2);
	assert_memory_equal(again.secret, r.secret, sizeof(r.secret));
	assert_memory_equal(again.previous, first.secret, sizeof(r.secret));
	assert_in_range(again.previous_for, HOUR / 2, HOUR / 2 + 60000);
	/* and a late one */
	again = read_at(f, f->began + 2 * HOUR);
	assert_memory_equal(again.secret, r.secret, sizeof(r.secret));
	assert_int_equal(again.previous_for, 0);
}

static void rotation_takes_a_file_from_the_future_for_new(void **state)
{
	const struct fixture *f = *state;
	struct rotation first = read_at(f, f->began);
	struct rotation r = read_at(f, f->began - 48 * HOUR);

	assert_memory_equal(r.secret, first.secret, sizeof(r.secret));
	assert_int_equal(r.due, ROTATION_PERIOD);
}

/* Without a place for the one before, the present one stays. */
static void rotation_that_cannot_be_written_changes_nothing(void **state)
{
	const struct fixture *f = *state;
	struct rotation first = read_at(f, f->began);
	char *obstacle = state_dir_path(f->dir, "dialback.previous.new");
	struct rotation r;
	char *text = NULL;

	assert_int_equal(mkdir(obstacle, 0700), 0);
	assert_true(rotation_read(f->dir, f->began + 25 * HOUR, &r, &text) < 0);
	assert_non_null(text);
	mem_free(&text);
	mem_free(&obstacle);
	r = read_at(f, f->began);
	assert_memory_equal(r.secret, first.secret, sizeof(r.secret));
}

#define rotation_test(name) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rotation_test(rotation_begins_with_one_secret),
		rotation_test(rotation_keeps_the_one_before_for_an_hour),
		rotation_test(rotation_takes_a_file_from_the_future_for_new),
		rotation_test(rotation_that_cannot_be_written_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
