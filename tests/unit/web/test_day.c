/* SPDX-License-Identifier: MIT */
#include "web/day.h"

#include "../store/scratch.h"
#include "../unit.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/reader.h"
#include "web/line.h"

#define ROOM "talk@rooms.example"
#define DAY "2026-11-22"
#define START INT64_C(1795305600000)
#define LINES_MAX 40

static struct record *saved[LINES_MAX];
static size_t count;

static struct record *line(int second, const char *nick, const char *payload)
{
	struct record *r = record_new(RECORD_MESSAGE, ROOM,
				      START + second * INT64_C(1000));
	struct record_message *m = &r->as_message;

	snprintf(m->id, sizeof(m->id), "id%d", second);
	m->at = r->at;
	m->nick = str_dup(nick);
	m->jid = str_format("%s@home.example", nick);
	m->occupant_id = str_format("occupant-%s", nick);
	m->stanza = str_format("<message type='groupchat' id='s%d'>%s"
			       "</message>", second, payload);
	m->is_public = true;
	saved[count++] = r;
	return r;
}

static void say(int second, const char *nick, const char *text)
{
	char *payload = str_format("<body>%s</body>", text);

	line(second, nick, payload);
	mem_free(&payload);
}

static void correct(int second, const char *nick, const char *text,
		    const char *what)
{
	char *payload = str_format("<body>%s</body><replace id='%s'"
				   " xmlns='urn:xmpp:message-correct:0'/>",
				   text, what);

	line(second, nick, payload);
	mem_free(&payload);
}

static void react(int second, const char *nick, const char *what,
		  const char *emoji)
{
	char *payload = str_format("<reactions id='%s'"
				   " xmlns='urn:xmpp:reactions:0'>%s%s%s"
				   "</reactions>", what,
				   *emoji ? "<reaction>" : "", emoji,
				   *emoji ? "</reaction>" : "");

	line(second, nick, payload);
	mem_free(&payload);
}

struct fixture {
	struct scratch scratch;
	struct reader *reader;
	struct day *day;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
	count = 0;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	day_free(&f->day);
	reader_close(&f->reader);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

static void read_day(struct fixture *f, bool with_presence)
{
	const struct day_span span = { .with_presence = with_presence };

	scratch_save(&f->scratch, saved, count);
	assert_int_equal(reader_open(f->scratch.path, &f->reader), 0);
	assert_int_equal(day_read(f->reader, ROOM, DAY, &span, &f->day), 0);
}

/* The line of that id; NULL: none. */
static const struct day_item *find(const struct day *d, const char *id)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i]->kind == DAY_LINE &&
		    strcmp(d->items[i]->line->id, id) == 0)
			return d->items[i];
	return NULL;
}

static const struct day_item *item(struct fixture *f, const char *id)
{
	const struct day_item *found = find(f->day, id);

	assert_non_null(found);
	return found;
}

static void a_day_ends_at_midnight(void **state)
{
	struct fixture *f = *state;

	say(-1, "ana", "before");
	say(0, "ana", "first");
	say(86399, "ana", "last");
	say(86400, "ana", "after");
	read_day(f, false);
	assert_int_equal(f->day->count, 2);
	assert_int_equal(f->day->line_count, 2);
	assert_string_equal(f->day->items[0]->line->text, "first");
	assert_string_equal(f->day->items[1]->line->text, "last");
	assert_null(f->day->next);
}

static void only_what_is_public_is_there(void **state)
{
	struct fixture *f = *state;

	say(1, "ana", "open");
	line(2, "ana", "<body>closed</body>")->as_message.is_public = false;
	read_day(f, false);
	assert_int_equal(f->day->count, 1);
}

static void corrections_stand_at_their_line(void **state)
{
	struct fixture *f = *state;
	const struct day_item *at;

	say(1, "ana", "one");
	correct(2, "ana", "two", "s1");
	correct(3, "ana", "three", "s1");
	correct(4, "ana", "four", "s3"); /* names the correction */
	read_day(f, false);
	at = item(f, "id1");
	assert_int_equal(at->version_count, 4);
	assert_string_equal(at->versions[0].text, "one");
	assert_string_equal(at->versions[3].text, "four");
	assert_true(item(f, "id2")->is_folded);
	assert_true(item(f, "id4")->is_folded);
	assert_int_equal(at->mark_count, 3);
	assert_string_equal(at->marks[2]->id, "id4");
	assert_int_equal(f->day->line_count, 1);
}

static void midnight_parts_no_line_from_what_is_about_it(void **state)
{
	struct fixture *f = *state;
	const struct day_item *at;

	say(86390, "ana", "tpyo");
	say(86391, "ben", "late");
	correct(86410, "ana", "typo", "s86390");
	react(86420, "ben", "id86390", "a");
	say(86430, "ana", "of the next day");
	correct(86440, "ana", "of that day, too", "s86430");
	correct(86400 + 15 * 60, "ben", "too late", "s86391");
	read_day(f, false);
	assert_int_equal(f->day->count, 2);
	at = item(f, "id86390");
	assert_int_equal(at->version_count, 2);
	assert_string_equal(at->versions[1].text, "typo");
	assert_int_equal(at->reaction_count, 1);
	/* their own places are in the next day */
	assert_int_equal(at->mark_count, 0);
	assert_int_equal(item(f, "id86391")->version_count, 0);
	assert_null(find(f->day, "id86410"));
}

static void nobody_corrects_for_another(void **state)
{
	struct fixture *f = *state;

	say(1, "ana", "one");
	correct(2, "eve", "two", "s1");
	correct(3, "ana", "three", "unknown");
	read_day(f, false);
	assert_int_equal(item(f, "id1")->version_count, 0);
	assert_false(item(f, "id2")->is_folded);
	assert_false(item(f, "id3")->is_folded);
}

static void a_correction_of_a_tombstone_tells_nothing(void **state)
{
	struct fixture *f = *state;

	line(1, "ana", "<retracted xmlns='urn:xmpp:message-retract:1'/>");
	correct(2, "ana", "the secret, again", "s1");
	read_day(f, false);
	assert_int_equal(item(f, "id1")->version_count, 0);
	assert_true(item(f, "id2")->is_folded);
}

static void reactions_are_counted_by_person(void **state)
{
	struct fixture *f = *state;
	const struct day_item *at;

	say(1, "ana", "one");
	react(2, "bo", "id1", "a");
	react(3, "cy", "id1", "b");
	react(4, "cy", "id1", "a"); /* instead */
	react(5, "di", "id1", "c");
	react(6, "di", "id1", ""); /* taken back */
	react(7, "di", "elsewhere", "c");
	read_day(f, false);
	at = item(f, "id1");
	assert_int_equal(at->reaction_count, 1);
	assert_string_equal(at->reactions[0].emoji, "a");
	assert_int_equal(at->reactions[0].count, 2);
	assert_true(item(f, "id6")->is_folded);
	assert_false(item(f, "id7")->is_folded);
}

static void reactions_to_a_correction_are_the_lines(void **state)
{
	struct fixture *f = *state;

	say(1, "ana", "one");
	correct(2, "ana", "two", "s1");
	react(3, "bo", "id2", "a");
	read_day(f, false);
	assert_int_equal(item(f, "id1")->reaction_count, 1);
}

static void replies_and_threads_lead_back(void **state)
{
	struct fixture *f = *state;

	say(1, "ana", "one");
	line(2, "bo", "<body>two</body><reply id='id1'"
		      " xmlns='urn:xmpp:reply:0'/><thread>t</thread>");
	line(3, "bo", "<body>three</body><thread>t</thread>");
	line(4, "bo", "<body>four</body><thread>alone</thread>");
	read_day(f, false);
	assert_ptr_equal(item(f, "id2")->answers, item(f, "id1"));
	assert_true(item(f, "id2")->is_of_thread);
	assert_ptr_equal(item(f, "id3")->before, item(f, "id2"));
	assert_false(item(f, "id4")->is_of_thread);
}

static void add_presence(int second, const char *nick)
{
	struct record *r = record_new(RECORD_PRESENCE, ROOM,
				      START + second * INT64_C(1000));

	r->as_presence.nick = str_dup(nick);
	r->as_presence.move = RECORD_CAME;
	r->as_presence.is_public = true;
	saved[count++] = r;
}

static void add_gap(int from, int until)
{
	struct record *r = record_new(RECORD_GAP, NULL,
				      START + until * INT64_C(1000));

	r->as_gap.domain = str_dup("example.org");
	r->as_gap.from = START + from * INT64_C(1000);
	r->as_gap.until = START + until * INT64_C(1000);
	saved[count++] = r;
}

static void gaps_and_presence_stand_between_the_lines(void **state)
{
	struct fixture *f = *state;

	say(10, "ana", "one");
	say(30, "ana", "two");
	add_presence(20, "bo");
	add_gap(25, 28);
	add_gap(-500, 5); /* begins the day before */
	read_day(f, true);
	assert_int_equal(f->day->count, 5);
	assert_int_equal(f->day->items[0]->kind, DAY_GAP);
	assert_int_equal(f->day->items[0]->at, START);
	assert_int_equal(f->day->items[1]->kind, DAY_LINE);
	assert_int_equal(f->day->items[2]->kind, DAY_PRESENCE);
	assert_int_equal(f->day->items[3]->kind, DAY_GAP);
	assert_string_equal(f->day->items[4]->line->text, "two");
	assert_int_equal(f->day->line_count, 2);
}

static void a_gap_begins_behind_the_last_word(void **state)
{
	struct fixture *f = *state;

	say(10, "ana", "the last word");
	add_gap(10, 28);
	read_day(f, false);
	assert_int_equal(f->day->items[0]->kind, DAY_LINE);
	assert_int_equal(f->day->items[1]->kind, DAY_GAP);
}

static void presence_is_left_out_unless_asked_for(void **state)
{
	struct fixture *f = *state;

	say(10, "ana", "one");
	add_presence(20, "bo");
	read_day(f, false);
	assert_int_equal(f->day->count, 1);
}

static void long_days_are_read_whole(void **state)
{
	struct fixture *f = *state;
	struct record *many[2500];

	for (size_t i = 0; i < array_len(many); i++) {
		count = 0;
		say((int)i, "ana", "x");
		many[i] = saved[0];
	}
	scratch_save(&f->scratch, many, array_len(many));
	count = 0;
	read_day(f, false);
	assert_int_equal(f->day->count, array_len(many));
	assert_string_equal(f->day->items[2499]->line->id, "id2499");
}

/* What was taken apart is as many lines as before, each once. */
static void a_long_day_has_parts(void **state)
{
	struct fixture *f = *state;
	struct day_span span = { .max = 2, .with_presence = true };

	say(10, "ana", "one");
	add_presence(15, "bob");
	say(20, "ana", "two");
	correct(25, "ana", "zwei", "s20");
	add_presence(26, "dan");
	say(30, "ana", "three");
	scratch_save(&f->scratch, saved, count);
	assert_int_equal(reader_open(f->scratch.path, &f->reader), 0);
	assert_int_equal(day_read(f->reader, ROOM, DAY, &span, &f->day), 0);
	assert_string_equal(f->day->next, "id20");
	assert_int_equal(f->day->count, 3); /* two lines, and bob */
	assert_int_equal(item(f, "id20")->version_count, 2);
	day_free(&f->day);
	span.after = "id20";
	assert_int_equal(day_read(f->reader, ROOM, DAY, &span, &f->day), 0);
	assert_null(f->day->next);
	assert_int_equal(f->day->count, 3); /* two lines, and dan */
	assert_null(find(f->day, "id20"));
	assert_non_null(find(f->day, "id25"));
	day_free(&f->day);
	span.after = "nobody";
	assert_int_equal(day_read(f->reader, ROOM, DAY, &span, &f->day),
			 HW_E_NOT_FOUND);
}

static void a_day_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;

	const struct day_span span = { .max = 0 };

	read_day(f, false);
	day_free(&f->day);
	assert_int_equal(day_read(f->reader, ROOM, "2026-02-30", &span,
				  &f->day), HW_E_INVALID);
	assert_null(f->day);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_day_ends_at_midnight),
		TEST(only_what_is_public_is_there),
		TEST(corrections_stand_at_their_line),
		TEST(midnight_parts_no_line_from_what_is_about_it),
		TEST(nobody_corrects_for_another),
		TEST(a_correction_of_a_tombstone_tells_nothing),
		TEST(reactions_are_counted_by_person),
		TEST(reactions_to_a_correction_are_the_lines),
		TEST(replies_and_threads_lead_back),
		TEST(gaps_and_presence_stand_between_the_lines),
		TEST(a_gap_begins_behind_the_last_word),
		TEST(presence_is_left_out_unless_asked_for),
		TEST(long_days_are_read_whole),
		TEST(a_long_day_has_parts),
		TEST(a_day_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
