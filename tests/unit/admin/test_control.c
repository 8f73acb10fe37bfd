/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "admin/command.h"
#include "admin/control.h"
#include "base/error.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "tests/unit/admin/talker.h"

#define MAX_LINE 4096
#define FLOODS 200
#define FLOOD_ROWS 64
#define FLOOD_ROW 1024

/* The commands of these tests, instead of those of command.c, and what they
 * remember; the loop's thread only. */
struct fixture {
	struct loop *loop;
	struct control *control;
	char *path;                   /* owned */
	struct command_reply waiting; /* of "wait"; owner NULL = none */
	struct timer *timer;
	int floods;
	int64_t commit_wait; /* 0: the default */
	uint64_t ticket; /* of the last record that was saved */
};

static void command_echo(const struct command_value *args, size_t count,
			 const struct command_reply *r)
{
	for (size_t i = 0; i < count; i++)
		r->row(r->owner, &args[i], 1);
	r->end(r->owner, NULL, NULL);
}

static void command_flood(struct fixture *f, const struct command_reply *r)
{
	char text[FLOOD_ROW];
	const struct command_value value = { .name = "text", .text = text };

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < FLOOD_ROWS; i++)
		r->row(r->owner, &value, 1);
	f->floods++;
	r->end(r->owner, NULL, NULL);
}

static void command_count(struct fixture *f, const struct command_reply *r)
{
	const struct command_value value = { .name = "floods",
					     .number = f->floods };

	r->row(r->owner, &value, 1);
	r->end(r->owner, NULL, NULL);
}

static void end_waiting(void *owner)
{
	struct fixture *f = owner;
	const struct command_value value = { .name = "waited", .number = 1 };

	require(f->waiting.owner);
	f->waiting.row(f->waiting.owner, &value, 1);
	f->waiting.end(f->waiting.owner, NULL, NULL);
	f->waiting.owner = NULL;
	timer_free(&f->timer);
}

static void command_stop(struct fixture *f, const struct command_value *after,
			 const struct command_reply *r)
{
	r->end(r->owner, NULL, NULL);
	control_close(f->control);
	if (!after)
		return;
	f->timer = timer_new(f->loop, end_waiting, f);
	timer_start(f->timer, after->number);
}

void command_run(struct admin *admin, const struct command_caller *caller,
		 const char *name,
		 const struct command_value *args, size_t arg_count,
		 const struct command_reply *r)
{
	static const struct command_value bytes = { .name = "text",
						    .text = "\xff\x01" };
	struct fixture *f = admin->owner;

	require(!caller->jid); /* whoever may open the socket */
	if (str_equal(name, "echo")) {
		command_echo(args, arg_count, r);
	} else if (str_equal(name, "wait")) {
		f->waiting = *r;
	} else if (str_equal(name, "finish")) {
		end_waiting(f);
		r->end(r->owner, NULL, NULL);
	} else if (str_equal(name, "save")) {
		f->ticket++;
		r->end(r->owner, NULL, NULL);
	} else if (str_equal(name, "is-saved")) {
		r->end(r->owner, f->ticket ? NULL : "not-yet", "");
	} else if (str_equal(name, "commit")) {
		r->end(r->owner, NULL, NULL);
		control_committed(f->control, f->ticket);
	} else if (str_equal(name, "flood")) {
		command_flood(f, r);
	} else if (str_equal(name, "count")) {
		command_count(f, r);
	} else if (str_equal(name, "bytes")) {
		r->row(r->owner, &bytes, 1);
		r->end(r->owner, NULL, NULL);
	} else if (str_equal(name, "stop")) {
		command_stop(f, arg_count > 0 ? args : NULL, r);
	} else {
		r->end(r->owner, "unknown-command", "no such command");
	}
}

/* ---- the fixture ---- */

static uint64_t last_ticket(void *owner)
{
	const struct fixture *f = owner;

	return f->ticket;
}

static struct admin admin = { .last_ticket = last_ticket };

static void open_control(struct fixture *f, size_t max_clients)
{
	struct control_settings settings;

	control_settings_init(&settings);
	assert_int_equal(settings.max_line, 16 * 1024 * 1024);
	assert_int_equal(settings.max_clients, 64);
	assert_int_equal(settings.commit_wait, 10000);
	settings.commit_wait = f->commit_wait ? f->commit_wait
					      : settings.commit_wait;
	settings.max_line = MAX_LINE;
	settings.max_clients = max_clients;
	settings.socket = f->path = talker_make_path();
	f->loop = loop_open("test");
	admin.owner = f;
	assert_int_equal(control_open(f->loop, &settings, &admin, &f->control),
			 0);
	assert_int_equal(loop_start(f->loop), 0);
}

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	open_control(f, 3);
	*state = f;
	return 0;
}

static void expect_end(struct fixture *f)
{
	loop_join(f->loop);
	assert_int_equal(access(f->path, F_OK), -1);
	loop_close(&f->loop);
}

/* Connections of the test may not have been seen to end yet. */
static void stop_control(struct fixture *f)
{
	bool has_stopped = false;

	while (!has_stopped) {
		struct talker t;
		const char *line;

		talker_open(&t, f->path);
		talker_say(&t, "{\"command\":\"stop\"}\n");
		line = talker_hear(&t);
		has_stopped = str_equal(line, "{\"id\":null,\"ok\":true}");
		talker_close(&t);
	}
	expect_end(f);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->loop)
		stop_control(f);
	talker_remove_path(f->path);
	mem_free(&f);
	return 0;
}

/* ---- cases ---- */

static void rows_then_the_end(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	talker_say(&t, "{\"id\":7,\"command\":\"echo\",\"args\":"
		       "{\"a\":\"b \\u00e9\",\"n\":-5,\"yes\":true,"
		       "\"no\":false}}\n");
	assert_hears(&t, "{\"id\":7,\"row\":{\"a\":\"b \xc3\xa9\"}}");
	assert_hears(&t, "{\"id\":7,\"row\":{\"n\":-5}}");
	assert_hears(&t, "{\"id\":7,\"row\":{\"yes\":1}}");
	assert_hears(&t, "{\"id\":7,\"row\":{\"no\":0}}");
	assert_hears(&t, "{\"id\":7,\"ok\":true}");
	talker_say(&t, "{\"id\":\"x-1\",\"command\":\"other\"}\r\n");
	assert_hears(&t, "{\"id\":\"x-1\",\"ok\":false,\"error\":"
			 "\"unknown-command\",\"text\":\"no such command\"}");
	talker_say(&t, "{\"command\":\"echo\",\"unknown\":[]}\n");
	assert_hears(&t, "{\"id\":null,\"ok\":true}");
	talker_close(&t);
}

static void bytes_that_are_no_utf8_are_escaped(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"bytes\"}\n");
	assert_hears(&t, "{\"id\":1,\"row\":{\"text\":\"\\\\xff\\\\x01\"}}");
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	talker_close(&t);
}

static void assert_refused(struct talker *t, const char *id, const char *error)
{
	char *start = str_format("{\"id\":%s,\"ok\":false,\"error\":\"%s\","
				 "\"text\":\"",
				 id, error);
	const char *line = talker_hear(t);

	assert_non_null(line);
	if (!str_has_prefix(line, start))
		assert_string_equal(line, start);
	assert_true(strlen(line) > strlen(start) + strlen("\"}"));
	free(start);
}

static void bad_requests_are_answered(void **state)
{
	static const struct {
		const char *line, *id, *error;
	} cases[] = {
		{ "", "null", "malformed" },
		{ "\r", "null", "malformed" },
		{ "status", "null", "malformed" },
		{ "{\"id\":1,\"command\":\"echo\"", "null", "malformed" },
		{ "{\"id\":1,\"command\":\"echo\"} {}", "null", "malformed" },
		{ "{\"id\":1,\"id\":2}", "null", "malformed" },
		{ "{\"id\":1,\"command\":\"\xff\xfe\"}", "null", "malformed" },
		{ "{\"id\":1,\"command\":\"e\\u0000\"}", "null", "malformed" },
		{ "{\"id\":99999999999999999999}", "null", "malformed" },
		{ "GET / HTTP/1.0", "null", "malformed" },
		{ "[]", "null", "malformed" },
		{ "1", "null", "malformed" },
		{ "\"echo\"", "null", "malformed" },
		{ "null", "null", "malformed" },
		{ "{}", "null", "bad-request" },
		{ "{\"id\":1}", "1", "bad-request" },
		{ "{\"id\":1,\"command\":5}", "1", "bad-request" },
		{ "{\"id\":1,\"command\":null}", "1", "bad-request" },
		{ "{\"id\":1.5,\"command\":\"echo\"}", "null", "bad-request" },
		{ "{\"id\":{},\"command\":\"echo\"}", "null", "bad-request" },
		{ "{\"id\":1,\"command\":\"echo\",\"args\":[]}", "1",
		  "bad-request" },
		{ "{\"id\":1,\"command\":\"echo\",\"args\":{\"a\":1,"
		  "\"b\":null}}",
		  "1", "bad-request" },
		{ "{\"id\":1,\"command\":\"echo\",\"args\":{\"a\":{}}}", "1",
		  "bad-request" },
	};
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	for (size_t i = 0; i < array_len(cases); i++) {
		talker_say(&t, cases[i].line);
		talker_say(&t, "\n");
		assert_refused(&t, cases[i].id, cases[i].error);
	}
	talker_say_bytes(&t, "{\"id\":1,\0}\n", 11);
	assert_refused(&t, "null", "malformed");
	talker_say(&t, "{\"id\":9,\"command\":\"echo\"}\n");
	assert_hears(&t, "{\"id\":9,\"ok\":true}");
	talker_close(&t);
}

static void deep_nesting_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf line = { 0 };
	struct talker t;

	for (int i = 0; i < MAX_LINE; i++)
		buf_add_char(&line, '[');
	buf_add_char(&line, '\n');
	talker_open(&t, f->path);
	talker_say(&t, buf_str(&line));
	assert_refused(&t, "null", "malformed");
	talker_close(&t);
	buf_fini(&line);
}

/* A request of exactly that many bytes, without its line's end. */
static void say_long(struct talker *t, size_t len)
{
	static const char start[] = "{\"command\":\"echo\",\"pad\":\"";
	struct buf line = { 0 };

	buf_add_str(&line, start);
	while (line.len < len - 2)
		buf_add_char(&line, 'x');
	buf_add_str(&line, "\"}");
	talker_say(t, buf_str(&line));
	buf_fini(&line);
}

static void line_too_long_is_refused_once(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	say_long(&t, MAX_LINE);
	talker_say(&t, "\n");
	assert_hears(&t, "{\"id\":null,\"ok\":true}");
	say_long(&t, MAX_LINE + 1);
	talker_say(&t, "\n{\"id\":2,\"command\":\"echo\"}\n");
	assert_refused(&t, "null", "too-long");
	assert_hears(&t, "{\"id\":2,\"ok\":true}");
	say_long(&t, 1000000);
	assert_refused(&t, "null", "too-long");
	say_long(&t, 1000000);
	talker_say(&t, "\n{\"id\":3,\"command\":\"echo\"}\n");
	assert_hears(&t, "{\"id\":3,\"ok\":true}");
	talker_close(&t);
}

/* Two connections are read in any order. */
static void await_saved(struct talker *t)
{
	const char *line;

	do {
		talker_say(t, "{\"command\":\"is-saved\"}\n");
		line = talker_hear(t);
		assert_non_null(line);
	} while (!str_equal(line, "{\"id\":null,\"ok\":true}"));
}

/* The one that changed something is told last, though it was first. */
static void changes_are_told_when_they_are_on_disk(void **state)
{
	struct fixture *f = *state;
	struct talker t, other;
	char byte;

	talker_open(&t, f->path);
	talker_open(&other, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"save\"}\n"
		       "{\"id\":2,\"command\":\"echo\"}\n");
	await_saved(&other);
	assert_int_equal(recv(t.fd, &byte, 1, MSG_DONTWAIT), -1);
	talker_say(&other, "{\"id\":4,\"command\":\"commit\"}\n");
	assert_hears(&other, "{\"id\":4,\"ok\":true}");
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	assert_hears(&t, "{\"id\":2,\"ok\":true}");
	talker_close(&t);
	talker_close(&other);
}

static void a_disk_that_takes_nothing_is_told_of(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	struct talker t;

	f->commit_wait = 100;
	open_control(f, 3);
	*state = f;
	talker_open(&t, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"save\"}\n");
	assert_refused(&t, "1", "unsaved");
	talker_say(&t, "{\"id\":2,\"command\":\"commit\"}\n");
	assert_hears(&t, "{\"id\":2,\"ok\":true}");
	talker_close(&t);
}

static void the_end_answers_what_waits_for_the_disk(void **state)
{
	struct fixture *f = *state;
	struct talker t, other;

	talker_open(&t, f->path);
	talker_open(&other, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"save\"}\n");
	await_saved(&other);
	talker_close(&other);
	stop_control(f);
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	talker_close(&t);
}

static void pipelined_requests_keep_their_order(void **state)
{
	struct fixture *f = *state;
	struct talker t, other;

	talker_open(&t, f->path);
	talker_open(&other, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"echo\"}\n"
		       "{\"id\":2,\"command\":\"wait\"}\n"
		       "{\"id\":3,\"command\":\"echo\"}\nbad\n"
		       "{\"id\":4,\"comm");
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	talker_say(&t, "and\":\"echo\"}\n");
	talker_say(&other, "{\"id\":5,\"command\":\"finish\"}\n");
	assert_hears(&other, "{\"id\":5,\"ok\":true}");
	assert_hears(&t, "{\"id\":2,\"row\":{\"waited\":1}}");
	assert_hears(&t, "{\"id\":2,\"ok\":true}");
	assert_hears(&t, "{\"id\":3,\"ok\":true}");
	assert_refused(&t, "null", "malformed");
	assert_hears(&t, "{\"id\":4,\"ok\":true}");
	talker_close(&t);
	talker_close(&other);
}

static void half_closed_client_gets_its_answers(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"flood\"}\n"
		       "{\"id\":2,\"command\":\"echo\"}");
	shutdown(t.fd, SHUT_WR);
	for (int i = 0; i < FLOOD_ROWS; i++)
		assert_non_null(talker_hear(&t));
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	assert_hears(&t, "{\"id\":2,\"ok\":true}");
	assert_null(talker_hear(&t));
	talker_close(&t);
}

static void one_too_many_is_told(void **state)
{
	struct fixture *f = *state;
	struct talker t[3], extra;

	for (int i = 0; i < 3; i++) {
		talker_open(&t[i], f->path);
		talker_say(&t[i], "{\"id\":1,\"command\":\"echo\"}\n");
		assert_hears(&t[i], "{\"id\":1,\"ok\":true}");
	}
	talker_open(&extra, f->path);
	assert_refused(&extra, "null", "busy");
	assert_null(talker_hear(&extra));
	talker_close(&extra);
	for (int i = 0; i < 3; i++) {
		talker_say(&t[i], "{\"id\":2,\"command\":\"echo\"}\n");
		assert_hears(&t[i], "{\"id\":2,\"ok\":true}");
		talker_close(&t[i]); /* teardown sees that one fits again */
	}
}

static void client_may_vanish_while_its_command_runs(void **state)
{
	struct fixture *f = *state;
	struct talker t, other;

	talker_open(&t, f->path);
	talker_open(&other, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"echo\"}\n"
		       "{\"id\":2,\"command\":\"wait\"}\n");
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	talker_close(&t);
	talker_say(&other, "{\"id\":5,\"command\":\"finish\"}\n"
			   "{\"id\":6,\"command\":\"echo\"}\n");
	assert_hears(&other, "{\"id\":5,\"ok\":true}");
	assert_hears(&other, "{\"id\":6,\"ok\":true}");
	talker_close(&other);
}

static int ask_count(struct talker *t)
{
	int count;

	talker_say(t, "{\"id\":1,\"command\":\"count\"}\n");
	assert_int_equal(sscanf(talker_hear(t),
				"{\"id\":1,\"row\":{\"floods\":%d}}", &count),
			 1);
	assert_hears(t, "{\"id\":1,\"ok\":true}");
	return count;
}

static void client_that_does_not_read_is_not_served_on(void **state)
{
	struct fixture *f = *state;
	struct talker t, other;
	int count = 0;

	talker_open(&t, f->path);
	talker_open(&other, f->path);
	for (int i = 0; i < FLOODS; i++)
		talker_say(&t, "{\"id\":1,\"command\":\"flood\"}\n");
	while (count == 0)
		count = ask_count(&other);
	for (int i = 0; i < 100; i++)
		count = ask_count(&other);
	assert_in_range(count, 1, FLOODS / 4);
	for (int i = 0; i < FLOODS; i++) {
		for (int j = 0; j < FLOOD_ROWS; j++)
			assert_non_null(talker_hear(&t));
		assert_hears(&t, "{\"id\":1,\"ok\":true}");
	}
	assert_int_equal(ask_count(&other), FLOODS);
	talker_close(&t);
	talker_close(&other);
}

/* ---- the socket, the end ---- */

static void socket_is_for_the_group_and_for_one_daemon(void **state)
{
	struct fixture *f = *state;
	struct control_settings settings;
	struct control *second;
	struct loop *loop = loop_open("second");
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	control_settings_init(&settings);
	settings.socket = f->path;
	assert_int_equal(control_open(loop, &settings, &admin, &second),
			 HW_E_BUSY);
	assert_null(second);
	loop_run(loop);
	loop_close(&loop);
}

static void stop_with(struct fixture *f, const char *request)
{
	struct talker t;

	talker_open(&t, f->path);
	talker_say(&t, request);
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	assert_null(talker_hear(&t)); /* of a second request as well */
	talker_close(&t);
}

static void end_closes_idle_clients(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	talker_say(&t, "{\"id\":1,\"command\":\"echo\"}\n{\"id\":2");
	assert_hears(&t, "{\"id\":1,\"ok\":true}");
	stop_with(f, "{\"id\":1,\"command\":\"stop\"}\n"
		     "{\"id\":2,\"command\":\"echo\"}\n");
	assert_null(talker_hear(&t));
	expect_end(f);
	talker_close(&t);
}

static void begin_wait(struct fixture *f, struct talker *t)
{
	talker_open(t, f->path);
	talker_say(t, "{\"id\":8,\"command\":\"echo\"}\n"
		      "{\"id\":9,\"command\":\"wait\"}\n");
	assert_hears(t, "{\"id\":8,\"ok\":true}");
}

static void end_answers_what_was_begun(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	begin_wait(f, &t);
	stop_with(f, "{\"id\":1,\"command\":\"stop\",\"args\":"
		     "{\"after\":20}}\n");
	assert_hears(&t, "{\"id\":9,\"row\":{\"waited\":1}}");
	assert_hears(&t, "{\"id\":9,\"ok\":true}");
	assert_null(talker_hear(&t));
	expect_end(f);
	talker_close(&t);
}

static void end_does_not_wait_for_ever(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	begin_wait(f, &t);
	stop_with(f, "{\"id\":1,\"command\":\"stop\",\"args\":"
		     "{\"after\":1300}}\n");
	assert_null(talker_hear(&t));
	expect_end(f);
	talker_close(&t);
}

/* It has more answers than the kernel takes, and does not read. */
static void end_does_not_wait_for_who_does_not_read(void **state)
{
	struct fixture *f = *state;
	struct talker t;

	talker_open(&t, f->path);
	for (int i = 0; i < FLOODS; i++)
		talker_say(&t, "{\"id\":1,\"command\":\"flood\"}\n");
	assert_non_null(talker_hear(&t));
	stop_with(f, "{\"id\":1,\"command\":\"stop\"}\n");
	expect_end(f);
	talker_close(&t);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rows_then_the_end),
		CASE(bytes_that_are_no_utf8_are_escaped),
		CASE(bad_requests_are_answered),
		CASE(deep_nesting_is_refused),
		CASE(line_too_long_is_refused_once),
		CASE(changes_are_told_when_they_are_on_disk),
		cmocka_unit_test_teardown(a_disk_that_takes_nothing_is_told_of,
					  teardown),
		CASE(the_end_answers_what_waits_for_the_disk),
		CASE(pipelined_requests_keep_their_order),
		CASE(half_closed_client_gets_its_answers),
		CASE(one_too_many_is_told),
		CASE(client_may_vanish_while_its_command_runs),
		CASE(client_that_does_not_read_is_not_served_on),
		CASE(socket_is_for_the_group_and_for_one_daemon),
		CASE(end_closes_idle_clients),
		CASE(end_answers_what_was_begun),
		CASE(end_does_not_wait_for_ever),
		CASE(end_does_not_wait_for_who_does_not_read),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
