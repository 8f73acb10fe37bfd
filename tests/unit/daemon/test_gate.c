/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/gate.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

#define A "a@rooms.example"
#define B "b@rooms.example"

#define ROOMS	8
#define TICKETS 4000
#define SENT	40000

/** What left the gate, in order: numbers of envelopes. */
struct outside {
	int numbers[SENT];
	size_t count;
	size_t calls;
	size_t said; /* in all calls */
	size_t most_said; /* in one */
};

static void release(void *owner, struct list *envelopes, size_t said)
{
	struct outside *o = owner;
	struct envelope *e, *tmp;

	o->calls++;
	o->said += said;
	if (said > o->most_said)
		o->most_said = said;
	assert_false(list_is_empty(envelopes));
	list_each_safe(e, tmp, envelopes, node)
	{
		assert_true(o->count < SENT);
		o->numbers[o->count++] = atoi(frozen_id(e->stanza));
		list_remove(&e->node);
		envelope_free(&e);
	}
}

static const struct gate_events events = { .release = release };

/* The envelope's number is its stanza's id. */
static struct envelope *make_envelope(int number)
{
	struct jid *to = jid_parse("user@home.example/phone");
	char *id = str_format("%d", number);
	struct elem *elem = stanza_elem_new(STANZA_MESSAGE, NULL, NULL, id);
	struct frozen *frozen = frozen_new(elem);
	struct envelope *e = envelope_new(frozen, to, "rooms.example");

	frozen_unref(&frozen);
	elem_free(&elem);
	mem_free(&id);
	jid_free(&to);
	return e;
}

/* Sends count envelopes in one list, numbered from number. */
static void send_some(struct gate *g, const char *room, int number, int count)
{
	struct list l;

	list_init(&l);
	for (int i = 0; i < count; i++)
		list_add_tail(&l, &make_envelope(number + i)->node);
	gate_send(g, room, &l);
	assert_true(list_is_empty(&l));
}

#define assert_left(o, ...)                                                 \
	do {                                                                \
		const int expected[] = { __VA_ARGS__ };                     \
		assert_int_equal((o)->count, array_len(expected));          \
		assert_memory_equal((o)->numbers, expected,                 \
				    sizeof(expected));                      \
	} while (0)

static int setup(void **state)
{
	*state = mem_new(struct outside);
	return 0;
}

static int teardown(void **state)
{
	struct outside *o = *state;

	mem_free(&o);
	return 0;
}

static void nothing_waiting_leaves_at_once(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	send_some(g, A, 1, 2);
	assert_left(o, 1, 2);
	assert_int_equal(o->calls, 1);
	assert_int_equal(gate_waiting(g), 0);
	gate_commit(g, 7); /* nobody waited for it */
	send_some(g, A, 3, 1);
	assert_left(o, 1, 2, 3);
	gate_free(&g);
	assert_null(g);
}

static void empty_list_is_no_release(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	send_some(g, A, 1, 0);
	gate_hold(g, A, 1);
	send_some(g, A, 1, 0);
	gate_commit(g, 1);
	assert_int_equal(o->calls, 0);
	gate_free(&g);
}

static void room_waits_for_its_record(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 5);
	send_some(g, A, 1, 3);
	assert_int_equal(o->count, 0);
	assert_int_equal(gate_waiting(g), 3);
	gate_commit(g, 4);
	assert_int_equal(o->count, 0);
	gate_commit(g, 5);
	assert_left(o, 1, 2, 3);
	assert_int_equal(gate_waiting(g), 0);
	send_some(g, A, 4, 1);
	assert_left(o, 1, 2, 3, 4);
	gate_free(&g);
}

/* Few at a time, and each room's word counts. */
static void one_commit_releases_in_portions(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	for (int i = 0; i < 150; i++) {
		gate_hold(g, i % 2 ? A : B, (uint64_t)i + 1);
		if (i % 3)
			send_some(g, i % 2 ? A : B, 2 * i, 2);
	}
	gate_commit(g, 140);
	assert_int_equal(o->calls, 2);
	assert_int_equal(o->said, 93);
	assert_int_equal(o->most_said, 64);
	assert_int_equal(o->count, 2 * 93);
	for (int i = 0, n = 0; i < 140; i++) {
		if (i % 3 == 0)
			continue;
		assert_int_equal(o->numbers[n++], 2 * i);
		assert_int_equal(o->numbers[n++], 2 * i + 1);
	}
	gate_commit(g, 150);
	assert_int_equal(o->calls, 3);
	assert_int_equal(o->said, 100);
	assert_int_equal(gate_waiting(g), 0);
	gate_free(&g);
}

static void other_room_passes(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 1);
	send_some(g, A, 1, 1);
	send_some(g, B, 2, 1);
	assert_left(o, 2);
	gate_hold(g, B, 2);
	send_some(g, B, 3, 1);
	assert_left(o, 2);
	gate_commit(g, 1);
	assert_left(o, 2, 1);
	gate_commit(g, 2);
	assert_left(o, 2, 1, 3);
	gate_free(&g);
}

/* What follows the second record waits for it, though the first is in. */
static void each_stretch_waits_for_its_own_record(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 1);
	send_some(g, A, 1, 2);
	gate_hold(g, A, 2);
	gate_hold(g, A, 3);
	send_some(g, A, 3, 2);
	gate_commit(g, 1);
	assert_left(o, 1, 2);
	assert_int_equal(gate_waiting(g), 2);
	send_some(g, A, 5, 1);
	gate_commit(g, 2);
	assert_left(o, 1, 2);
	gate_commit(g, 3);
	assert_left(o, 1, 2, 3, 4, 5);
	gate_free(&g);
}

static void one_commit_releases_a_batch_in_order(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	for (int i = 0; i < 10; i++) {
		gate_hold(g, i % 2 ? B : A, (uint64_t)i + 1);
		send_some(g, i % 2 ? B : A, 2 * i, 2);
	}
	assert_int_equal(gate_waiting(g), 20);
	gate_commit(g, 100);
	assert_int_equal(o->count, 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(o->numbers[i], i);
	gate_free(&g);
}

static void free_drops_what_waits(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 1);
	send_some(g, A, 1, 3);
	gate_hold(g, B, 2);
	send_some(g, B, 4, 3);
	gate_hold(g, A, 3);
	gate_free(&g); /* the sanitizer looks for what is left */
	assert_null(g);
	assert_int_equal(o->count, 0);
	gate_free(&g);
}

static void hold_an_old_ticket(void)
{
	struct outside o = { .count = 0 };
	struct gate *g = gate_new(&events, &o);

	gate_hold(g, A, 2);
	gate_hold(g, B, 1);
}

/* An answer that waits for all that there is. */
static void another_may_wait_for_the_same(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 1);
	send_some(g, A, 1, 1);
	gate_hold(g, B, 1);
	send_some(g, B, 2, 1);
	assert_int_equal(o->count, 0);
	gate_commit(g, 1);
	assert_int_equal(o->count, 2);
	assert_int_equal(gate_waiting(g), 0);
	gate_free(&g);
}

static void tickets_must_grow(void **state)
{
	(void)state;
	assert_true(aborts(hold_an_old_ticket));
}

/* ---- the model: every envelope knows the record it must wait for ---- */

struct model {
	struct outside *o;
	struct gate *g;
	uint32_t random;
	uint64_t ticket;       /* the newest */
	uint64_t committed;
	uint64_t last[ROOMS];  /* the newest record of the room */
	int sent;	       /* numbers given */
	uint64_t needs[SENT];  /* by number: its record */
	int room[SENT];	       /* by number */
	bool is_out[SENT];     /* by number: has left */
	size_t checked;	       /* of o->numbers */
	int newest_out[ROOMS]; /* number that left last, per room */
};

/* xorshift32: the same walk each time for one seed. */
static uint32_t draw(struct model *m, uint32_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 17;
	m->random ^= m->random << 5;
	return m->random % below;
}

static const char *room_name(int room)
{
	static char name[32];

	snprintf(name, sizeof(name), "r%d@rooms.example", room);
	return name;
}

/* Nothing early, nothing twice, each room in its order. */
static void check_new(struct model *m)
{
	for (; m->checked < m->o->count; m->checked++) {
		int number = m->o->numbers[m->checked];
		int room = m->room[number];

		assert_true(m->needs[number] <= m->committed);
		assert_false(m->is_out[number]);
		assert_true(number > m->newest_out[room]);
		m->newest_out[room] = number;
		m->is_out[number] = true;
	}
}

/* What need not wait is gone: the gate holds exactly the rest. */
static void check_rest(struct model *m)
{
	size_t waiting = 0;

	for (int i = 0; i < m->sent; i++) {
		assert_int_equal(m->is_out[i], m->needs[i] <= m->committed);
		waiting += !m->is_out[i];
	}
	assert_int_equal(gate_waiting(m->g), waiting);
}

static void model_send(struct model *m)
{
	int room = (int)draw(m, ROOMS), count = (int)draw(m, 4);

	for (int i = 0; i < count; i++) {
		m->room[m->sent + i] = room;
		m->needs[m->sent + i] = m->last[room];
	}
	send_some(m->g, room_name(room), m->sent, count);
	m->sent += count;
}

static void model_step(struct model *m)
{
	uint32_t dice = draw(m, 10);

	if (dice < 4) {
		int room = (int)draw(m, ROOMS);

		m->last[room] = ++m->ticket;
		gate_hold(m->g, room_name(room), m->ticket);
	} else if (dice < 9) {
		model_send(m);
	} else {
		m->committed +=
			draw(m, (uint32_t)(m->ticket - m->committed) + 1);
		gate_commit(m->g, m->committed);
	}
	check_new(m);
}

static void walk(struct outside *o, uint32_t seed)
{
	struct model *m = mem_new(struct model);

	o->count = 0;
	m->o = o;
	m->random = seed;
	m->g = gate_new(&events, o);
	for (int i = 0; i < ROOMS; i++)
		m->newest_out[i] = -1;
	for (int i = 0; i < TICKETS; i++) {
		model_step(m);
		if (i % 100 == 0)
			check_rest(m);
	}
	m->committed = m->ticket;
	gate_commit(m->g, m->ticket);
	check_new(m);
	check_rest(m);
	assert_int_equal(gate_waiting(m->g), 0);
	gate_free(&m->g);
	mem_free(&m);
}

static void agrees_with_a_model_on_random_walks(void **state)
{
	for (uint32_t seed = 1; seed <= 20; seed++)
		walk(*state, seed * 2654435761u);
}

/* The stanza-id of what a test sends is its number, made long enough to be found
 * nowhere else. */
static void withdrawn_messages_never_leave(void **state)
{
	struct outside *o = *state;
	struct gate *g = gate_new(&events, o);

	gate_hold(g, A, 5);
	send_some(g, A, 71000001, 1);
	send_some(g, A, 72000002, 1); /* behind it, of something else */
	gate_hold(g, B, 6);
	send_some(g, B, 73000003, 1);
	gate_hold(g, A, 7);
	send_some(g, A, 74000004, 1);
	gate_hold(g, A, 9);
	send_some(g, A, 75000005, 1);
	gate_withdraw(g, 5, "71000001");
	gate_withdraw(g, 7, "74000004");
	gate_withdraw(g, 8, "75000005"); /* not that ticket's */
	assert_int_equal(gate_waiting(g), 3);
	assert_int_equal(o->count, 0);
	gate_commit(g, 7);
	assert_left(o, 72000002, 73000003);
	gate_withdraw(g, 5, "71000001"); /* long gone */
	gate_commit(g, 9);
	assert_left(o, 72000002, 73000003, 75000005);
	gate_free(&g);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_waiting_leaves_at_once),
		CASE(empty_list_is_no_release),
		CASE(room_waits_for_its_record),
		CASE(one_commit_releases_in_portions),
		CASE(other_room_passes),
		CASE(each_stretch_waits_for_its_own_record),
		CASE(one_commit_releases_a_batch_in_order),
		CASE(free_drops_what_waits),
		CASE(withdrawn_messages_never_leave),
		CASE(tickets_must_grow),
		CASE(another_may_wait_for_the_same),
		CASE(agrees_with_a_model_on_random_walks),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
