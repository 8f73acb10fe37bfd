/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "admin/roll.h"
#include "admin/command.h"
#include "admin/metrics.h"
#include "admin/s2s_desk.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/view.h"
#include "tests/unit/admin/world.h"

/* The desk of these tests answers at once, with what it was asked. */
void s2s_desk_list(struct s2s_desk *d, const char *domain,
		   const struct command_reply *reply)
{
	const struct command_value value = {
		.name = "domain",
		.text = domain ? domain : "-",
	};

	(void)d;
	reply->row(reply->owner, &value, 1);
	reply->end(reply->owner, NULL, NULL);
}

void s2s_desk_forget(struct s2s_desk *d, const char *domain,
		     const struct command_reply *reply)
{
	const struct command_value value = { .name = "forgotten",
					     .text = domain };

	(void)d;
	reply->row(reply->owner, &value, 1);
	reply->end(reply->owner, NULL, NULL);
}

void s2s_desk_check(struct s2s_desk *d, const char *local, const char *remote,
		    const struct command_reply *reply)
{
	const struct command_value values[] = {
		{ .name = "local", .text = local },
		{ .name = "remote", .text = remote },
	};

	(void)d;
	reply->row(reply->owner, values, array_len(values));
	reply->end(reply->owner, NULL, NULL);
}

static struct counter sent = COUNTER_INIT("hallway_test_sent", "sent");
static struct counter links = GAUGE_INIT("hallway_test_links", "links");

/* What happened, in order, one line each. */
struct fixture {
	struct buf seen;
	struct world world;
	struct admin admin;
	struct jid *jid;     /* who asks; NULL: the control socket */
	bool by_certificate;
	size_t farewells;    /* envelopes sent before it stopped */
	struct map *blocked; /* domain -> anything */
};

static void see_row(void *owner, const struct command_value *values,
		    size_t count)
{
	struct fixture *f = owner;

	for (size_t i = 0; i < count; i++) {
		buf_add_format(&f->seen, "%s%s=", i > 0 ? " " : "",
			       values[i].name);
		if (values[i].text)
			buf_add_str(&f->seen, values[i].text);
		else
			buf_add_format(&f->seen, "%lld",
				       (long long)values[i].number);
	}
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

static void see_stop(void *owner)
{
	struct fixture *f = owner;

	f->farewells = f->world.sent;
	buf_add_str(&f->seen, "stop()\n");
}

static void see_reload(void *owner)
{
	struct fixture *f = owner;

	buf_add_str(&f->seen, "reload()\n");
}

static int block(void *owner, const char *domain, bool on)
{
	struct fixture *f = owner;

	if ((map_get(f->blocked, domain) != NULL) == on)
		return HW_E_EXISTS;
	if (on)
		map_add(f->blocked, domain, f);
	else
		(void)map_steal(f->blocked, domain);
	return 0;
}

static void list_blocked(void *owner, void (*fn)(void *to, const char *domain),
			 void *to)
{
	struct fixture *f = owner;
	struct map_cursor cursor;

	map_begin(f->blocked, &cursor);
	while (map_next(&cursor))
		fn(to, cursor.key);
}

static int setup(void **state)
{
	static const char *const domains[] = { "a.test", "b.test" };
	static struct fixture f;

	clock_fake(5, 1000000 + 61999);
	f = (struct fixture){
		.admin = {
			.version = "1.2.3",
			.domains = domains,
			.domain_count = array_len(domains),
			.started = 1000000,
			.stop = see_stop,
			.reload = see_reload,
			.block = block,
			.blocked = list_blocked,
			.owner = &f,
		},
		.blocked = map_new(),
	};
	world_open(&f.world, domains, array_len(domains), clock_wall());
	f.admin.muc = f.world.muc;
	f.admin.roll = roll_new(f.world.muc);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	roll_free(&f->admin.roll);
	world_close(&f->world);
	map_free(&f->blocked, NULL);
	jid_free(&f->jid);
	clock_unfake();
	buf_fini(&f->seen);
	return 0;
}

static const char *run_with(struct fixture *f, const char *name,
			    const struct command_value *args, size_t count)
{
	const struct command_reply reply = {
		.owner = f,
		.row = see_row,
		.end = see_end,
	};

	const struct command_caller caller = { f->jid, f->by_certificate };

	buf_clear(&f->seen);
	command_run(&f->admin, &caller, name, args, count, &reply);
	return buf_str(&f->seen);
}

static const char *run(struct fixture *f, const char *name)
{
	return run_with(f, name, NULL, 0);
}

#define FACTS                                \
	"name=version value=1.2.3\n"         \
	"name=uptime value=61 unit=s\n"      \
	"name=domains value=a.test b.test\n" \
	"name=rooms value=2\n"               \
	"name=occupants value=0\n"           \
	"name=records_waiting value=7\n"

static void status_gives_facts_then_counters(void **state)
{
	assert_string_equal(run(*state, "status"), FACTS "ok\n");
	counter_register(&sent);
	counter_register(&links);
	counter_add(&sent, 12);
	counter_set(&links, -1);
	assert_string_equal(run(*state, "status"),
			    FACTS "name=hallway_test_sent value=12\n"
				  "name=hallway_test_links value=-1\n"
				  "ok\n");
}

static void status_gives_zeros_to_who_asks(void **state)
{
	const struct command_value all = { .name = "all", .number = 1 };

	assert_non_null(strstr(run_with(*state, "status", &all, 1),
			       "\nname=hallway_muc_reports value=0\n"));
}

static void uptime_survives_a_clock_set_back(void **state)
{
	clock_fake(5, 999);
	assert_non_null(
		strstr(run(*state, "status"), "name=uptime value=0 unit=s\n"));
}

static void stop_answers_before_it_stops(void **state)
{
	assert_string_equal(run(*state, "stop"), "ok\nstop()\n");
}

/* What is sent after the stop began would be lost. */
static void farewells_are_sent_before_it_stops(void **state)
{
	const struct command_value words = { .name = "farewell",
					     .text = "until noon" };
	struct fixture *f = *state;

	world_join(&f->world, "dora@far.test/pda", "hallway@a.test/Dora");
	f->world.sent = 0;
	assert_string_equal(run_with(f, "stop", &words, 1), "ok\nstop()\n");
	assert_int_equal(f->farewells, 1);
	f->world.sent = 0;
	assert_string_equal(run(f, "stop"), "ok\nstop()\n");
	assert_int_equal(f->farewells, 0);
}

static void reload_answers_when_it_is_done(void **state)
{
	assert_string_equal(run(*state, "reload"), "reload()\nok\n");
}

/* Does the newest record say that? */
static void expect_audit(struct fixture *f, const char *act)
{
	const struct record *last =
		container_of(f->world.records.prev, struct record, node);

	assert_false(list_is_empty(&f->world.records));
	assert_int_equal(last->kind, RECORD_AUDIT);
	assert_string_equal(last->as_audit.act, act);
	assert_string_equal(last->as_audit.by, "control");
}

static void the_audit_has_who_stopped_and_reloaded(void **state)
{
	(void)run(*state, "reload");
	expect_audit(*state, "reload");
	(void)run(*state, "stop");
	expect_audit(*state, "stop");
}

/* The last line of the help of a command, by its usage. */
static const char *explain(struct fixture *f, const char *usage)
{
	size_t len = strcspn(usage, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[");
	char *line = str_format("help %.*s", (int)len, usage);
	const char *seen;

	if (str_has_suffix(line, " "))
		line[strlen(line) - 1] = '\0';
	seen = run(f, line);
	mem_free(&line);
	return strlen(seen) < 3 ? seen : seen + strlen(seen) - 3;
}

/* Every command of the list is there, and "help" of it tells what it takes. */
static void help_lists_what_can_be_run(void **state)
{
	char *list = strdup(run(*state, "help")), *rest = list, *line;
	size_t count = 0;

	while ((line = strsep(&rest, "\n")) && strncmp(line, "name=", 5) == 0) {
		char *name = line + 5, *text = strstr(name, " text=");

		assert_non_null(text);
		assert_true(text[6] != '\0');
		*text = '\0';
		assert_string_equal(explain(*state, name), "ok\n");
		count++;
	}
	assert_true(count > 30);
	assert_string_equal(line, "ok");
	free(list);
}

static void unknown_command_names_the_nearest(void **state)
{
	assert_string_equal(run(*state, "statsu"),
			    "unknown-command: there is no command "
			    "\"statsu\"; the nearest is \"status\", \"help\" "
			    "lists all\n");
	assert_string_equal(run(*state, "make coffee\n"),
			    "unknown-command: there is no command "
			    "\"make coffee\\x0a\"; \"help\" lists all\n");
	assert_non_null(strstr(run(*state, ""), "unknown-command"));
	assert_string_equal(run(*state, "help statsu"),
			    "unknown-command: there is no command "
			    "\"statsu\"; the nearest is \"status\", \"help\" "
			    "lists all\n");
}

/* The first word of several is no command, but can be asked about. */
static void words_that_commands_begin_with_are_explained(void **state)
{
	assert_string_equal(run(*state, "hats"),
			    "unknown-command: several commands begin with "
			    "\"hats\"; \"help hats\" lists them\n");
	assert_string_equal(run(*state, "help hats"),
			    "name=hats give ROOM JID HAT text=give somebody a "
			    "hat\n"
			    "name=hats list ROOM text=list who wears which "
			    "hat\n"
			    "name=hats pass ROOM HAT NICK text=pass a hat that "
			    "you wear on to somebody in the room\n"
			    "name=hats take ROOM JID HAT text=take a hat off "
			    "somebody\n"
			    "ok\n");
}

static void unknown_argument_keeps_it_from_running(void **state)
{
	const struct command_value when = { .name = "when", .text = "later" };

	assert_string_equal(run_with(*state, "stop", &when, 1),
			    "bad-argument: \"stop\" takes no argument "
			    "\"when\"\n");
}

static void s2s_list_normalises_its_filter(void **state)
{
	const struct command_value domain = { .name = "domain",
					      .text = "B\303\274cher.TEST" };
	const struct command_value bad = { .name = "domain", .text = "a b" };

	assert_string_equal(run(*state, "s2s"), "domain=-\nok\n");
	assert_string_equal(run_with(*state, "s2s list", &domain, 1),
			    "domain=b\303\274cher.test\nok\n");
	assert_string_equal(run_with(*state, "s2s list", &bad, 1),
			    "bad-argument: \"a b\" is no domain name\n");
}

static void s2s_commands_take_the_domain_behind_their_name(void **state)
{
	const struct command_value from = { .name = "from", .text = "b.test" };
	const struct command_value bad = { .name = "from", .text = "c.test" };

	assert_string_equal(run(*state, "s2s check Far.test"),
			    "local=a.test remote=far.test\nok\n");
	assert_string_equal(run_with(*state, "s2s check far.test", &from, 1),
			    "local=b.test remote=far.test\nok\n");
	assert_non_null(strstr(run_with(*state, "s2s check far.test", &bad, 1),
			       "bad-argument: c.test is no conference"));
	assert_non_null(strstr(run(*state, "s2s check b.test"),
			       "bad-argument: b.test is a conference"));
	assert_non_null(strstr(run(*state, "s2s check"), "which domain?"));
	assert_non_null(strstr(run(*state, "s2s check 127.0.0.1"),
			       "no domain name"));
	assert_string_equal(run(*state, "s2s forget Far.test"),
			    "forgotten=far.test\nok\n");
	assert_non_null(strstr(run(*state, "s2s forget"), "which domain?"));
	assert_non_null(strstr(run(*state, "s2s listing"), "unknown-command"));
	assert_non_null(strstr(run(*state, "status x"), "unknown-command"));
}

static void metrics_end_with_the_mark(void **state)
{
	const char *text = run(*state, "metrics");

	assert_non_null(strstr(text, "line=# TYPE hallway_rooms gauge\n"));
	assert_non_null(strstr(text, "line=hallway_rooms 2\n"));
	assert_non_null(strstr(text, "line=hallway_occupants 0\n"));
	assert_true(str_has_suffix(text, "line=# EOF\nok\n"));
}

/* ---- the manual ---- */

/* The list of commands in hallwayctl(1); owned. */
static char *manual_new(void)
{
	const char *top = getenv("top_srcdir");
	char *path = str_format("%s/doc/hallwayctl.1", top ? top : "../..");
	FILE *file = fopen(path, "r");
	struct buf text = { 0 };
	char piece[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&text, piece, n);
	fclose(file);
	mem_free(&path);
	return buf_steal_str(&text);
}

/* The line of it that tells what a command takes; owned, or NULL. */
static char *find_item(const char *manual, const char *name)
{
	char *start = str_format("\n.It Cm %s", name);
	size_t len = strlen(start);
	const char *item = strstr(manual, start);

	while (item && item[len] != ' ' && item[len] != '\n')
		item = strstr(item + 1, start);
	mem_free(&start);
	return item ? str_dup_n(item + 1, strcspn(item + 1, "\n")) : NULL;
}

/* What begins with -- stands in the item, or where that leads the reader. */
static void expect_arguments(const struct command *c, const char *item,
			     const char *manual)
{
	const char *place = strstr(item, "Op Ar options") ? manual : item;

	for (const struct command_argument *a = c->arguments; a->name; a++) {
		char *flag = str_format(" Fl -%s", a->name);

		if (!(a->flags & COMMAND_OPERAND) && !strstr(place, flag))
			fail_msg("hallwayctl(1) lacks %s%s", c->name, flag);
		mem_free(&flag);
	}
}

static void manual_has_each_command(void **state)
{
	char *manual = manual_new();
	const struct command *c;

	(void)state;
	for (size_t i = 0; (c = command_get(i)); i++) {
		char *item;

		if (str_has_prefix(c->text, "the same as"))
			continue;
		item = find_item(manual, c->name);
		if (!item)
			fail_msg("hallwayctl(1) lacks %s", c->name);
		expect_arguments(c, item, manual);
		mem_free(&item);
	}
	mem_free(&manual);
}

/* The words behind ".It Cm " up to the first request; owned. */
static char *name_of_item(const char *item)
{
	size_t len = strcspn(item, "\n");

	for (size_t i = 0; i < len; i++)
		if (item[i] == ' ' && (item[i + 1] < 'a' || item[i + 1] > 'z'))
			len = i;
	return str_dup_n(item, len);
}

static void manual_has_no_other_command(void **state)
{
	static const char *const without_daemon[] = { "log verify",
						      "record verify",
						      "store restore" };
	char *manual = manual_new();
	char *at = strstr(manual, "\nThe commands are:\n");
	char *end = at ? strstr(at, "\n.Ss ") : NULL;
	int depth = 0;

	(void)state;
	assert_non_null(end);
	*end = '\0';
	for (; at; at = strchr(at + 1, '\n')) {
		bool is_known = false;
		char *name;

		depth += str_has_prefix(at, "\n.Bl") -
			 str_has_prefix(at, "\n.El");
		if (depth != 1 || !str_has_prefix(at, "\n.It Cm "))
			continue;
		name = name_of_item(at + strlen("\n.It Cm "));
		for (size_t i = 0; i < array_len(without_daemon); i++)
			is_known |= str_equal(name, without_daemon[i]);
		if (!is_known && !command_find(name))
			fail_msg("hallwayctl(1) has %s", name);
		mem_free(&name);
	}
	mem_free(&manual);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(status_gives_facts_then_counters),
		CASE(status_gives_zeros_to_who_asks),
		CASE(uptime_survives_a_clock_set_back),
		CASE(stop_answers_before_it_stops),
		CASE(farewells_are_sent_before_it_stops),
		CASE(reload_answers_when_it_is_done),
		CASE(the_audit_has_who_stopped_and_reloaded),
		CASE(help_lists_what_can_be_run),
		CASE(unknown_command_names_the_nearest),
		CASE(words_that_commands_begin_with_are_explained),
		CASE(unknown_argument_keeps_it_from_running),
		CASE(s2s_list_normalises_its_filter),
		CASE(s2s_commands_take_the_domain_behind_their_name),
		CASE(metrics_end_with_the_mark),
		cmocka_unit_test(manual_has_each_command),
		cmocka_unit_test(manual_has_no_other_command),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
