/* SPDX-License-Identifier: MIT */
/*
 * live_page: one page that waits for what is said: from its request until its
 * connection is gone. Between two events it is suspended.
 */
#include "web/live_part.h"

#include <poll.h>
#include <string.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/call.h"
#include "web/web.h"
#include "web/web_site.h"

#define KEEPALIVE 15000 /* ms of silence until a sign of life */
#define BLOCK 16384     /* bytes that are asked for at once */
#define RETRY 3000      /* ms until a browser comes back */
#define BUSY_RETRY "30"

static struct counter gauge_pages =
	GAUGE_INIT("hallway_web_live", "pages that wait for new lines");
static struct counter count_behind =
	COUNTER_INIT("hallway_web_live_behind",
		     "pages that fell behind and read from the archive");
static struct counter count_refused =
	COUNTER_INIT("hallway_web_live_refused",
		     "live pages refused at the bound web.max_live");

/* ---- sending ---- */

static size_t send_from(struct live_page *p, const struct buf *b,
			size_t offset, char *out, size_t max)
{
	size_t n = b->len - offset;

	n = n < max ? n : max;
	memcpy(out, buf_data(b) + offset, n);
	p->written = clock_mono();
	return n;
}

static void take_next(struct live_page *p)
{
	struct live_event *e = live_ring_get(&p->live->ring, p->next);

	p->next++;
	if (strcmp(e->room, p->room->jid) != 0 || live_catchup_had(p, e->id) ||
	    (e->is_presence && !p->has_presence))
		return;
	p->current = live_event_ref(e);
	p->offset = 0;
	if (*e->id)
		str_copy(p->last_id, sizeof(p->last_id), e->id);
}

/* Something to send is there, or nothing is left. */
static void find_more(struct live_page *p)
{
	while (!p->own.len && !p->current) {
		if (p->is_behind) {
			live_catchup_read(p);
		} else if (p->next == p->live->ring.next) {
			return;
		} else if (!live_ring_get(&p->live->ring, p->next)) {
			counter_add(&count_behind, 1);
			live_catchup_resume(p);
		} else {
			take_next(p);
		}
	}
}

static ssize_t on_read(void *owner, uint64_t position, char *out, size_t max)
{
	struct live_page *p = owner;
	size_t n;

	(void)position;
	if (!p->is_ended)
		find_more(p);
	if (p->own.len) {
		n = send_from(p, &p->own, 0, out, max);
		buf_eat(&p->own, n);
		return (ssize_t)n;
	}
	if (p->current) {
		n = send_from(p, &p->current->text, p->offset, out, max);
		p->offset += n;
		if (p->offset == p->current->text.len)
			live_event_unref(&p->current);
		return (ssize_t)n;
	}
	if (p->is_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	p->is_suspended = true;
	MHD_suspend_connection(p->connection);
	return 0;
}

/* ---- life ---- */

/* The connection is gone, or its answer is. */
static void on_gone(void *owner)
{
	struct live_page *p = owner;

	list_remove(&p->node);
	p->room->watchers -= p->has_presence;
	p->live->count--;
	counter_add(&gauge_pages, -1);
	live_leave_room(p->room);
	live_event_unref(&p->current);
	buf_fini(&p->own);
	map_free(&p->seen, NULL);
	mem_free(&p);
}

static struct live_page *page_new(struct live *l, const struct call *c)
{
	struct live_page *p = mem_new(struct live_page);
	const char *after = c->last_event_id ? c->last_event_id
					     : call_arg(c, "after");

	p->live = l;
	p->room = live_get_room(l, c->room, c->view->lang);
	p->connection = c->connection;
	p->next = l->ring.next;
	p->written = clock_mono();
	buf_add_format(&p->own, "retry: %d\n\n", RETRY);
	if (after && *after)
		live_catchup_begin(p, after);
	p->has_presence = call_flag(c, "presence");
	p->room->watchers += p->has_presence;
	list_add_tail(&p->room->pages, &p->node);
	l->count++;
	counter_add(&gauge_pages, 1);
	return p;
}

static void refuse(struct call *c)
{
	counter_add(&count_refused, 1);
	c->status = 503;
	c->type = "text/plain; charset=utf-8";
	call_add_header(c, "Retry-After", BUSY_RETRY);
	buf_add_str(&c->body, "Too many pages wait for new lines. Try again "
			      "later, please.\n");
}

void live_answer(struct call *c)
{
	struct live *l = c->desk->live;

	c->cache = "no-store";
	if (!c->view || !c->view->is_on_web || c->view->is_gone) {
		call_fail(c, 404, NULL);
		return;
	}
	if (l->is_ended || l->count >= l->settings->max_live) {
		refuse(c);
		return;
	}
	c->type = "text/event-stream";
	call_add_header(c, "X-Accel-Buffering", "no");
	call_add_header(c, "X-Robots-Tag", "noindex");
	if (c->is_head)
		return;
	c->response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK, on_read, page_new(l, c), on_gone);
	require(c->response);
}

/* ---- what others see to ---- */

void live_page_wake(struct live_page *p)
{
	if (!p->is_suspended)
		return;
	p->is_suspended = false;
	MHD_resume_connection(p->connection);
}

/* Nobody reads the socket of one that is suspended. */
static bool has_left(const struct live_page *p)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		p->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd polled = { .fd = info->connect_fd, .events = POLLRDHUP };

	return poll(&polled, 1, 0) > 0 &&
	       polled.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

void live_page_end(struct live_page *p)
{
	p->is_ended = true;
	live_page_wake(p);
}

void live_page_tick(struct live_page *p, int64_t now)
{
	if (!p->is_suspended)
		return;
	if (has_left(p)) {
		live_page_end(p);
	} else if (now - p->written >= KEEPALIVE) {
		p->next = p->live->ring.next;
		buf_add_str(&p->own, ":\n\n");
		live_page_wake(p);
	}
}

void live_page_register_counters(void)
{
	counter_register(&gauge_pages);
	counter_register(&count_behind);
	counter_register(&count_refused);
}
