/* SPDX-License-Identifier: MIT */
#include "dialback/receiver.h"

#include "base/mem.h"
#include "base/str.h"

/* An assertion that waits: the request without its key. */
struct receiver_pending {
	struct list node;
	struct packet request;
};

void receiver_init(struct receiver *r)
{
	list_init(&r->pending);
	r->count = 0;
}

static void drop(struct receiver *r, struct receiver_pending *p)
{
	list_remove(&p->node);
	r->count--;
	packet_fini(&p->request);
	mem_free(&p);
}

void receiver_fini(struct receiver *r)
{
	struct receiver_pending *p;
	struct receiver_pending *tmp;

	list_each_safe(p, tmp, &r->pending, node)
		drop(r, p);
}

static struct receiver_pending *find(const struct receiver *r,
				     const char *remote, const char *local)
{
	struct receiver_pending *p;

	list_each(p, &r->pending, node) {
		if (str_equal(p->request.from, remote) &&
		    str_equal(p->request.to, local))
			return p;
	}
	return NULL;
}

bool receiver_is_pending(const struct receiver *r, const char *remote,
			 const char *local)
{
	return find(r, remote, local) != NULL;
}

enum receiver_verdict receiver_begin(struct receiver *r,
				     const struct packet *request)
{
	struct receiver_pending *p;

	require(request->kind == PACKET_RESULT &&
		request->type == PACKET_REQUEST);
	if (find(r, request->from, request->to))
		return RECEIVER_PENDING;
	if (r->count >= RECEIVER_MAX_PENDING)
		return RECEIVER_FULL;
	p = mem_new(struct receiver_pending);
	p->request.kind = PACKET_RESULT;
	p->request.from = str_dup(request->from);
	p->request.to = str_dup(request->to);
	list_add_tail(&r->pending, &p->node);
	r->count++;
	return RECEIVER_ASK;
}

struct elem *receiver_finish(struct receiver *r, const char *remote,
			     const char *local, enum packet_type verdict,
			     enum cond_name cond)
{
	struct receiver_pending *p = find(r, remote, local);
	struct elem *answer;

	if (!p)
		return NULL;
	answer = packet_answer_new(&p->request, verdict, cond);
	drop(r, p);
	return answer;
}
