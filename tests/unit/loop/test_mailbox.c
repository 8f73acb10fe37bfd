/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "loop/mailbox.h"

#define POSTERS 4
#define MAILS 20000 /* of each poster */

struct note {
	struct mail mail;
	int number;
};

struct fixture {
	struct loop *loop;
	struct mailbox *box;
	int read;
	int batches;
	int reliefs;
	int last[POSTERS]; /* number last read of each poster */
	int close_after;
	size_t count_at_relief;
	size_t most_in_batch;
	size_t in_batch;
	bool is_in_order;
};

static atomic_int freed;

static void note_free(struct mail *owned)
{
	struct note *note = container_of(owned, struct note, mail);

	atomic_fetch_add(&freed, 1);
	mem_free(&note);
}

static struct mail *note_new(int kind, int number)
{
	struct note *note = mem_new(struct note);

	note->mail.kind = kind;
	note->mail.free_fn = note_free;
	note->number = number;
	return &note->mail;
}

static void on_mail(void *owner, struct mail *owned)
{
	struct fixture *f = owner;
	struct note *note = container_of(owned, struct note, mail);

	if (note->number != f->last[owned->kind] + 1)
		f->is_in_order = false;
	f->last[owned->kind] = note->number;
	f->in_batch++;
	if (++f->read == f->close_after)
		mailbox_close(f->box);
	note_free(owned);
}

static void on_batch(void *owner)
{
	struct fixture *f = owner;

	f->batches++;
	if (f->in_batch > f->most_in_batch)
		f->most_in_batch = f->in_batch;
	f->in_batch = 0;
}

static void on_relief(void *owner)
{
	struct fixture *f = owner;

	f->reliefs++;
	f->count_at_relief = mailbox_count(f->box);
}

static const struct mailbox_events events = {
	.on_mail = on_mail,
	.on_batch = on_batch,
	.on_relief = on_relief,
};

static void fixture_init(struct fixture *f, size_t limit, int close_after)
{
	*f = (struct fixture){ .close_after = close_after,
			       .is_in_order = true };
	atomic_store(&freed, 0);
	f->loop = loop_open("test");
	f->box = mailbox_open(f->loop, limit, &events, f);
}

static void fixture_fini(struct fixture *f)
{
	mailbox_free(&f->box);
	assert_null(f->box);
	mailbox_free(&f->box);
	loop_close(&f->loop);
}

static void mails_arrive_in_order_with_a_batch_behind(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, 100, 10);
	for (int i = 1; i <= 10; i++)
		assert_false(mailbox_post(f.box, note_new(0, i)));
	assert_int_equal(mailbox_count(f.box), 10);
	loop_run(f.loop);
	assert_int_equal(f.read, 10);
	assert_true(f.is_in_order);
	assert_int_equal(f.reliefs, 0);
	fixture_fini(&f);
}

static void turn_reads_no_more_than_its_share(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, 100000, 5000);
	for (int i = 1; i <= 5000; i++)
		mailbox_post(f.box, note_new(0, i));
	loop_run(f.loop);
	assert_int_equal(f.read, 5000);
	assert_true(f.is_in_order);
	assert_true(f.batches >= 4); /* the last one closed the box */
	assert_true(f.most_in_batch <= 1024);
	fixture_fini(&f);
}

static void full_box_says_so_until_relief(void **state)
{
	struct fixture f;
	(void)state;

	/* More than a turn's share is left: relief comes only turns later. */
	fixture_init(&f, 4000, 5000);
	for (int i = 1; i < 4000; i++)
		assert_false(mailbox_post(f.box, note_new(0, i)));
	assert_false(mailbox_is_full(f.box));
	for (int i = 4000; i <= 4999; i++)
		assert_true(mailbox_post(f.box, note_new(0, i)));
	assert_true(mailbox_is_full(f.box));
	mailbox_post(f.box, note_new(0, 5000));
	loop_run(f.loop);
	assert_int_equal(f.read, 5000);
	assert_int_equal(f.reliefs, 1);
	assert_true(f.count_at_relief <= 2000);
	assert_true(f.count_at_relief > 0);
	assert_false(mailbox_is_full(f.box));
	fixture_fini(&f);
}

static void heavy_mails_fill_sooner_and_share_a_turn(void **state)
{
	struct fixture f;
	struct mail *mail;
	(void)state;

	fixture_init(&f, 4000, 50);
	for (int i = 1; i <= 50; i++) {
		mail = note_new(0, i);
		mail->weight = 100;
		assert_int_equal(mailbox_post(f.box, mail), i >= 40);
		assert_int_equal(mailbox_count(f.box), 100 * i);
	}
	loop_run(f.loop);
	assert_int_equal(f.read, 50);
	assert_true(f.is_in_order);
	assert_true(f.most_in_batch <= 11);
	assert_int_equal(f.reliefs, 1);
	assert_true(f.count_at_relief <= 2000);
	assert_int_equal(mailbox_count(f.box), 0);
	fixture_fini(&f);
}

static void closing_frees_what_waits_and_what_comes(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, 10, 3);
	for (int i = 1; i <= 8; i++)
		mailbox_post(f.box, note_new(0, i));
	loop_run(f.loop);
	assert_int_equal(f.read, 3);
	assert_int_equal(f.batches, 0);
	assert_int_equal(atomic_load(&freed), 8);
	assert_int_equal(mailbox_count(f.box), 0);
	assert_false(mailbox_post(f.box, note_new(0, 9)));
	assert_int_equal(atomic_load(&freed), 9);
	fixture_fini(&f);
}

static void closed_box_may_go_before_its_loop_runs(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, 10, 3);
	mailbox_post(f.box, note_new(0, 1));
	mailbox_close(f.box);
	assert_int_equal(atomic_load(&freed), 1);
	fixture_fini(&f);
}

struct poster {
	pthread_t thread;
	struct fixture *f;
	int kind;
};

static void *poster_main(void *arg)
{
	struct poster *p = arg;

	for (int i = 1; i <= MAILS; i++)
		if (mailbox_post(p->f->box, note_new(p->kind, i)))
			while (mailbox_is_full(p->f->box))
				sched_yield();
	return NULL;
}

static void many_threads_post_and_none_overfills(void **state)
{
	struct fixture f;
	struct poster posters[POSTERS];
	(void)state;

	fixture_init(&f, 64, POSTERS * MAILS);
	assert_int_equal(loop_start(f.loop), 0);
	for (int i = 0; i < POSTERS; i++) {
		posters[i].f = &f;
		posters[i].kind = i;
		assert_int_equal(pthread_create(&posters[i].thread, NULL,
						poster_main, &posters[i]),
				 0);
	}
	for (int i = 0; i < POSTERS; i++)
		pthread_join(posters[i].thread, NULL);
	loop_join(f.loop);
	assert_int_equal(f.read, POSTERS * MAILS);
	assert_true(f.is_in_order);
	assert_int_equal(atomic_load(&freed), POSTERS * MAILS);
	fixture_fini(&f);
}

static void *post_until_closed(void *arg)
{
	struct poster *p = arg;

	for (int i = 1; i <= MAILS; i++)
		mailbox_post(p->f->box, note_new(p->kind, i));
	return NULL;
}

static void posting_and_closing_may_meet(void **state)
{
	struct fixture f;
	struct poster p;
	(void)state;

	fixture_init(&f, 1000000, 100);
	p = (struct poster){ .f = &f, .kind = 0 };
	assert_int_equal(loop_start(f.loop), 0);
	assert_int_equal(
		pthread_create(&p.thread, NULL, post_until_closed, &p), 0);
	loop_join(f.loop);
	pthread_join(p.thread, NULL);
	assert_int_equal(f.read, 100);
	assert_int_equal(atomic_load(&freed), MAILS);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mails_arrive_in_order_with_a_batch_behind),
		cmocka_unit_test(turn_reads_no_more_than_its_share),
		cmocka_unit_test(full_box_says_so_until_relief),
		cmocka_unit_test(heavy_mails_fill_sooner_and_share_a_turn),
		cmocka_unit_test(closing_frees_what_waits_and_what_comes),
		cmocka_unit_test(closed_box_may_go_before_its_loop_runs),
		cmocka_unit_test(many_threads_post_and_none_overfills),
		cmocka_unit_test(posting_and_closing_may_meet),
	};

	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
