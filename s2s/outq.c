/* SPDX-License-Identifier: MIT */
#include "s2s/outq.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

#define COMPARE_MAX 4096    /* pairs of addressees, of different groups */
#define SENDERS 256         /* heads */
#define SUPERSEDE_REACH 200 /* envelopes below the same head */

void outq_init(struct outq *q)
{
	*q = (struct outq){ 0 };
	list_init(&q->envelopes);
}

void outq_fini(struct outq *q)
{
	struct envelope *e;

	while ((e = outq_take(q)))
		envelope_free(&e);
	mem_free(&q->senders);
}

static struct envelope *first(const struct outq *q)
{
	return list_first(&q->envelopes, struct envelope, node);
}

static struct envelope *behind(const struct outq *q, const struct envelope *e)
{
	if (e->node.next == &q->envelopes)
		return NULL;
	return container_of(e->node.next, struct envelope, node);
}

/* ---- by sender: only from when something may be superseded, until the queue is
 * empty again ---- */

static struct list *head_of(const struct outq *q, const struct envelope *e)
{
	return &q->senders[frozen_sender(e->stanza) % SENDERS];
}

static void note_sender(struct outq *q, struct envelope *e)
{
	if (q->senders && frozen_is_passing(e->stanza))
		list_add_tail(head_of(q, e), &e->same);
}

/* Those from first on that come before end; NULL = all. */
static void note_senders(struct outq *q, struct envelope *from,
			 const struct envelope *end)
{
	for (struct envelope *e = from; e != end; e = behind(q, e))
		note_sender(q, e);
}

static void open_senders(struct outq *q)
{
	q->senders = mem_zero(SENDERS, sizeof(*q->senders));
	for (size_t i = 0; i < SENDERS; i++)
		list_init(&q->senders[i]);
	note_senders(q, q->next, NULL);
}

/* ---- what waits ---- */

/* The stanza may be shared with other queues; counted in each, so that the sum
 * is never less than the memory. */
static size_t held_by(const struct envelope *e)
{
	return sizeof(*e) + frozen_size(e->stanza, 0);
}

void outq_add(struct outq *q, struct envelope *owned)
{
	list_add_tail(&q->envelopes, &owned->node);
	if (!q->next) {
		q->next = owned;
		q->at = 0;
	}
	note_sender(q, owned);
	q->count++;
	q->bytes += envelope_size(owned);
	q->held += held_by(owned);
}

static void take_bytes(size_t *from, size_t bytes)
{
	*from -= bytes < *from ? bytes : *from;
}

/** A walk through the stanzas of an envelope. Who is an addressee of a bundle has
 * all its parts in a row. */
struct walk {
	const struct envelope *e;
	size_t parts;
	size_t at;  /* the next one; those of skip count */
	size_t end;
};

static struct walk walk_from(const struct envelope *e, size_t at)
{
	size_t parts = frozen_count(e->stanza);

	return (struct walk){
		.e = e,
		.parts = parts,
		.at = at,
		.end = audience_group_size(e->group) * parts,
	};
}

/* The next stanza: its addressee, NULL = none. */
static inline const struct addressee *step(struct walk *w,
					   const struct frozen **part_out)
{
	const struct envelope *e = w->e;
	bool is_bundle = w->parts > 1;

	while (w->at < w->end) {
		size_t who = is_bundle ? w->at / w->parts : w->at;
		const struct addressee *a = audience_group_get(e->group, who);

		*part_out = is_bundle ? frozen_part(e->stanza,
						    w->at % w->parts)
				      : e->stanza;
		w->at++;
		if (!e->skip || a->occupant != e->skip)
			return a;
	}
	return NULL;
}

static bool is_addressed(const struct envelope *e, const struct addressee *who)
{
	struct walk w = walk_from(e, 0);
	const struct addressee *a;
	const struct frozen *part;

	while ((a = step(&w, &part))) {
		if (a == who || (a->to_len == who->to_len &&
				 memcmp(a->to, who->to, a->to_len) == 0))
			return true;
	}
	return false;
}

/* Does everybody who gets e get newer, too? */
static bool covers(const struct envelope *newer, const struct envelope *e)
{
	struct walk w = walk_from(e, 0);
	const struct addressee *a;
	const struct frozen *part;

	if (newer->group == e->group &&
	    (newer->skip == 0 || newer->skip == e->skip))
		return true;
	if (audience_group_size(newer->group) * audience_group_size(e->group) >
	    COMPARE_MAX)
		return false;
	while ((a = step(&w, &part))) {
		if (!is_addressed(newer, a))
			return false;
	}
	return true;
}

static size_t drop_waiting(struct outq *q, struct envelope *e)
{
	size_t stanzas = envelope_count(e);

	list_remove(&e->node);
	list_remove(&e->same);
	q->count--;
	q->held -= held_by(e);
	take_bytes(&q->bytes, envelope_size(e));
	envelope_free(&e);
	return stanzas;
}

/* The marks of what was lost once count from the first on: they stay right only
 * if nothing in between is missing. */
size_t outq_supersede(struct outq *q, const struct envelope *newer)
{
	size_t dropped = 0;
	struct list *head, *at;

	if (!q->next || q->repeated > 0)
		return 0;
	if (!q->senders)
		open_senders(q);
	head = head_of(q, newer);
	at = head->prev;
	for (int i = 0; i < SUPERSEDE_REACH && at != head; i++) {
		struct envelope *e = container_of(at, struct envelope, same);

		at = at->prev;
		if (e != q->next &&
		    frozen_is_outdone(e->stanza, newer->stanza) &&
		    covers(newer, e))
			dropped += drop_waiting(q, e);
	}
	return dropped;
}

static bool is_too_big(const struct outq *q, size_t size)
{
	return q->max_bytes > 0 && size > q->max_bytes;
}

static bool is_enough(const struct outq_portion *done, const struct buf *out,
		      size_t budget)
{
	return done->stanzas > 0 && out->len >= budget;
}

/* Write to the addressees of q->next that are left, or leave them out, until it
 * is enough. True: there are none left. */
static bool expand_next(struct outq *q, struct buf *out, size_t budget,
			struct outq_portion *done)
{
	struct walk w = walk_from(q->next, q->at);
	const struct addressee *a = NULL;
	const struct frozen *part;
	size_t size;

	while (!is_enough(done, out, budget) && (a = step(&w, &part))) {
		size = frozen_size(part, a->to_len);
		take_bytes(&q->bytes, size);
		if (is_too_big(q, size)) {
			done->too_big++;
			continue;
		}
		frozen_write(part, out, a->to, a->to_len);
		done->stanzas++;
		q->kept++;
		q->kept_bytes += size;
	}
	q->at = w.at;
	return !a;
}

/* q->next does not wait any more. */
static void go_on(struct outq *q)
{
	q->held -= held_by(q->next);
	list_remove(&q->next->same);
	q->next = behind(q, q->next);
	q->at = 0;
	q->count--;
	if (q->count > 0)
		return;
	q->bytes = 0;
	mem_free(&q->senders);
}

static void drop_first(struct outq *q)
{
	struct envelope *e = first(q);

	q->kept_count--;
	q->kept_held -= held_by(e);
	list_remove(&e->node);
	envelope_free(&e);
	q->from = 0;
}

/* Nothing is kept: what was written goes, but for a part of q->next. */
static void drop_written(struct outq *q)
{
	while (first(q) != q->next)
		drop_first(q);
	q->from = q->next ? q->at : 0;
	q->kept_bytes = 0;
	q->repeated = 0;
}

struct outq_portion outq_expand(struct outq *q, struct buf *out, size_t budget,
				size_t max_bytes)
{
	struct outq_portion done = { 0 };

	require(q->kept == 0 || q->max_bytes == max_bytes);
	q->max_bytes = max_bytes;
	while (q->next && !is_enough(&done, out, budget)) {
		if (!expand_next(q, out, budget, &done))
			break;
		q->kept_count++;
		q->kept_held += held_by(q->next);
		go_on(q);
	}
	if (q->kept == 0)
		drop_written(q);
	return done;
}

/* The next stanza of e that was, or will be, written: its bytes, 0 = none. */
static size_t step_kept(const struct outq *q, const struct envelope *e,
			size_t *at)
{
	struct walk w = walk_from(e, *at);
	const struct addressee *a;
	const struct frozen *part;
	size_t size = 0;

	while ((a = step(&w, &part))) {
		size = frozen_size(part, a->to_len);
		if (!is_too_big(q, size))
			break;
	}
	*at = w.at;
	return a ? size : 0;
}

/* Envelopes of which nothing is kept. */
static void drop_done(struct outq *q)
{
	size_t at = q->from;

	while (first(q) != q->next && !step_kept(q, first(q), &at)) {
		drop_first(q);
		at = 0;
	}
}

static void release_one(struct outq *q)
{
	size_t size;

	drop_done(q);
	size = step_kept(q, first(q), &q->from);
	q->kept--;
	take_bytes(&q->kept_bytes, size);
	if (q->repeated > 0)
		q->repeated--;
	drop_done(q);
}

void outq_release(struct outq *q, size_t stanzas)
{
	size_t repeated;

	require(stanzas <= q->kept);
	if (stanzas < q->kept) {
		while (stanzas-- > 0)
			release_one(q);
		return;
	}
	/* what was lost once and not written again yet stays marked */
	repeated = q->repeated > stanzas ? q->repeated - stanzas : 0;
	q->kept = 0;
	drop_written(q);
	q->repeated = repeated;
}

size_t outq_bound_kept(struct outq *q, size_t envelopes, size_t held)
{
	size_t before = q->kept;

	while (q->kept > 0 &&
	       (q->kept_count > envelopes || q->kept_held > held))
		outq_release(q, 1);
	return before - q->kept;
}

void outq_rewind(struct outq *q, bool is_loss)
{
	if (is_loss) {
		outq_release(q, q->repeated < q->kept ? q->repeated : q->kept);
		q->repeated += q->kept;
	}
	if (q->kept == 0)
		return;
	q->count += q->kept_count;
	q->held += q->kept_held;
	q->bytes += q->kept_bytes;
	note_senders(q, first(q), q->next);
	q->next = first(q);
	q->at = q->from;
	q->kept = 0;
	q->kept_bytes = 0;
	q->kept_count = 0;
	q->kept_held = 0;
}

/* Bytes of q->next that are not written yet. */
static size_t rest_of(const struct outq *q)
{
	struct walk w = walk_from(q->next, q->at);
	const struct addressee *a;
	const struct frozen *part;
	size_t rest = 0;

	while ((a = step(&w, &part)))
		rest += frozen_size(part, a->to_len);
	return rest;
}

struct envelope *outq_take(struct outq *q)
{
	struct envelope *e = q->next;

	outq_release(q, q->kept);
	q->repeated = 0;
	if (!e)
		return NULL;
	take_bytes(&q->bytes, rest_of(q));
	go_on(q);
	list_remove(&e->node);
	q->from = 0;
	return e;
}

int64_t outq_oldest(const struct outq *q)
{
	return q->next ? envelope_posted(q->next) : 0;
}

bool outq_is_empty(const struct outq *q)
{
	return q->count == 0;
}
