/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/reader_handle.h"

#define ROWS 250
#define OTHER "lobby@rooms.example"

/* A database with m1 .. m250 in the room, each followed by one elsewhere. */
#define HALF 301 /* records: up to m151 */
struct fixture {
	struct scratch scratch;
	struct reader *reader;
	struct archive_query *query;
};

/* How far the lines are indexed. */
enum mark { MARK_BEHIND_ALL, MARK_IN_THE_MIDDLE, MARK_BEFORE_ALL };

static int set_up_at(void **state, enum mark mark)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct record *saved[2 * ROWS];

	scratch_init(&f->scratch);
	for (int i = 0; i < ROWS; i++) {
		saved[2 * i] = scratch_message(SCRATCH_ROOM, i + 1);
		saved[2 * i + 1] = scratch_message(OTHER, i + 1001);
	}
	f->scratch.indexes = mark != MARK_BEFORE_ALL;
	scratch_save(&f->scratch, saved, HALF);
	f->scratch.indexes = mark == MARK_BEHIND_ALL;
	scratch_save(&f->scratch, saved + HALF, 2 * ROWS - HALF);
	assert_int_equal(reader_open(f->scratch.path, &f->reader), 0);
	f->query = archive_query_new(SCRATCH_ROOM, 100);
	*state = f;
	return 0;
}

static int set_up(void **state)
{
	return set_up_at(state, MARK_BEHIND_ALL);
}

static int set_up_half(void **state)
{
	return set_up_at(state, MARK_IN_THE_MIDDLE);
}

static int set_up_late(void **state)
{
	return set_up_at(state, MARK_BEFORE_ALL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	archive_query_free(&f->query);
	reader_close(&f->reader);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

/* The page is m<first> .. m<last>; first > last: empty. */
static void assert_page(struct fixture *f, int first, int last,
			bool is_complete)
{
	struct archive_page *page = reader_ask(f->reader, f->query);
	int count = first > last ? 0 : last - first + 1;
	char id[16];

	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->count, count);
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "m%d", first + i);
		assert_string_equal(page->rows[i].id, id);
	}
	assert_int_equal(page->is_complete, is_complete);
	archive_page_free(&page);
}

static void assert_status(struct fixture *f, enum archive_status status)
{
	struct archive_page *page = reader_ask(f->reader, f->query);

	assert_int_equal(page->status, status);
	assert_int_equal(page->count, 0);
	assert_int_equal(page->total, -1);
	archive_page_free(&page);
}

static void pages_forward(void **state)
{
	struct fixture *f = *state;

	assert_page(f, 1, 100, false);
	str_set(&f->query->after_id, "m100");
	assert_page(f, 101, 200, false);
	str_set(&f->query->after_id, "m200");
	assert_page(f, 201, 250, true);
	str_set(&f->query->after_id, "m150");
	assert_page(f, 151, 250, true); /* exactly a page is left */
	str_set(&f->query->after_id, "m149");
	assert_page(f, 150, 249, false);
	str_set(&f->query->after_id, "m250");
	assert_page(f, 1, 0, true);
}

static void pages_backward(void **state)
{
	struct fixture *f = *state;

	f->query->last_page = true;
	assert_page(f, 151, 250, false);
	str_set(&f->query->before_id, "m151");
	assert_page(f, 51, 150, false);
	str_set(&f->query->before_id, "m51");
	assert_page(f, 1, 50, true);
	str_set(&f->query->before_id, "m101");
	assert_page(f, 1, 100, true);
	str_set(&f->query->before_id, "m1");
	assert_page(f, 1, 0, true);
}

static void a_page_ends_at_its_bytes(void **state)
{
	struct fixture *f = *state;

	/* those of m1 to m9 have 17, from m100 on 19 */
	f->query->max_bytes = 5 * 17;
	assert_page(f, 1, 5, false);
	f->query->max_bytes = 5 * 17 + 16;
	assert_page(f, 1, 5, false);
	f->query->last_page = true;
	assert_page(f, 246, 250, false);
	/* one row always comes */
	f->query->max_bytes = 0;
	assert_page(f, 250, 250, false);
	str_set(&f->query->before_id, "m2");
	assert_page(f, 1, 1, true);
}

static void both_ends_are_exclusive(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->after_id, "m10");
	str_set(&f->query->before_id, "m14");
	assert_page(f, 11, 13, true);
	f->query->max = 2;
	assert_page(f, 11, 12, false);
	f->query->last_page = true;
	assert_page(f, 12, 13, false);
	str_set(&f->query->before_id, "m11");
	assert_page(f, 1, 0, true);
}

static void times_are_inclusive(void **state)
{
	struct fixture *f = *state;

	f->query->start = 20000;
	f->query->end = 22000;
	assert_page(f, 20, 22, true);
	f->query->start = 19001;
	f->query->end = 21999;
	assert_page(f, 20, 21, true);
	f->query->end = 0;
	assert_page(f, 20, 119, false);
	f->query->start = 0;
	f->query->end = 5000;
	f->query->last_page = true;
	assert_page(f, 1, 5, true);
	str_set(&f->query->after_id, "m3");
	assert_page(f, 4, 5, true);
}

static void total_is_of_the_whole_span(void **state)
{
	struct fixture *f = *state;
	struct archive_page *page;

	f->query->want_count = true;
	str_set(&f->query->after_id, "m200");
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->total, ROWS);
	archive_page_free(&page);
	f->query->start = 100000;
	f->query->end = 109000;
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->total, 10);
	archive_page_free(&page);
}

static void page_of_nothing_may_still_count(void **state)
{
	struct fixture *f = *state;
	struct archive_page *page;

	f->query->max = 0;
	f->query->want_count = true;
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->count, 0);
	assert_int_equal(page->total, ROWS);
	assert_false(page->is_complete);
	archive_page_free(&page);
	f->query->end = 1;
	assert_page(f, 1, 0, true);
}

static void unknown_ids_are_told(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->after_id, "nowhere");
	assert_status(f, ARCHIVE_NO_ID);
	str_set(&f->query->after_id, "m1001"); /* of another room */
	assert_status(f, ARCHIVE_NO_ID);
	str_set(&f->query->after_id, NULL);
	str_set(&f->query->before_id, "m1001");
	assert_status(f, ARCHIVE_NO_ID);
}

static void one_row_is_found_by_its_id(void **state)
{
	struct fixture *f = *state;

	f->query->max = 1;
	str_set(&f->query->only_id, "m17");
	assert_page(f, 17, 17, true);
	/* but not from before the room was made */
	f->query->start = 17001;
	assert_page(f, 1, 0, true);
	f->query->start = 0;
	str_set(&f->query->only_id, "m1001"); /* of another room */
	assert_status(f, ARCHIVE_NO_ID);
}

static void unknown_room_is_empty(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->room, "none@rooms.example");
	assert_page(f, 1, 0, true);
	str_set(&f->query->after_id, "m1");
	assert_status(f, ARCHIVE_NO_ID);
}

static void order_is_not_the_clocks(void **state)
{
	struct fixture *f = *state;
	struct record *late = scratch_message(SCRATCH_ROOM, 251);

	late->as_message.at = 500; /* somebody has set the clock */
	scratch_save(&f->scratch, &late, 1);
	str_set(&f->query->after_id, "m249");
	assert_page(f, 250, 251, true);
	str_set(&f->query->after_id, NULL);
	f->query->end = 999;
	assert_page(f, 251, 251, true);
}

static void set_words(struct fixture *f, const char *words)
{
	str_set(&f->query->words, words);
}

/* Rows that were looked at one by one, of all statements. */
static int add_scanned(unsigned kind, void *sum, void *stmt, void *nanoseconds)
{
	(void)kind;
	(void)nanoseconds;
	*(int *)sum += sqlite3_stmt_status(stmt,
					   SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
	return 0;
}

static void nothing_is_scanned(void **state)
{
	struct fixture *f = *state;
	int scanned = 0;

	/* the word index reads all its settings, once */
	set_words(f, "nothing");
	assert_page(f, 1, 0, true);
	set_words(f, NULL);
	sqlite3_trace_v2(reader_db(f->reader), SQLITE_TRACE_PROFILE,
			 add_scanned, &scanned);
	f->query->want_count = true;
	f->query->max = 10;
	assert_page(f, 1, 10, false);
	f->query->last_page = true;
	assert_page(f, 241, 250, false);
	f->query->start = 100000;
	f->query->end = 200000;
	assert_page(f, 191, 200, false);
	f->query->only_public = true;
	assert_page(f, 1, 0, true);
	f->query->only_public = false;
	f->query->nick = str_dup("nobody");
	assert_page(f, 1, 0, true);
	set_words(f, "nothing");
	assert_page(f, 1, 0, true);
	assert_int_equal(scanned, 0);
}

/* So many rows are found; were older ones left alone? */
static void assert_bounded(struct fixture *f, int rows, bool is_bounded)
{
	struct archive_page *page = reader_ask(f->reader, f->query);

	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->total, rows);
	assert_int_equal(page->count, rows);
	assert_int_equal(page->is_bounded, is_bounded);
	archive_page_free(&page);
}

static void no_more_is_tried_than_is_wanted(void **state)
{
	struct fixture *f = *state;

	f->query->max = 2 * ROWS;
	f->query->want_count = true;
	f->query->max_scan = 60;
	assert_bounded(f, 60, true);
	f->query->max_scan = ROWS;
	assert_bounded(f, ROWS, false);
	/* an end in time leads further back */
	f->query->max_scan = 60;
	f->query->end = 100000;
	assert_bounded(f, 60, true);
	f->query->end = 50000;
	assert_bounded(f, 50, false);
	/* of all rooms every other row is elsewhere */
	f->query->end = 0;
	str_set(&f->query->room, NULL);
	f->query->rooms = mem_zero(1, sizeof(char *));
	f->query->rooms[f->query->room_count++] = str_dup(SCRATCH_ROOM);
	assert_bounded(f, 30, true);
	/* words lead to rows by themselves */
	set_words(f, "nothing");
	assert_bounded(f, 0, false);
}

/* c501 .. c700: "common" in turn here and elsewhere. */
static void save_common(struct fixture *f)
{
	for (int i = 501; i <= 700; i++) {
		struct record *r = scratch_words(i % 2 ? SCRATCH_ROOM : OTHER,
						 i, i * 1000);

		scratch_save(&f->scratch, &r, 1);
	}
	set_words(f, "common");
	f->query->want_count = true;
	f->query->last_page = true;
	f->query->max = 10;
}

static void assert_found(struct fixture *f, int total, bool has_more,
			 bool is_bounded, int first_index)
{
	struct archive_page *page = reader_ask(f->reader, f->query);

	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->count, 10);
	assert_int_equal(page->total, total);
	assert_int_equal(page->has_more, has_more);
	assert_int_equal(page->is_bounded, is_bounded);
	assert_int_equal(page->first_index, first_index);
	archive_page_free(&page);
}

static void no_more_is_counted_than_is_wanted(void **state)
{
	struct fixture *f = *state;

	save_common(f);
	assert_found(f, 100, false, false, 90);
	f->query->max_count = 100;
	assert_found(f, 100, false, false, 90);
	f->query->max_count = 99;
	assert_found(f, 99, true, false, -1);
	set_words(f, "common -word699");
	assert_found(f, 99, false, false, 89);
	f->query->max_count = 20;
	f->query->last_page = false;
	assert_found(f, 20, true, false, -1);
	/* what is counted by days is known anyway */
	set_words(f, NULL);
	assert_found(f, ROWS + 100, false, false, 0);
}

static void of_lines_with_words_the_newest_are_tried(void **state)
{
	struct fixture *f = *state;

	save_common(f);
	/* half of them are elsewhere */
	f->query->max_scan = 60;
	assert_found(f, 30, false, true, 20);
	f->query->max_scan = 200;
	assert_found(f, 100, false, false, 90);
	f->query->max_scan = 60;
	f->query->end = 600000;
	assert_found(f, 30, false, true, 20);
	set_words(f, "common -word599");
	assert_found(f, 29, false, true, 19);
}

static void damage_is_a_failed_page(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);

	scratch_run(db, "UPDATE archive SET id = 'far too long to be an id of"
			" ours' WHERE id = 'm7'");
	sqlite3_close(db);
	assert_status(f, ARCHIVE_FAILED);
	/* and the reader lives on */
	str_set(&f->query->after_id, "m8");
	assert_page(f, 9, 108, false);
}

static void reader_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);

	/* no lock is left behind by a question */
	assert_page(f, 1, 100, false);
	scratch_run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	scratch_run(db, "BEGIN IMMEDIATE");
	assert_page(f, 1, 100, false);
	scratch_run(db, "ROLLBACK");
	sqlite3_close(db);
}

/* The page as ids, one after the other. */
static void assert_ids(struct fixture *f, const char *want)
{
	struct archive_page *page = reader_ask(f->reader, f->query);
	struct buf told = { 0 };

	assert_int_equal(page->status, ARCHIVE_OK);
	for (size_t i = 0; i < page->count; i++)
		buf_add_format(&told, "%s ", page->rows[i].id);
	assert_string_equal(buf_str(&told), want);
	buf_fini(&told);
	archive_page_free(&page);
}

static void assert_counts(struct fixture *f, int total, int first_index)
{
	struct archive_page *page = reader_ask(f->reader, f->query);

	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->total, total);
	assert_int_equal(page->first_index, first_index);
	archive_page_free(&page);
}

static void save(struct fixture *f, struct record *owned)
{
	scratch_save(&f->scratch, &owned, 1);
}

/* m<number>, said in the room under that nick. */
static struct record *said(const char *room, int number, const char *nick,
			   const char *body)
{
	struct record *r = scratch_message(room, number);

	r->as_message.jid = str_format("%s@home.example", nick);
	r->as_message.nick = str_dup(nick);
	r->as_message.body = str_dup(body);
	r->as_message.is_public = true;
	return r;
}

/* A word list is the query's; it is put back by the next. */
static void save_talk(struct fixture *f)
{
	struct record *subject = said(SCRATCH_ROOM, 306, "ann", "Drafts");

	subject->as_message.is_subject = true;
	subject->as_message.hats = str_dup("urn:x\tChair");
	save(f, said(SCRATCH_ROOM, 301, "ann", "The quick brown fox"));
	save(f, said(SCRATCH_ROOM, 302, "bob", "a brown quick dog"));
	save(f, said(SCRATCH_ROOM, 303, "ann", "Gr\xc3\xbc\xc3\x9f Gott, foxes"));
	save(f, said(OTHER, 304, "bob", "one fox elsewhere"));
	save(f, said(SCRATCH_ROOM, 305, "cid", NULL));
	save(f, subject);
}

static void words_find_lines(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
		{ "fox", "m301 " },
		{ "FOX", "m301 " },
		{ "fox*", "m301 m303 " },
		{ "quick brown", "m301 m302 " },
		{ "\"quick brown\"", "m301 " },
		{ "quick -fox", "m302 " },
		{ "quick -fox* -\"quick dog\"", "" },
		{ "grus* gott", "" },
		{ "gru\xc3\x9f gott", "m303 " },
		{ "quick :-)", "m301 m302 " },
		{ "drafts", "m306 " },
		{ "nowhere", "" },
		{ "fox OR nowhere", "" },
	};
	struct fixture *f = *state;

	save_talk(f);
	for (size_t i = 0; i < array_len(cases); i++) {
		set_words(f, cases[i].words);
		assert_ids(f, cases[i].want);
	}
	f->query->start = 301000;
	set_words(f, "-quick");
	assert_ids(f, "m303 m305 m306 ");
	set_words(f, "  ");
	assert_ids(f, "m301 m302 m303 m305 m306 ");
}

static void words_are_paged_and_counted(void **state)
{
	struct fixture *f = *state;

	save_talk(f);
	f->query->want_count = true;
	f->query->max = 1;
	set_words(f, "quick");
	assert_ids(f, "m301 ");
	assert_counts(f, 2, 0);
	str_set(&f->query->after_id, "m301");
	assert_counts(f, 2, 1);
	str_set(&f->query->after_id, NULL);
	f->query->last_page = true;
	assert_ids(f, "m302 ");
	f->query->end = 301500;
	assert_ids(f, "m301 ");
	assert_counts(f, 1, 0);
}

static void retracted_words_are_not_found(void **state)
{
	struct fixture *f = *state;
	struct record *r = record_new(RECORD_RETRACTION, SCRATCH_ROOM, 9);
	struct sqlite3 *db = scratch_open(&f->scratch);
	struct record *again;

	save_talk(f);
	str_copy(r->as_retraction.id, RAND_ID_SIZE, "m301");
	r->as_retraction.stanza = str_dup("<gone/>");
	r->as_retraction.by = str_dup("a@x");
	again = record_new(RECORD_RETRACTION, SCRATCH_ROOM, 9);
	str_copy(again->as_retraction.id, RAND_ID_SIZE, "m301");
	again->as_retraction.stanza = str_dup("<gone/>");
	again->as_retraction.by = str_dup("a@x");
	save(f, r);
	save(f, again);
	set_words(f, "quick");
	assert_ids(f, "m302 ");
	/* and the index is the text's, to the letter */
	scratch_run(db, "INSERT INTO archive_words (archive_words, rank)"
			" VALUES ('integrity-check', 1)");
	sqlite3_close(db);
}

static void people_are_found(void **state)
{
	struct fixture *f = *state;

	save_talk(f);
	str_set(&f->query->nick, "ann");
	assert_ids(f, "m301 m303 m306 ");
	f->query->only_subjects = true;
	assert_ids(f, "m306 ");
	f->query->only_subjects = false;
	str_set(&f->query->nick, NULL);
	str_set(&f->query->jid, "bob@home.example");
	assert_ids(f, "m302 ");
	set_words(f, "dog");
	f->query->want_count = true;
	assert_counts(f, 1, 0);
}

/* m<number>, by that occupant; the stanza holds a word. */
static void save_holding(struct fixture *f, int number, const char *occupant_id,
			 const char *word)
{
	struct record *r = said(SCRATCH_ROOM, number, "ann", "text");

	str_set(&r->as_message.occupant_id, occupant_id);
	mem_free(&r->as_message.stanza);
	r->as_message.stanza = str_format("<m><%s/></m>", word);
	save(f, r);
}

/* What a line that is taken back takes along is found so. */
static void an_occupants_lines_are_found_by_what_they_hold(void **state)
{
	struct record *r = record_new(RECORD_RETRACTION, SCRATCH_ROOM, 9);
	struct fixture *f = *state;

	save_holding(f, 401, "a", "replace");
	save_holding(f, 402, "a", "x");
	save_holding(f, 403, "b", "replace");
	save_holding(f, 404, "a", "replace");
	save_holding(f, 405, "a", "replace");
	str_set(&f->query->occupant_id, "a");
	str_set(&f->query->holds, "replace");
	f->query->want_count = true;
	assert_ids(f, "m401 m404 m405 ");
	assert_counts(f, 3, 0);
	str_set(&f->query->from_id, "m401");
	assert_ids(f, "m404 m405 ");
	str_copy(r->as_retraction.id, RAND_ID_SIZE, "m404");
	r->as_retraction.stanza = str_dup("<gone/>");
	r->as_retraction.by = str_dup("a@x");
	save(f, r);
	assert_ids(f, "m405 ");
	assert_counts(f, 1, 0);
	str_set(&f->query->holds, NULL);
	assert_ids(f, "m402 m404 m405 ");
}

static void only_public_lines_are_shown(void **state)
{
	struct fixture *f = *state;

	save_talk(f); /* what was there before is not public */
	f->query->only_public = true;
	f->query->want_count = true;
	assert_ids(f, "m301 m302 m303 m305 m306 ");
	assert_counts(f, 5, 0);
	str_set(&f->query->after_id, "m302");
	assert_counts(f, 5, 2);
	f->query->start = 302000;
	assert_counts(f, 4, 1);
}

static void many_rooms_are_asked_at_once(void **state)
{
	struct fixture *f = *state;
	struct archive_page *page;

	save_talk(f);
	str_set(&f->query->room, NULL);
	set_words(f, "fox");
	assert_ids(f, "m301 m304 ");
	page = reader_ask(f->reader, f->query);
	assert_string_equal(page->rows[0].room, SCRATCH_ROOM);
	assert_string_equal(page->rows[1].room, OTHER);
	archive_page_free(&page);
	f->query->rooms = mem_zero(2, sizeof(char *));
	f->query->rooms[0] = str_dup(OTHER);
	f->query->rooms[1] = str_dup("none@rooms.example");
	f->query->room_count = 2;
	assert_ids(f, "m304 ");
	set_words(f, NULL);
	f->query->start = 1250000; /* m1250 there */
	assert_ids(f, "m1250 ");
	f->query->want_count = true;
	assert_counts(f, 1, 0);
}

static void set_ids(struct fixture *f, const char *a, const char *b)
{
	f->query->ids = mem_zero(2, sizeof(char *));
	f->query->ids[0] = str_dup(a);
	f->query->ids[1] = str_dup(b);
	f->query->id_count = 2;
}

static void ids_are_found_or_all_is_refused(void **state)
{
	struct fixture *f = *state;

	set_ids(f, "m17", "m3");
	f->query->want_count = true;
	assert_ids(f, "m3 m17 ");
	assert_counts(f, 2, 0);
	f->query->start = 4000;
	assert_ids(f, "m17 ");
	str_set(&f->query->ids[1], "m1001"); /* of another room */
	assert_status(f, ARCHIVE_NO_ID);
	str_set(&f->query->ids[1], "nowhere");
	assert_status(f, ARCHIVE_NO_ID);
}

/* What matches is one thing, which page of it another (XEP-0313 #query-limit-id,
 * XEP-0059). */
static void ids_bound_what_matches(void **state)
{
	struct fixture *f = *state;

	f->query->want_count = true;
	f->query->max = 3;
	str_set(&f->query->from_id, "m10");
	str_set(&f->query->until_id, "m20");
	assert_page(f, 11, 13, false);
	assert_counts(f, 9, 0);
	str_set(&f->query->after_id, "m15");
	assert_page(f, 16, 18, false);
	assert_counts(f, 9, 5);
	str_set(&f->query->after_id, "m5");
	assert_page(f, 11, 13, false);
	str_set(&f->query->after_id, NULL);
	f->query->last_page = true;
	assert_page(f, 17, 19, false);
	assert_counts(f, 9, 6);
	str_set(&f->query->until_id, "nowhere");
	assert_status(f, ARCHIVE_NO_ID);
}

#define DAY 86400000LL

/* Totals come from the days; a clock that was set back does not confuse them. */
static void days_count_exactly(void **state)
{
	struct fixture *f = *state;
	static const int64_t times[] = { DAY + 5, DAY + 9, 3 * DAY, DAY + 7,
					 5 * DAY, 4 * DAY + 1, 3 * DAY + 2 };
	static const struct {
		int64_t start, end;
		int total, first_index;
		const char *want;
	} cases[] = {
		{ DAY, 0, 7, 0, "t0 t1 t2 t3 t4 t5 t6 " },
		{ DAY + 7, 0, 6, 0, "t1 t2 t3 t4 t5 t6 " },
		{ DAY + 6, DAY + 8, 1, 0, "t3 " },
		{ 2 * DAY, 4 * DAY, 2, 0, "t2 t6 " },
		{ 3 * DAY + 1, 5 * DAY, 3, 0, "t4 t5 t6 " },
		{ 5 * DAY + 1, 0, 0, -1, "" },
		{ DAY, 5 * DAY - 1, 6, 0, "t0 t1 t2 t3 t5 t6 " },
	};

	for (size_t i = 0; i < array_len(times); i++) {
		struct record *r = scratch_message(SCRATCH_ROOM, 1);

		snprintf(r->as_message.id, RAND_ID_SIZE, "t%zu", i);
		r->as_message.at = times[i];
		save(f, r);
	}
	f->query->want_count = true;
	for (size_t i = 0; i < array_len(cases); i++) {
		f->query->start = cases[i].start;
		f->query->end = cases[i].end;
		assert_ids(f, cases[i].want);
		assert_counts(f, cases[i].total, cases[i].first_index);
	}
	f->query->start = DAY;
	f->query->end = 0;
	str_set(&f->query->after_id, "t3");
	assert_ids(f, "t4 t5 t6 ");
	assert_counts(f, 7, 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define LATE(name)                                                      \
	{ #name " (half late)", name, set_up_half, tear_down, NULL },   \
		{ #name " (late)", name, set_up_late, tear_down, NULL }
	const struct CMUnitTest tests[] = {
		TEST(pages_forward),
		TEST(pages_backward),
		TEST(a_page_ends_at_its_bytes),
		TEST(both_ends_are_exclusive),
		TEST(times_are_inclusive),
		TEST(total_is_of_the_whole_span),
		TEST(page_of_nothing_may_still_count),
		TEST(unknown_ids_are_told),
		TEST(one_row_is_found_by_its_id),
		TEST(unknown_room_is_empty),
		TEST(order_is_not_the_clocks),
		TEST(nothing_is_scanned),
		TEST(no_more_is_tried_than_is_wanted),
		TEST(no_more_is_counted_than_is_wanted),
		TEST(of_lines_with_words_the_newest_are_tried),
		TEST(damage_is_a_failed_page),
		TEST(reader_writes_nothing),
		TEST(words_find_lines),
		TEST(words_are_paged_and_counted),
		TEST(retracted_words_are_not_found),
		TEST(people_are_found),
		TEST(an_occupants_lines_are_found_by_what_they_hold),
		TEST(only_public_lines_are_shown),
		TEST(many_rooms_are_asked_at_once),
		TEST(ids_are_found_or_all_is_refused),
		TEST(ids_bound_what_matches),
		TEST(days_count_exactly),
		LATE(no_more_is_counted_than_is_wanted),
		LATE(pages_forward),
		LATE(pages_backward),
		LATE(a_page_ends_at_its_bytes),
		LATE(both_ends_are_exclusive),
		LATE(times_are_inclusive),
		LATE(total_is_of_the_whole_span),
		LATE(page_of_nothing_may_still_count),
		LATE(unknown_ids_are_told),
		LATE(one_row_is_found_by_its_id),
		LATE(unknown_room_is_empty),
		LATE(order_is_not_the_clocks),
		LATE(damage_is_a_failed_page),
		LATE(words_find_lines),
		LATE(words_are_paged_and_counted),
		LATE(retracted_words_are_not_found),
		LATE(people_are_found),
		LATE(an_occupants_lines_are_found_by_what_they_hold),
		LATE(only_public_lines_are_shown),
		LATE(many_rooms_are_asked_at_once),
		LATE(ids_are_found_or_all_is_refused),
		LATE(ids_bound_what_matches),
		LATE(days_count_exactly),
	};
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
