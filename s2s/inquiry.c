/* SPDX-License-Identifier: MIT */
#include "s2s/inquiry.h"

#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/outbound.h"
#include "xml/elem.h"

#define MAX_SENDINGS 2 /* of a db:verify, when streams get lost */
#define MAX_QUESTIONS 256

static void answer(struct inquiry *i, struct question *owned,
		   enum packet_type verdict, enum cond_name cond)
{
	i->events->on_answer(i->owner, owned->asker, verdict, cond);
	question_free(&owned);
}

static void arm(struct inquiry *i)
{
	int64_t deadline = question_deadline(&i->questions);
	int64_t now = loop_now(i->loop);

	if (deadline)
		timer_start(i->due, deadline > now ? deadline - now : 0);
	else
		timer_stop(i->due);
}

static void fail_until(struct inquiry *i, int64_t until, enum cond_name cond)
{
	struct question *q;

	while ((q = question_take_expired(&i->questions, until)))
		answer(i, q, PACKET_ERROR, cond);
	arm(i);
}

static void on_due(void *owner)
{
	struct inquiry *i = owner;

	fail_until(i, loop_now(i->loop), COND_REMOTE_SERVER_TIMEOUT);
	i->events->on_expired(i->owner);
}

void inquiry_init(struct inquiry *i, struct loop *loop,
		  const struct inquiry_events *events, void *owner)
{
	i->loop = loop;
	i->events = events;
	i->owner = owner;
	question_list_init(&i->questions);
	i->due = timer_new(loop, on_due, i);
}

void inquiry_fini(struct inquiry *i)
{
	question_list_fini(&i->questions);
	timer_free(&i->due);
}

bool inquiry_is_empty(const struct inquiry *i)
{
	return i->questions.count == 0;
}

bool inquiry_add(struct inquiry *i, uint64_t asker, const char *stream_id,
		 const char *key, int64_t deadline)
{
	if (i->questions.count >= MAX_QUESTIONS)
		return false;
	question_add(&i->questions, asker, stream_id, key, deadline);
	arm(i);
	return true;
}

bool inquiry_send(struct inquiry *i, struct outbound *stream, const char *local,
		  const char *remote)
{
	struct elem *verify;
	bool is_sent = false;

	while (outbound_may_verify(stream) &&
	       (verify = question_send_next(&i->questions, local, remote))) {
		outbound_give_verify(stream, verify);
		is_sent = true;
	}
	return is_sent;
}

bool inquiry_take_answer(struct inquiry *i, const struct packet *packet,
			 const char *local, const char *remote)
{
	struct question *q;
	enum cond_name cond = packet->cond;

	q = question_take_answered(&i->questions, packet, local, remote);
	if (!q)
		return false;
	/* XEP-0220 2.4: they do not host the domain they are asked about */
	if (cond == COND_ITEM_NOT_FOUND)
		cond = COND_REMOTE_SERVER_NOT_FOUND;
	answer(i, q, packet->type, cond);
	arm(i);
	return true;
}

void inquiry_forget_sent(struct inquiry *i)
{
	struct question *q;

	while ((q = question_take_worn(&i->questions, MAX_SENDINGS)))
		answer(i, q, PACKET_ERROR, COND_REMOTE_SERVER_TIMEOUT);
	question_forget_sent(&i->questions);
	arm(i);
}

void inquiry_fail(struct inquiry *i, enum cond_name cond)
{
	fail_until(i, INT64_MAX, cond);
}
