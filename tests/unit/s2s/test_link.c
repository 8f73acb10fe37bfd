/* SPDX-License-Identifier: MIT */
/* Which way a link sends, state by state, with a stream of theirs and without;
 * and what may wait. The round and the stream of its own are played. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "s2s/feed.h"
#include "s2s/limits.h"
#include "s2s/link.h"
#include "s2s/outbound.h"
#include "s2s/place.h"
#include "s2s/report.h"
#include "s2s/round.h"
#include "s2s/route.h"
#include "s2s/share.h"
#include "s2s/tally.h"
#include "tests/unit/s2s/letter.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"

/** The link, and all that was done around it. */
static struct {
	struct s2s_settings settings;
	struct loop *loop;
	struct place place;
	struct buf piece;
	struct recall proven, no_external;
	struct link *link;
	/* the played round and stream */
	struct round *round;
	const struct outbound_events *stream_events;
	bool is_open;     /* there is a stream */
	bool is_asserted; /* our domain, on it */
	unsigned begun, cancelled, verifies, written;
	bool is_stalled;
	/* what the link told */
	enum s2s_way way;
	unsigned ways;
	unsigned portions, lost, undelivered;
	enum cond_name why;
	struct feed_portion portion; /* the last; data is not kept */
	uint64_t released;
	bool was_broken;
} f;

/* ---- the round, played ---- */

void round_init(struct round *r, const struct place *place,
		const struct round_events *events, void *owner)
{
	*r = (struct round){ .place = place, .events = events, .owner = owner };
	f.round = r;
}

void round_fini(struct round *r)
{
	(void)r;
}

void round_begin(struct round *r, const char *domain)
{
	assert_string_equal(domain, "b.test");
	r->state = ROUND_CONNECTING;
	f.begun++;
}

void round_go_on(struct round *r)
{
	r->state = ROUND_CONNECTING;
}

void round_repeat(struct round *r)
{
	(void)r;
}

void round_succeed(struct round *r)
{
	(void)r;
}

void round_cancel(struct round *r)
{
	f.cancelled += r->state != ROUND_RESTING;
	r->state = ROUND_RESTING;
}

/* ---- the stream, played ---- */

struct outbound {
	char unused;
};

static struct outbound the_stream;

struct outbound *outbound_open(const struct place *place, int owned_fd,
			       const struct outbound_names *names,
			       const struct route_place *at,
			       const struct outbound_events *events,
			       void *owner)
{
	(void)place;
	(void)owned_fd;
	(void)names;
	(void)at;
	assert_ptr_equal(owner, f.link);
	assert_false(f.is_open); /* never two at a time */
	f.stream_events = events;
	f.is_open = true;
	f.is_asserted = false;
	return &the_stream;
}

void outbound_assert(struct outbound *o)
{
	(void)o;
	assert_false(f.is_asserted);
	f.is_asserted = true;
}

bool outbound_may_assert(const struct outbound *o)
{
	(void)o;
	return !f.is_asserted;
}

bool outbound_may_verify(const struct outbound *o)
{
	(void)o;
	return f.stream_events != NULL;
}

void outbound_give_verify(struct outbound *o, struct elem *owned)
{
	(void)o;
	f.verifies++;
	elem_free(&owned);
}

void outbound_write(struct outbound *o, const void *data, size_t len,
		    size_t stanzas)
{
	(void)o;
	(void)data;
	(void)len;
	f.written += (unsigned)stanzas;
}

void outbound_flush(struct outbound *o)
{
	(void)o;
}

bool outbound_has_acks(const struct outbound *o)
{
	(void)o;
	return false;
}

bool outbound_is_stalled(const struct outbound *o)
{
	(void)o;
	return f.is_stalled;
}

uint32_t outbound_unacked(const struct outbound *o)
{
	(void)o;
	return 0;
}

bool outbound_is_untouched(const struct outbound *o)
{
	(void)o;
	return false;
}

const struct limits *outbound_limits(const struct outbound *o)
{
	static const struct limits none;

	(void)o;
	return &none;
}

size_t outbound_queued(const struct outbound *o)
{
	(void)o;
	return 0;
}

int64_t outbound_progress_at(const struct outbound *o)
{
	(void)o;
	return 0;
}

void outbound_tick(struct outbound *o, int64_t now)
{
	(void)o;
	(void)now;
}

enum cert_verdict outbound_verdict(const struct outbound *o)
{
	(void)o;
	return CERT_VALID;
}

char *outbound_describe(const struct outbound *o)
{
	(void)o;
	return str_dup("the test");
}

void outbound_report(const struct outbound *o, struct report_row *row)
{
	(void)o;
	(void)row;
}

void outbound_pause(struct outbound *o, bool on)
{
	(void)o;
	(void)on;
}

void outbound_retire(struct outbound *o)
{
	(void)o;
}

void outbound_hold(struct outbound *o, bool on)
{
	(void)o;
	(void)on;
}

/* They end later: see end_stream(). */
void outbound_close(struct outbound *o)
{
	(void)o;
}

void outbound_fail(struct outbound *o, enum stream_cond cond)
{
	(void)o;
	(void)cond;
}

void outbound_abort(struct outbound *o)
{
	(void)o;
}

/* ---- what the link tells ---- */

static void on_answer(void *owner, uint64_t asker, const char *local,
		      const char *remote, enum packet_type verdict,
		      enum cond_name cond)
{
	(void)owner;
	(void)asker;
	(void)local;
	(void)remote;
	(void)verdict;
	(void)cond;
}

static void on_undelivered(void *owner, struct envelope *owned,
			   enum cond_name why)
{
	(void)owner;
	f.undelivered++;
	f.why = why;
	envelope_free(&owned);
}

static void on_portion(void *owner, const char *local, const char *remote,
		       const struct feed_portion *portion)
{
	(void)owner;
	(void)local;
	(void)remote;
	f.portions++;
	f.portion = *portion;
}

static void on_release(void *owner, const char *local, const char *remote,
		       uint64_t stream, bool is_broken)
{
	(void)owner;
	(void)local;
	(void)remote;
	f.released = stream;
	f.was_broken = is_broken;
}

static void on_lost(void *owner, const char *local, const char *remote)
{
	(void)owner;
	(void)local;
	(void)remote;
	f.lost++;
}

static void on_way(void *owner, const char *local, const char *remote,
		   enum s2s_way way)
{
	(void)owner;
	(void)local;
	(void)remote;
	f.way = way;
	f.ways++;
}

static void on_heavy(void *owner, const char *remote, bool is_heavy)
{
	(void)owner;
	(void)remote;
	(void)is_heavy;
}

static void on_quiet(void *owner)
{
	(void)owner;
}

static const struct link_events events = {
	.on_answer = on_answer,
	.on_undelivered = on_undelivered,
	.on_portion = on_portion,
	.on_release = on_release,
	.on_lost = on_lost,
	.on_way = on_way,
	.on_heavy = on_heavy,
	.on_quiet = on_quiet,
};

/* ---- the scene ---- */

static int setup(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	s2s_settings_init(&f.settings);
	f.loop = loop_open("test");
	recall_init(&f.proven);
	recall_init(&f.no_external);
	f.place = (struct place){
		.loop = f.loop,
		.piece = &f.piece,
		.settings = &f.settings,
		.policy = policy_new(&f.settings.policy),
		.proven = &f.proven,
		.no_external = &f.no_external,
		.verifies = share_new(f.settings.max_verifying_per_network),
	};
	f.link = link_new(&f.place, "a.test", "b.test", &events, NULL);
	return 0;
}

static void end_stream(void);

static int teardown(void **state)
{
	(void)state;
	link_abort(f.link);
	if (f.is_open)
		end_stream();
	assert_true(link_is_over(f.link));
	link_free(&f.link);
	loop_run(f.loop);
	loop_close(&f.loop);
	policy_unref(&f.place.policy);
	share_free(&f.place.verifies);
	buf_fini(&f.piece);
	recall_fini(&f.proven);
	recall_fini(&f.no_external);
	return 0;
}

/* As it is given to the operator: its state, and how many envelopes wait. */
static void link_is(const char *expected, size_t waiting)
{
	struct report *r = report_new();

	link_report(f.link, r);
	assert_string_equal(r->rows[0].state, expected);
	assert_int_equal(r->rows[0].envelopes, waiting);
	report_free(&r);
}

static void add(void)
{
	link_add(f.link, letter_new("hello", 1, 0));
	link_pump(f.link);
}

static void ask(void)
{
	struct addr by;

	assert_int_equal(addr_parse("192.0.2.1:1", 0, &by), 0);
	link_ask(f.link, 1, &by, "id", "key");
}

static void connect_stream(void)
{
	const struct route_place at = { .port = 5269 };

	f.round->state = ROUND_RESTING;
	f.round->events->on_connected(f.round->owner, -1, &at);
}

static void secure_stream(void)
{
	connect_stream();
	f.stream_events->on_secure(f.link);
}

static void open_stream(void)
{
	secure_stream();
	assert_true(f.is_asserted);
	f.stream_events->on_open(f.link, S2S_PROOF_DIALBACK);
}

static void end_stream(void)
{
	f.is_open = false;
	f.stream_events->on_ending(f.link, OUTBOUND_END_LOST, "test");
	f.stream_events->on_closed(f.link);
}

static void fail_round(void)
{
	f.round->state = ROUND_RESTING;
	f.round->events->on_exhausted(f.round->owner,
				      COND_REMOTE_SERVER_TIMEOUT, NULL);
}

/* ---- a stream of theirs comes ---- */

static void feed_in_idle_is_the_way_a_portion_at_a_time(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	link_is("on their stream", 0);
	add();
	add();
	assert_int_equal(f.begun, 0);
	assert_int_equal(f.portions, 1);
	assert_int_equal(f.portion.stream, 7);
	assert_int_equal(f.portion.stanzas, 1);
	link_take_fed(f.link, 7, f.portion.serial + 1); /* of no portion */
	link_take_fed(f.link, 8, f.portion.serial);
	assert_int_equal(f.portions, 1);
	link_take_fed(f.link, 7, f.portion.serial);
	assert_int_equal(f.portions, 2);
	link_is("on their stream", 0);
}

static void feed_ends_a_round_that_only_stanzas_want(void **state)
{
	(void)state;
	add();
	link_is("connecting", 1);
	link_feed(f.link, 7, 0);
	assert_int_equal(f.cancelled, 1);
	assert_int_equal(f.portions, 1);
	link_is("on their stream", 0);
}

static void feed_leaves_questions_their_round(void **state)
{
	(void)state;
	ask();
	add();
	link_feed(f.link, 7, 0);
	assert_int_equal(f.cancelled, 0);
	assert_int_equal(f.portions, 1);
	secure_stream();
	assert_int_equal(f.verifies, 1);
	add();
	assert_false(f.is_asserted);
	assert_int_equal(f.written, 0);
	link_is("on their stream", 1);
}

static void feed_ends_a_rest(void **state)
{
	(void)state;
	add();
	fail_round();
	link_is("waiting", 1);
	link_feed(f.link, 7, 0);
	assert_int_equal(f.portions, 1);
	link_is("on their stream", 0);
	add();
	assert_int_equal(f.begun, 1);
}

static void feed_ends_a_loss(void **state)
{
	(void)state;
	f.settings.queue_envelopes = 1;
	add();
	fail_round();
	add();
	assert_int_equal(f.lost, 1);
	link_feed(f.link, 7, 0);
	add();
	assert_int_equal(f.portions, 1);
	assert_int_equal(f.lost, 1);
}

static void feed_waits_while_our_stream_is_asserted_on(void **state)
{
	(void)state;
	add();
	secure_stream();
	link_is("negotiating", 1);
	link_feed(f.link, 7, 0);
	assert_int_equal(f.portions, 0);
	link_is("negotiating", 1);
	f.stream_events->on_open(f.link, S2S_PROOF_DIALBACK);
	assert_int_equal(f.written, 1);
	add();
	assert_int_equal(f.written, 2);
	assert_int_equal(f.portions, 0);
	link_is("open", 0);
}

static void feed_follows_our_stream(void **state)
{
	(void)state;
	add();
	open_stream();
	link_feed(f.link, 7, 0);
	f.stream_events->on_ending(f.link, OUTBOUND_END_LOST, "test");
	add(); /* nothing overtakes what is on the old one */
	assert_int_equal(f.portions, 0);
	f.is_open = false;
	f.stream_events->on_closed(f.link);
	assert_int_equal(f.portions, 1);
	assert_int_equal(f.begun, 1);
}

static void feed_of_a_forbidden_domain_is_released(void **state)
{
	static const char *const names[] = { "b.test" };
	struct s2s_policy denied = { .deny = { names, 1 } };

	(void)state;
	policy_unref(&f.place.policy);
	f.place.policy = policy_new(&denied);
	link_feed(f.link, 7, 0);
	assert_int_equal(f.released, 7);
	assert_false(f.was_broken);
	link_is("idle", 0);
}

/* ---- it goes ---- */

static void unfed_unsent_waits_again(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	add();
	link_unfeed(f.link, 7, 0);
	link_is("connecting", 1);
	open_stream();
	assert_int_equal(f.written, 1);
}

static void unfed_sent_is_not_sent_again(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	add();
	link_unfeed(f.link, 7, f.portion.serial);
	link_is("idle", 0);
	assert_int_equal(f.begun, 0);
}

static void unfed_a_verifying_stream_is_asserted_on(void **state)
{
	(void)state;
	ask();
	secure_stream();
	link_feed(f.link, 7, 0);
	add();
	add();
	assert_false(f.is_asserted);
	link_unfeed(f.link, 7, f.portion.serial);
	assert_true(f.is_asserted);
	link_is("negotiating", 1);
}

static void unfed_a_rest_goes_on(void **state)
{
	(void)state;
	ask();
	link_feed(f.link, 7, 0);
	fail_round();
	add();
	link_is("on their stream", 0);
	link_unfeed(f.link, 7, 0);
	link_is("waiting", 1);
	assert_int_equal(f.begun, 1);
}

static void unfed_another_takes_over(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	link_feed(f.link, 8, 0);
	assert_int_equal(f.released, 0);
	link_feed(f.link, 9, 0); /* for the second */
	assert_int_equal(f.released, 8);
	add();
	assert_int_equal(f.portion.stream, 7);
	link_unfeed(f.link, 7, 0);
	assert_int_equal(f.portions, 2);
	assert_int_equal(f.portion.stream, 9);
	link_unfeed(f.link, 9, f.portion.serial);
	link_is("idle", 0);
}

static void unfed_a_spare_changes_nothing(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	link_feed(f.link, 8, 0);
	link_unfeed(f.link, 8, 0);
	add();
	assert_int_equal(f.portion.stream, 7);
	link_is("on their stream", 0);
}

/* ---- it is not good enough ---- */

static void doubted_it_is_closed(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	link_doubt(f.link);
	assert_int_equal(f.released, 7);
	assert_true(f.was_broken);
}

static void over_its_bounds_it_is_closed(void **state)
{
	(void)state;
	f.settings.queue_envelopes = 1; /* 32 while a stream is open */
	link_feed(f.link, 7, 0);
	for (int i = 0; i < 40 && !f.lost; i++)
		add();
	assert_int_equal(f.lost, 1);
	assert_int_equal(f.undelivered, 33);
	assert_int_equal(f.why, COND_RESOURCE_CONSTRAINT);
	assert_int_equal(f.released, 7);
	assert_true(f.was_broken);
}

static void leaving_it_is_released_when_all_was_given(void **state)
{
	(void)state;
	link_feed(f.link, 7, 0);
	add();
	add();
	link_close(f.link);
	assert_int_equal(f.released, 0);
	assert_false(link_is_over(f.link));
	link_take_fed(f.link, 7, f.portion.serial);
	assert_int_equal(f.portions, 2);
	assert_int_equal(f.released, 7);
	assert_false(f.was_broken);
	assert_true(link_is_over(f.link));
}

/* ---- how much may wait: s2s.queue_total ---- */

static void fill_until_lost(unsigned most)
{
	add();
	fail_round(); /* no more hope */
	for (unsigned i = 1; i < most && !f.lost; i++)
		add();
	link_is("waiting", f.lost ? 0 : most);
}

static void queue_total_leaves_bounds_alone_below_it(void **state)
{
	(void)state;
	f.settings.queue_envelopes = 16;
	fill_until_lost(16);
	assert_int_equal(f.lost, 0);
	add();
	assert_int_equal(f.lost, 1);
	assert_int_equal(f.undelivered, 17);
}

/* What other links hold counts: here they hold it all. */
static void queue_total_halves_bounds_above_it(void **state)
{
	(void)state;
	f.settings.queue_envelopes = 16;
	f.settings.queue_total = 1 << 20;
	counter_add(&tally.queued, 1 << 20);
	fill_until_lost(8);
	assert_int_equal(f.lost, 0);
	add();
	counter_add(&tally.queued, -(1 << 20));
	assert_int_equal(f.lost, 1);
	assert_int_equal(f.undelivered, 9);
	assert_int_equal(f.why, COND_RESOURCE_CONSTRAINT);
}

static void queue_total_halves_bytes_too(void **state)
{
	(void)state;
	f.settings.queue_bytes = 64 << 10;
	f.settings.queue_total = 1 << 20;
	counter_add(&tally.queued, 1 << 20);
	add();
	fail_round();
	while (!f.lost && f.undelivered < 4000)
		add();
	counter_add(&tally.queued, -(1 << 20));
	assert_int_equal(f.lost, 1);
	/* what was held when it was one too much: about half of 64 KiB */
	assert_in_range(f.undelivered, 4, 3999);
	assert_int_equal(counter_get(&tally.queued), 0);
}

/* ---- how the way is ---- */

static void way_is(enum s2s_way way, unsigned told)
{
	assert_int_equal(f.way, way);
	assert_int_equal(f.ways, told);
}

static void way_of_nobody_is_no_news(void **state)
{
	(void)state;
	add();
	open_stream();
	end_stream();
	add();
	fail_round();
	way_is(S2S_WAY_UP, 0);
}

static void way_that_broke_is_told_then_that_it_is_down(void **state)
{
	(void)state;
	link_attend(f.link, true);
	add();
	open_stream();
	way_is(S2S_WAY_UP, 0);
	end_stream();
	way_is(S2S_WAY_BROKEN, 1);
	add();
	fail_round();
	way_is(S2S_WAY_DOWN, 2);
	fail_round();
	way_is(S2S_WAY_DOWN, 2);
	link_revive(f.link);
	add();
	f.round->state = ROUND_RESTING;
	link_feed(f.link, 7, 0);
	way_is(S2S_WAY_UP, 3);
}

static void way_there_again_at_once_is_no_news(void **state)
{
	(void)state;
	link_attend(f.link, true);
	add();
	open_stream();
	end_stream();
	add();
	open_stream();
	way_is(S2S_WAY_BROKEN, 1);
	end_stream();
	way_is(S2S_WAY_BROKEN, 2);
}

static void way_is_down_while_the_kernel_repeats_itself(void **state)
{
	(void)state;
	link_attend(f.link, true);
	add();
	open_stream();
	f.is_stalled = true;
	link_tick(f.link, loop_now(f.loop));
	link_tick(f.link, loop_now(f.loop));
	way_is(S2S_WAY_DOWN, 1);
	f.is_stalled = false;
	link_tick(f.link, loop_now(f.loop));
	way_is(S2S_WAY_UP, 2);
}

#define LINK_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINK_TEST(feed_in_idle_is_the_way_a_portion_at_a_time),
		LINK_TEST(feed_ends_a_round_that_only_stanzas_want),
		LINK_TEST(feed_leaves_questions_their_round),
		LINK_TEST(feed_ends_a_rest),
		LINK_TEST(feed_ends_a_loss),
		LINK_TEST(feed_waits_while_our_stream_is_asserted_on),
		LINK_TEST(feed_follows_our_stream),
		LINK_TEST(feed_of_a_forbidden_domain_is_released),
		LINK_TEST(unfed_unsent_waits_again),
		LINK_TEST(unfed_sent_is_not_sent_again),
		LINK_TEST(unfed_a_verifying_stream_is_asserted_on),
		LINK_TEST(unfed_a_rest_goes_on),
		LINK_TEST(unfed_another_takes_over),
		LINK_TEST(unfed_a_spare_changes_nothing),
		LINK_TEST(doubted_it_is_closed),
		LINK_TEST(over_its_bounds_it_is_closed),
		LINK_TEST(leaving_it_is_released_when_all_was_given),
		LINK_TEST(queue_total_leaves_bounds_alone_below_it),
		LINK_TEST(queue_total_halves_bounds_above_it),
		LINK_TEST(queue_total_halves_bytes_too),
		LINK_TEST(way_of_nobody_is_no_news),
		LINK_TEST(way_that_broke_is_told_then_that_it_is_down),
		LINK_TEST(way_there_again_at_once_is_no_news),
		LINK_TEST(way_is_down_while_the_kernel_repeats_itself),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
