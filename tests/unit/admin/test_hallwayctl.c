/* SPDX-License-Identifier: MIT */
/* The program itself, against a control socket with the real commands. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "admin/roll.h"
#include "admin/command.h"
#include "admin/control.h"
#include "base/clock.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "tests/unit/admin/talker.h"
#include "tests/unit/admin/world.h"

#define WORDS_MAX 8
#define NOBODY 65534

struct fixture {
	struct loop *loop;
	struct control *control;
	char *path;  /* owned */
	char *out;   /* owned; of the last run */
	char *err;   /* owned */
	int program; /* descriptor */
	bool as_nobody;
	atomic_bool is_ended; /* by "stop"; its loop's thread sets it */
	struct world world;
	struct admin admin;
};

static void on_stop(void *owner)
{
	struct fixture *f = owner;

	atomic_store(&f->is_ended, true);
	control_close(f->control);
}

static void on_reload(void *owner)
{
	(void)owner;
}

/* ---- running it ---- */

static char *read_all(int fd)
{
	struct buf b = { 0 };
	ssize_t n;

	while ((n = read(fd, buf_reserve(&b, 4096), 4096)) > 0)
		buf_grow(&b, (size_t)n);
	close(fd);
	return buf_steal_str(&b);
}

/* Opened by who may: nobody may be kept out of the folders above. */
static int open_program(void)
{
	const char *build = getenv("top_builddir");
	char *path = str_format("%s/hallwayctl", build ? build : ".");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	mem_free(&path);
	return fd;
}

static void become(const struct fixture *f, const char *const *words, int out,
		   int err)
{
	char *argv[WORDS_MAX + 1] = { "hallwayctl" };

	for (size_t i = 0; words[i] && i + 1 < WORDS_MAX; i++)
		argv[i + 1] = (char *)words[i];
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (!f->as_nobody || setuid(NOBODY) == 0)
		fexecve(f->program, argv, environ);
	_exit(127);
}

/* Its exit status; what it printed is in f->out and f->err. Little enough for
 * the pipes. */
static int run(struct fixture *f, const char *const *words)
{
	int out[2], err[2], status;
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		become(f, words, out[1], err[1]);
	assert_true(pid > 0);
	close(out[1]);
	close(err[1]);
	mem_free(&f->out);
	mem_free(&f->err);
	f->out = read_all(out[0]);
	f->err = read_all(err[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* run(f, "-s", f->path, ...) */
#define RUN_AT(f, ...) \
	run((f), (const char *const[]){ "-s", (f)->path, __VA_ARGS__, NULL })
#define RUN(f, ...) run((f), (const char *const[]){ __VA_ARGS__, NULL })

/* ---- the fixture ---- */

static int setup_version(void **state, const char *version)
{
	static const char *const domains[] = { "a.test" };
	struct fixture *f = mem_new(struct fixture);
	struct control_settings settings;

	f->admin = (struct admin){
		.version = version,
		.domains = domains,
		.domain_count = array_len(domains),
		.started = clock_wall() + 3600000,
		.stop = on_stop,
		.reload = on_reload,
		.owner = f,
	};
	world_open(&f->world, domains, array_len(domains), clock_wall());
	f->admin.muc = f->world.muc;
	f->admin.roll = roll_new(f->world.muc);
	f->program = open_program();
	f->path = talker_make_path();
	control_settings_init(&settings);
	settings.socket = f->path;
	f->loop = loop_open("test");
	assert_int_equal(
		control_open(f->loop, &settings, &f->admin, &f->control), 0);
	assert_int_equal(loop_start(f->loop), 0);
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_version(state, "1.2.3");
}

static int setup_nasty(void **state)
{
	return setup_version(state, "1\x1b[2J\n2");
}

static void stop(struct fixture *f)
{
	assert_int_equal(RUN_AT(f, "stop"), 0);
	assert_string_equal(f->out, "");
	assert_string_equal(f->err, "");
	loop_join(f->loop);
	loop_close(&f->loop);
	assert_true(atomic_load(&f->is_ended));
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->loop)
		stop(f);
	talker_remove_path(f->path);
	close(f->program);
	roll_free(&f->admin.roll);
	world_close(&f->world);
	mem_free(&f->out);
	mem_free(&f->err);
	mem_free(&f);
	return 0;
}

/* ---- cases ---- */

static void columns_are_aligned(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN_AT(f, "status"), 0);
	assert_string_equal(f->out, "version          1.2.3\n"
				    "uptime           0       s\n"
				    "domains          a.test\n"
				    "rooms            1\n"
				    "occupants        0\n"
				    "records_waiting  7\n");
	assert_string_equal(f->err, "");
}

static void json_gives_a_line_per_row(void **state)
{
	static const char expected[] =
		"{\"name\":\"version\",\"value\":\"1.2.3\"}\n"
		"{\"name\":\"uptime\",\"value\":0,\"unit\":\"s\"}\n"
		"{\"name\":\"domains\",\"value\":\"a.test\"}\n"
		"{\"name\":\"rooms\",\"value\":1}\n"
		"{\"name\":\"occupants\",\"value\":0}\n"
		"{\"name\":\"records_waiting\",\"value\":7}\n";
	struct fixture *f = *state;

	assert_int_equal(RUN_AT(f, "--json", "status"), 0);
	assert_string_equal(f->out, expected);
	assert_int_equal(RUN_AT(f, "status", "--json"), 0);
	assert_string_equal(f->out, expected);
}

static void failed_command_says_why(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN_AT(f, "rooms", "burn"), 2);
	assert_string_equal(f->out, "");
	assert_string_equal(f->err, "hallwayctl: there is no command \"rooms "
				    "burn\"; \"help\" lists all\n");
	assert_int_equal(RUN_AT(f, "stop", "--when=later"), 2);
	assert_string_equal(f->err, "hallwayctl: \"stop\" takes no argument "
				    "\"when\"\n");
	assert_int_equal(RUN_AT(f, "--json", "stop", "--now"), 2);
	assert_string_equal(f->err, "hallwayctl: \"stop\" takes no argument "
				    "\"now\"\n");
	assert_false(atomic_load(&f->is_ended));
}

static void own_options_need_no_daemon(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN(f, "--help"), 0);
	assert_non_null(strstr(f->out, "Usage: hallwayctl"));
	assert_int_equal(RUN(f, "status", "--help"), 0);
	assert_non_null(strstr(f->out, "Usage: hallwayctl"));
	assert_int_equal(RUN(f, "--version"), 0);
	assert_string_equal(f->out, "hallwayctl " PACKAGE_VERSION "\n");
}

static void wrong_usage_is_told(void **state)
{
	struct fixture *f = *state;
	char long_path[200] = "";

	memset(long_path, 'x', sizeof(long_path) - 1);
	assert_int_equal(run(f, (const char *const[]){ NULL }), 2);
	assert_non_null(strstr(f->err, "which command?"));
	assert_int_equal(RUN(f, "--unknown", "status"), 2);
	assert_non_null(strstr(f->err, "hallwayctl --help"));
	assert_int_equal(RUN(f, "-s"), 2);
	assert_int_equal(RUN_AT(f, "status", "--"), 2);
	assert_int_equal(RUN_AT(f, "status", "--=x"), 2);
	assert_int_equal(RUN_AT(f, "status", "--a=1", "--a=2"), 2);
	assert_int_equal(RUN_AT(f, "status", "--a=\xff"), 2);
	assert_int_equal(RUN_AT(f, "\xff"), 2);
	assert_int_equal(RUN(f, "-s", long_path, "status"), 2);
	assert_int_equal(RUN(f, "-s", "", "status"), 2);
	assert_string_equal(f->out, "");
}

static void assert_unreachable(struct fixture *f, const char *why)
{
	assert_int_equal(RUN_AT(f, "status"), 3);
	assert_string_equal(f->out, "");
	assert_non_null(strstr(f->err, f->path));
	assert_non_null(strstr(f->err, why));
}

/* A socket left behind by a daemon that was killed. */
static void leave_stale_socket(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(str_copy(at.sun_path, sizeof(at.sun_path), path));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
}

static void no_daemon_has_a_status_of_its_own(void **state)
{
	struct fixture *f = *state;

	stop(f);
	assert_unreachable(f, "there is no such socket");
	leave_stale_socket(f->path);
	assert_unreachable(f, "hallwayd is not running");
}

/* Root may open everything: the program is nobody's then. */
static void denied_permission_is_told(void **state)
{
	struct fixture *f = *state;
	size_t len = (size_t)(strrchr(f->path, '/') - f->path);
	char *folder = str_dup_n(f->path, len);

	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(f->path, 0), 0);
	f->as_nobody = geteuid() == 0;
	assert_unreachable(f, "permission denied");
	f->as_nobody = false;
	assert_int_equal(chmod(f->path, 0660), 0);
	mem_free(&folder);
}

/* What a daemon that dies, or something else that listens there, would say. */
static void unfinished_answers_are_no_success(void **state)
{
	static const char *const answers[] = {
		"",
		"{\"id\":1,\"row\":{\"name\":\"a\"}}\n",
		"{\"id\":1,\"ok\":true}",
		"220 mail.test ESMTP\r\n",
	};
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct fixture *f = *state;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	stop(f);
	assert_true(str_copy(at.sun_path, sizeof(at.sun_path), f->path));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	for (size_t i = 0; i < array_len(answers); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			int client = accept(fd, NULL, NULL);
			size_t len = strlen(answers[i]);

			_exit(write(client, answers[i], len) != (ssize_t)len);
		}
		assert_unreachable(f, "no whole answer");
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	close(fd);
}

static void terminal_is_safe_from_what_rooms_say(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(RUN_AT(f, "status"), 0);
	assert_non_null(strstr(f->out, "1\\x1b[2J\\x0a2\n"));
}

static void full_disk_is_no_success(void **state)
{
	struct fixture *f = *state;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), status;
	pid_t pid = fork();

	if (pid == 0)
		become(f,
		       (const char *const[]){ "-s", f->path, "status", NULL },
		       full, full);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 1);
	close(full);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(columns_are_aligned),
		CASE(json_gives_a_line_per_row),
		CASE(failed_command_says_why),
		CASE(own_options_need_no_daemon),
		CASE(wrong_usage_is_told),
		CASE(no_daemon_has_a_status_of_its_own),
		CASE(denied_permission_is_told),
		CASE(unfinished_answers_are_no_success),
		cmocka_unit_test_setup_teardown(
			terminal_is_safe_from_what_rooms_say, setup_nasty,
			teardown),
		CASE(full_disk_is_no_success),
	};

	return cmocka_run_group_tests_name("hallwayctl", tests, NULL, NULL);
}
