/* SPDX-License-Identifier: MIT */
#include "net/dial.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/error.h"
#include "base/list.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "net/dial_book.h"

#define BUSY_WAIT 100 /* ms until a machine that others dial is looked at again */

/** One connect under way. Its fd is closed, or given away, before it ends. */
struct attempt {
	uv_poll_t poll; /* first: freed through the handle */
	struct list node;
	struct dial *dial;
	int fd;
	size_t index;
	int64_t deadline; /* ms */
};

struct dial {
	struct loop *loop;
	struct dial_settings settings;
	const struct dial_events *events;
	void *owner;
	struct dial_place *places; /* owned */
	size_t count;
	size_t next;        /* index of the next place to try */
	struct list attempts;
	unsigned active;
	int64_t next_at;    /* ms: not before, unless an attempt fails */
	int64_t group_at;   /* the same for a place of another group */
	int64_t free_at;    /* not before in any case: the machine was busy */
	int error;          /* of the last failure */
	struct timer *timer;
};

void dial_settings_init(struct dial_settings *s)
{
	*s = (struct dial_settings){
		.stagger = 250,
		.group_delay = 1000,
		.timeout = 10000,
		.parallel = 4,
	};
}

static void on_attempt_closed(uv_handle_t *handle)
{
	struct attempt *a = handle->data;

	mem_free(&a);
}

/* The poll handle must let go of the descriptor before anybody closes it. */
static int end_attempt(struct attempt *a)
{
	struct dial *d = a->dial;
	int fd = a->fd;

	list_remove(&a->node);
	d->active--;
	if (d->settings.book)
		dial_book_leave(d->settings.book, &d->places[a->index].addr);
	a->dial = NULL;
	uv_close((uv_handle_t *)&a->poll, on_attempt_closed);
	return fd;
}

static void dial_free(struct dial **d)
{
	struct attempt *a, *tmp;

	list_each_safe(a, tmp, &(*d)->attempts, node)
		close(end_attempt(a));
	timer_free(&(*d)->timer);
	mem_free(&(*d)->places);
	mem_free(d);
}

/* Either answer is the end of the dial: it is gone before its owner hears. */
static void succeed(struct dial *d, int fd, size_t index)
{
	const struct dial_events *events = d->events;
	void *owner = d->owner;

	dial_free(&d);
	events->on_dialled(owner, fd, index);
}

static void give_up(struct dial *d)
{
	const struct dial_events *events = d->events;
	void *owner = d->owner;
	int error = d->error;

	dial_free(&d);
	events->on_dial_failed(owner, error);
}

static void note_failure(struct dial *d, size_t index, int error)
{
	d->next_at = 0; /* no reason to wait for the next */
	if (error != HW_E_ACCESS)
		d->error = error;
	if (d->settings.book && error != HW_E_ACCESS)
		dial_book_fail(d->settings.book, &d->places[index].addr,
			       loop_now(d->loop));
	if (d->events->on_place_failed)
		d->events->on_place_failed(d->owner, index, error);
}

/* TCP may connect a socket to itself when it dials a local port that nobody
 * listens on and is given that very port. */
static bool is_self_connected(int fd)
{
	struct addr own = { .len = sizeof(own.ss) };
	struct addr peer = { .len = sizeof(peer.ss) };

	return getsockname(fd, (struct sockaddr *)&own.ss, &own.len) == 0 &&
	       getpeername(fd, (struct sockaddr *)&peer.ss, &peer.len) == 0 &&
	       addr_equal(&own, &peer);
}

static void step(struct dial *d);

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct attempt *a = poll->data;
	struct dial *d = a->dial;
	size_t index = a->index;
	int errnum = 0;
	socklen_t len = sizeof(errnum);
	int fd = end_attempt(a);

	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) != 0)
		errnum = errno;
	if (errnum == 0 && status < 0)
		errnum = -status;
	if (errnum == 0 && is_self_connected(fd))
		errnum = ECONNREFUSED;
	if (errnum == 0) {
		succeed(d, fd, index);
		return;
	}
	close(fd);
	note_failure(d, index, hw_error_of_errno(errnum));
	step(d);
}

/* Begins to connect; also where that is done at once, poll reports it. */
static int start_attempt(struct dial *d, size_t index)
{
	const struct addr *to = &d->places[index].addr;
	struct attempt *a;
	int fd = socket(to->ss.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&to->ss, to->len) != 0 &&
	    errno != EINPROGRESS) {
		int errnum = errno;

		close(fd);
		return errnum;
	}
	a = mem_new(struct attempt);
	a->dial = d;
	a->fd = fd;
	a->index = index;
	a->deadline = loop_now(d->loop) + d->settings.timeout;
	require(uv_poll_init(loop_uv(d->loop), &a->poll, fd) == 0);
	a->poll.data = a;
	require(uv_poll_start(&a->poll, UV_WRITABLE, on_poll) == 0);
	list_add_tail(&d->attempts, &a->node);
	d->active++;
	return 0;
}

static void start_next(struct dial *d)
{
	struct dial_book *book = d->settings.book;
	const struct addr *to = &d->places[d->next].addr;
	int64_t now = loop_now(d->loop);
	size_t index;
	int errnum;

	/* Rule R4: looked at here, so that nothing can come between
	 * the check and the connect. */
	if (!d->settings.allow_private && addr_is_private(to)) {
		note_failure(d, d->next++, HW_E_ACCESS);
		return;
	}
	if (book && !dial_book_enter(book, to)) {
		d->free_at = now + BUSY_WAIT;
		return;
	}
	index = d->next++;
	errnum = start_attempt(d, index);
	if (errnum == 0) {
		d->next_at = now + d->settings.stagger;
		d->group_at = now + d->settings.group_delay;
		return;
	}
	if (book)
		dial_book_leave(book, to);
	note_failure(d, index, hw_error_of_errno(errnum));
}

static bool begins_group(const struct dial *d)
{
	return d->next > 0 &&
	       d->places[d->next].group != d->places[d->next - 1].group;
}

/* When the next place is due. */
static int64_t due_at(const struct dial *d)
{
	int64_t at = begins_group(d) ? d->group_at : d->next_at;

	if (d->active == 0)
		at = 0;
	return at > d->free_at ? at : d->free_at;
}

static bool may_start(const struct dial *d)
{
	return d->next < d->count && d->active < d->settings.parallel;
}

static void end_late_attempts(struct dial *d)
{
	struct attempt *a, *tmp;

	list_each_safe(a, tmp, &d->attempts, node) {
		size_t index = a->index;

		if (a->deadline > loop_now(d->loop))
			continue;
		close(end_attempt(a));
		note_failure(d, index, HW_E_TIMEOUT);
	}
}

static void arm_timer(struct dial *d)
{
	struct attempt *a;
	int64_t at = INT64_MAX;

	list_each(a, &d->attempts, node)
		if (a->deadline < at)
			at = a->deadline;
	if (may_start(d) && due_at(d) < at)
		at = due_at(d);
	timer_start(d->timer, at - loop_now(d->loop));
}

static void step(struct dial *d)
{
	end_late_attempts(d);
	while (may_start(d) && due_at(d) <= loop_now(d->loop))
		start_next(d);
	if (d->active == 0 && d->next == d->count)
		give_up(d);
	else
		arm_timer(d);
}

static void on_timer(void *owner)
{
	step(owner);
}

struct dial *dial_start(struct loop *loop, const struct dial_settings *settings,
			const struct dial_place *places, size_t count,
			const struct dial_events *events, void *owner)
{
	struct dial *d = mem_new(struct dial);

	loop_require_owner(loop);
	require(events->on_dialled && events->on_dial_failed);
	require(settings->parallel > 0);
	d->loop = loop;
	d->settings = *settings;
	d->events = events;
	d->owner = owner;
	d->places = mem_zero(count + 1, sizeof(*places));
	for (size_t i = 0; i < count; i++)
		d->places[i] = places[i];
	d->count = count;
	d->error = count > 0 ? HW_E_ACCESS : HW_E_UNREACHABLE;
	list_init(&d->attempts);
	d->timer = timer_new(loop, on_timer, d);
	timer_start(d->timer, 0);
	return d;
}

void dial_cancel(struct dial **d)
{
	if (!*d)
		return;
	loop_require_owner((*d)->loop);
	dial_free(d);
}
