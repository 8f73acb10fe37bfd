/* SPDX-License-Identifier: MIT */
/*
 * list: an intrusive doubly linked list. The head is a struct list of its own;
 * items embed a struct list and are found with container_of().
 */
#pragma once

#include "base/base.h"

struct list {
	struct list *prev;
	struct list *next;
};

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert_between(struct list *item, struct list *prev,
				       struct list *next)
{
	item->prev = prev;
	item->next = next;
	prev->next = item;
	next->prev = item;
}

static inline void list_add_tail(struct list *head, struct list *item)
{
	list_insert_between(item, head->prev, head);
}

static inline void list_add_head(struct list *head, struct list *item)
{
	list_insert_between(item, head, head->next);
}

/** Take item out; it is left linked to itself, so removing twice is harmless. */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

/** Move all of src to the end of dst. */
static inline void list_move_all(struct list *dst, struct list *src)
{
	if (list_is_empty(src))
		return;
	src->next->prev = dst->prev;
	dst->prev->next = src->next;
	src->prev->next = dst;
	dst->prev = src->prev;
	list_init(src);
}

/** First item as type, or NULL. */
#define list_first(head, type, member)       \
	(list_is_empty(head) ? NULL          \
			     : container_of((head)->next, type, member))

/** Walk; item is a type *. The current item must stay in the list. */
#define list_each(item, head, member)                                       \
	for ((item) = container_of((head)->next, __typeof__(*(item)), member); \
	     &(item)->member != (head);                                     \
	     (item) = container_of((item)->member.next,                     \
				   __typeof__(*(item)), member))

/** Walk; the current item may be removed and freed. */
#define list_each_safe(item, tmp, head, member)                             \
	for ((item) = container_of((head)->next, __typeof__(*(item)), member), \
	    (tmp) = container_of((item)->member.next, __typeof__(*(item)),  \
				 member);                                   \
	     &(item)->member != (head);                                     \
	     (item) = (tmp),                                                \
	    (tmp) = container_of((item)->member.next, __typeof__(*(item)),  \
				 member))
