/* SPDX-License-Identifier: MIT */
#include "loop/watch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"

#define LONG 60000 /* ms: nothing came */
#define QUIET 600 /* ms: nothing more will come */

struct fixture;

typedef void (*step_fn)(struct fixture *f);

/** A folder with the folders "links" and "files" in it. */
struct fixture {
	char *folder;
	struct loop *loop;
	struct watch *watch;
	struct timer *deadline;
	const step_fn *steps; /* each does something that is to be seen */
	int seen;
};

static char *in_folder(const struct fixture *f, const char *name)
{
	return str_format("%s/%s", f->folder, name);
}

static void put(struct fixture *f, const char *name, const char *text)
{
	char *path = in_folder(f, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	mem_free(&path);
}

static void move(struct fixture *f, const char *from, const char *to)
{
	char *old = in_folder(f, from), *fresh = in_folder(f, to);

	assert_int_equal(rename(old, fresh), 0);
	mem_free(&old);
	mem_free(&fresh);
}

static void drop(struct fixture *f, const char *name)
{
	char *path = in_folder(f, name);

	if (unlink(path) != 0)
		(void)rmdir(path);
	mem_free(&path);
}

static void link_to(struct fixture *f, const char *to, const char *name)
{
	char *path = in_folder(f, name);

	assert_int_equal(symlink(to, path), 0);
	mem_free(&path);
}

static void stop(struct fixture *f)
{
	watch_free(&f->watch);
	timer_free(&f->deadline);
}

static void on_change(void *owner)
{
	struct fixture *f = owner;

	f->seen++;
	if (*++f->steps)
		(*f->steps)(f);
	else
		timer_start(f->deadline, QUIET);
}

static void on_deadline(void *owner)
{
	stop(owner);
}

static int make(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	const char *tmp = getenv("TMPDIR");
	char *path;

	f->folder = str_format("%s/hallway-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	path = in_folder(f, "links");
	assert_int_equal(mkdir(path, 0700), 0);
	mem_free(&path);
	path = in_folder(f, "files");
	assert_int_equal(mkdir(path, 0700), 0);
	mem_free(&path);
	f->loop = loop_open("test");
	f->watch = watch_new(f->loop, on_change, f);
	f->deadline = timer_new(f->loop, on_deadline, f);
	*state = f;
	return 0;
}

static int clean(void **state)
{
	static const char *const names[] = { "links/one",   "links/fresh",
					     "files/one",   "files/two",
					     "files/fresh", "links",
					     "files" };
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(names); i++)
		drop(f, names[i]);
	rmdir(f->folder);
	stop(f);
	loop_run(f->loop);
	loop_close(&f->loop);
	mem_free(&f->folder);
	mem_free(&f);
	return 0;
}

/* All steps are seen, each once. */
static void run(struct fixture *f, const char *name, const step_fn *steps)
{
	int count = 0;
	char *path = in_folder(f, name);

	while (steps[count])
		count++;
	watch_add(f->watch, path);
	mem_free(&path);
	f->steps = steps;
	timer_start(f->deadline, LONG);
	if (*steps)
		(*steps)(f);
	loop_run(f->loop);
	assert_int_equal(f->seen, count);
}

static void write_again(struct fixture *f)
{
	put(f, "files/one", "more than before");
}

static void replace(struct fixture *f)
{
	put(f, "files/fresh", "new");
	move(f, "files/fresh", "files/one");
}

static void remove_it(struct fixture *f)
{
	drop(f, "files/one");
}

static void write_often(struct fixture *f)
{
	for (int i = 0; i < 20; i++)
		put(f, "files/one", i % 2 ? "odd" : "even");
}

static void watch_sees_a_file_change(void **state)
{
	static const step_fn steps[] = { write_again, replace,     remove_it,
					 replace,     write_often, NULL };
	struct fixture *f = *state;

	put(f, "files/one", "first");
	run(f, "files/one", steps);
}

static void watch_sees_a_file_come(void **state)
{
	static const step_fn steps[] = { write_again, NULL };

	run(*state, "files/one", steps);
}

static void turn_link(struct fixture *f)
{
	put(f, "files/two", "two");
	link_to(f, "../files/two", "links/fresh");
	move(f, "links/fresh", "links/one");
}

static void write_target(struct fixture *f)
{
	put(f, "files/two", "two again");
}

/* As certbot and systemd-resolved do. */
static void watch_follows_links(void **state)
{
	static const step_fn steps[] = { write_again, replace, turn_link,
					 write_target, NULL };
	struct fixture *f = *state;

	put(f, "files/one", "first");
	link_to(f, "../files/one", "links/one");
	run(f, "links/one", steps);
}

static void touch_others(struct fixture *f)
{
	put(f, "files/two", "not watched");
	drop(f, "files/two");
}

static void watch_passes_over_its_neighbours(void **state)
{
	static const step_fn none[] = { NULL };
	struct fixture *f = *state;
	char *path = in_folder(f, "files/one");

	put(f, "files/one", "first");
	watch_add(f->watch, path);
	mem_free(&path);
	f->steps = none;
	timer_start(f->deadline, QUIET);
	touch_others(f);
	loop_run(f->loop);
	assert_int_equal(f->seen, 0);
}

static void watch_survives_a_folder_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	char *path = in_folder(f, "nowhere/one");

	watch_add(f->watch, path);
	mem_free(&path);
	timer_start(f->deadline, 1);
	loop_run(f->loop);
	assert_int_equal(f->seen, 0);
}

static void watch_does_not_keep_the_loop(void **state)
{
	struct fixture *f = *state;
	char *path = in_folder(f, "files/one");

	watch_add(f->watch, path);
	mem_free(&path);
	loop_run(f->loop); /* ends by itself */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(watch_sees_a_file_change, make,
						clean),
		cmocka_unit_test_setup_teardown(watch_sees_a_file_come, make,
						clean),
		cmocka_unit_test_setup_teardown(watch_follows_links, make,
						clean),
		cmocka_unit_test_setup_teardown(
			watch_passes_over_its_neighbours, make, clean),
		cmocka_unit_test_setup_teardown(
			watch_survives_a_folder_that_is_not_there, make, clean),
		cmocka_unit_test_setup_teardown(watch_does_not_keep_the_loop,
						make, clean),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
