/* SPDX-License-Identifier: MIT */
#include "store/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/backend.h"
#include "store/reader.h"

#define OTHER "lobby@rooms.example"
#define UNICODE \
	"gr\xc3\xbc\xc3\x9f d\xc4\xb1r \xe2\x82\xac \xf0\x9f\x98\x80 '\"<&"

static int set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_init(s);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	scratch_fini(*state);
	free(*state);
	return 0;
}

/* What reader_load() told, one word a record: "room:x aff:jid=owner ...". */
static void on_record(void *owner, const struct record *r)
{
	char **told = owner;
	char *more = NULL;

	assert_true(record_is_whole(r));
	if (r->kind == RECORD_ROOM)
		more = str_format("%s R(%s,%s)", *told, r->room,
				  r->as_room.config);
	else if (r->kind == RECORD_AFFILIATION)
		more = str_format("%s A(%s,%s)", *told, r->as_affiliation.jid,
				  r->as_affiliation.affiliation);
	else if (r->kind == RECORD_SESSION)
		more = str_format("%s S(%s,%s)", *told, r->as_session.jid,
				  r->as_session.nick);
	assert_non_null(more);
	mem_free(told);
	*told = more;
}

static void assert_loaded(const struct scratch *s, const char *expected)
{
	char *told = str_dup("");
	struct reader *r;

	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_load(r, on_record, &told), 0);
	assert_string_equal(told, expected);
	mem_free(&told);
	reader_close(&r);
}

static struct record *full_room(void)
{
	struct record *r = scratch_room(SCRATCH_ROOM, UNICODE);

	r->as_room.subject = str_dup("subject " UNICODE);
	r->as_room.subject_nick = str_dup("nick " UNICODE);
	r->as_room.subject_at = 1700000000001;
	r->as_room.created = 1600000000002;
	r->at = 1800000000003;
	return r;
}

static struct record *full_affiliation(void)
{
	struct record *r = scratch_affiliation(SCRATCH_ROOM, "a@x", "outcast");

	r->as_affiliation.nick = str_dup(UNICODE);
	r->as_affiliation.reason = str_dup("");
	r->as_affiliation.details = str_dup("first\tAnn\ncall\t1\n");
	r->as_affiliation.at = 1700000000004;
	return r;
}

static struct record *full_session(void)
{
	struct record *r =
		scratch_session(SCRATCH_ROOM, "a@x/\xc3\xa4", UNICODE);

	r->as_session.presence = str_dup("<show>away</show>");
	r->as_session.joined = 1700000000005;
	return r;
}

static struct record *full_message(void)
{
	struct record *r = scratch_message(SCRATCH_ROOM, 1);

	rand_id(r->as_message.id);
	r->as_message.jid = str_dup("a@x");
	r->as_message.nick = str_dup(UNICODE);
	r->as_message.occupant_id = str_dup("o");
	r->as_message.body = str_dup("body " UNICODE);
	r->as_message.is_subject = true;
	return r;
}

static void check_room(const struct record *a, const struct record *b)
{
	assert_true(str_equal(a->room, b->room));
	assert_true(str_equal(a->as_room.config, b->as_room.config));
	assert_true(str_equal(a->as_room.subject, b->as_room.subject));
	assert_true(
		str_equal(a->as_room.subject_nick, b->as_room.subject_nick));
	assert_int_equal(a->as_room.subject_at, b->as_room.subject_at);
	assert_int_equal(a->as_room.created, b->as_room.created);
	assert_int_equal(a->at, b->at);
}

static void check_affiliation(const struct record *a, const struct record *b)
{
	const struct record_affiliation *x = &a->as_affiliation;
	const struct record_affiliation *y = &b->as_affiliation;

	assert_true(str_equal(a->room, b->room));
	assert_true(str_equal(x->jid, y->jid));
	assert_true(str_equal(x->affiliation, y->affiliation));
	assert_true(str_equal(x->nick, y->nick));
	assert_true(str_equal(x->reason, y->reason));
	assert_true(str_equal(x->details, y->details));
	assert_int_equal(x->at, y->at);
}

static void check_session(const struct record *a, const struct record *b)
{
	const struct record_session *x = &a->as_session;
	const struct record_session *y = &b->as_session;

	assert_true(str_equal(a->room, b->room));
	assert_true(str_equal(x->jid, y->jid));
	assert_true(str_equal(x->nick, y->nick));
	assert_true(str_equal(x->role, y->role));
	assert_true(str_equal(x->presence, y->presence));
	assert_int_equal(x->joined, y->joined);
	assert_int_equal(a->at, b->at);
}

static void check_message(const struct record_message *x,
			  const struct record_message *y)
{
	assert_string_equal(x->id, y->id);
	assert_int_equal(x->at, y->at);
	assert_true(str_equal(x->jid, y->jid));
	assert_true(str_equal(x->nick, y->nick));
	assert_true(str_equal(x->occupant_id, y->occupant_id));
	assert_true(str_equal(x->stanza, y->stanza));
	assert_true(str_equal(x->body, y->body));
	assert_int_equal(x->is_subject, y->is_subject);
}

struct expected {
	struct record *records[4];
	size_t count;
	size_t seen;
};

static void on_expected(void *owner, const struct record *r)
{
	struct expected *e = owner;
	const struct record *want = e->records[e->seen++];

	assert_true(e->seen <= e->count);
	assert_int_equal(r->kind, want->kind);
	if (r->kind == RECORD_ROOM)
		check_room(r, want);
	else if (r->kind == RECORD_AFFILIATION)
		check_affiliation(r, want);
	else
		check_session(r, want);
}

static void check_round_trip(const struct scratch *s,
			     struct record *(*const make[])(void), size_t count,
			     struct expected *e)
{
	struct record *saved[4];
	struct reader *r;

	for (size_t i = 0; i < count; i++) {
		saved[i] = make[i]();
		e->records[i] = make[i]();
	}
	e->count = count;
	scratch_save(s, saved, count);
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_load(r, on_expected, e), 0);
	assert_int_equal(e->seen, count);
	reader_close(&r);
	for (size_t i = 0; i < count; i++)
		record_free(&e->records[i]);
}

static struct record *bare_room(void)
{
	return scratch_room(SCRATCH_ROOM, "");
}

static struct record *bare_affiliation(void)
{
	return scratch_affiliation(SCRATCH_ROOM, "b.example", "member");
}

static struct record *bare_session(void)
{
	return scratch_session(SCRATCH_ROOM, "b@x/1", "bob");
}

static void every_part_of_a_room_comes_back(void **state)
{
	static struct record *(*const full[])(
		void) = { full_room, full_affiliation, full_session };
	struct expected e = { .seen = 0 };

	check_round_trip(*state, full, 3, &e);
}

static void absent_parts_stay_absent(void **state)
{
	static struct record *(*const bare[])(
		void) = { bare_room, bare_affiliation, bare_session };
	struct expected e = { .seen = 0 };

	check_round_trip(*state, bare, 3, &e);
}

static void message_comes_back(void **state)
{
	struct scratch *s = *state;
	struct record *saved[2] = { full_message(),
				    scratch_message(SCRATCH_ROOM, 2) };
	struct record_message full = saved[0]->as_message;
	struct archive_query *q = archive_query_new(SCRATCH_ROOM, 10);
	struct record *want[2] = { full_message(),
				   scratch_message(SCRATCH_ROOM, 2) };
	struct archive_page *page;
	struct reader *r;

	(void)str_copy(want[0]->as_message.id, RAND_ID_SIZE, full.id);
	scratch_save(s, saved, 2);
	assert_int_equal(reader_open(s->path, &r), 0);
	page = reader_ask(r, q);
	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->count, 2);
	for (int i = 0; i < 2; i++) {
		check_message(&page->rows[i], &want[i]->as_message);
		record_free(&want[i]);
	}
	archive_page_free(&page);
	archive_query_free(&q);
	reader_close(&r);
}

static void change_replaces_what_was(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = {
		scratch_room(SCRATCH_ROOM, "one"),
		scratch_affiliation(SCRATCH_ROOM, "a@x", "member"),
		scratch_affiliation(SCRATCH_ROOM, "b@x", "owner"),
		scratch_room(SCRATCH_ROOM, "two"),
		scratch_affiliation(SCRATCH_ROOM, "a@x", "admin"),
		scratch_affiliation(SCRATCH_ROOM, "b@x", "none"),
		scratch_affiliation(SCRATCH_ROOM, "c@x", "none"),
	};

	scratch_save(s, saved, array_len(saved));
	assert_loaded(s, " R(" SCRATCH_ROOM ",two) A(a@x,admin)");
}

static void sessions_keep_the_order_of_joining(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = {
		scratch_room(SCRATCH_ROOM, "c"),
		scratch_session(SCRATCH_ROOM, "z@x/1", "zed"),
		scratch_session(SCRATCH_ROOM, "m@x/1", "moe"),
		scratch_session(SCRATCH_ROOM, "a@x/1", "ann"),
		/* a change keeps the place */
		scratch_session(SCRATCH_ROOM, "z@x/1", "zoe"),
		/* leaving and coming again does not */
		scratch_gone(SCRATCH_ROOM, "m@x/1"),
		scratch_session(SCRATCH_ROOM, "m@x/1", "moe"),
		scratch_gone(SCRATCH_ROOM, "nobody@x/1"),
	};

	scratch_save(s, saved, array_len(saved));
	assert_loaded(s, " R(" SCRATCH_ROOM ",c) S(z@x/1,zoe) S(a@x/1,ann)"
			 " S(m@x/1,moe)");
}

static void gone_room_leaves_its_archive(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = {
		scratch_room(SCRATCH_ROOM, "c"),
		scratch_room(OTHER, "o"),
		scratch_affiliation(SCRATCH_ROOM, "a@x", "owner"),
		scratch_affiliation(OTHER, "a@x", "owner"),
		scratch_session(SCRATCH_ROOM, "a@x/1", "ann"),
		scratch_session(OTHER, "a@x/1", "ann"),
		scratch_message(SCRATCH_ROOM, 1),
		record_new(RECORD_ROOM_GONE, SCRATCH_ROOM, 9),
	};
	struct record *again = scratch_room(SCRATCH_ROOM, "new");

	scratch_save(s, saved, array_len(saved));
	assert_loaded(s, " R(" OTHER ",o) A(a@x,owner) S(a@x/1,ann)");
	assert_int_equal(scratch_ask(s,
				     "SELECT count(*) FROM archive JOIN rooms"
				     " ON rooms.id = room"
				     " WHERE rooms.jid = '" SCRATCH_ROOM "'"),
			 1);
	/* a new room of that name has no owner from before */
	scratch_save(s, &again, 1);
	assert_loaded(s, " R(" SCRATCH_ROOM ",new) R(" OTHER
			 ",o) A(a@x,owner) S(a@x/1,ann)");
}

static struct record *retraction(const char *room, const char *by)
{
	struct record *r = record_new(RECORD_RETRACTION, room, 5000);

	(void)str_copy(r->as_retraction.id, RAND_ID_SIZE, "m1");
	r->as_retraction.stanza = str_dup("<tombstone/>");
	r->as_retraction.by = str_dup(by);
	r->as_retraction.reason = str_dup("spam");
	r->as_retraction.at = 5000;
	return r;
}

/* XEP-0424 #tombstones; the first retraction counts, none of another room. */
static void retraction_buries_and_seals(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = {
		scratch_message(SCRATCH_ROOM, 1),
		scratch_message(SCRATCH_ROOM, 2),
		retraction(OTHER, "eve@x"),
		retraction(SCRATCH_ROOM, "mod@x"),
		retraction(SCRATCH_ROOM, "late@x"),
	};
	const char *sql = "SELECT count(*) FROM sealed JOIN archive"
			  " USING (seq) WHERE id = 'm1' AND"
			  " sealed.stanza LIKE '<message id=%' AND"
			  " sealed_by = 'mod@x' AND reason = 'spam'"
			  " AND sealed.at = 5000";

	scratch_save(s, saved, array_len(saved));
	assert_int_equal(scratch_ask(s, sql), 1);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM sealed"), 1);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive WHERE"
					" id = 'm1' AND body IS NULL AND"
					" stanza = '<tombstone/>'"),
			 1);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive WHERE"
					" stanza = '<tombstone/>'"),
			 1);
}

static void heartbeat_is_the_last_one(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = { scratch_room(SCRATCH_ROOM, "c") };
	struct record *beats[] = {
		record_new(RECORD_HEARTBEAT, NULL, 1700000000000),
		record_new(RECORD_HEARTBEAT, NULL, 1700000060000),
	};
	struct reader *r;
	int64_t at = -1;

	scratch_save(s, saved, 1);
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_heartbeat(r, &at), 0);
	assert_int_equal(at, 0);
	scratch_save(s, beats, 2);
	assert_int_equal(reader_heartbeat(r, &at), 0);
	assert_int_equal(at, 1700000060000);
	reader_close(&r);
}

static void last_line_is_told(void **state)
{
	struct scratch *s = *state;
	struct record *saved[] = { scratch_message(SCRATCH_ROOM, 9),
				   scratch_message("b@rooms.example", 7) };
	struct reader *r;
	int64_t at = -1;

	scratch_save(s, saved, 0);
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_last_line(r, &at), 0);
	assert_int_equal(at, 0);
	scratch_save(s, saved, 2);
	assert_int_equal(reader_last_line(r, &at), 0);
	assert_int_equal(at, 7000);
	reader_close(&r);
}

static struct record *proof(const char *domain, const char *how, int64_t at)
{
	struct record *r = record_new(RECORD_PROOF, NULL, at);

	r->as_proof.domain = str_dup(domain);
	r->as_proof.proof = how ? str_dup(how) : NULL;
	return r;
}

/* fn of reader_proofs(): " domain=proof@time" of each. */
static void list_proof(void *owner, const struct record *r)
{
	char **list = owner;
	char *more = str_format("%s %s=%s@%d", *list, r->as_proof.domain,
				r->as_proof.proof, (int)r->at);

	assert_int_equal(r->kind, RECORD_PROOF);
	assert_null(r->room);
	mem_free(list);
	*list = more;
}

static void proof_keeps_its_first_time(void **state)
{
	struct scratch *s = *state;
	struct record *proofs[] = {
		proof("b.test", "certificate", 20),
		proof("a.test", "weak", 10),
		proof("b.test", "certificate", 30),
		proof("a.test", "certificate", 40),
	};
	char *list = str_dup("");
	struct reader *r;

	scratch_save(s, proofs, array_len(proofs));
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_proofs(r, list_proof, &list), 0);
	assert_string_equal(list, " b.test=certificate@20"
				  " a.test=certificate@40");
	reader_close(&r);
	mem_free(&list);
}

static void proof_is_forgotten(void **state)
{
	struct scratch *s = *state;
	struct record *proofs[] = {
		proof("a.test", "certificate", 10),
		proof("b.test", "certificate", 20),
		proof("a.test", NULL, 30),
		proof("c.test", NULL, 40), /* never was there */
	};
	struct record *later[] = { proof("a.test", "certificate", 50) };
	char *list = str_dup("");
	struct reader *r;

	scratch_save(s, proofs, array_len(proofs));
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_proofs(r, list_proof, &list), 0);
	assert_string_equal(list, " b.test=certificate@20");
	reader_close(&r);
	scratch_save(s, later, array_len(later));
	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(reader_proofs(r, list_proof, &list), 0);
	assert_string_equal(list, " b.test=certificate@20"
				  " b.test=certificate@20"
				  " a.test=certificate@50");
	reader_close(&r);
	mem_free(&list);
}

static void message_saved_twice_is_there_once(void **state)
{
	struct scratch *s = *state;
	struct record *first[] = { scratch_message(SCRATCH_ROOM, 1) };
	struct record *again[] = { scratch_message(SCRATCH_ROOM, 1),
				   scratch_message(SCRATCH_ROOM, 2) };

	scratch_save(s, first, 1);
	scratch_save(s, again, 2);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive"), 2);
}

static void rollback_leaves_nothing(void **state)
{
	struct scratch *s = *state;
	const struct backend_ops *ops = &backend_sqlite;
	struct record *r = scratch_message(SCRATCH_ROOM, 1);
	void *self;

	assert_int_equal(ops->open(s->path, BACKEND_SYNC_FULL, &self), 0);
	assert_int_equal(ops->begin(self), 0);
	assert_int_equal(ops->save(self, r), 0);
	ops->rollback(self);
	ops->rollback(self);
	assert_int_equal(ops->begin(self), 0);
	assert_int_equal(ops->commit(self), 0);
	ops->close(self);
	record_free(&r);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive"), 0);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM rooms"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_part_of_a_room_comes_back),
		TEST(absent_parts_stay_absent),
		TEST(message_comes_back),
		TEST(change_replaces_what_was),
		TEST(sessions_keep_the_order_of_joining),
		TEST(gone_room_leaves_its_archive),
		TEST(retraction_buries_and_seals),
		TEST(heartbeat_is_the_last_one),
		TEST(last_line_is_told),
		TEST(proof_keeps_its_first_time),
		TEST(proof_is_forgotten),
		TEST(message_saved_twice_is_there_once),
		TEST(rollback_leaves_nothing),
	};
	return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
