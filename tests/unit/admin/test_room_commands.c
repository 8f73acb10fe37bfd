/* SPDX-License-Identifier: MIT */
/* What operators and chairs tell rooms, and what they may not. */
#include "tests/unit/unit.h"

#include "admin/command.h"
#include "admin/roll.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/desk.h"
#include "muc/leaders.h"
#include "tests/unit/admin/world.h"

struct fixture {
	struct world world;
	struct admin admin;
	struct jid *jid; /* who asks; NULL: the control socket */
	bool by_certificate;
	struct buf seen;
};

static void see_row(void *owner, const struct command_value *values,
		    size_t count)
{
	struct fixture *f = owner;

	for (size_t i = 0; i < count; i++)
		if (values[i].text)
			buf_add_format(&f->seen, "%s%s", i ? "|" : "",
				       values[i].text);
		else
			buf_add_format(&f->seen, "%s%lld", i ? "|" : "",
				       (long long)values[i].number);
	buf_add_char(&f->seen, '\n');
}

static void see_end(void *owner, const char *error, const char *text)
{
	struct fixture *f = owner;

	if (error)
		buf_add_format(&f->seen, "%s: %s\n", error, text);
	else
		buf_add_str(&f->seen, "ok\n");
}

static int setup(void **state)
{
	static const char *const domains[] = { "a.test", "b.test" };
	struct fixture *f = mem_new(struct fixture);

	clock_fake(5, INT64_C(1141992000000));
	world_open(&f->world, domains, array_len(domains), clock_wall());
	f->admin = (struct admin){
		.muc = f->world.muc,
		.roll = roll_new(f->world.muc),
		.version = "1",
		.domains = domains,
		.domain_count = array_len(domains),
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	roll_free(&f->admin.roll);
	world_close(&f->world);
	jid_free(&f->jid);
	buf_fini(&f->seen);
	mem_free(&f);
	clock_unfake();
	return 0;
}

static const char *run_with(struct fixture *f, const char *line,
			    const struct command_value *args, size_t count)
{
	const struct command_caller caller = { f->jid, f->by_certificate };
	const struct command_reply reply = {
		.owner = f,
		.row = see_row,
		.end = see_end,
	};

	buf_clear(&f->seen);
	command_run(&f->admin, &caller, line, args, count, &reply);
	return buf_str(&f->seen);
}

static const char *run(struct fixture *f, const char *line)
{
	return run_with(f, line, NULL, 0);
}

static const char *run_for(struct fixture *f, const char *line,
			   const char *reason)
{
	const struct command_value arg = { .name = "reason", .text = reason };

	return run_with(f, line, &arg, 1);
}

static void become(struct fixture *f, const char *jid, bool by_certificate)
{
	jid_free(&f->jid);
	f->jid = jid ? jid_parse(jid) : NULL;
	f->by_certificate = by_certificate;
}

#define assert_begins(text, with)                                    \
	do {                                                         \
		const char *begins_text = (text);                    \
		if (strncmp(begins_text, (with), strlen(with)) != 0) \
			assert_string_equal(begins_text, (with));    \
	} while (0)

/* The last entry of the audit: "room by act target reason". */
static const char *last_audit(struct fixture *f)
{
	static char text[300];
	const struct record *r;

	*text = '\0';
	list_each(r, &f->world.records, node) {
		const struct record_audit *a = &r->as_audit;

		if (r->kind == RECORD_AUDIT)
			snprintf(text, sizeof(text), "%s %s %s %s %s",
				 r->room ? r->room : "-", a->by, a->act,
				 a->target ? a->target : "-",
				 a->reason ? a->reason : "-");
	}
	return text;
}

/* ---- rooms ---- */

static void a_room_is_made_shown_set_and_ended(void **state)
{
	const struct command_value name = { .name = "name", .text = "A room" };
	const struct command_value next = { .name = "successor",
					    .text = "tea@b.test" };
	struct fixture *f = *state;

	assert_string_equal(run_with(f, "rooms create tea", &name, 1), "ok\n");
	assert_string_equal(last_audit(f), "tea@a.test control create - -");
	assert_begins(run(f, "rooms create tea"), "exists: tea@a.test: ");
	assert_string_equal(run(f, "rooms list"),
			    "hallway@a.test|0|house|hallway\n"
			    "hallway@b.test|0|house|hallway\n"
			    "tea@a.test|0|house|A room\nok\n");
	assert_string_equal(run(f, "rooms set tea description Two  words"),
			    "ok\n");
	assert_non_null(
		strstr(run(f, "rooms show tea"), "roomdesc|Two  words|"));
	assert_string_equal(last_audit(f),
			    "tea@a.test control configure roomdesc -");
	assert_string_equal(run_with(f, "rooms retire tea", &next, 1),
			    "there is no room of the successor's name here "
			    "yet\nok\n");
	run(f, "rooms create tea@b.test");
	run(f, "rooms create cup");
	assert_string_equal(run_with(f, "rooms retire cup", &next, 1), "ok\n");
	assert_non_null(
		strstr(run(f, "rooms show tea"), "successor|tea@b.test|"));
	assert_begins(run(f, "rooms set tea name x"), "gone: tea@a.test: ");
	assert_string_equal(run(f, "rooms delete tea"), "ok\n");
	assert_begins(run(f, "rooms show tea"), "not-found: tea@a.test: ");
}

static void wrong_values_say_what_is_wrong(void **state)
{
	static const char *const lines[][2] = {
		{ "rooms create", "bad-argument: which room? \"rooms create "
				  "ROOM\"\n" },
		{ "rooms create a@far.test",
		  "bad-argument: \"a@far.test\" is no name of a room here\n" },
		{ "rooms delete hallway",
		  "not-allowed: hallway@a.test: this room is the front door" },
		{ "rooms retire nothing", "not-found: nothing@a.test: " },
		{ "rooms set hallway colour red", "bad-argument: hallway@a" },
		{ "rooms set hallway moderated maybe",
		  "bad-argument: hallway@a.test: the field takes no such" },
		{ "rooms set hallway moderated no", "unchanged: hallway@a" },
		{ "people set hallway a@far.test amdin",
		  "bad-argument: \"amdin\" is no affiliation; \"admin\" is" },
		{ "people set hallway far.test admin",
		  "bad-argument: far.test: that is no address" },
		{ "people kick hallway Nobody Here", "not-found: Nobody Here" },
		{ "people ban a b c d", "bad-argument: \"b c d\" is no name" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(lines); i++)
		assert_begins(run(f, lines[i][0]), lines[i][1]);
}

static void flags_and_numbers_are_read(void **state)
{
	const struct command_value yes = { .name = "all", .text = "yes" };
	const struct command_value bad = { .name = "all", .text = "perhaps" };
	const struct command_value twice[] = {
		{ .name = "all", .number = 1 },
		{ .name = "all", .number = 1 },
	};
	struct fixture *f = *state;

	run(f, "rooms create tea");
	run(f, "rooms retire tea");
	assert_null(strstr(run(f, "rooms list"), "tea@"));
	assert_non_null(strstr(run_with(f, "rooms list", &yes, 1), "tea@"));
	assert_begins(run_with(f, "rooms list", &bad, 1),
		      "bad-argument: \"perhaps\" is neither yes nor no");
	assert_begins(run_with(f, "rooms list", twice, 2),
		      "bad-argument: the argument \"all\" is given twice");
}

/* ---- people ---- */

static void people_get_ranks_and_lose_them(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(run(f, "people set hallway Ann@far.test admin"),
			    "ok\n");
	assert_string_equal(last_audit(f),
			    "hallway@a.test control admin ann@far.test -");
	world_join(&f->world, "dora@far.test/x", "hallway@a.test/Dora");
	assert_string_equal(run(f, "people list hallway"),
			    "dora@far.test|none|participant|Dora|\n"
			    "ann@far.test|admin|||\nok\n");
	assert_string_equal(
		run_for(f, "people ban dora@far.test hallway", "spam"), "ok\n");
	assert_string_equal(last_audit(f),
			    "hallway@a.test control outcast dora@far.test "
			    "spam");
	assert_string_equal(run(f, "people list hallway"),
			    "ann@far.test|admin|||\n"
			    "dora@far.test|outcast|||spam\nok\n");
	assert_begins(run(f, "people unban ann@far.test hallway"),
		      "unchanged: ann@far.test: ");
	assert_string_equal(run(f, "people unban dora@far.test hallway"),
			    "ok\n");
}

static void somebody_is_kicked_by_nick(void **state)
{
	struct fixture *f = *state;

	world_join(&f->world, "dora@far.test/x", "hallway@a.test/Dora B");
	assert_string_equal(run_for(f, "people kick hallway Dora B", "bye"),
			    "ok\n");
	assert_string_equal(last_audit(f),
			    "hallway@a.test control kick dora@far.test bye");
	assert_int_equal(muc_occupant_count(f->world.muc), 0);
}

static void the_service_bans_whole_domains(void **state)
{
	struct fixture *f = *state;

	world_join(&f->world, "dora@far.test/x", "hallway@a.test/Dora");
	assert_string_equal(run_for(f, "people ban far.test", "spam"), "ok\n");
	assert_int_equal(muc_occupant_count(f->world.muc), 0);
	assert_string_equal(run(f, "people bans"),
			    "far.test|2006-03-10T12:00:00.000Z|spam\nok\n");
	assert_begins(run(f, "people ban far.test"), "unchanged: ");
	assert_string_equal(run(f, "people unban far.test"), "ok\n");
	assert_string_equal(run(f, "people bans"), "ok\n");
}

static void hats_come_and_go(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(run(f, "hats give hallway ann@far.test scribe"),
			    "ok\n");
	assert_begins(run(f, "hats list hallway"), "ann@far.test|scribe|");
	assert_begins(run(f, "hats give hallway ann@far.test crown"),
		      "not-found: crown: ");
	assert_string_equal(run(f, "hats take hallway ann@far.test scribe"),
			    "ok\n");
	assert_string_equal(run(f, "hats list hallway"), "ok\n");
}

/* ---- who may ---- */

static void strangers_may_do_what_is_for_anyone(void **state)
{
	struct fixture *f = *state;
	const struct command *c;

	become(f, "eve@far.test", true);
	for (size_t i = 0; (c = command_get(i)); i++)
		assert_int_equal(
			command_may(&f->admin,
				    &(struct command_caller){ f->jid, true }, c,
				    "hallway@a.test", NULL),
			c->right == COMMAND_ANYONE);
	assert_begins(run(f, "rooms list"), "forbidden: only operators");
	assert_begins(run(f, "people list hallway"), "forbidden: only admins");
	assert_begins(run(f, "help"), "help [COMMAND]");
}

static void operators_need_a_certificate(void **state)
{
	struct fixture *f = *state;

	become(f, "boss@far.test", false);
	assert_begins(run(f, "rooms list"),
		      "forbidden: you are listed as an operator, but your "
		      "server has proven its domain by dialback only");
	become(f, "boss@far.test", true);
	assert_begins(run(f, "rooms list"), "hallway@a.test|0|");
	assert_string_equal(run(f, "people set hallway a@far.test owner"),
			    "ok\n");
	assert_string_equal(last_audit(f),
			    "hallway@a.test boss@far.test owner a@far.test -");
}

/* Admins do in their room what XEP-0045 lets them, and nothing elsewhere. */
static void chairs_rule_their_room_alone(void **state)
{
	struct fixture *f = *state;

	run(f, "people set hallway ann@far.test admin");
	run(f, "people set hallway bob@far.test owner");
	become(f, "ann@far.test", false);
	assert_string_equal(run(f, "people set hallway cy@far.test member"),
			    "ok\n");
	assert_string_equal(last_audit(f), "hallway@a.test ann@far.test "
					   "member cy@far.test -");
	assert_begins(run(f, "people set hallway cy@far.test admin"),
		      "not-allowed: ");
	assert_begins(run(f, "people ban bob@far.test hallway"),
		      "not-allowed: ");
	assert_begins(run(f, "people ban boss@far.test hallway"),
		      "not-allowed: ");
	assert_begins(run(f, "people ban ann@far.test hallway"),
		      "not-allowed: ");
	assert_string_equal(run(f, "rooms set hallway moderated yes"), "ok\n");
	assert_begins(run(f, "rooms set hallway name Mine"), "not-allowed: ");
	assert_begins(run(f, "hats give hallway cy@far.test chair"),
		      "not-allowed: ");
	assert_begins(run(f, "people list hallway@b.test"), "forbidden: ");
	assert_begins(run(f, "people ban far.test"), "forbidden: ");
	assert_begins(run(f, "announce Hello"), "forbidden: ");
	assert_begins(run(f, "audit"), "forbidden: ");
}

static void nothing_is_done_while_the_store_is_behind(void **state)
{
	struct fixture *f = *state;

	world_join(&f->world, "dora@far.test/x", "hallway@a.test/Dora");
	f->world.is_behind = true;
	world_forget(&f->world);
	assert_begins(run(f, "rooms create tea"), "busy: ");
	assert_begins(run(f, "rooms set hallway moderated yes"), "busy: ");
	assert_begins(run(f, "people set hallway a@far.test admin"), "busy: ");
	assert_begins(run(f, "people kick hallway Dora"), "busy: ");
	assert_begins(run(f, "people ban far.test"), "busy: ");
	assert_begins(run(f, "news add Hello"), "busy: ");
	assert_true(list_is_empty(&f->world.records));
}

/* ---- what is said ---- */

static void a_text_is_said_where_people_are(void **state)
{
	struct fixture *f = *state;
	const struct command_value room = { .name = "room",
					    .text = "hallway@b.test" };

	world_join(&f->world, "dora@far.test/x", "hallway@a.test/Dora");
	f->world.sent = 0;
	assert_string_equal(run(f, "announce We stop at noon."),
			    "rooms|1\nok\n");
	assert_int_equal(f->world.sent, 1);
	assert_string_equal(last_audit(f), "hallway@a.test control say - -");
	assert_string_equal(run_with(f, "announce Anybody?", &room, 1), "ok\n");
	assert_string_equal(last_audit(f), "hallway@b.test control say - -");
}

static void who_leads_many_groups_is_confirmed_once(void **state)
{
	static const char ann[] = "chair\tAnn\tann@mail.test";
	static const char confirm[] =
		"leaders confirm tea ann@home.test ann@mail.test";
	const struct command_value all = { .name = "everywhere", .text = "yes" };
	struct fixture *f = *state;

	for (int i = 0; i < 3; i++) {
		static const char *const rooms[] = { "tea", "milk", "salt" };
		char *line = str_format("rooms create %s", rooms[i]);
		char *room = str_format("%s@a.test", rooms[i]);

		assert_string_equal(run(f, line), "ok\n");
		(void)muc_leaders_set(f->world.muc, room,
				      i < 2 ? ann : "chair\tBo\tbo@mail.test");
		mem_free(&line);
		mem_free(&room);
	}
	/* a chair speaks for the own room */
	assert_string_equal(run(f, "people set tea cat@home.test admin"),
			    "ok\n");
	become(f, "cat@home.test/x", true);
	assert_begins(run_with(f, confirm, &all, 1), "forbidden: ");
	become(f, NULL, false);
	assert_string_equal(run_with(f, confirm, &all, 1),
			    "tea@a.test\nmilk@a.test\nok\n");
	assert_non_null(strstr(run(f, "leaders list milk"),
			       "ann@mail.test|ann@home.test|control"));
	assert_string_equal(run(f, "leaders list salt"),
			    "chair|Bo|bo@mail.test||\nok\n");
	assert_begins(run_with(f, confirm, &all, 1), "unchanged: ");
	assert_begins(run_with(f, "leaders confirm salt ann@home.test "
				  "ann@mail.test", &all, 1),
		      "not-found: ");
}

static void news_are_one_line(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(run(f, "news add The host has moved."), "ok\n");
	assert_begins(run(f, "news add two\nlines"), "bad-argument: news are");
}

static void a_calm_room_is_one_in_the_list(void **state)
{
	const struct command_value end = { .name = "end", .text = "yes" };
	struct fixture *f = *state;

	assert_null(strstr(run(f, "rooms list"), "calm"));
	assert_string_equal(run(f, "rooms calm hallway"), "ok\n");
	assert_non_null(strstr(run(f, "rooms list"), "calm house"));
	assert_string_equal(run_with(f, "rooms calm hallway", &end, 1), "ok\n");
	assert_null(strstr(run(f, "rooms list"), "calm"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_room_is_made_shown_set_and_ended),
		CASE(wrong_values_say_what_is_wrong),
		CASE(flags_and_numbers_are_read),
		CASE(people_get_ranks_and_lose_them),
		CASE(somebody_is_kicked_by_nick),
		CASE(the_service_bans_whole_domains),
		CASE(hats_come_and_go),
		CASE(strangers_may_do_what_is_for_anyone),
		CASE(operators_need_a_certificate),
		CASE(chairs_rule_their_room_alone),
		CASE(nothing_is_done_while_the_store_is_behind),
		CASE(a_text_is_said_where_people_are),
		CASE(who_leads_many_groups_is_confirmed_once),
		CASE(news_are_one_line),
		CASE(a_calm_room_is_one_in_the_list),
	};

	return cmocka_run_group_tests_name("room_commands", tests, NULL, NULL);
}
