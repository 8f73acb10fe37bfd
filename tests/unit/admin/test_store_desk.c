/* SPDX-License-Identifier: MIT */
/* What takes its time at the database, asked from a loop that goes on. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sqlite3.h>
#include <uv.h>

#include "admin/command.h"
#include "admin/store_desk.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "muc/edits.h"
#include "store/record.h"
#include "store/store.h"
#include "tests/unit/store/scratch.h"
#include "xml/elem.h"

#define PATIENCE 20000 /* ms until a test that waits has failed */
#define MANY 9	       /* one more than the desk lets wait */

struct fixture {
	struct scratch scratch;
	struct loop *loop;
	struct timer *watchdog;
	struct store *store;
	struct store_desk *desk;
	char *to;        /* owned; a path in the folder, for what is made */
	struct buf seen; /* rows and ends, a line each */
	int ends, awaited;
};

static void on_row(void *owner, const struct command_value *values,
		   size_t count)
{
	struct fixture *f = owner;

	for (size_t i = 0; i < count; i++)
		buf_add_format(&f->seen, "%s%s", i ? " " : "", values[i].text);
	buf_add_char(&f->seen, '\n');
}

static void on_end(void *owner, const char *error, const char *text)
{
	struct fixture *f = owner;

	if (error)
		buf_add_format(&f->seen, "! %s: %s\n", error, text);
	if (++f->ends == f->awaited)
		uv_stop(loop_uv(f->loop));
}

static struct command_reply reply_of(struct fixture *f)
{
	return (struct command_reply){ f, on_row, on_end };
}

/* All that was answered, once so many more commands have ended. */
static const char *await(struct fixture *f, int ends)
{
	f->awaited = ends;
	timer_start(f->watchdog, PATIENCE);
	if (f->ends < ends)
		loop_run(f->loop);
	timer_stop(f->watchdog);
	assert_int_equal(f->ends, ends);
	f->ends = 0;
	return buf_str(&f->seen);
}

static void on_watchdog(void *owner)
{
	struct fixture *f = owner;

	uv_stop(loop_uv(f->loop));
}

static void on_committed(void *owner, uint64_t ticket)
{
	(void)owner;
	(void)ticket;
}

static void on_given_back(void *owner, uint64_t ticket,
			  const struct record *record)
{
	(void)owner;
	(void)ticket;
	(void)record;
}

static void on_trouble(void *owner, int error)
{
	(void)owner;
	(void)error;
}

static void open_desk(struct fixture *f)
{
	static const struct store_events events = {
		.on_committed = on_committed,
		.on_given_back = on_given_back,
		.on_trouble = on_trouble,
	};
	struct store_settings settings;
	struct store_desk_settings desk = {
		.loop = f->loop,
		.state_dir = f->scratch.dir,
		.database = f->scratch.path,
		.seed = "a seed that all know, for tests",
	};

	store_settings_init(&settings);
	settings.path = f->scratch.path;
	assert_int_equal(store_open(f->loop, &settings, &events, f, &f->store),
			 0);
	desk.store = f->store;
	assert_int_equal(store_desk_open(&desk, &f->desk), 0);
}

/* "one" and "two" were said; "one" was taken back. */
static void fill(struct fixture *f)
{
	struct record *records[] = {
		scratch_message(SCRATCH_ROOM, 1),
		scratch_message(SCRATCH_ROOM, 2),
		record_new(RECORD_RETRACTION, SCRATCH_ROOM, 5000),
	};
	struct record_retraction *r = &records[2]->as_retraction;

	str_copy(r->id, sizeof(r->id), "m1");
	r->stanza = str_dup("<message id='gone'/>");
	r->by = str_dup("chair@rooms.example");
	r->reason = str_dup("spam");
	r->at = 5000;
	scratch_save(&f->scratch, records, array_len(records));
}

static int set_up(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	scratch_init(&f->scratch);
	f->to = str_format("%s/made", f->scratch.dir);
	fill(f);
	f->loop = loop_open("test");
	f->watchdog = timer_new(f->loop, on_watchdog, f);
	open_desk(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_desk_close(&f->desk);
	store_close(&f->store);
	timer_free(&f->watchdog);
	loop_close(&f->loop);
	buf_fini(&f->seen);
	file_remove_folder(f->to);
	(void)unlink(f->to);
	mem_free(&f->to);
	scratch_fini(&f->scratch);
	mem_free(&f);
	return 0;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void a_whole_database_has_no_faults(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);

	store_desk_check(f->desk, &reply);
	assert_string_equal(await(f, 1), "2 lines of 1 days: 0 faults\n");
}

static void what_is_wrong_is_told_and_an_error(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);
	struct sqlite3 *db = scratch_open(&f->scratch);

	scratch_run(db, "UPDATE archive SET stanza = '<message id=\"m2\">"
			"<body>forged</body></message>' WHERE id = 'm2'");
	sqlite3_close(db);
	store_desk_check(f->desk, &reply);
	assert_non_null(strstr(await(f, 1), "! corrupt: 2 lines of 1 days: "));
}

static void a_backup_goes_to_a_new_folder_with_the_secrets(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);
	char *secret = str_format("%s/signing.key", f->scratch.dir);
	char *copied = str_format("%s/signing.key", f->to);
	char *database = str_format("%s/hallway.db", f->to);
	int fd = open(secret, O_WRONLY | O_CREAT, 0600);

	close(fd);
	store_desk_back_up(f->desk, f->to, &reply);
	assert_string_equal(await(f, 1), "");
	assert_int_equal(mode_of(f->to), 0700);
	assert_int_equal(mode_of(copied), 0600);
	assert_int_equal(mode_of(database), 0600);
	/* never over another one */
	store_desk_back_up(f->desk, f->to, &reply);
	assert_non_null(strstr(await(f, 1), "cannot be made: exists already"));
	(void)unlink(secret);
	mem_free(&secret);
	mem_free(&copied);
	mem_free(&database);
}

static void an_export_has_what_was_said_and_the_tombstones(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);
	const struct store_desk_span span = { .room = SCRATCH_ROOM };
	char *expected = str_format("%s: 2 lines\n", f->to);

	store_desk_export(f->desk, &span, f->to, &reply);
	assert_string_equal(await(f, 1), expected);
	assert_int_equal(mode_of(f->to), 0600);
	store_desk_export(f->desk, &span, f->to, &reply);
	assert_non_null(strstr(await(f, 1), "cannot be made: exists already"));
	mem_free(&expected);
}

static void what_is_sealed_is_shown_once_the_audit_knows(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);
	const char *seen;

	store_desk_unseal(f->desk, "m1", "control", "a court asks", &reply);
	seen = await(f, 1);
	assert_non_null(strstr(seen, "reason spam\n"));
	assert_non_null(strstr(seen, "retracted_by chair@rooms.example\n"));
	assert_int_equal(scratch_ask(&f->scratch,
				     "SELECT count(*) FROM audit WHERE act = "
				     "'unseal' AND target = 'm1' AND reason = "
				     "'a court asks'"),
			 1);
	/* nobody took that one back; and nothing is written then */
	store_desk_unseal(f->desk, "m2", "control", "curious", &reply);
	assert_non_null(strstr(await(f, 1), "! not-found: no line of that "));
	assert_int_equal(scratch_ask(&f->scratch,
				     "SELECT count(*) FROM audit"),
			 1);
}

static void on_line(void *owner, int error, const char *room, const char *text)
{
	struct fixture *f = owner;
	struct elem *edits = text ? edits_read(text) : NULL;
	const struct elem *at = NULL;
	struct edit line;

	buf_add_format(&f->seen, "%d %s", error, room ? room : "-");
	while (edits && edits_next(edits, &at, &line))
		buf_add_format(&f->seen, " %s", line.id);
	buf_add_char(&f->seen, '\n');
	elem_free(&edits);
	if (++f->ends == f->awaited)
		uv_stop(loop_uv(f->loop));
}

static struct record *said(int number, int64_t at, const char *more)
{
	struct record *r = scratch_message(SCRATCH_ROOM, number);
	struct record_message *m = &r->as_message;

	r->at = m->at = at;
	str_set(&m->occupant_id, "ann");
	mem_free(&m->stanza);
	m->stanza = str_format("<message type='groupchat' id='s%d'>"
			       "<occupant-id id='ann'"
			       " xmlns='urn:xmpp:occupant-id:0'/>"
			       "<body>x</body>%s</message>", number, more);
	return r;
}

#define CORRECTS(id) \
	"<replace id='" id "' xmlns='urn:xmpp:message-correct:0'/>"

/* A year later, and there too. */
static void a_line_is_found_with_what_corrects_it(void **state)
{
	struct fixture *f = *state;
	struct record *records[] = {
		said(10, 10000, ""),
		said(11, 11000, CORRECTS("s10")),
		said(12, 12000, CORRECTS("s2")),
		said(13, INT64_C(31536000000), CORRECTS("s10")),
	};

	scratch_save(&f->scratch, records, array_len(records));
	store_desk_find_line(f->desk, "m10", on_line, f);
	store_desk_find_line(f->desk, "m1", on_line, f);
	store_desk_find_line(f->desk, "nobody", on_line, f);
	(void)await(f, 3);
	assert_non_null(strstr(buf_str(&f->seen),
			       "0 " SCRATCH_ROOM " m10 m11 m13\n"));
}

static void too_many_that_wait_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);
	const char *seen;

	for (int i = 0; i < MANY; i++)
		store_desk_check(f->desk, &reply);
	assert_int_equal(f->ends, 1); /* the last, at once */
	seen = await(f, MANY);
	assert_non_null(strstr(seen, "! busy: too many commands"));
	assert_null(strstr(strstr(seen, "! busy") + 1, "!"));
}

static void who_still_waits_hears_of_the_end(void **state)
{
	struct fixture *f = *state;
	const struct command_reply reply = reply_of(f);

	for (int i = 0; i < 3; i++)
		store_desk_check(f->desk, &reply);
	store_desk_unseal(f->desk, "m1", "control", "late", &reply);
	store_desk_find_line(f->desk, "m1", on_line, f);
	store_desk_close(&f->desk);
	assert_int_equal(f->ends, 5);
	assert_non_null(strstr(buf_str(&f->seen), "the daemon is stopping"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_database_has_no_faults),
		TEST(what_is_wrong_is_told_and_an_error),
		TEST(a_backup_goes_to_a_new_folder_with_the_secrets),
		TEST(an_export_has_what_was_said_and_the_tombstones),
		TEST(what_is_sealed_is_shown_once_the_audit_knows),
		TEST(a_line_is_found_with_what_corrects_it),
		TEST(too_many_that_wait_are_refused),
		TEST(who_still_waits_hears_of_the_end),
	};

	return cmocka_run_group_tests_name("store_desk", tests, NULL, NULL);
}
