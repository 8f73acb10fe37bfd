/* SPDX-License-Identifier: MIT */
#include "muc/mam_page.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/mam_request.h"
#include "muc/room.h"
#include "muc/site.h"
#include "store/archive_query.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xml/written.h"
#include "xmpp/envelope.h"
#include "xmpp/forward.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"
#include "xmpp/stanza.h"

/** Lines on their way; those that fit are [first, end). */
struct draft {
	struct act *act;
	const struct mam_request *request;
	struct frozen **lines; /* owned array of references */
	size_t first, end;
	int64_t jids_since;
};

/* ---- lines ---- */

/* #business-storeret-muc-archives: only we say who somebody is. */
static void strip_user(struct elem *message)
{
	struct elem *x = elem_child(message, "x", NS_MUC_USER), *next;

	for (; x; x = next) {
		next = elem_next(x, "x", NS_MUC_USER);
		elem_remove(message, x);
	}
}

static void add_real(struct elem *message, const char *jid)
{
	struct elem *x = elem_add(message, "x", NS_MUC_USER);

	elem_set_attr(elem_add(x, "item", NULL), "jid", jid);
}

/* NULL: nothing readable is kept there; the line's place still is one. */
static struct elem *read_message(const struct record_message *row,
				 const char *real)
{
	struct elem *e = NULL;

	if (row->stanza)
		e = parser_read(row->stanza, strlen(row->stanza), NS_SERVER);
	if (!e)
		return NULL;
	strip_user(e);
	if (real)
		add_real(e, real);
	return e;
}

static struct elem *make_result(const struct draft *d,
				const struct record_message *row,
				const struct elem *message,
				const struct elem **forwarded_out)
{
	const struct jid *room = d->act->room->jid;
	char id[RAND_ID_SIZE];
	struct elem *e, *result;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, room, id);
	result = elem_add(e, "result", NS_MAM);
	elem_set_attr(result, "queryid", d->request->query_id);
	elem_set_attr(result, "id", row->id);
	*forwarded_out = forward_add(result, message, room, row->at);
	return e;
}

/* As it is kept, save for the real address: most lines need not be read. What
 * says who somebody is must be, to be taken out. False: nothing was added. */
static bool add_unread(struct buf *out, const struct record_message *row,
		       const char *real)
{
	struct buf user = { 0 };
	struct elem *holder;
	struct written line;

	if (!row->stanza || strstr(row->stanza, NS_MUC_USER) ||
	    !written_read(&line, row->stanza, strlen(row->stanza)))
		return false;
	if (real) {
		holder = elem_new("message", NS_CLIENT);
		add_real(holder, real);
		write_elem(&user, elem_child(holder, "x", NS_MUC_USER),
			   NS_CLIENT);
		elem_free(&holder);
	}
	written_add(out, &line, NS_CLIENT, &user);
	buf_fini(&user);
	return true;
}

static struct frozen *freeze(const struct draft *d,
			     const struct record_message *row)
{
	const char *real = row->at >= d->jids_since ? row->jid : NULL;
	struct write_inset inset = { 0 };
	struct elem *message = NULL, *e;
	struct buf line = { 0 };
	struct frozen *f;

	if (!add_unread(&line, row, real))
		message = read_message(row, real);
	e = make_result(d, row, message, &inset.in);
	inset.text = &line;
	f = frozen_new_around(e, &inset);
	elem_free(&e);
	elem_free(&message);
	buf_fini(&line);
	return f;
}

/* As many as fit, from the side that the next page does not begin at; one at
 * least. */
static void choose(struct draft *d, size_t to_len)
{
	const struct archive_page *page = d->act->page;
	size_t left = d->act->room->site->archive.bytes;
	bool from_end = d->request->query->last_page;
	size_t n;

	for (n = 0; n < page->count; n++) {
		size_t i = from_end ? page->count - 1 - n : n;
		size_t size;

		d->lines[i] = freeze(d, &page->rows[i]);
		size = frozen_size(d->lines[i], to_len);
		if (n && size > left)
			break;
		left -= size < left ? size : left;
	}
	d->first = from_end ? page->count - n : 0;
	d->end = from_end ? page->count : n;
}

/* ---- the end ---- */

/* COMPAT(slixmpp, 1.8): whoever pages backwards with it would take the place of
 * the last page for the end of everything; XEP-0313 #query-paging-request lets
 * us leave it out. */
static int64_t find_index(const struct draft *d, bool is_complete)
{
	const struct archive_page *page = d->act->page;
	int64_t index = page->first_index + (int64_t)d->first;
	bool is_at_end = index + (int64_t)(d->end - d->first) == page->total;

	if (page->first_index < 0 ||
	    (d->request->query->last_page && is_at_end && !is_complete))
		return -1;
	return index;
}

static struct elem *make_end(const struct draft *d)
{
	const struct archive_page *page = d->act->page;
	size_t count = d->end - d->first;
	bool is_complete = page->is_complete && count == page->count;
	struct elem *result = stanza_result_new(d->act->stanza);
	struct elem *fin = elem_add(result, "fin", NS_MAM);
	/* XEP-0059 #count: where it is too much work there is none */
	int64_t total = page->has_more ? -1 : page->total;

	if (is_complete)
		elem_set_attr(fin, "complete", "true");
	if (!count)
		rsm_add(fin, NULL, NULL, -1, total);
	else
		rsm_add(fin, page->rows[d->first].id,
			page->rows[d->end - 1].id,
			find_index(d, is_complete), total);
	return result;
}

static void post(struct list *out, const struct draft *d, struct frozen *f)
{
	const struct act *a = d->act;
	struct envelope *e;

	e = envelope_new(f, a->stanza->from, jid_domain(a->room->jid));
	list_add_tail(out, &e->node);
}

static void send(struct draft *d)
{
	struct site *site = d->act->room->site;
	struct elem *end = make_end(d);
	struct frozen *f = frozen_new(end);
	size_t count = d->end - d->first;
	struct list out;

	list_init(&out);
	for (size_t i = 0; i < count; i++)
		post(&out, d,
		     d->lines[d->request->is_flipped ? d->end - 1 - i
						     : d->first + i]);
	post(&out, d, f);
	frozen_unref(&f);
	elem_free(&end);
	site->env.send(site->env.owner, NULL, &out);
}

void mam_page_send(struct act *a, const struct mam_request *request)
{
	struct draft d = {
		.act = a,
		.request = request,
		.lines = mem_zero(a->page->count + 1, sizeof(*d.lines)),
		.jids_since = mam_request_jids_since(a),
	};

	if (!request->is_count_only)
		choose(&d, strlen(jid_text(a->stanza->from)));
	send(&d);
	for (size_t i = 0; i < a->page->count; i++)
		frozen_unref(&d.lines[i]);
	mem_free(&d.lines);
}
