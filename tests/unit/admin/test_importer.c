/* SPDX-License-Identifier: MIT */
/* Lists that are imported, one after the other, into real rooms. */
#include "tests/unit/unit.h"

#include "admin/command.h"
#include "admin/importer.h"
#include "admin/roll.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "jid/jid.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "muc/desk.h"
#include "muc/view.h"
#include "tests/unit/admin/world.h"

#define NOW INT64_C(1141992000000) /* 2006-03-10, noon */

struct fixture {
	struct world world;
	struct loop *loop;
	struct roll *roll;
	struct importer *importer;
	struct buf seen; /* rows and the end, a line each */
};

static void on_row(void *owner, const struct command_value *values,
		   size_t count)
{
	struct fixture *f = owner;

	for (size_t i = 0; i < count; i++)
		if (*values[i].text)
			buf_add_format(&f->seen, "%s%s", i ? " " : "",
				       values[i].text);
	buf_add_char(&f->seen, '\n');
}

static void on_end(void *owner, const char *error, const char *text)
{
	struct fixture *f = owner;

	if (error)
		buf_add_format(&f->seen, "! %s: %s\n", error, text);
}

/* As a process that starts: with what an earlier one kept, if there is any. */
static void open_house(struct fixture *f)
{
	static const char *const domains[] = { "a.test" };

	world_open(&f->world, domains, 1, NOW);
	f->roll = roll_new(f->world.muc);
	f->loop = loop_open("test");
	f->importer = importer_open(&(struct importer_settings){
		.loop = f->loop,
		.muc = f->world.muc,
		.roll = f->roll,
		.domain = "a.test",
	});
}

static void close_house(struct fixture *f)
{
	importer_close(&f->importer);
	roll_free(&f->roll);
	loop_run(f->loop);
	loop_close(&f->loop);
	world_close(&f->world);
}

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	clock_fake(5, NOW);
	world_unwritten = 0;
	open_house(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close_house(f);
	buf_fini(&f->seen);
	mem_free(&f);
	clock_unfake();
	return 0;
}

static const char *import_as(struct fixture *f, const char *list,
			     struct importer_wish wish)
{
	const struct command_reply reply = {
		.owner = f,
		.row = on_row,
		.end = on_end,
	};

	wish.by = "control";
	buf_clear(&f->seen);
	importer_run(f->importer, list, &wish, &reply);
	loop_run(f->loop);
	return buf_str(&f->seen);
}

static const char *apply(struct fixture *f, const char *list)
{
	return import_as(f, list, (struct importer_wish){ .applies = true });
}

static const char *plan(struct fixture *f, const char *list)
{
	return import_as(f, list, (struct importer_wish){ .applies = false });
}

static bool is_gone(const struct fixture *f, const char *room)
{
	bool gone;

	assert_true(desk_has_room(f->world.muc, room, &gone));
	return gone;
}

static bool is_there(const struct fixture *f, const char *room)
{
	bool gone;

	return desk_has_room(f->world.muc, room, &gone) && !gone;
}

/* The text of the last line of the News, or NULL. */
static const char *last_news(const struct fixture *f)
{
	const struct record *r;
	const char *text = NULL;

	list_each(r, &f->world.records, node)
		if (r->kind == RECORD_NEWS)
			text = r->as_news.text;
	return text;
}

/* The last line that the room said, or NULL. */
static const char *last_said(const struct fixture *f, const char *room)
{
	const struct record *r;
	const char *text = NULL;

	list_each(r, &f->world.records, node)
		if (r->kind == RECORD_MESSAGE && str_equal(r->room, room))
			text = r->as_message.body;
	return text;
}

struct seen_view {
	char *name, *description, *venue;
};

static void take_view(void *owner, const struct room_view *v)
{
	struct seen_view *seen = owner;

	seen->name = str_dup(v->name);
	seen->description = str_dup(v->description);
	seen->venue = str_dup(v->venue);
	assert_true(v->of_house);
}

static void assert_view(const struct fixture *f, const char *room,
			const char *name, const char *description,
			const char *venue)
{
	struct seen_view seen = { NULL, NULL, NULL };

	assert_true(view_room(f->world.muc, room, take_view, &seen));
	assert_string_equal(seen.name, name);
	assert_true(str_equal(seen.description, description));
	assert_true(str_equal(seen.venue, venue));
	mem_free(&seen.name);
	mem_free(&seen.description);
	mem_free(&seen.venue);
}

static void relieve(void *owner)
{
	struct fixture *f = owner;

	buf_add_str(&f->seen, "relieved\n");
	f->world.is_behind = false;
}

/* ---- cases ---- */

#define LIST_2006                                                          \
	"dime dirdir dix eai hoakey intarea l1vpn l2cp ltans nea p2p-sip " \
	"raiarea speermint tcpm asrg dtnrg hiprg mobopts p2prg network"
#define NEWS_2006                                                            \
	"Created rooms for dime, dirdir, dix, eai, hoakey, intarea, l1vpn, " \
	"l2cp, ltans, nea, p2p-sip, raiarea, speermint, tcpm, asrg, dtnrg, " \
	"hiprg, mobopts, p2prg, network"

static void a_plan_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(plan(f, "dime dix"),
			    "create dime dime@a.test\n"
			    "create dix dix@a.test\n"
			    "sum 2 create; a plan: --apply does it\n");
	assert_false(is_there(f, "dime@a.test"));
	assert_true(list_is_empty(&f->world.records));
}

/* The News have it all; who comes into the room is not drowned in it. */
static void a_long_line_is_said_in_short(void **state)
{
	struct fixture *f = *state;
	struct buf list = { 0 };

	for (int i = 0; i < 200; i++)
		buf_add_format(&list, "group%d ", i);
	assert_non_null(strstr(apply(f, buf_str(&list)), "sum 200 create\n"));
	assert_non_null(strstr(last_news(f), ", group199"));
	assert_non_null(strstr(last_said(f, "hallway@a.test"),
			       "group0, group1, "));
	assert_non_null(strstr(last_said(f, "hallway@a.test"),
			       ", ... (the rest is in the News)"));
	assert_null(strstr(last_said(f, "hallway@a.test"), "group199"));
	buf_fini(&list);
}

static void rooms_of_2006_are_made_and_told_of(void **state)
{
	struct fixture *f = *state;

	assert_non_null(strstr(apply(f, LIST_2006), "sum 20 create\n"));
	assert_string_equal(last_news(f), NEWS_2006);
	assert_string_equal(last_said(f, "hallway@a.test"),
			    "2006-03-10: " NEWS_2006);
	assert_true(is_there(f, "p2p-sip@a.test"));
	world_forget(&f->world);
	assert_string_equal(apply(f, LIST_2006), "sum 20 unchanged\n");
	assert_true(list_is_empty(&f->world.records));
}

static char *read_sample(void)
{
	const char *source = getenv("top_srcdir");
	char *path = str_format("%s/tests/data/ietf-groups.json",
				source ? source : "..");
	FILE *file = fopen(path, "re");
	struct buf text = { 0 };
	size_t n;

	assert_non_null(file);
	while ((n = fread(buf_reserve(&text, 65536), 1, 65536, file)) > 0)
		buf_grow(&text, n);
	fclose(file);
	mem_free(&path);
	return buf_steal_str(&text);
}

static void the_sample_becomes_217_rooms(void **state)
{
	struct fixture *f = *state;
	char *text = read_sample();

	assert_true(str_has_suffix(apply(f, text), "sum 217 create\n"));
	assert_int_equal(muc_room_count(f->world.muc), 218);
	assert_view(f, "tls@a.test", "Transport Layer Security", NULL, NULL);
	world_forget(&f->world);
	assert_string_equal(apply(f, text), "sum 217 unchanged\n");
	assert_true(list_is_empty(&f->world.records));
	mem_free(&text);
}

#define GROUP(id, acronym, more) \
	"{\"id\":" #id ",\"acronym\":\"" acronym "\"" more "}"

static void a_new_name_takes_the_room_along(void **state)
{
	struct fixture *f = *state;
	struct jid *chair = jid_parse("ann@far.test");
	const struct desk_actor boss = {
		.by = "control",
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};

	apply(f, "[" GROUP(7, "old", ",\"name\":\"Old\"") "]");
	assert_int_equal(desk_rank(f->world.muc, &boss, "old@a.test", chair,
				   AFFILIATION_ADMIN, "Ann"),
			 DESK_DONE);
	assert_string_equal(
		apply(f, "[" GROUP(7, "new", ",\"name\":\"New\"") "]"),
		"rename new new@a.test was old@a.test\nsum 1 rename\n");
	assert_true(is_gone(f, "old@a.test"));
	assert_view(f, "old@a.test", "old", NULL, "new@a.test");
	assert_view(f, "new@a.test", "New", NULL, NULL);
	assert_int_equal(desk_rank_of(f->world.muc, "new@a.test", chair, false),
			 AFFILIATION_ADMIN);
	assert_string_equal(last_news(f), "Renamed the room old to new");
	assert_string_equal(
		apply(f, "[" GROUP(7, "new", ",\"name\":\"New\"") "]"),
		"sum 1 unchanged\n");
	jid_free(&chair);
}

#define STATE(word) ",\"state\":\"/api/v1/name/groupstatename/" word "/\""

static void what_ends_retires_and_may_come_back(void **state)
{
	struct fixture *f = *state;

	apply(f, "[" GROUP(7, "dix", STATE("active")) "]");
	assert_string_equal(
		import_as(f, "[" GROUP(7, "dix", STATE("conclude")) "]",
			  (struct importer_wish){
				  .applies = true,
				  .successors = "dix=hallway",
			  }),
		"retire dix dix@a.test people go to hallway@a.test\n"
		"sum 1 retire\n");
	assert_view(f, "dix@a.test", "dix", NULL, "hallway@a.test");
	assert_string_equal(last_news(f), "Retired the room for dix");
	assert_string_equal(
		apply(f, "[" GROUP(7, "dix", STATE("conclude")) "]"),
		"sum 1 unchanged\n");
	assert_string_equal(apply(f, "[" GROUP(7, "dix", STATE("active")) "]"),
			    "create dix dix@a.test\nsum 1 create\n");
	assert_true(is_there(f, "dix@a.test"));
}

#define DESCRIBED(text) GROUP(7, "dix", ",\"description\":\"" text "\"")

/* A description that people have written themselves stays. */
static void a_description_follows_its_list(void **state)
{
	struct desk_actor actor = { .by = "control",
				    .is_operator = true,
				    .rank = AFFILIATION_OWNER };
	struct fixture *f = *state;

	apply(f, "[" DESCRIBED("Identities.") "]");
	assert_view(f, "dix@a.test", "dix", "Identities.", NULL);
	assert_string_equal(apply(f, "[" DESCRIBED("Identities.") "]"),
			    "sum 1 unchanged\n");
	apply(f, "[" DESCRIBED("Exchange of identities.") "]");
	assert_view(f, "dix@a.test", "dix", "Exchange of identities.", NULL);
	assert_int_equal(desk_set(f->world.muc, &actor, "dix@a.test",
				  "description", "Ours."),
			 DESK_DONE);
	apply(f, "[" DESCRIBED("Once more.") "]");
	assert_view(f, "dix@a.test", "dix", "Ours.", NULL);
}

static void what_has_ended_before_is_never_made(void **state)
{
	struct fixture *f = *state;
	bool gone;

	assert_string_equal(
		apply(f, "[" GROUP(7, "dix", STATE("replaced")) "]"),
		"closed dix dix@a.test has ended; no room is "
		"made\nsum 1 closed\n");
	assert_false(desk_has_room(f->world.muc, "dix@a.test", &gone));
}

static void what_is_missing_is_told_and_stays(void **state)
{
	struct fixture *f = *state;

	apply(f, "dime dix eai");
	assert_string_equal(apply(f, "dime dix"),
			    "missing eai eai@a.test is not in the list\n"
			    "sum 2 unchanged, 1 missing\n");
	assert_true(is_there(f, "eai@a.test"));
	assert_string_equal(import_as(f, "dime dix",
				      (struct importer_wish){
					      .applies = true,
					      .retires_missing = true,
				      }),
			    "retire eai eai@a.test is not in the list\n"
			    "sum 1 retire, 2 unchanged\n");
	assert_true(is_gone(f, "eai@a.test"));
}

static void a_short_list_does_not_end_half_of_the_rooms(void **state)
{
	struct importer_wish wish = {
		.applies = true,
		.retires_missing = true,
	};
	struct fixture *f = *state;

	apply(f, LIST_2006);
	assert_non_null(strstr(import_as(f, "dime", wish),
			       "! bad-argument: 19 of 20 rooms"));
	assert_true(is_there(f, "dix@a.test"));
	wish.retires_many = true;
	assert_non_null(strstr(import_as(f, "dime", wish), "sum 19 retire"));
	assert_true(is_gone(f, "dix@a.test"));
}

static void what_people_made_is_left_alone(void **state)
{
	const struct desk_wish wish = { .name = "Mine" };
	const struct desk_actor boss = {
		.by = "control",
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};
	struct fixture *f = *state;

	assert_int_equal(desk_create(f->world.muc, &boss, "dime@a.test", &wish),
			 DESK_DONE);
	assert_non_null(strstr(apply(f, "dime hallway dix"),
			       "sum 1 create, 2 taken\n"));
	assert_view(f, "dime@a.test", "Mine", NULL, NULL);
	assert_string_equal(import_as(f, "dix",
				      (struct importer_wish){
					      .applies = true,
					      .retires_missing = true,
				      }),
			    "sum 1 unchanged\n");
	assert_true(is_there(f, "dime@a.test"));
}

static void what_people_wrote_stays(void **state)
{
	const struct desk_actor boss = {
		.by = "control",
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};
	struct fixture *f = *state;

	apply(f, "[" GROUP(7, "dix", ",\"name\":\"One\"") "," GROUP(
			 8, "eai", ",\"name\":\"One\"") "]");
	assert_int_equal(
		desk_set(f->world.muc, &boss, "dix@a.test", "name", "By hand"),
		DESK_DONE);
	assert_non_null(strstr(
		apply(f,
		      "[" GROUP(7, "dix", ",\"name\":\"Two\"") "," GROUP(
			      8, "eai",
			      ",\"name\":\"Two\",\"list_email\":\"e@x\"") "]"),
		"sum 2 update\n"));
	assert_view(f, "dix@a.test", "By hand", NULL, NULL);
	assert_view(f, "eai@a.test", "Two", "Mailing list: e@x", NULL);
}

/* A plain list knows no numbers; the datatracker's does. */
static void numbers_are_learnt_later(void **state)
{
	struct fixture *f = *state;

	apply(f, "dime");
	assert_string_equal(apply(f, "[" GROUP(1718, "dime", "") "]"),
			    "update dime dime@a.test\nsum 1 update\n");
	assert_non_null(roll_find(f->roll, "1718"));
	assert_null(roll_find(f->roll, "=dime"));
	assert_string_equal(apply(f, "dime"), "sum 1 unchanged\n");
}

static void filters_narrow_a_list_and_what_is_missing(void **state)
{
#define BOTH                                                                \
	"[" GROUP(7, "dix", ",\"type\":\"wg\",\"area\":\"app\"") "," GROUP( \
		8, "asrg", ",\"type\":\"rg\"") "]"
	struct fixture *f = *state;

	assert_string_equal(
		import_as(f, BOTH,
			  (struct importer_wish){ .types = "ag, wg",
						  .areas = "APP" }),
		"create dix dix@a.test\nsum 1 create; a plan: --apply does "
		"it\n");
	apply(f, BOTH);
	assert_string_equal(
		import_as(f,
			  "[" GROUP(7, "dix",
				    ",\"type\":\"wg\",\"area\":\"app\"") "]",
			  (struct importer_wish){ .types = "wg" }),
		"sum 1 unchanged\n");
}

static void what_was_retired_by_hand_stays_so(void **state)
{
	const struct desk_actor boss = {
		.by = "control",
		.is_operator = true,
		.rank = AFFILIATION_OWNER,
	};
	struct fixture *f = *state;

	apply(f, "[" GROUP(7, "dix", STATE("active")) "]");
	assert_int_equal(desk_retire(f->world.muc, &boss, "dix@a.test", NULL),
			 DESK_DONE);
	roll_note_retired(f->roll, "dix@a.test", NULL);
	assert_string_equal(apply(f, "[" GROUP(7, "dix", STATE("active")) "]"),
			    "sum 1 unchanged\n");
	assert_true(is_gone(f, "dix@a.test"));
}

/* What ends and what moves makes place, in the plan as in the deed. */
static void a_name_goes_from_one_group_to_another(void **state)
{
#define BEFORE                                               \
	"[" GROUP(1, "x", STATE("active")) "," GROUP(2, "y", \
						     STATE("active")) "]"
#define AFTER                                                \
	"[" GROUP(1, "y", STATE("active")) "," GROUP(2, "y", \
						     STATE("conclude")) "]"
	struct fixture *f = *state;

	apply(f, BEFORE);
	assert_string_equal(plan(f, AFTER),
			    "retire y y@a.test\n"
			    "rename y y@a.test was x@a.test\n"
			    "sum 1 rename, 1 retire; a plan: --apply does "
			    "it\n");
	assert_string_equal(apply(f, AFTER), "retire y y@a.test\n"
					     "rename y y@a.test was x@a.test\n"
					     "sum 1 rename, 1 retire\n");
	assert_true(is_there(f, "y@a.test"));
	assert_view(f, "x@a.test", "x", NULL, "y@a.test");
	/* the sign of the one that ended is not there any more */
	assert_string_equal(import_as(f, AFTER,
				      (struct importer_wish){
					      .applies = true,
					      .successors = "y=hallway",
				      }),
			    "sum 2 unchanged\n");
	assert_true(is_there(f, "y@a.test"));
}

static void names_that_change_places_are_left_to_people(void **state)
{
	struct fixture *f = *state;

	apply(f, "[" GROUP(1, "x", "") "," GROUP(2, "y", "") "]");
	assert_non_null(strstr(
		apply(f, "[" GROUP(1, "y", "") "," GROUP(2, "x", "") "]"),
		"sum 2 taken\n"));
	assert_true(is_there(f, "x@a.test") && is_there(f, "y@a.test"));
}

static void what_was_missing_comes_back(void **state)
{
	const struct importer_wish wish = {
		.applies = true,
		.retires_missing = true,
	};
	struct fixture *f = *state;

	apply(f, "dix eai");
	assert_non_null(strstr(import_as(f, "dix", wish), "1 retire"));
	assert_string_equal(apply(f, "dix eai"), "create eai eai@a.test\n"
						 "sum 1 create, 1 unchanged\n");
	assert_string_equal(apply(f, "dix eai"), "sum 2 unchanged\n");
	assert_true(is_there(f, "eai@a.test"));
}

/* What was kept is all that the next process needs. */
static void a_restart_in_between_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct fixture next = { .importer = NULL };
	struct record *r;

	apply(f,
	      "[" GROUP(7, "dix", STATE("active")) "," GROUP(8, "eai", "") "]");
	apply(f, "[" GROUP(7, "dix", STATE("conclude")) "," GROUP(8, "ima",
								  "") "]");
	open_house(&next);
	list_each(r, &f->world.records, node) {
		if (r->kind == RECORD_GROUP)
			roll_restore(next.roll, r);
		else if (r->kind == RECORD_ROOM || r->kind == RECORD_ROOM_GONE)
			muc_restore(next.world.muc, r);
	}
	assert_string_equal(
		apply(&next, "[" GROUP(7, "dix", STATE("conclude")) "," GROUP(
				     8, "ima", "") "]"),
		"sum 2 unchanged\n");
	close_house(&next);
	buf_fini(&next.seen);
}

/* A list that knows less takes nothing away. */
static void what_a_list_does_not_say_stays(void **state)
{
	struct fixture *f = *state;

	apply(f, "[" GROUP(7, "dix",
			   ",\"name\":\"One\",\"list_email\":\"d@x\"") "]");
	assert_string_equal(apply(f, "acronym,charter\ndix,https://x.test/\n"),
			    "update dix dix@a.test\nsum 1 update\n");
	assert_view(f, "dix@a.test", "One",
		    "Mailing list: d@x\nCharter: https://x.test/", NULL);
}

/* The store falls behind in the middle, and comes back. */
static void an_import_waits_for_the_store(void **state)
{
	struct fixture *f = *state;
	const struct importer_wish wish = { .by = "control", .applies = true };
	const struct command_reply reply = {
		.owner = f,
		.row = on_row,
		.end = on_end,
	};
	struct timer *relief = timer_new(f->loop, relieve, f);

	f->world.is_behind = true;
	importer_run(f->importer, "dime", &wish, &reply);
	timer_start(relief, 60);
	loop_run(f->loop);
	assert_string_equal(buf_str(&f->seen),
			    "relieved\ncreate dime dime@a.test\n"
			    "sum 1 create\n");
	timer_free(&relief);
}

static void only_one_list_at_a_time(void **state)
{
	struct fixture *f = *state;
	const struct importer_wish wish = { .by = "control" };
	const struct command_reply reply = {
		.owner = f,
		.row = on_row,
		.end = on_end,
	};

	importer_run(f->importer, "dime", &wish, &reply);
	importer_run(f->importer, "dix", &wish, &reply);
	assert_string_equal(buf_str(&f->seen),
			    "! busy: another list is being imported; wait for "
			    "its end\n");
	buf_clear(&f->seen);
	loop_run(f->loop);
	assert_non_null(strstr(buf_str(&f->seen), "create dime"));
}

static void a_stop_ends_an_import(void **state)
{
	struct fixture *f = *state;
	const struct importer_wish wish = { .by = "control", .applies = true };
	const struct command_reply reply = {
		.owner = f,
		.row = on_row,
		.end = on_end,
	};

	importer_run(f->importer, "dime", &wish, &reply);
	importer_close(&f->importer);
	assert_non_null(strstr(buf_str(&f->seen), "! stopping: "));
}

static void wrong_successors_are_refused(void **state)
{
	static const char *const wrong[] = { "dix", "dix=", "=eai", "a=a",
					     "a=b a=c" };
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(wrong); i++)
		assert_non_null(
			strstr(import_as(f, "dime",
					 (struct importer_wish){
						 .applies = true,
						 .successors = wrong[i] }),
			       "! bad-argument: "));
	assert_false(is_there(f, "dime@a.test"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_plan_changes_nothing),
		CASE(rooms_of_2006_are_made_and_told_of),
		CASE(a_long_line_is_said_in_short),
		CASE(the_sample_becomes_217_rooms),
		CASE(a_new_name_takes_the_room_along),
		CASE(what_ends_retires_and_may_come_back),
		CASE(a_description_follows_its_list),
		CASE(what_has_ended_before_is_never_made),
		CASE(what_is_missing_is_told_and_stays),
		CASE(a_short_list_does_not_end_half_of_the_rooms),
		CASE(what_people_made_is_left_alone),
		CASE(what_people_wrote_stays),
		CASE(numbers_are_learnt_later),
		CASE(filters_narrow_a_list_and_what_is_missing),
		CASE(what_was_retired_by_hand_stays_so),
		CASE(a_name_goes_from_one_group_to_another),
		CASE(names_that_change_places_are_left_to_people),
		CASE(what_was_missing_comes_back),
		CASE(a_restart_in_between_changes_nothing),
		CASE(what_a_list_does_not_say_stays),
		CASE(an_import_waits_for_the_store),
		CASE(only_one_list_at_a_time),
		CASE(a_stop_ends_an_import),
		CASE(wrong_successors_are_refused),
	};

	return cmocka_run_group_tests_name("importer", tests, NULL, NULL);
}
