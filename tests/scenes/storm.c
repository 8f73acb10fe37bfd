/* SPDX-License-Identifier: MIT */
/*
 * storm: many clients do as they like with one room, and each keeps the roster
 * it was told of. Whatever happens: who believes to be in the room is in it,
 * and all who are in it see the same occupants - also after a restart.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "meeting/meeting.h"
#include "muc/leaders.h"
#include "stage.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define CLIENTS 12
#define PEOPLE 5
#define NICKS 6
#define ROOM "hallway@rooms.example"

/** What a client knows from the stanzas it got. */
struct client {
	char *jid;            /* owned; full */
	bool is_in;
	char nick[16];        /* its own */
	struct map *roster;   /* owned; nicks it sees -> their hats, owned */
	char last_id[64];     /* of the last stanza that came */
	char last_from[64];
	char last_line[64];   /* stanza-id of the last line it saw */
};

struct storm {
	struct stage stage;
	struct client clients[CLIENTS];
	uint64_t seed;
};

/* Reproducible: a failing seed can be played again. */
static unsigned draw(struct storm *s, unsigned below)
{
	s->seed = s->seed * UINT64_C(6364136223846793005) +
		  UINT64_C(1442695040888963407);
	return (unsigned)(s->seed >> 33) % below;
}

/* ---- the clients ---- */

static bool has_code(const struct elem *x, const char *code)
{
	const struct elem *status;

	for (status = elem_child(x, "status", NULL); status;
	     status = elem_next(status, "status", NULL))
		if (str_equal(elem_attr(status, "code"), code))
			return true;
	return false;
}

static void see_gone(struct client *c, const struct elem *x, const char *nick)
{
	const struct elem *item = elem_child(x, "item", NULL);

	free(map_steal(c->roster, nick));
	if (!has_code(x, "110"))
		return;
	if (has_code(x, "303")) {
		str_copy(c->nick, sizeof(c->nick), elem_attr(item, "nick"));
		return;
	}
	c->is_in = false;
	map_free(&c->roster, free);
	c->roster = map_new();
}

/* What somebody wears, as one text; a hat of rank is worn by admins only. */
static char *read_hats(const struct elem *presence, const struct elem *x)
{
	const struct elem *hats = elem_child(presence, "hats", NS_HATS);
	const struct elem *hat = hats ? elem_child(hats, "hat", NS_HATS) : NULL;
	const char *affiliation =
		elem_attr(elem_child(x, "item", NULL), "affiliation");
	char *all = str_dup("");

	for (; hat; hat = elem_next(hat, "hat", NS_HATS)) {
		char *more = str_format("%s %s", all, elem_attr(hat, "uri"));

		require(!str_has_suffix(more, ":chair") ||
			str_equal(affiliation, "admin") ||
			str_equal(affiliation, "owner"));
		mem_free(&all);
		all = more;
	}
	return all;
}

static void see_presence(struct client *c, const struct elem *e)
{
	const struct elem *x = elem_child(e, "x", NS_MUC_USER);
	const char *nick = strchr(elem_attr(e, "from"), '/') + 1;

	require(x && nick);
	if (str_equal(elem_attr(e, "type"), "unavailable")) {
		see_gone(c, x, nick);
		return;
	}
	free(map_put(c->roster, nick, read_hats(e, x)));
	if (has_code(x, "110")) {
		str_copy(c->nick, sizeof(c->nick), nick);
		c->is_in = true;
	}
}

static void see_line(struct client *c, const struct elem *e)
{
	const struct elem *id = elem_child(e, "stanza-id", NS_STANZA_ID);

	if (id)
		str_copy(c->last_line, sizeof(c->last_line),
			 elem_attr(id, "id"));
}

static void read_mail(struct storm *s, struct client *c)
{
	struct parcel *p;

	while ((p = stage_take(&s->stage, c->jid))) {
		const char *id = elem_attr(p->elem, "id");

		str_copy(c->last_id, sizeof(c->last_id), id ? id : "");
		str_copy(c->last_from, sizeof(c->last_from),
			 elem_attr(p->elem, "from"));
		see_line(c, p->elem);
		if (elem_is(p->elem, "presence", NS_SERVER) &&
		    !str_equal(elem_attr(p->elem, "type"), "error"))
			see_presence(c, p->elem);
		parcel_free(&p);
	}
}

static void read_all(struct storm *s)
{
	for (int i = 0; i < CLIENTS; i++)
		read_mail(s, &s->clients[i]);
}

/* ---- what they do ---- */

static void send(struct storm *s, struct client *c, char *xml)
{
	struct elem *e = parser_read(xml, strlen(xml), NS_SERVER);

	require(e);
	require(stage_deliver(&s->stage, e, c->jid,
			      draw(s, 2) ? MUC_BY_CERTIFICATE
					 : MUC_BY_DIALBACK));
	mem_free(&xml);
}

/* Names in conflict by case are among them. */
static const char *draw_nick(struct storm *s)
{
	static const char *const nicks[NICKS] = { "Ann",  "ann", "Bob",
						  "Cy d", "Dee", "Eve" };

	return nicks[draw(s, NICKS)];
}

static void do_presence(struct storm *s, struct client *c)
{
	static const char *const payloads[] = {
		"{x xmlns='" NS_MUC "'/}",
		"{priority}5{/priority}",
		"{show}away{/show}",
		"{x xmlns='" NS_MUC "'/}{priority}3{/priority}",
		"",
	};
	const char *type = draw(s, 5) ? "" : " type='unavailable'";
	char *xml = str_format("{presence to='" ROOM "/%s'%s}%s{/presence}",
			       draw(s, 3) ? draw_nick(s) : c->nick, type,
			       payloads[draw(s, array_len(payloads))]);

	/* written with braces: markup is made by the writer alone */
	for (char *at = xml; *at; at++)
		*at = *at == '{' ? 0x3c : *at == '}' ? 0x3e : *at;
	send(s, c, xml);
}

static void send_elem(struct storm *s, struct client *c, struct elem *e)
{
	require(stage_deliver(&s->stage, e, c->jid, MUC_BY_CERTIFICATE));
}

static struct elem *stanza_to(const char *name, const char *type,
			      const char *to, const char *id)
{
	struct elem *e = elem_new(name, NS_SERVER);

	elem_set_attr(e, "type", type);
	elem_set_attr(e, "to", to);
	elem_set_attr(e, "id", id);
	return e;
}

/* What people type, also when a session is open. */
static const char *draw_words(struct storm *s)
{
	static const char *const words[] = {
		"text", "#startmeeting Storm", "#endmeeting", "q+", "q-", "q?",
		"q+ to say it", "ack", "ack Ann", "first Bob", "close queue",
		"MIC: a question", "mic 1 done", "mics?", "hands: Who?",
		"end hands", "+1", "-1", "abstain", "topic: one", "action: two",
		"resolution: three", "Ann: said", "... and more", "s/a/b/",
		"#undo", "present+ A, B", "scribe+ Ann", "scribe- Ann",
	};

	return draw(s, 3) ? words[draw(s, array_len(words))] : "text";
}

static void add_reaction(struct storm *s, struct client *c, struct elem *e)
{
	static const char *const signs[] = { "\xe2\x9c\x8b", "\xe2\x9c\x85",
					     "\xf0\x9f\x91\x8d", "x" };
	struct elem *reactions = elem_add(e, "reactions", NS_REACTIONS);

	elem_set_attr(reactions, "id", c->last_line);
	elem_add_with_text(reactions, "reaction", NULL,
			   signs[draw(s, array_len(signs))]);
}

static void do_talk(struct storm *s, struct client *c)
{
	char *to = draw(s, 2) ? str_format(ROOM "/%s", draw_nick(s))
			      : str_dup(ROOM);
	struct elem *e = stanza_to("message", draw(s, 2) ? "groupchat" : "chat",
				   to, "m");

	if (draw(s, 8) == 0)
		add_reaction(s, c, e);
	else if (draw(s, 6))
		elem_add_with_text(e, "body", NULL, draw_words(s));
	else
		elem_add_with_text(e, "subject", NULL, "text");
	send_elem(s, c, e);
	mem_free(&to);
}

static void do_question(struct storm *s, struct client *c)
{
	char *to = str_format(ROOM "/%s", draw_nick(s));
	struct elem *e = stanza_to("iq", "get", to, "q");

	elem_add(e, "query", NS_VERSION);
	send_elem(s, c, e);
	mem_free(&to);
}

/* An answer, or a bounce, to what came last. */
static void do_answer(struct storm *s, struct client *c)
{
	static const char *const names[] = { "iq", "message", "presence" };
	static const char *const conds[] = { "gone", "service-unavailable",
					     "not-acceptable" };
	const char *name = names[draw(s, array_len(names))];
	bool is_result = *name == 'i' && draw(s, 2);
	struct elem *e;

	if (!*c->last_from)
		return;
	e = stanza_to(name, is_result ? "result" : "error", c->last_from,
		      c->last_id);
	if (!is_result && draw(s, 4) == 0)
		elem_add(elem_add(e, "error", NULL),
			 conds[draw(s, array_len(conds))], NS_STANZA_ERROR);
	send_elem(s, c, e);
}

static void do_admin(struct storm *s, struct client *c)
{
	static const char *const roles[] = { "none", "visitor", "participant",
					     "moderator" };
	static const char *const affiliations[] = { "none", "member", "admin",
						    "outcast", "none" };
	struct elem *e = stanza_to("iq", "set", ROOM, "a"), *item;
	struct elem *query = elem_add(e, "query", NS_MUC_ADMIN);
	bool is_role = draw(s, 3);

	/* one, or some of them at once, whole domains among them */
	do {
		item = elem_add(query, "item", NULL);
		if (is_role) {
			elem_set_attr(item, "nick", draw_nick(s));
			elem_set_attr(item, "role", roles[draw(s, 4)]);
			continue;
		}
		elem_set_attr(item, "jid",
			      draw(s, 6) ? s->clients[draw(s, CLIENTS)].jid
					 : "d1.example");
		elem_set_attr(item, "affiliation", affiliations[draw(s, 5)]);
		if (!draw(s, 4))
			elem_set_attr(item, "nick", draw_nick(s));
	} while (!draw(s, 3));
	send_elem(s, c, e);
}

static void do_register(struct storm *s, struct client *c)
{
	struct elem *e = stanza_to("iq", "set", ROOM, "r");
	struct elem *query = elem_add(e, "query", NS_REGISTER), *form;

	if (draw(s, 2)) {
		elem_add(query, "remove", NULL);
	} else {
		form = form_add(query, "submit", NS_MUC_REGISTER);
		form_add_field(form, "muc#register_roomnick", NULL, NULL,
			       draw_nick(s));
	}
	send_elem(s, c, e);
}

/* What somebody said, now or long ago, is taken back; or nothing is. */
static void do_takeback(struct storm *s, struct client *c)
{
	bool is_own = draw(s, 2);
	struct elem *e = is_own ? stanza_to("message", "groupchat", ROOM, "t")
				: stanza_to("iq", "set", ROOM, "t");
	struct elem *at = e;

	if (!is_own)
		at = elem_add(e, "moderate", NS_MODERATED);
	else
		at = elem_add(e, "retract", NS_RETRACT);
	elem_set_attr(at, "id", s->clients[draw(s, CLIENTS)].last_line);
	if (!is_own)
		elem_add(at, "retract", NS_RETRACT);
	send_elem(s, c, e);
}

static void do_invite(struct storm *s, struct client *c)
{
	struct elem *e = stanza_to("message", NULL, ROOM, "i");

	elem_set_attr(elem_add(elem_add(e, "x", NS_MUC_USER),
			       draw(s, 2) ? "invite" : "decline", NULL),
		      "to", s->clients[draw(s, CLIENTS)].jid);
	send_elem(s, c, e);
}

/* By command; most may not, and some of it is no hat. */
static void do_hat(struct storm *s, struct client *c)
{
	static const char *const nodes[] = { "assign", "unassign", "create",
					     "destroy", "list-assigned" };
	static const char *const hats[] = {
		"urn:x-hallway:hat:chair", "urn:x-hallway:hat:delegate",
		"urn:x-hallway:hat:scribe", "x:own", "x:none",
	};
	struct elem *e = stanza_to("iq", "set", ROOM, "h");
	struct elem *command = elem_add(e, "command", NS_COMMANDS), *form;
	char *node = str_format("urn:xmpp:hats:commands:%s",
				nodes[draw(s, array_len(nodes))]);
	char *jid = str_dup(s->clients[draw(s, CLIENTS)].jid);

	*strchr(jid, '/') = '\0';
	elem_set_attr(command, "node", node);
	if (draw(s, 8)) {
		form = form_add(command, "submit", "urn:xmpp:hats:commands");
		form_add_field(form, "hats#jid", NULL, NULL, jid);
		form_add_field(form, "hats#uri", NULL, NULL,
			       hats[draw(s, array_len(hats))]);
		form_add_field(form, "hats#title", NULL, NULL,
			       draw_nick(s));
	}
	mem_free(&jid);
	mem_free(&node);
	send_elem(s, c, e);
}

/* Time goes on for sessions, and a way to people is down or up. */
static void do_meetings(struct storm *s)
{
	static const char *const domains[] = { "d0.example", "d1.example",
					       "d2.example" };

	if (!s->stage.desk)
		return;
	meeting_tick(s->stage.desk);
	meeting_link(s->stage.desk, domains[draw(s, array_len(domains))],
		     draw(s, 2));
}

/* Who leads the group, the service says; and who is who. */
static void do_leaders(struct storm *s)
{
	static const char *const lists[] = {
		"chair\tA\ta@mail.example\nad\tB\txmpp:p1@d1.example\n",
		"secr\tA\ta@mail.example\n",
		"chair\tC\txmpp:p2@d2.example\nchair\tA\ta@mail.example\n",
	};
	char *jid = str_dup(s->clients[draw(s, CLIENTS)].jid);

	*strchr(jid, '/') = '\0';
	switch (draw(s, 3)) {
	case 0:
		(void)muc_leaders_set(s->stage.muc, ROOM,
				      lists[draw(s, array_len(lists))]);
		break;
	case 1:
		(void)muc_leaders_confirm(s->stage.muc, ROOM, jid,
					  "a@mail.example", "control");
		break;
	default:
		(void)muc_leaders_deny(s->stage.muc, ROOM, jid,
				       "a@mail.example", "control");
		break;
	}
	mem_free(&jid);
}

static void do_rarely(struct storm *s, struct client *c)
{
	static void (*const acts[])(struct storm *, struct client *) = {
		do_admin, do_admin, do_register, do_takeback, do_invite,
		do_hat,	  do_hat,
	};

	acts[draw(s, array_len(acts))](s, c);
}

static void do_world(struct storm *s)
{
	switch (draw(s, 8)) {
	case 0:
		muc_domain_lost(s->stage.muc, "rooms.example",
				draw(s, 2) ? "d0.example" : "d1.example");
		break;
	case 1:
		s->stage.holds_answers = !s->stage.holds_answers;
		break;
	case 2:
		s->stage.is_store_full = draw(s, 4) == 0;
		break;
	case 3:
		s->stage.now += 50000;
		muc_tick(s->stage.muc);
		do_meetings(s);
		break;
	case 5:
	case 6:
		do_leaders(s);
		break;
	case 4:
		s->stage.holds_records = !s->stage.holds_records;
		break;
	default:
		stage_commit(&s->stage);
		read_all(s);
		stage_restart(&s->stage, draw(s, 8) == 0);
		break;
	}
}

static void do_something(struct storm *s)
{
	struct client *c = &s->clients[draw(s, CLIENTS)];
	unsigned dice = draw(s, 100);

	s->stage.now++;
	if (dice < 50)
		do_presence(s, c);
	else if (dice < 65)
		do_talk(s, c);
	else if (dice < 72)
		do_question(s, c);
	else if (dice < 80)
		do_answer(s, c);
	else if (dice < 96)
		do_rarely(s, c);
	else
		do_world(s);
}

/* ---- what must hold ---- */

static bool is_same_roster(const struct client *a, const struct client *b)
{
	struct map_cursor cursor;

	if (map_count(a->roster) != map_count(b->roster))
		return false;
	map_begin(a->roster, &cursor);
	while (map_next(&cursor))
		if (!str_equal(cursor.value, map_get(b->roster, cursor.key)))
			return false;
	return true;
}

static void print_client(const struct client *c)
{
	struct map_cursor cursor;

	printf("#   %s %s as %s sees", c->jid, c->is_in ? "in" : "out",
	       c->nick);
	map_begin(c->roster, &cursor);
	while (map_next(&cursor))
		printf(" [%s%s]", cursor.key, (const char *)cursor.value);
	printf("\n");
}

static bool check(struct storm *s)
{
	const struct client *first = NULL;
	bool is_good = true;
	size_t in = 0;

	for (int i = 0; i < CLIENTS; i++) {
		const struct client *c = &s->clients[i];

		if (!c->is_in)
			continue;
		in++;
		first = first ? first : c;
		is_good &= is_same_roster(first, c) &&
			   map_get(c->roster, c->nick);
	}
	if (in != muc_occupant_count(s->stage.muc))
		is_good = false;
	for (int i = 0; i < CLIENTS && !is_good; i++)
		print_client(&s->clients[i]);
	return is_good;
}

/* All that waits has come. */
static void settle(struct storm *s)
{
	while (stage_answer(&s->stage, false))
		;
	stage_commit(&s->stage);
	read_all(s);
}

static void begin(struct storm *s, uint64_t seed)
{
	*s = (struct storm){ .seed = seed };
	stage_init(&s->stage);
	/* every other storm meets no police */
	if (seed % 2)
		s->stage.settings.limits = (struct room_limits_settings){ 0 };
	s->stage.has_commands = true;
	s->stage.has_meetings = seed % 3 != 0;
	stage_open(&s->stage);
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &s->clients[i];

		/* the first is an operator; some share an account */
		c->jid = i ? str_format("p%d@d%d.example/c%d", i % PEOPLE,
					i % PEOPLE % 3, i)
			   : str_dup("op@home.example/desk");
		str_copy(c->nick, sizeof(c->nick), "Ann");
		c->roster = map_new();
	}
}

static void end(struct storm *s)
{
	stage_fini(&s->stage);
	for (int i = 0; i < CLIENTS; i++) {
		mem_free(&s->clients[i].jid);
		map_free(&s->clients[i].roster, free);
	}
}

static bool run(uint64_t seed, int steps)
{
	struct storm s;
	bool is_good = true;

	begin(&s, seed);
	for (int i = 0; i < steps && is_good; i++) {
		do_something(&s);
		if (i % 10)
			continue;
		settle(&s);
		is_good = check(&s);
		if (!is_good)
			printf("# seed %llu step %d\n",
			       (unsigned long long)seed, i);
	}
	end(&s);
	return is_good;
}

/* storm [FIRST LAST STEPS] */
int main(int argc, char **argv)
{
	unsigned first = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	unsigned last = argc > 2 ? (unsigned)atoi(argv[2]) : 12;
	int steps = argc > 3 ? atoi(argv[3]) : 1500, failed = 0;
	struct log_settings settings;

	log_settings_init(&settings, LOG_ERROR);
	if (log_configure(&settings))
		return 1;
	printf("1..%u\n", last - first + 1);
	for (unsigned seed = first; seed <= last; seed++) {
		bool is_good = run(seed, steps);

		printf("%sok %u - storm_of_seed_%u\n", is_good ? "" : "not ",
		       seed - first + 1, seed);
		failed += !is_good;
	}
	return failed ? 1 : 0;
}
