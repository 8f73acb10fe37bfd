/* SPDX-License-Identifier: MIT */
#include "store/log_vfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "scratch.h"

#define PAGE 4096
#define LARGE ((127 << 10) + 1) /* more than is held back */
#define LOG_FLAGS (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL)

struct fixture {
	struct scratch scratch;
	sqlite3_vfs *vfs;
	sqlite3_file *file; /* owned */
	unsigned char page[PAGE];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int flags;

	scratch_init(&f->scratch);
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	f->vfs = sqlite3_vfs_find(log_vfs_name());
	assert_non_null(f->vfs);
	f->file = calloc(1, (size_t)f->vfs->szOsFile);
	assert_int_equal(f->vfs->xOpen(f->vfs, f->scratch.path, f->file,
				       LOG_FLAGS, &flags),
			 SQLITE_OK);
	memset(f->page, 'x', sizeof(f->page));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->file->pMethods->xClose(f->file), SQLITE_OK);
	scratch_fini(&f->scratch);
	free(f->file);
	free(f);
	return 0;
}

static void put(struct fixture *f, int64_t at, const char *text)
{
	memcpy(f->page, text, strlen(text));
	assert_int_equal(f->file->pMethods->xWrite(f->file, f->page, PAGE, at),
			 SQLITE_OK);
}

/* What everybody else sees. */
static int64_t size_outside(const struct fixture *f)
{
	struct stat info;

	assert_int_equal(stat(f->scratch.path, &info), 0);
	return info.st_size;
}

static void assert_there(struct fixture *f, int64_t at, const char *text)
{
	char got[16];

	assert_int_equal(
		f->file->pMethods->xRead(f->file, got, (int)strlen(text), at),
		SQLITE_OK);
	assert_memory_equal(got, text, strlen(text));
}

static void what_is_in_a_row_goes_out_with_the_sync(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		put(f, i * PAGE, "row");
	assert_int_equal(size_outside(f), 0);
	assert_int_equal(f->file->pMethods->xSync(f->file, SQLITE_SYNC_NORMAL),
			 SQLITE_OK);
	assert_int_equal(size_outside(f), 10 * PAGE);
	put(f, 10 * PAGE, "next");
	assert_int_equal(size_outside(f), 10 * PAGE);
}

static void what_was_written_is_read(void **state)
{
	struct fixture *f = *state;
	sqlite3_int64 size;

	put(f, 0, "one");
	put(f, PAGE, "two");
	assert_there(f, PAGE, "two");
	put(f, 2 * PAGE, "three");
	assert_int_equal(f->file->pMethods->xFileSize(f->file, &size),
			 SQLITE_OK);
	assert_int_equal(size, 3 * PAGE);
}

/* A transaction that was rolled back has written there before. */
static void last_word_counts(void **state)
{
	struct fixture *f = *state;

	put(f, 0, "first");
	put(f, PAGE, "old");
	put(f, PAGE, "new"); /* not behind what waits */
	put(f, 2 * PAGE, "third");
	assert_there(f, 0, "first");
	assert_there(f, PAGE, "new");
	assert_there(f, 2 * PAGE, "third");
}

static void much_goes_out_by_itself(void **state)
{
	struct fixture *f = *state;
	unsigned char *large = calloc(1, LARGE);

	for (int i = 0; i < 100; i++)
		put(f, i * PAGE, "much");
	assert_true(size_outside(f) > 0);
	assert_int_equal(
		f->file->pMethods->xWrite(f->file, large, LARGE, 100 * PAGE),
		SQLITE_OK);
	assert_int_equal(size_outside(f), 100 * PAGE + LARGE);
	assert_there(f, 99 * PAGE, "much");
	free(large);
}

static void log_is_cut_behind_what_was_written(void **state)
{
	struct fixture *f = *state;

	put(f, 0, "one");
	put(f, PAGE, "two");
	assert_int_equal(f->file->pMethods->xTruncate(f->file, PAGE),
			 SQLITE_OK);
	assert_int_equal(size_outside(f), PAGE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_in_a_row_goes_out_with_the_sync),
		TEST(what_was_written_is_read),
		TEST(last_word_counts),
		TEST(much_goes_out_by_itself),
		TEST(log_is_cut_behind_what_was_written),
	};
	return cmocka_run_group_tests_name("log_vfs", tests, NULL, NULL);
}
