/* SPDX-License-Identifier: MIT */
/* Rates, with a clock of the test's own: R2 (handshakes) and R7 (what is read of
 * a stream). The linker lets loop_now() and timer_start() come here. */
#include "tests/unit/unit.h"

#include <uv.h>

#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "s2s/brake.h"
#include "s2s/pace.h"
#include "s2s/s2s.h"
#include "s2s/tally.h"

static int64_t now = 1000;
static int64_t started_for = -1; /* ms; the last timer_start() */

int64_t __wrap_loop_now(const struct loop *loop);
void __wrap_timer_start(struct timer *t, int64_t ms);
void __real_timer_start(struct timer *t, int64_t ms);

int64_t __wrap_loop_now(const struct loop *loop)
{
	(void)loop;
	return now;
}

/* Looked at, at once, whatever it is by the test's clock. */
void __wrap_timer_start(struct timer *t, int64_t ms)
{
	started_for = ms;
	__real_timer_start(t, 0);
}

/* ---- R2 ---- */

#define WAITING 200
#define TURNS	100 /* of the loop; it needs a few until all is done */

/** Many who wait at once. */
struct queue {
	struct loop *loop;
	struct pace *pace;
	struct pace_turn turns[WAITING];
	size_t begun;
};

static void on_turn(void *owner)
{
	struct queue *q = owner;

	q->begun++;
}

/* They come from these networks in turn. */
static void queue_open(struct queue *q, const struct pace_settings *settings,
		       const char *const *networks, size_t network_count)
{
	struct addr a;

	memset(q, 0, sizeof(*q));
	q->loop = loop_open("test");
	q->pace = pace_new(q->loop, settings);
	for (size_t i = 0; i < WAITING; i++) {
		assert_int_equal(addr_parse(networks[i % network_count], 1, &a),
				 0);
		pace_turn_init(&q->turns[i], on_turn, q);
		pace_wait(q->pace, &q->turns[i], &a);
	}
}

static void queue_close(struct queue *q)
{
	for (size_t i = 0; i < WAITING; i++)
		pace_leave(&q->turns[i]);
	pace_free(&q->pace);
	loop_run(q->loop);
	loop_close(&q->loop);
}

/* So many of them begin when the time has gone on by ms. */
static size_t begin_after(struct queue *q, int64_t ms)
{
	size_t before = q->begun;

	now += ms;
	for (int i = 0; i < TURNS; i++)
		uv_run(loop_uv(q->loop), UV_RUN_NOWAIT);
	return q->begun - before;
}

static void r2_a_network_has_five_a_second(void **state)
{
	static const struct pace_settings settings = { 8, 50, 5 };
	static const char *const networks[] = { "192.0.2.1", "192.0.2.1:2",
						"[::ffff:192.0.2.1]:3" };
	struct queue q;

	(void)state;
	queue_open(&q, &settings, networks, array_len(networks));
	assert_int_equal(begin_after(&q, 0), 5); /* at once */
	assert_int_equal(begin_after(&q, 199), 0);
	assert_int_equal(begin_after(&q, 1), 1);
	assert_int_equal(begin_after(&q, 1000), 5);
	assert_int_equal(begin_after(&q, 60000), 5); /* no more is saved up */
	queue_close(&q);
}

static void r2_all_have_fifty_a_second(void **state)
{
	static const struct pace_settings settings = { 8, 50, 5 };
	const char *networks[WAITING];
	struct queue q;

	(void)state;
	for (size_t i = 0; i < WAITING; i++) {
		static char texts[WAITING][32];

		snprintf(texts[i], sizeof(texts[i]), "192.0.2.%zu", i);
		networks[i] = texts[i];
	}
	queue_open(&q, &settings, networks, WAITING);
	assert_int_equal(begin_after(&q, 0), 50);
	assert_int_equal(begin_after(&q, 19), 0);
	assert_int_equal(begin_after(&q, 1), 1);
	assert_int_equal(begin_after(&q, 1000), 50);
	queue_close(&q);
}

/* Who may not go takes nothing from those who may. */
static void r2_one_network_does_not_use_up_all(void **state)
{
	static const struct pace_settings settings = { 8, 50, 5 };
	static const char *const networks[] = { "192.0.2.1", "192.0.2.1",
						"192.0.2.1", "[2001:db8::1]:1" };
	struct queue q;

	(void)state;
	queue_open(&q, &settings, networks, array_len(networks));
	assert_int_equal(begin_after(&q, 0), 10);
	assert_int_equal(begin_after(&q, 1000), 10);
	queue_close(&q);
}

static void r2_a_share_below_one_is_saved_up(void **state)
{
	static const struct pace_settings settings = { 8, 50, 0.25 };
	static const char *const networks[] = { "192.0.2.1" };
	struct queue q;

	(void)state;
	queue_open(&q, &settings, networks, array_len(networks));
	assert_int_equal(begin_after(&q, 0), 1);
	assert_int_equal(begin_after(&q, 3999), 0);
	assert_int_equal(begin_after(&q, 1), 1);
	queue_close(&q);
}

/* ---- R7 ---- */

struct stream {
	struct loop *loop;
	struct brake brake;
	unsigned let_go;
};

static void on_let_go(void *owner)
{
	struct stream *s = owner;

	s->let_go++;
}

/* The defaults: 256 KiB and 100 stanzas a second, 1 MiB and 400 at once. */
static void stream_init(struct stream *s)
{
	struct s2s_settings settings;

	s2s_settings_init(&settings);
	memset(s, 0, sizeof(*s));
	s->loop = loop_open("test");
	brake_init(&s->brake, s->loop, &settings, on_let_go, s);
}

static void stream_fini(struct stream *s)
{
	brake_fini(&s->brake);
	loop_run(s->loop);
	loop_close(&s->loop);
}

/* So much came; for how long (ms) nothing is read now: what the rates say, and one
 * more, so that a timer never comes too early. */
static int64_t wait_after(struct stream *s, size_t bytes, size_t stanzas)
{
	started_for = 0;
	brake_charge(&s->brake, bytes, stanzas);
	assert_int_equal(s->brake.is_on, started_for > 0);
	return started_for;
}

static void r7_stanzas_beyond_the_burst_wait(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s);
	for (int i = 0; i < 400; i++)
		assert_int_equal(wait_after(&s, 0, 1), 0);
	assert_int_equal(wait_after(&s, 0, 1), 11);
	assert_int_equal(wait_after(&s, 0, 1), 21);
	now += 20;
	uv_run(loop_uv(s.loop), UV_RUN_NOWAIT);
	assert_int_equal(s.let_go, 1);
	assert_int_equal(wait_after(&s, 0, 1), 11);
	now += 60000;
	brake_release(&s.brake);
	/* a minute's rest is worth one burst */
	assert_int_equal(wait_after(&s, 0, 400), 0);
	assert_int_equal(wait_after(&s, 0, 100), 1001);
	stream_fini(&s);
}

static void r7_bytes_beyond_the_burst_wait(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s);
	assert_int_equal(wait_after(&s, 1 << 20, 0), 0);
	assert_int_equal(wait_after(&s, 256 << 10, 0), 1001);
	now += 500;
	/* 500 ms are left of that */
	assert_int_equal(wait_after(&s, 64 << 10, 0), 751);
	stream_fini(&s);
}

static void r7_the_longer_wait_counts(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s);
	assert_int_equal(wait_after(&s, 1 << 20, 400), 0);
	assert_int_equal(wait_after(&s, 256 << 10, 1), 1001);
	assert_int_equal(wait_after(&s, 0, 199), 2001);
	stream_fini(&s);
}

static void r7_it_is_counted_once_a_time(void **state)
{
	int64_t before = counter_get(&tally.braked);
	struct stream s;

	(void)state;
	stream_init(&s);
	assert_int_equal(wait_after(&s, 0, 401), 11);
	assert_int_equal(wait_after(&s, 0, 1), 21);
	assert_int_equal(counter_get(&tally.braked), before + 1);
	now += 20;
	uv_run(loop_uv(s.loop), UV_RUN_NOWAIT);
	assert_int_equal(wait_after(&s, 0, 1), 11);
	assert_int_equal(counter_get(&tally.braked), before + 2);
	stream_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r2_a_network_has_five_a_second),
		cmocka_unit_test(r2_all_have_fifty_a_second),
		cmocka_unit_test(r2_one_network_does_not_use_up_all),
		cmocka_unit_test(r2_a_share_below_one_is_saved_up),
		cmocka_unit_test(r7_stanzas_beyond_the_burst_wait),
		cmocka_unit_test(r7_bytes_beyond_the_burst_wait),
		cmocka_unit_test(r7_the_longer_wait_counts),
		cmocka_unit_test(r7_it_is_counted_once_a_time),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
