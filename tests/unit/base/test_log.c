/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

/* 2026-11-23T01:02:03.456Z */
#define WALL 1795395723456

struct fixture {
	char *dir;
	char *file;
	char *moved;
};

static int set_up(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	char dir[] = "/tmp/hallway-test-log-XXXXXX";

	if (!mkdtemp(dir))
		return -1;
	f->dir = str_dup(dir);
	f->file = str_format("%s/log", dir);
	f->moved = str_format("%s/log.1", dir);
	clock_fake(0, WALL);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	struct log_settings s;

	log_settings_init(&s, LOG_INFO);
	clock_unfake();
	unlink(f->file);
	unlink(f->moved);
	rmdir(f->dir);
	mem_free(&f->dir);
	mem_free(&f->file);
	mem_free(&f->moved);
	mem_free(&f);
	return log_configure(&s);
}

/* Everything in the file, owned. */
static char *slurp(const char *path)
{
	struct buf b = { 0 };
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	while ((n = read(fd, buf_reserve(&b, 4096), 4096)) > 0)
		buf_grow(&b, (size_t)n);
	assert_int_equal(n, 0);
	close(fd);
	return buf_steal_str(&b);
}

static void assert_file(const char *path, const char *want)
{
	char *got = slurp(path);

	assert_string_equal(got, want);
	mem_free(&got);
}

static void log_to(const char *path, enum log_level level)
{
	struct log_settings s;

	log_settings_init(&s, level);
	s.file = path;
	assert_int_equal(log_configure(&s), 0);
}

static void line_has_time_level_and_area(void **state)
{
	struct fixture *f = *state;

	log_to(f->file, LOG_DEBUG);
	log_error(LOG_MAIN, "one");
	log_warn(LOG_STORE, "%d", 2);
	log_info(LOG_S2S, "%s: text", "a.example");
	log_debug(LOG_DIALBACK, "%s", "");
	assert_file(f->file,
		    "2026-11-23T01:02:03.456Z error main: one\n"
		    "2026-11-23T01:02:03.456Z warn  store: 2\n"
		    "2026-11-23T01:02:03.456Z info  s2s: a.example: text\n"
		    "2026-11-23T01:02:03.456Z debug dialback: \n");
}

static void a_line_stays_one_line(void **state)
{
	struct fixture *f = *state;

	log_to(f->file, LOG_INFO);
	log_info(LOG_MUC, "a\nb\r\x1b[0m\xff\xe2\x80\xa8 \"q\\x\" gr\xc3\xbcn");
	assert_file(f->file,
		    "2026-11-23T01:02:03.456Z info  muc: a\\x0ab\\x0d\\x1b[0m"
		    "\\xff\\xe2\\x80\\xa8 \"q\\x\" gr\xc3\xbcn\n");
}

static void long_lines_are_whole(void **state)
{
	struct fixture *f = *state;
	char *text;

	log_to(f->file, LOG_INFO);
	log_info(LOG_MUC, "%*s", 100000, "x");
	text = slurp(f->file);
	assert_int_equal(strlen(text), 24 + 1 + 5 + 1 + 5 + 100000 + 1);
	mem_free(&text);
}

static void levels_are_by_area(void **state)
{
	struct fixture *f = *state;
	struct log_settings s;

	log_settings_init(&s, LOG_WARN);
	s.levels[LOG_S2S] = LOG_DEBUG;
	s.levels[LOG_WEB] = LOG_ERROR;
	s.file = f->file;
	assert_int_equal(log_configure(&s), 0);
	assert_true(log_is_on(LOG_S2S, LOG_DEBUG));
	assert_false(log_is_on(LOG_MUC, LOG_INFO));
	assert_true(log_is_on(LOG_MUC, LOG_WARN));
	assert_false(log_is_on(LOG_WEB, LOG_WARN));
	assert_true(log_is_on(LOG_WEB, LOG_ERROR));
	log_debug(LOG_S2S, "heard");
	log_info(LOG_MUC, "not heard");
	log_warn(LOG_WEB, "not heard");
	assert_file(f->file, "2026-11-23T01:02:03.456Z debug s2s: heard\n");
}

static void configure_reopens_a_moved_file(void **state)
{
	struct fixture *f = *state;

	log_to(f->file, LOG_INFO);
	log_info(LOG_MAIN, "one");
	assert_int_equal(rename(f->file, f->moved), 0);
	log_info(LOG_MAIN, "two");
	log_to(f->file, LOG_INFO);
	log_info(LOG_MAIN, "three");
	/* once more without a move: nothing is cut off */
	log_to(f->file, LOG_INFO);
	log_info(LOG_MAIN, "four");
	assert_file(f->moved, "2026-11-23T01:02:03.456Z info  main: one\n"
			      "2026-11-23T01:02:03.456Z info  main: two\n");
	assert_file(f->file, "2026-11-23T01:02:03.456Z info  main: three\n"
			     "2026-11-23T01:02:03.456Z info  main: four\n");
}

static void unopenable_file_keeps_the_old_sink(void **state)
{
	struct fixture *f = *state;
	struct log_settings s;
	char *nowhere = str_format("%s/none/log", f->dir);

	log_to(f->file, LOG_INFO);
	log_settings_init(&s, LOG_DEBUG);
	s.file = nowhere;
	assert_int_equal(log_configure(&s), HW_E_NOT_FOUND);
	s.file = f->dir;
	assert_int_equal(log_configure(&s), HW_E_INVALID);
	/* the levels are taken up all the same */
	log_debug(LOG_MAIN, "still here");
	assert_file(f->file,
		    "2026-11-23T01:02:03.456Z debug main: still here\n");
	mem_free(&nowhere);
}

/* Logs to a stderr that is the file; JOURNAL_STREAM says so or not. */
static void log_to_stderr(const char *path, bool is_journal)
{
	struct stat st;
	char *stream;
	int saved = dup(STDERR_FILENO);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	assert_true(saved >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(fstat(fd, &st), 0);
	stream = str_format("%ju:%ju", (uintmax_t)st.st_dev,
			    (uintmax_t)st.st_ino + (is_journal ? 0 : 1));
	setenv("JOURNAL_STREAM", stream, 1);
	log_to(NULL, LOG_DEBUG);
	log_error(LOG_MAIN, "a");
	log_warn(LOG_MAIN, "b");
	log_info(LOG_MAIN, "c");
	log_debug(LOG_MAIN, "d");
	unsetenv("JOURNAL_STREAM");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd);
	mem_free(&stream);
}

static void journal_gets_priorities_and_no_time(void **state)
{
	struct fixture *f = *state;

	log_to_stderr(f->file, true);
	assert_file(f->file, "<3>main: a\n<4>main: b\n<6>main: c\n"
			     "<7>main: d\n");
}

static void stderr_that_is_not_the_journal_gets_time(void **state)
{
	struct fixture *f = *state;

	log_to_stderr(f->file, false);
	assert_file(f->file, "2026-11-23T01:02:03.456Z error main: a\n"
			     "2026-11-23T01:02:03.456Z warn  main: b\n"
			     "2026-11-23T01:02:03.456Z info  main: c\n"
			     "2026-11-23T01:02:03.456Z debug main: d\n");
}

static void errno_survives_a_line(void **state)
{
	(void)state;
	log_to("/dev/full", LOG_INFO); /* the write fails with ENOSPC */
	errno = EXDEV;
	log_info(LOG_MAIN, "x");
	assert_int_equal(errno, EXDEV);
}

#define WRITERS 4
#define LINES 1000

static atomic_int writers_left;

static void *write_lines(void *number)
{
	for (int i = 0; i < LINES; i++)
		log_warn(LOG_NET, "writer %d line %d.", *(int *)number, i);
	atomic_fetch_sub(&writers_left, 1);
	return NULL;
}

/* How many whole lines; any other line fails the test. */
static int count_lines(const char *path)
{
	char *text = slurp(path);
	char *at = text;
	int count = 0;

	while (*at) {
		char *end = strchr(at, '\n');

		assert_non_null(end);
		*end = '\0';
		assert_true(str_has_prefix(at, "2026-11-23T01:02:03.456Z warn "
					       " net: writer "));
		assert_int_equal(end[-1], '.');
		at = end + 1;
		count++;
	}
	mem_free(&text);
	return count;
}

static void no_line_is_lost_while_reconfiguring(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[WRITERS];
	int numbers[WRITERS];
	bool to_file = false;

	log_to(f->file, LOG_WARN);
	writers_left = WRITERS;
	for (int i = 0; i < WRITERS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines,
						&numbers[i]), 0);
	}
	while (atomic_load(&writers_left) > 0) {
		log_to(to_file ? f->file : f->moved,
		       to_file ? LOG_WARN : LOG_DEBUG);
		to_file = !to_file;
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	log_to(f->moved, LOG_WARN); /* in case it never came to that */
	assert_int_equal(count_lines(f->file) + count_lines(f->moved),
			 WRITERS * LINES);
}

static void levels_are_parsed(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_false(log_level_parse("verbose", &level));
	assert_int_equal(level, LOG_DEBUG);
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(line_has_time_level_and_area),
		LOG_TEST(a_line_stays_one_line),
		LOG_TEST(long_lines_are_whole),
		LOG_TEST(levels_are_by_area),
		LOG_TEST(configure_reopens_a_moved_file),
		LOG_TEST(unopenable_file_keeps_the_old_sink),
		LOG_TEST(journal_gets_priorities_and_no_time),
		LOG_TEST(stderr_that_is_not_the_journal_gets_time),
		LOG_TEST(errno_survives_a_line),
		LOG_TEST(no_line_is_lost_while_reconfiguring),
		cmocka_unit_test(levels_are_parsed),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
