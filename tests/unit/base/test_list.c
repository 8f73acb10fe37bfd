/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/list.h"
#include "base/mem.h"

struct bead {
	int number;
	struct list link;
};

static void thread_beads(struct list *head, int from, int to)
{
	for (int i = from; i <= to; i++) {
		struct bead *b = mem_new(struct bead);

		b->number = i;
		list_add_tail(head, &b->link);
	}
}

/* Checks that head holds from..to in order. */
static void assert_beads(struct list *head, int from, int to)
{
	struct bead *b;
	int next = from;

	list_each(b, head, link)
		assert_int_equal(b->number, next++);
	assert_int_equal(next, to + 1);
}

static void free_beads(struct list *head)
{
	struct bead *b;
	struct bead *tmp;

	list_each_safe(b, tmp, head, link) {
		list_remove(&b->link);
		mem_free(&b);
	}
	assert_true(list_is_empty(head));
}

static void empty_list_has_no_first(void **state)
{
	struct list head;
	struct bead *b;

	(void)state;
	list_init(&head);
	assert_true(list_is_empty(&head));
	assert_null(list_first(&head, struct bead, link));
	list_each(b, &head, link)
		fail();
}

static void head_and_tail_keep_order(void **state)
{
	struct bead *zero = mem_new(struct bead);
	struct list head;

	(void)state;
	list_init(&head);
	thread_beads(&head, 1, 3);
	list_add_head(&head, &zero->link);
	assert_ptr_equal(list_first(&head, struct bead, link), zero);
	assert_beads(&head, 0, 3);
	free_beads(&head);
}

static void removing_twice_is_harmless(void **state)
{
	struct list head;
	struct bead *b;

	(void)state;
	list_init(&head);
	thread_beads(&head, 0, 3);
	b = list_first(&head, struct bead, link);
	list_remove(&b->link);
	list_remove(&b->link);
	assert_beads(&head, 1, 3);
	mem_free(&b);
	free_beads(&head);
}

static void safe_walk_may_free_the_current(void **state)
{
	struct list head;
	struct bead *b;
	struct bead *tmp;
	int seen = 0;

	(void)state;
	list_init(&head);
	thread_beads(&head, 1, 10);
	list_each_safe(b, tmp, &head, link) {
		seen++;
		if (b->number <= 4 || b->number == 10) {
			list_remove(&b->link);
			mem_free(&b);
			/* the walk goes on from tmp */
		}
	}
	assert_int_equal(seen, 10);
	assert_beads(&head, 5, 9);
	free_beads(&head);
}

static void move_all_appends_and_empties(void **state)
{
	struct list a;
	struct list b;

	(void)state;
	list_init(&a);
	list_init(&b);
	thread_beads(&a, 1, 2);
	list_move_all(&a, &b);
	assert_beads(&a, 1, 2);
	thread_beads(&b, 3, 5);
	list_move_all(&a, &b);
	assert_true(list_is_empty(&b));
	assert_beads(&a, 1, 5);
	list_move_all(&b, &a);
	assert_true(list_is_empty(&a));
	assert_beads(&b, 1, 5);
	free_beads(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_list_has_no_first),
		cmocka_unit_test(head_and_tail_keep_order),
		cmocka_unit_test(removing_twice_is_harmless),
		cmocka_unit_test(safe_walk_may_free_the_current),
		cmocka_unit_test(move_all_appends_and_empties),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
