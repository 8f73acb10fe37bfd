/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct item {
	int number;
	struct list link;
};

/* A list of the numbers 0 .. count-1, in the items given. */
static void fill(struct list *head, struct item *items, int count)
{
	list_init(head);
	for (int i = 0; i < count; i++) {
		items[i].number = i;
		list_add_tail(head, &items[i].link);
	}
}

/* The numbers in order, read as decimal digits; an empty list reads 0. */
static int digits(struct list *head)
{
	struct item *item;
	int sum = 0;
	list_each(item, head, link)
		sum = sum * 10 + item->number + 1;
	return sum;
}

static void list_keeps_order(void **state)
{
	struct list head;
	struct item items[3], first = { .number = 8 };
	(void)state;

	fill(&head, items, 3);
	assert_int_equal(digits(&head), 123);
	list_add_head(&head, &first.link);
	assert_int_equal(digits(&head), 9123);
	assert_ptr_equal(list_first(&head, struct item, link), &first);
}

static void list_remove_twice_is_harmless(void **state)
{
	struct list head;
	struct item items[3];
	(void)state;

	fill(&head, items, 3);
	list_remove(&items[1].link);
	list_remove(&items[1].link);
	assert_int_equal(digits(&head), 13);
}

static void list_each_safe_survives_freeing(void **state)
{
	struct list head;
	struct item *item, *next;
	(void)state;

	list_init(&head);
	for (int i = 0; i < 3; i++) {
		item = calloc(1, sizeof(*item));
		assert_non_null(item);
		list_add_tail(&head, &item->link);
	}
	list_each_safe(item, next, &head, link) {
		list_remove(&item->link);
		free(item);
	}
	assert_true(list_is_empty(&head));
	assert_null(list_first(&head, struct item, link));
}

static void list_move_all_appends(void **state)
{
	struct list dst, src;
	struct item a[2], b[2];
	(void)state;

	fill(&dst, a, 2);
	fill(&src, b, 2);
	list_move_all(&dst, &src);
	assert_int_equal(digits(&dst), 1212);
	assert_true(list_is_empty(&src));
	list_move_all(&dst, &src);
	assert_int_equal(digits(&dst), 1212);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_keeps_order),
		cmocka_unit_test(list_remove_twice_is_harmless),
		cmocka_unit_test(list_each_safe_survives_freeing),
		cmocka_unit_test(list_move_all_appends),
	};
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
