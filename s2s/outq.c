/* SPDX-License-Identifier: MIT */
#include "s2s/outq.h"

#include "base/buf.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

void outq_init(struct outq *q)
{
	list_init(&q->envelopes);
	q->count = 0;
	q->bytes = 0;
	q->held = 0;
	q->at = 0;
}

void outq_fini(struct outq *q)
{
	struct envelope *e;

	while ((e = outq_take(q)))
		envelope_free(&e);
}

/* The stanza may be shared with other queues; counted in each, so that the sum
 * is never less than the memory. */
static size_t held_by(const struct envelope *e)
{
	return sizeof(*e) + frozen_size(e->stanza, 0);
}

void outq_add(struct outq *q, struct envelope *owned)
{
	list_add_tail(&q->envelopes, &owned->node);
	q->count++;
	q->bytes += envelope_size(owned);
	q->held += held_by(owned);
}

static struct envelope *first(const struct outq *q)
{
	return list_first(&q->envelopes, struct envelope, node);
}

/* Write the next addressee of e, or leave it out; false when there is none. */
static bool expand_one(struct outq *q, const struct envelope *e,
		       struct buf *out, size_t max_bytes,
		       struct outq_portion *done)
{
	const struct addressee *a;
	size_t size;

	while (q->at < audience_group_size(e->group)) {
		a = audience_group_get(e->group, q->at++);
		if (e->skip && a->occupant == e->skip)
			continue;
		size = frozen_size(e->stanza, a->to_len);
		q->bytes -= size < q->bytes ? size : q->bytes;
		if (max_bytes > 0 && size > max_bytes) {
			done->too_big++;
			continue;
		}
		frozen_write(e->stanza, out, a->to, a->to_len);
		done->stanzas++;
		return true;
	}
	return false;
}

static void drop_first(struct outq *q, struct envelope *e)
{
	list_remove(&e->node);
	q->count--;
	q->held -= held_by(e);
	q->at = 0;
	if (q->count == 0)
		q->bytes = 0;
}

struct outq_portion outq_expand(struct outq *q, struct buf *out, size_t budget,
				size_t max_bytes)
{
	struct outq_portion done = { 0 };
	struct envelope *e;

	while (done.stanzas == 0 || out->len < budget) {
		e = first(q);
		if (!e)
			break;
		if (expand_one(q, e, out, max_bytes, &done))
			continue;
		drop_first(q, e);
		envelope_free(&e);
	}
	return done;
}

/* Bytes of e that are not written yet, when it is the first. */
static size_t rest_of(const struct outq *q, const struct envelope *e)
{
	size_t rest = 0;

	for (size_t i = q->at; i < audience_group_size(e->group); i++) {
		const struct addressee *a = audience_group_get(e->group, i);

		if (!e->skip || a->occupant != e->skip)
			rest += frozen_size(e->stanza, a->to_len);
	}
	return rest;
}

struct envelope *outq_take(struct outq *q)
{
	struct envelope *e = first(q);
	size_t rest;

	if (!e)
		return NULL;
	rest = rest_of(q, e);
	q->bytes -= rest < q->bytes ? rest : q->bytes;
	drop_first(q, e);
	return e;
}

int64_t outq_oldest(const struct outq *q)
{
	const struct envelope *e = first(q);

	return e ? e->posted : 0;
}

bool outq_is_empty(const struct outq *q)
{
	return q->count == 0;
}
