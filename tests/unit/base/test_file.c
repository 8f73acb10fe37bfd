/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int on_name(void *owner, const char *name)
{
	buf_add_format(owner, "%s ", name);
	return 0;
}

static int stop(void *owner, const char *name)
{
	(void)owner;
	(void)name;
	return HW_E_FULL;
}

static void file_is_copied_once(void **state)
{
	char dir[] = "/tmp/hallway-file-XXXXXX", a[64], b[64], c[64],
	     text[16] = "";
	struct buf names = { 0 };
	struct stat st;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(a, sizeof(a), "%s/a", dir);
	snprintf(b, sizeof(b), "%s/b", dir);
	assert_int_equal(file_copy(a, b), HW_E_NOT_FOUND);
	write_file(a, "words");
	assert_int_equal(file_copy(a, b), 0);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(b, "r");
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "words");
	assert_int_equal(file_copy(a, b), HW_E_EXISTS);
	assert_int_equal(file_sync_folder(dir), 0);
	assert_int_equal(unlink(b), 0);
	assert_int_equal(mkdir(b, 0700), 0);
	assert_int_equal(file_each(dir, on_name, &names), 0);
	assert_string_equal(buf_str(&names), "a "); /* b is no file */
	assert_int_equal(file_each(dir, stop, NULL), HW_E_FULL);
	assert_int_equal(file_each(a, on_name, &names), HW_E_NOT_FOUND);
	rmdir(b);
	snprintf(c, sizeof(c), "%s/none", dir);
	assert_int_equal(file_copy_folder(c, b), HW_E_NOT_FOUND);
	assert_int_not_equal(stat(b, &st), 0);
	snprintf(c, sizeof(c), "/tmp/hallway-copy-%d", (int)getpid());
	assert_int_equal(file_copy_folder(dir, c), 0);
	assert_int_equal(stat(c, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	buf_clear(&names);
	assert_int_equal(file_each(c, on_name, &names), 0);
	assert_string_equal(buf_str(&names), "a ");
	assert_int_equal(file_copy_folder(dir, c), HW_E_EXISTS);
	file_remove_folder(c);
	assert_int_not_equal(stat(c, &st), 0);
	buf_fini(&names);
	unlink(a);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_copied_once),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
