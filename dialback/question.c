/* SPDX-License-Identifier: MIT */
#include "dialback/question.h"

#include "base/mem.h"
#include "base/str.h"
#include "dialback/packet.h"

void question_list_init(struct question_list *q)
{
	list_init(&q->questions);
	q->count = 0;
}

static struct question *take(struct question_list *q, struct question *item)
{
	list_remove(&item->node);
	q->count--;
	return item;
}

void question_free(struct question **q)
{
	if (!*q)
		return;
	mem_free(&(*q)->id);
	mem_free(&(*q)->key);
	mem_free(q);
}

void question_list_fini(struct question_list *q)
{
	struct question *item;
	struct question *tmp;

	list_each_safe(item, tmp, &q->questions, node) {
		take(q, item);
		question_free(&item);
	}
}

void question_add(struct question_list *q, uint64_t asker, const char *id,
		  const char *key, int64_t deadline)
{
	struct question *item = mem_new(struct question);

	item->asker = asker;
	item->id = str_dup(id);
	item->key = str_dup(key);
	item->deadline = deadline;
	list_add_tail(&q->questions, &item->node);
	q->count++;
}

struct elem *question_send_next(struct question_list *q, const char *local,
				const char *remote)
{
	struct question *item;

	list_each(item, &q->questions, node) {
		if (item->is_sent)
			continue;
		item->is_sent = true;
		item->sendings++;
		return packet_verify_new(local, remote, item->id, item->key);
	}
	return NULL;
}

struct question *question_take_answered(struct question_list *q,
					const struct packet *answer,
					const char *local, const char *remote)
{
	struct question *item;

	if (answer->kind != PACKET_VERIFY || answer->type == PACKET_REQUEST ||
	    !str_equal(answer->from, remote) || !str_equal(answer->to, local))
		return NULL;
	list_each(item, &q->questions, node) {
		if (item->is_sent && str_equal(item->id, answer->id))
			return take(q, item);
	}
	return NULL;
}

void question_forget_sent(struct question_list *q)
{
	struct question *item;

	list_each(item, &q->questions, node)
		item->is_sent = false;
}

struct question *question_take_worn(struct question_list *q, unsigned sendings)
{
	struct question *item;

	list_each(item, &q->questions, node) {
		if (item->sendings >= sendings)
			return take(q, item);
	}
	return NULL;
}

struct question *question_take_expired(struct question_list *q, int64_t now)
{
	struct question *item;

	list_each(item, &q->questions, node) {
		if (item->deadline <= now)
			return take(q, item);
	}
	return NULL;
}

int64_t question_deadline(const struct question_list *q)
{
	struct question *item;
	int64_t earliest = 0;

	list_each(item, &q->questions, node) {
		if (!earliest || item->deadline < earliest)
			earliest = item->deadline;
	}
	return earliest;
}
