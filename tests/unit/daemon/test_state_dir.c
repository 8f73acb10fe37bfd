/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/state_dir.h"

/** A fresh folder of the test, and the state directory in it. */
struct fixture {
	char *folder;
	char *path;
	struct state_dir *dir;
	char *text;
};

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	const char *tmp = getenv("TMPDIR");

	f->folder = str_format("%s/hallway-state-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(f->folder))
		return -1;
	f->path = str_format("%s/state", f->folder);
	*state = f;
	return 0;
}

static void remove_in(const char *folder, const char *name)
{
	char *path = str_format("%s/%s", folder, name);

	remove(path);
	mem_free(&path);
}

static int teardown(void **state)
{
	static const char *const names[] = { "lock", "s", "s.new" };
	struct fixture *f = *state;

	state_dir_close(&f->dir);
	for (size_t i = 0; i < array_len(names); i++)
		remove_in(f->path, names[i]);
	remove(f->path);
	rmdir(f->folder);
	mem_free(&f->text);
	mem_free(&f->path);
	mem_free(&f->folder);
	mem_free(&f);
	return 0;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void open_dir(struct fixture *f)
{
	assert_int_equal(state_dir_open(f->path, &f->dir, &f->text), 0);
	assert_non_null(f->dir);
	assert_null(f->text);
}

static void is_made_for_the_owner_alone(void **state)
{
	struct fixture *f = *state;
	char *path;

	open_dir(f);
	assert_int_equal(mode_of(f->path), 0700);
	path = state_dir_path(f->dir, "hallway.db");
	assert_true(str_has_suffix(path, "/state/hallway.db"));
	mem_free(&path);
}

static void one_open_to_others_is_closed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkdir(f->path, 0700), 0);
	assert_int_equal(chmod(f->path, 0755), 0);
	open_dir(f);
	assert_int_equal(mode_of(f->path), 0700);
}

static void missing_parent_is_told(void **state)
{
	struct fixture *f = *state;
	char *path = str_format("%s/not/there", f->folder);

	assert_int_equal(state_dir_open(path, &f->dir, &f->text),
			 HW_E_NOT_FOUND);
	assert_null(f->dir);
	assert_true(str_has_prefix(f->text, path));
	assert_non_null(strstr(f->text, "cannot be made: "));
	mem_free(&path);
}

static void a_file_in_its_place_is_told(void **state)
{
	struct fixture *f = *state;

	write_file(f->path, "");
	assert_int_equal(chmod(f->path, 0600), 0);
	assert_true(state_dir_open(f->path, &f->dir, &f->text) < 0);
	assert_null(f->dir);
	assert_non_null(f->text);
}

/* Returns what a second process gets. */
static int try_in_child(const char *path)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct state_dir *d = NULL;
		char *text = NULL;
		int error = state_dir_open(path, &d, &text);

		if (!error || d || !text || !strstr(text, "another hallwayd"))
			error = 0;
		state_dir_close(&d);
		mem_free(&text);
		_exit(-error);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void second_process_is_turned_away(void **state)
{
	struct fixture *f = *state;

	open_dir(f);
	assert_int_equal(try_in_child(f->path), HW_E_BUSY);
	assert_int_equal(try_in_child(f->path), HW_E_BUSY);
	state_dir_close(&f->dir);
	assert_null(f->dir);
	open_dir(f); /* closing unlocked it */
}

static void secret_is_made_once_and_kept(void **state)
{
	struct fixture *f = *state;
	unsigned char first[STATE_DIR_SECRET_SIZE] = { 0 };
	unsigned char again[STATE_DIR_SECRET_SIZE] = { 0 };
	unsigned char zero[STATE_DIR_SECRET_SIZE] = { 0 };
	struct stat st;
	char *path;

	open_dir(f);
	assert_int_equal(state_dir_secret(f->dir, "s", first, &f->text), 0);
	assert_memory_not_equal(first, zero, sizeof(first));
	path = state_dir_path(f->dir, "s");
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2 * STATE_DIR_SECRET_SIZE);
	mem_free(&path);
	state_dir_close(&f->dir);
	open_dir(f);
	assert_int_equal(state_dir_secret(f->dir, "s", again, &f->text), 0);
	assert_memory_equal(first, again, sizeof(first));
	assert_null(f->text);
}

static void damaged_secret_is_told_and_left_alone(void **state)
{
	static const char *const damaged[] = {
		"", "00ff",
		("zz0102030405060708090a0b0c0d0e0f"
		 "101112131415161718191a1b1c1d1e1f"),
	};
	struct fixture *f = *state;
	unsigned char secret[STATE_DIR_SECRET_SIZE];
	struct stat st;
	char *path;

	open_dir(f);
	path = state_dir_path(f->dir, "s");
	for (size_t i = 0; i < array_len(damaged); i++) {
		write_file(path, damaged[i]);
		assert_int_equal(state_dir_secret(f->dir, "s", secret,
						  &f->text),
				 HW_E_CORRUPT);
		assert_true(str_has_prefix(f->text, path));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, strlen(damaged[i]));
		mem_free(&f->text);
	}
	mem_free(&path);
}

/* Whatever keeps it from being read, it is not drawn anew. */
static void unreadable_secret_is_kept(void **state)
{
	struct fixture *f = *state;
	unsigned char secret[STATE_DIR_SECRET_SIZE];
	struct stat st;
	char *path;

	open_dir(f);
	path = state_dir_path(f->dir, "s");
	assert_int_equal(symlink("s", path), 0); /* to itself: ELOOP */
	assert_true(state_dir_secret(f->dir, "s", secret, &f->text) < 0);
	assert_non_null(strstr(f->text, "cannot be opened"));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	mem_free(&path);
}

static void secret_may_end_with_a_newline(void **state)
{
	struct fixture *f = *state;
	unsigned char secret[STATE_DIR_SECRET_SIZE];
	char *path;

	open_dir(f);
	path = state_dir_path(f->dir, "s");
	write_file(path, "000102030405060708090a0b0c0d0e0f"
			 "101112131415161718191a1b1c1d1e1f\n");
	assert_int_equal(state_dir_secret(f->dir, "s", secret, &f->text), 0);
	for (int i = 0; i < STATE_DIR_SECRET_SIZE; i++)
		assert_int_equal(secret[i], i);
	mem_free(&path);
}

/* A full disk: writing is cut short, in a child that may write ten bytes. */
static int draw_on_full_disk(const struct state_dir *d)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit ten = { 10, 10 };
		unsigned char secret[STATE_DIR_SECRET_SIZE];
		char *text = NULL;
		int error;

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &ten);
		error = state_dir_secret(d, "s", secret, &text);
		if (!text || !strstr(text, "cannot be written"))
			error = 0;
		mem_free(&text);
		_exit(-error);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void half_written_secret_is_none(void **state)
{
	struct fixture *f = *state;
	unsigned char secret[STATE_DIR_SECRET_SIZE];
	char *path;

	open_dir(f);
	path = state_dir_path(f->dir, "s");
	assert_int_equal(draw_on_full_disk(f->dir), HW_E_NO_SPACE);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(state_dir_secret(f->dir, "s", secret, &f->text), 0);
	assert_int_equal(access(path, F_OK), 0);
	mem_free(&path);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(is_made_for_the_owner_alone),
		CASE(one_open_to_others_is_closed),
		CASE(missing_parent_is_told),
		CASE(a_file_in_its_place_is_told),
		CASE(second_process_is_turned_away),
		CASE(secret_is_made_once_and_kept),
		CASE(damaged_secret_is_told_and_left_alone),
		CASE(unreadable_secret_is_kept),
		CASE(secret_may_end_with_a_newline),
		CASE(half_written_secret_is_none),
	};

	return cmocka_run_group_tests_name("state_dir", tests, NULL, NULL);
}
