/* SPDX-License-Identifier: MIT */
/*
 * 10,000 rooms and a room of 5,000 people are ordinary: what they cost is
 * counted, in bytes and in stanzas built; no clock is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <malloc.h>

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/env.h"
#include "muc/muc.h"
#include "muc/room_config.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define ROOMS 10000
#define PEOPLE 5000
#define DOMAINS 50
#define ROOM "hallway@rooms.example"

#define IDLE_ROOM_BYTES 2048
#define OCCUPANT_BYTES 2048

struct world {
	struct muc *muc; /* owned */
	int64_t now;
	uint64_t question; /* to the archive, not yet answered; 0 = none */
	bool looks;        /* at what is sent */
	size_t envelopes;  /* sent since the last look */
	size_t deliveries;
	struct map *stanzas; /* owned; address -> anything: those sent */
	struct list sent;    /* the envelopes: their addresses stay taken */
};

/* ---- the ports ---- */

static void look_at_stanza(struct world *w, const struct frozen *f)
{
	static char there;
	char *key = str_format("%p", (const void *)f);

	if (!map_get(w->stanzas, key))
		map_add(w->stanzas, key, &there);
	mem_free(&key);
}

static void look_at(struct world *w, const struct envelope *e)
{
	w->envelopes++;
	w->deliveries += envelope_count(e);
	for (size_t i = 0; i < frozen_count(e->stanza); i++)
		look_at_stanza(w, frozen_part(e->stanza, i));
}

static void on_send(void *owner, const char *room, struct list *envelopes)
{
	struct world *w = owner;
	struct envelope *e, *next;

	(void)room;
	list_each_safe(e, next, envelopes, node) {
		list_remove(&e->node);
		if (w->looks) {
			look_at(w, e);
			list_add_tail(&w->sent, &e->node);
		} else {
			envelope_free(&e);
		}
	}
}

static void on_save(void *owner, const char *room, struct record *owned,
		    bool gates)
{
	(void)owner;
	(void)room;
	(void)gates;
	record_free(&owned);
}

static bool on_may_save(void *owner)
{
	(void)owner;
	return true;
}

static void on_ask(void *owner, uint64_t id, struct archive_query *owned)
{
	((struct world *)owner)->question = id;
	archive_query_free(&owned);
}

static int64_t on_now(void *owner)
{
	return ((struct world *)owner)->now;
}

/* ---- the world ---- */

static int make(void **state)
{
	static const char *const domains[] = { "rooms.example" };
	static const char *const operators[] = { "person5002@home2.example" };
	struct world *w = mem_new(struct world);
	struct muc_settings settings;
	const struct muc_env env = {
		.owner = w,
		.send = on_send,
		.save = on_save,
		.may_save = on_may_save,
		.ask_archive = on_ask,
		.now = on_now,
	};

	muc_settings_init(&settings);
	settings.domains = domains;
	settings.domain_count = array_len(domains);
	settings.operators = operators;
	settings.operator_count = array_len(operators);
	settings.operator_needs_certificate = false;
	settings.limits = (struct room_limits_settings){ 0 };
	settings.max_users = 2 * PEOPLE;
	w->now = INT64_C(1700000000000);
	w->stanzas = map_new();
	list_init(&w->sent);
	w->muc = muc_new(&settings, &env);
	*state = w;
	return 0;
}

static void forget(struct world *w)
{
	struct envelope *e, *next;

	list_each_safe(e, next, &w->sent, node) {
		list_remove(&e->node);
		envelope_free(&e);
	}
	w->envelopes = w->deliveries = 0;
	map_free(&w->stanzas, NULL);
	w->stanzas = map_new();
}

static int unmake(void **state)
{
	struct world *w = *state;

	forget(w);
	muc_free(&w->muc);
	map_free(&w->stanzas, NULL);
	free(w);
	return 0;
}

/* Bytes that are allocated; 0 where the allocator does not tell (as under the
 * sanitizers). */
static size_t count_bytes(void)
{
	return mallinfo2().uordblks;
}

static void assert_cost(size_t before, size_t count, size_t most)
{
	size_t after = count_bytes();

	if (!before || !after)
		return;
	assert_true(after - before <= count * most);
}

static struct elem *presence_to(const char *to)
{
	struct elem *e = elem_new("presence", NS_SERVER);

	elem_set_attr(e, "to", to);
	return e;
}

/* An empty archive. */
static void answer(struct world *w)
{
	struct archive_page *page = mem_new(struct archive_page);

	page->total = -1;
	muc_archive_answered(w->muc, w->question, page);
	w->question = 0;
}

static void deliver(struct world *w, struct elem *owned, char *owned_from)
{
	struct stanza *s;

	elem_set_attr(owned, "from", owned_from);
	mem_free(&owned_from);
	assert_int_equal(stanza_give(owned, &s), STANZA_OK);
	muc_deliver(w->muc, s, MUC_BY_DIALBACK);
	if (w->question)
		answer(w);
}

static char *person(unsigned i)
{
	return str_format("person%u@home%u.example/phone", i, i % DOMAINS);
}

static void enter(struct world *w, unsigned i)
{
	char *to = str_format(ROOM "/Person %u", i);
	struct elem *e = presence_to(to);
	struct elem *x = elem_add(e, "x", NS_MUC);

	elem_set_attr(elem_add(x, "history", NULL), "maxchars", "0");
	deliver(w, e, person(i));
	mem_free(&to);
}

/* ---- cases ---- */

/* As a store gives it back; taken. */
static void give(struct world *w, struct record *owned)
{
	muc_restore(w->muc, owned);
	record_free(&owned);
}

static void give_room(struct world *w, const char *jid)
{
	struct record *record = record_new(RECORD_ROOM, jid, w->now);
	struct room_config config;

	room_config_init(&config);
	config.is_persistent = true;
	record->as_room.config = room_config_write(&config);
	record->as_room.created = w->now;
	room_config_fini(&config);
	give(w, record);
}

static void give_person(struct world *w, unsigned i)
{
	struct record *record = record_new(RECORD_SESSION, ROOM, w->now);

	record->as_session.jid = person(i);
	record->as_session.nick = str_format("Person %u", i);
	record->as_session.role = str_dup("participant");
	record->as_session.joined = w->now - PEOPLE + i;
	give(w, record);
}

static void idle_rooms_cost_bytes(void **state)
{
	struct world *w = *state;
	size_t before = count_bytes();

	for (unsigned i = 0; i < ROOMS; i++) {
		char *jid = str_format("room%u@rooms.example", i);

		give_room(w, jid);
		mem_free(&jid);
	}
	w->looks = true;
	muc_start(w->muc, false);
	muc_tick(w->muc);
	assert_int_equal(muc_room_count(w->muc), ROOMS + 1);
	assert_int_equal(w->envelopes, 0);
	assert_cost(before, ROOMS, IDLE_ROOM_BYTES);
}

/* The presence of the others is what was sent when they came: a newcomer gets
 * the very stanzas that went out before. */
static void assert_sends_stored(struct world *w)
{
	struct map *before;
	struct list first;
	struct map_cursor cursor;
	size_t same = 0;

	forget(w);
	enter(w, PEOPLE);
	before = w->stanzas;
	w->stanzas = map_new();
	list_init(&first);
	list_move_all(&first, &w->sent);
	w->envelopes = w->deliveries = 0;
	enter(w, PEOPLE + 1);
	map_begin(w->stanzas, &cursor);
	while (map_next(&cursor))
		same += map_get(before, cursor.key) != NULL;
	assert_int_equal(same, PEOPLE + 1);
	/* the others to the newcomer in one; the newcomer to the others, one
	 * envelope a domain; their own presence and the subject */
	assert_int_equal(w->envelopes, 1 + DOMAINS + 2);
	assert_int_equal(w->deliveries, (PEOPLE + 1) + (PEOPLE + 1) + 2);
	map_free(&before, NULL);
	list_move_all(&w->sent, &first);
}

/* One stanza for all, one envelope for a domain. */
static void assert_talk(struct world *w)
{
	struct elem *e = elem_new("message", NS_SERVER);

	forget(w);
	elem_set_attr(e, "to", ROOM);
	elem_set_attr(e, "type", "groupchat");
	elem_add_with_text(e, "body", NULL, "Good morning, all!");
	deliver(w, e, person(7));
	assert_int_equal(map_count(w->stanzas), 1);
	assert_int_equal(w->envelopes, DOMAINS);
	assert_int_equal(w->deliveries, PEOPLE + 2);
}

/* No answer is more than what common servers take: lists come in pages. */
static void assert_list(struct world *w)
{
	struct elem *e = elem_new("iq", NS_SERVER);
	struct elem *query = elem_add(e, "query", NS_MUC_ADMIN);
	const struct envelope *answer;

	enter(w, PEOPLE + 2); /* a moderator, being an operator */
	forget(w);
	elem_set_attr(e, "to", ROOM);
	elem_set_attr(e, "type", "get");
	elem_set_attr(e, "id", "list");
	elem_set_attr(elem_add(query, "item", NULL), "role", "participant");
	deliver(w, e, person(PEOPLE + 2));
	answer = list_first(&w->sent, struct envelope, node);
	assert_non_null(answer);
	assert_true(envelope_size(answer) > 100000);
	assert_true(envelope_size(answer) < 256 * 1024);
}

static void five_thousand_in_a_room(void **state)
{
	struct world *w = *state;
	size_t before;

	give_room(w, ROOM);
	before = count_bytes();
	for (unsigned i = 0; i < PEOPLE - 1; i++)
		give_person(w, i);
	muc_start(w->muc, false);
	enter(w, PEOPLE - 1);
	assert_int_equal(muc_occupant_count(w->muc), PEOPLE);
	assert_cost(before, PEOPLE, OCCUPANT_BYTES);
	w->looks = true;
	assert_sends_stored(w);
	assert_talk(w);
	assert_list(w);
	muc_domain_lost(w->muc, "rooms.example", "home7.example");
	assert_int_equal(muc_occupant_count(w->muc),
			 PEOPLE + 3 - PEOPLE / DOMAINS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(idle_rooms_cost_bytes, make,
						unmake),
		cmocka_unit_test_setup_teardown(five_thousand_in_a_room, make,
						unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
