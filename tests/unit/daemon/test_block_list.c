/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/block_list.h"
#include "s2s/s2s.h"

struct fixture {
	char folder[40];
	char *path; /* owned */
};

static int setup(void **state)
{
	static struct fixture f;

	strcpy(f.folder, "/tmp/hallway-test.XXXXXX");
	assert_non_null(mkdtemp(f.folder));
	f.path = str_format("%s/blocked", f.folder);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	rmdir(f->folder);
	mem_free(&f->path);
	return 0;
}

static void a_block_outlives_the_process(void **state)
{
	static const char *const denied[] = { "c.test" };
	const struct s2s_policy policy = { .deny = { denied, 1 } };
	struct fixture *f = *state;
	struct block_list *l;
	struct s2s_policy joined;

	assert_int_equal(block_list_open(f->path, &l), 0);
	assert_int_equal(block_list_count(l), 0);
	assert_int_equal(block_list_set(l, "b\303\274.test", true), 0);
	assert_int_equal(block_list_set(l, "b.test", true), 0);
	assert_int_equal(block_list_set(l, "b.test", true), HW_E_EXISTS);
	assert_int_equal(block_list_set(l, "b.test", false), 0);
	assert_int_equal(block_list_set(l, "b.test", false), HW_E_EXISTS);
	block_list_free(&l);
	assert_int_equal(block_list_open(f->path, &l), 0);
	assert_int_equal(block_list_count(l), 1);
	joined = block_list_join(l, &policy);
	assert_int_equal(joined.deny.count, 2);
	assert_string_equal(joined.deny.names[0], "c.test");
	assert_string_equal(joined.deny.names[1], "b\303\274.test");
	block_list_free(&l);
}

static void what_cannot_be_kept_is_not_done(void **state)
{
	struct fixture *f = *state;
	char *below = str_format("%s/none/blocked", f->folder);
	struct block_list *l;

	assert_int_equal(block_list_open(below, &l), 0);
	assert_int_equal(block_list_set(l, "b.test", true), HW_E_NOT_FOUND);
	assert_int_equal(block_list_count(l), 0);
	block_list_free(&l);
	mem_free(&below);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_block_outlives_the_process),
		CASE(what_cannot_be_kept_is_not_done),
	};

	return cmocka_run_group_tests_name("block_list", tests, NULL, NULL);
}
