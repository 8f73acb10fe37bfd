/* SPDX-License-Identifier: MIT */
#include "store/log_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "store/chain.h"

#define OTHER "lobby@rooms.example"
#define DAY 86400000

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

static void save(struct scratch *s, struct record *owned)
{
	scratch_save(s, &owned, 1);
}

static struct reader *open_reader(const struct scratch *s)
{
	struct reader *r;

	assert_int_equal(reader_open(s->path, &r), 0);
	return r;
}

/* A line on a day; number names it. */
static struct record *line(const char *room, int number, int64_t at,
			   bool is_public)
{
	struct record *r = scratch_message(room, number);

	r->at = r->as_message.at = at;
	r->as_message.is_public = is_public;
	return r;
}

static struct record *retraction(const char *room, const char *id, int64_t at)
{
	struct record *r = record_new(RECORD_RETRACTION, room, at);

	str_copy(r->as_retraction.id, RAND_ID_SIZE, id);
	r->as_retraction.stanza = str_dup("<message id='gone'/>");
	r->as_retraction.by = str_dup("chair@x");
	r->as_retraction.reason = str_dup("spam");
	r->as_retraction.at = at;
	return r;
}

static void on_day(void *owner, const struct log_day *day)
{
	buf_add_format(owner, "%s:%d-%d@%d%s ", day->day, (int)day->lines,
		       (int)day->retracted, (int)day->changed,
		       day->digest ? "!" : "");
}

static void assert_days(const struct scratch *s, bool only_public,
			const char *want)
{
	struct reader *r = open_reader(s);
	struct buf told = { 0 };

	assert_int_equal(
		log_reader_days(r, SCRATCH_ROOM, only_public, on_day, &told),
		0);
	assert_string_equal(buf_str(&told), want);
	buf_fini(&told);
	reader_close(&r);
}

static void days_are_counted(void **state)
{
	struct scratch *s = *state;

	save(s, line(SCRATCH_ROOM, 1, 5, true));
	save(s, line(SCRATCH_ROOM, 2, 7, false));
	save(s, line(SCRATCH_ROOM, 3, DAY, false));
	save(s, line(OTHER, 4, 2 * DAY, true));
	save(s, line(SCRATCH_ROOM, 5, 3 * DAY + 1, true));
	assert_days(s, false,
		    "1970-01-01:2-0@7 1970-01-02:1-0@86400000 "
		    "1970-01-04:1-0@259200001 ");
	assert_days(s, true, "1970-01-01:1-0@7 1970-01-04:1-0@259200001 ");
	save(s, retraction(SCRATCH_ROOM, "m2", 9));
	save(s, retraction(SCRATCH_ROOM, "m2", 11)); /* again */
	assert_days(s, false,
		    "1970-01-01:2-1@11 1970-01-02:1-0@86400000 "
		    "1970-01-04:1-0@259200001 ");
	assert_days(s, true, "1970-01-01:1-0@11 1970-01-04:1-0@259200001 ");
	save(s, retraction(SCRATCH_ROOM, "m1", 12));
	assert_days(s, true, "1970-01-01:1-1@12 1970-01-04:1-0@259200001 ");
}

/* Walks the chain as another program would. */
struct walk {
	unsigned char chain[CHAIN_SIZE];
	int links, salts;
};

static void on_link(void *owner, const struct log_link *link)
{
	struct walk *w = owner;
	unsigned char salt[CHAIN_SALT_SIZE], digest[CHAIN_SIZE];
	unsigned char mine[CHAIN_SIZE], said[CHAIN_SIZE];
	char *stanza = str_format("<message id='%s'/>", link->id + 1);

	w->links++;
	assert_int_equal(hex_decode(link->digest, digest, sizeof(digest)), 0);
	if (link->salt) {
		w->salts++;
		assert_int_equal(hex_decode(link->salt, salt, sizeof(salt)), 0);
		chain_digest(salt, link->id, link->at, stanza, mine);
		assert_memory_equal(mine, digest, CHAIN_SIZE);
	}
	chain_add(w->chain, digest);
	assert_int_equal(hex_decode(link->chain, said, sizeof(said)), 0);
	assert_memory_equal(w->chain, said, CHAIN_SIZE);
	mem_free(&stanza);
}

static void chain_holds_a_day(void **state)
{
	struct scratch *s = *state;
	struct walk w = { .links = 0 };
	struct reader *r;

	for (int i = 1; i <= 5; i++) {
		save(s, line(SCRATCH_ROOM, i, DAY + i, true));
		save(s, line(OTHER, 10 + i, DAY + i, true));
		save(s, line(SCRATCH_ROOM, 20 + i, 2 * DAY + i, true));
	}
	save(s, line(SCRATCH_ROOM, 5, DAY + 5, true)); /* told twice */
	save(s, retraction(SCRATCH_ROOM, "m3", DAY + 9));
	r = open_reader(s);
	chain_begin(SCRATCH_ROOM, 1, w.chain);
	assert_int_equal(log_reader_links(r, SCRATCH_ROOM, DAY, 2 * DAY - 1,
					  on_link, &w),
			 0);
	assert_int_equal(w.links, 5);
	assert_int_equal(w.salts, 4); /* the tombstone's is sealed */
	assert_int_equal(scratch_ask(s, "SELECT length(salt) FROM sealed"),
			 CHAIN_SALT_SIZE);
	reader_close(&r);
}

static void on_room(void *owner, const struct log_room *room)
{
	buf_add_format(owner, "%s:%d@%d-%d ", room->jid, (int)room->lines,
		       (int)room->first, (int)room->last);
}

static void rooms_that_were_written_of_are_told(void **state)
{
	struct scratch *s = *state;
	struct record *gone = record_new(RECORD_ROOM_GONE, SCRATCH_ROOM, 99);
	struct buf told = { 0 };
	struct reader *r;

	save(s, scratch_room(SCRATCH_ROOM, "x"));
	save(s, scratch_room("silent@rooms.example", "x"));
	save(s, line(SCRATCH_ROOM, 1, 5, true));
	save(s, line(SCRATCH_ROOM, 2, 2 * DAY, true));
	save(s, line(SCRATCH_ROOM, 3, 3 * DAY, false));
	save(s, line(OTHER, 4, 8, false));
	save(s, gone);
	r = open_reader(s);
	assert_int_equal(log_reader_rooms(r, on_room, &told), 0);
	assert_string_equal(buf_str(&told),
			    OTHER ":0@0-0 " SCRATCH_ROOM ":2@5-172800000 ");
	buf_fini(&told);
	reader_close(&r);
}

static void line_is_found_by_its_id_alone(void **state)
{
	struct scratch *s = *state;
	struct reader *r;
	bool is_public;
	char *room = NULL;
	int64_t at;

	save(s, line(OTHER, 4, 8, true));
	r = open_reader(s);
	assert_int_equal(log_reader_find(r, "m4", &room, &at, &is_public), 0);
	assert_string_equal(room, OTHER);
	assert_int_equal(at, 8);
	assert_true(is_public);
	mem_free(&room);
	assert_int_equal(log_reader_find(r, "m5", &room, &at, &is_public),
			 HW_E_NOT_FOUND);
	reader_close(&r);
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

static void on_record(void *owner, const struct record *r)
{
	buf_add_format(owner, "%s@%d ", or_none(r->room), (int)r->at);
	switch (r->kind) {
	case RECORD_PRESENCE:
		buf_add_format(owner, "%d %s %s %s %s; ",
			       (int)r->as_presence.move, r->as_presence.nick,
			       or_none(r->as_presence.other),
			       or_none(r->as_presence.occupant_id),
			       or_none(r->as_presence.reason));
		break;
	case RECORD_GAP:
		buf_add_format(owner, "%s %d-%d; ", or_none(r->as_gap.domain),
			       (int)r->as_gap.from, (int)r->as_gap.until);
		break;
	case RECORD_RETRACTION:
		buf_add_format(owner, "%s %s %s %s; ", r->as_retraction.id,
			       r->as_retraction.stanza,
			       or_none(r->as_retraction.by),
			       or_none(r->as_retraction.reason));
		break;
	case RECORD_NEWS:
		buf_add_format(owner, "%s %s %s; ", r->as_news.id,
			       r->as_news.text, or_none(r->as_news.link));
		break;
	case RECORD_GROUP:
		buf_add_format(
			owner, "%s %s %s %s %s %s %s %d; ", r->as_group.key,
			r->as_group.acronym, r->as_group.name,
			or_none(r->as_group.type), or_none(r->as_group.area),
			or_none(r->as_group.chairs),
			or_none(r->as_group.description),
			r->as_group.is_retired);
		break;
	case RECORD_AUDIT:
		buf_add_format(owner, "%s %s %s %s %s; ", r->as_audit.by,
			       r->as_audit.act, or_none(r->as_audit.target),
			       or_none(r->as_audit.reason),
			       or_none(r->as_audit.detail));
		break;
	case RECORD_HAT:
		buf_add_format(owner, "%s %s %s %s; ", r->as_hat.jid,
			       r->as_hat.uri, r->as_hat.title,
			       or_none(r->as_hat.by));
		break;
	default:
		break;
	}
}

static void assert_told(struct buf *told, int error, const char *want)
{
	assert_int_equal(error, 0);
	assert_string_equal(buf_str(told), want);
	buf_clear(told);
}

static struct record *presence(enum record_move move, int64_t at,
			       const char *nick, bool is_public)
{
	struct record *r = record_new(RECORD_PRESENCE, SCRATCH_ROOM, at);

	r->as_presence.move = move;
	r->as_presence.nick = str_dup(nick);
	r->as_presence.is_public = is_public;
	return r;
}

static void comings_and_goings_are_told(void **state)
{
	struct scratch *s = *state;
	struct record *renamed = presence(RECORD_RENAMED, 20, "ann", true);
	struct buf told = { 0 };
	struct reader *r;

	renamed->as_presence.other = str_dup("bea");
	renamed->as_presence.occupant_id = str_dup("o");
	renamed->as_presence.reason = str_dup("why");
	save(s, presence(RECORD_CAME, 10, "ann", true));
	save(s, renamed);
	save(s, presence(RECORD_WENT, 30, "bea", false));
	r = open_reader(s);
	assert_told(&told,
		    log_reader_presence(r, SCRATCH_ROOM, 10, 30, false,
					on_record, &told),
		    SCRATCH_ROOM "@10 0 ann - - -; " SCRATCH_ROOM
				 "@20 2 ann bea o why; " SCRATCH_ROOM
				 "@30 1 bea - - -; ");
	assert_told(&told,
		    log_reader_presence(r, SCRATCH_ROOM, 11, 30, true,
					on_record, &told),
		    SCRATCH_ROOM "@20 2 ann bea o why; ");
	buf_fini(&told);
	reader_close(&r);
}

static void save_move(struct scratch *s, enum record_move move, int64_t at,
		      const char *occupant_id)
{
	struct record *r = presence(move, at, "ann", false);

	r->as_presence.occupant_id = str_dup(occupant_id);
	save(s, r);
}

static void who_left_is_known_by_their_id(void **state)
{
	struct scratch *s = *state;
	struct reader *r;
	int64_t at = 0;

	save_move(s, RECORD_CAME, 10, "o");
	r = open_reader(s);
	assert_int_equal(log_reader_left(r, SCRATCH_ROOM, "o", &at),
			 HW_E_NOT_FOUND);
	reader_close(&r);
	save_move(s, RECORD_WENT, 20, "o");
	save_move(s, RECORD_CAME, 25, "o");
	save_move(s, RECORD_KICKED, 30, "o");
	save_move(s, RECORD_CAME, 35, "o");
	save_move(s, RECORD_RENAMED, 40, "o");
	save_move(s, RECORD_WENT, 50, "other");
	r = open_reader(s);
	assert_int_equal(log_reader_left(r, SCRATCH_ROOM, "o", &at), 0);
	assert_int_equal(at, 30);
	assert_int_equal(log_reader_left(r, OTHER, "o", &at), HW_E_NOT_FOUND);
	reader_close(&r);
}

static struct record *gap(const char *room, const char *domain, int64_t from,
			  int64_t until)
{
	struct record *r = record_new(RECORD_GAP, room, until);

	r->as_gap.domain = str_dup(domain);
	r->as_gap.from = from;
	r->as_gap.until = until;
	return r;
}

static void gaps_that_touch_are_told(void **state)
{
	struct scratch *s = *state;
	struct buf told = { 0 };
	struct reader *r;

	save(s, gap(NULL, NULL, 10, 20));
	save(s, gap(SCRATCH_ROOM, "x.example", 15, 30));
	save(s, gap(OTHER, "x.example", 15, 30));
	r = open_reader(s);
	assert_told(&told,
		    log_reader_gaps(r, SCRATCH_ROOM, 20, 25, on_record, &told),
		    "-@10 - 10-20; " SCRATCH_ROOM "@15 x.example 15-30; ");
	assert_told(&told,
		    log_reader_gaps(r, SCRATCH_ROOM, 21, 25, on_record, &told),
		    SCRATCH_ROOM "@15 x.example 15-30; ");
	assert_told(&told,
		    log_reader_gaps(r, SCRATCH_ROOM, 31, 99, on_record, &told),
		    "");
	buf_fini(&told);
	reader_close(&r);
}

static void retractions_are_told_without_who(void **state)
{
	struct scratch *s = *state;
	struct buf told = { 0 };
	struct reader *r;

	save(s, line(SCRATCH_ROOM, 1, 5, true));
	save(s, line(SCRATCH_ROOM, 2, 6, false));
	save(s, line(OTHER, 3, 6, true));
	save(s, retraction(SCRATCH_ROOM, "m1", 10));
	save(s, retraction(SCRATCH_ROOM, "m2", 11));
	save(s, retraction(OTHER, "m3", 12));
	r = open_reader(s);
	assert_told(&told,
		    log_reader_retractions(r, SCRATCH_ROOM, false, 9, on_record,
					   &told),
		    SCRATCH_ROOM
		    "@11 m2 <message id='gone'/> - spam; " SCRATCH_ROOM
		    "@10 m1 <message id='gone'/> - spam; ");
	assert_told(&told,
		    log_reader_retractions(r, NULL, true, 1, on_record, &told),
		    OTHER "@12 m3 <message id='gone'/> - spam; ");
	buf_fini(&told);
	reader_close(&r);
}

static struct record *news(const char *id, int64_t at, const char *text)
{
	struct record *r = record_new(RECORD_NEWS, NULL, at);

	str_copy(r->as_news.id, RAND_ID_SIZE, id);
	r->as_news.text = str_dup(text);
	return r;
}

static void news_are_told(void **state)
{
	struct scratch *s = *state;
	struct record *linked = news("n2", 6, "two");
	struct buf told = { 0 };
	struct reader *r;

	linked->as_news.link = str_dup("https://x.example/");
	save(s, news("n1", 5, "one"));
	save(s, linked);
	save(s, news("n2", 7, "again"));
	r = open_reader(s);
	assert_told(&told, log_reader_news(r, 9, on_record, &told),
		    "-@6 n2 two https://x.example/; -@5 n1 one -; ");
	assert_told(&told, log_reader_news(r, 1, on_record, &told),
		    "-@6 n2 two https://x.example/; ");
	buf_fini(&told);
	reader_close(&r);
}

static struct record *group(const char *key, const char *acronym)
{
	struct record *r = record_new(RECORD_GROUP, SCRATCH_ROOM, 5);

	r->as_group.key = str_dup(key);
	r->as_group.acronym = str_dup(acronym);
	r->as_group.name = str_dup("Name");
	return r;
}

static void groups_are_told(void **state)
{
	struct scratch *s = *state;
	struct record *changed = group("17", "zeta");
	struct record *gone = record_new(RECORD_GROUP_GONE, NULL, 9);
	struct buf told = { 0 };
	struct reader *r;

	changed->as_group.type = str_dup("wg");
	changed->as_group.area = str_dup("art");
	changed->as_group.chairs = str_dup("chair\tA\ta@x");
	changed->as_group.description = str_dup("About zeta");
	changed->as_group.is_retired = true;
	gone->as_group.key = str_dup("=old");
	save(s, group("17", "alpha"));
	save(s, group("=old", "old"));
	save(s, group("18", "beta"));
	save(s, changed);
	save(s, gone);
	r = open_reader(s);
	assert_told(&told, log_reader_groups(r, on_record, &told),
		    SCRATCH_ROOM "@5 18 beta Name - - - - 0; " SCRATCH_ROOM
				 "@5 17 zeta Name wg art chair\tA\ta@x "
				 "About zeta 1; ");
	buf_fini(&told);
	reader_close(&r);
}

static struct record *audit(const char *room, int64_t at, const char *act)
{
	struct record *r = record_new(RECORD_AUDIT, room, at);

	r->as_audit.by = str_dup("control");
	r->as_audit.act = str_dup(act);
	return r;
}

static void audit_is_told(void **state)
{
	struct scratch *s = *state;
	struct record *full = audit(SCRATCH_ROOM, 6, "ban");
	struct buf told = { 0 };
	struct reader *r;

	full->as_audit.target = str_dup("x@y");
	full->as_audit.reason = str_dup("spam");
	full->as_audit.detail = str_dup("of 3");
	save(s, audit(NULL, 5, "reload"));
	save(s, full);
	r = open_reader(s);
	assert_told(&told, log_reader_audit(r, NULL, 9, on_record, &told),
		    SCRATCH_ROOM "@6 control ban x@y spam of 3; "
				 "-@5 control reload - - -; ");
	assert_told(&told,
		    log_reader_audit(r, SCRATCH_ROOM, 9, on_record, &told),
		    SCRATCH_ROOM "@6 control ban x@y spam of 3; ");
	assert_told(&told, log_reader_audit(r, NULL, 1, on_record, &told),
		    SCRATCH_ROOM "@6 control ban x@y spam of 3; ");
	buf_fini(&told);
	reader_close(&r);
}

static struct record *hat(const char *uri, const char *title)
{
	struct record *r = record_new(RECORD_HAT, SCRATCH_ROOM, 4);

	r->as_hat.jid = str_dup("a@x");
	r->as_hat.uri = str_dup(uri);
	r->as_hat.title = str_dup(title);
	return r;
}

/* Records of rooms and of people in them are not told here: no text. */
static void hats_come_back_with_their_room(void **state)
{
	struct scratch *s = *state;
	struct buf told = { 0 };
	struct reader *r;

	save(s, scratch_room(SCRATCH_ROOM, "x"));
	save(s, hat("u:1", "Chair"));
	save(s, hat("u:2", "AD"));
	save(s, hat("u:1", "Co-Chair"));
	save(s, hat("u:2", NULL));
	r = open_reader(s);
	assert_told(&told, reader_load(r, on_record, &told),
		    SCRATCH_ROOM "@7000 " SCRATCH_ROOM
				 "@4 a@x u:1 Co-Chair -; ");
	buf_fini(&told);
	reader_close(&r);
}

static void nothing_was_ended(void **state)
{
	struct scratch *s = *state;
	struct reader *r;
	int64_t at = -1;

	save(s, line(SCRATCH_ROOM, 1, 5, true));
	r = open_reader(s);
	assert_int_equal(log_reader_kept_since(r, &at), 0);
	assert_int_equal(at, 0);
	reader_close(&r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(days_are_counted),
		TEST(chain_holds_a_day),
		TEST(rooms_that_were_written_of_are_told),
		TEST(line_is_found_by_its_id_alone),
		TEST(comings_and_goings_are_told),
		TEST(who_left_is_known_by_their_id),
		TEST(gaps_that_touch_are_told),
		TEST(retractions_are_told_without_who),
		TEST(news_are_told),
		TEST(groups_are_told),
		TEST(audit_is_told),
		TEST(hats_come_back_with_their_room),
		TEST(nothing_was_ended),
	};
	return cmocka_run_group_tests_name("log_reader", tests, NULL, NULL);
}
