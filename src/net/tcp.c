/* SPDX-License-Identifier: MIT */
#include "net/tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "net/addr.h"

#define READ_SIZE 65536    /* a read */
#define READ_SHARE 131072  /* of a turn; then the other sockets' turn */
#define WRITE_SIZE 262144  /* a write: progress is seen at its end */
#define KEEP_SIZE 8192     /* buffers kept by a drained stream */
#define BURST_FROM 8192    /* a piece of this size is seldom alone: a block */
#define PUSH_SIZE 65536    /* no less; with a record more it fits a block */

/** How far it is; only close leads out of STATE_FAILED. */
enum tcp_state { STATE_OPEN, STATE_FAILED, STATE_CLOSING };

#define STALLED 4 /* repetitions of what the kernel sends */

struct tcp {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe; /* a unix socket */
	} uv;
	struct loop *loop;
	const struct tcp_events *events; /* NULL: never came to life */
	void *owner;
	struct addr peer;     /* len 0 on a unix socket */
	enum tcp_state state;
	bool has_ended;       /* the peer's FIN was seen */
	bool is_read_wanted;  /* tcp_read() */
	size_t burst;         /* bytes of back-to-back full reads */
	struct turn resume;   /* reading on after a full share */
	struct buf out;       /* gathers what is written */
	struct buf sending;   /* given to libuv, stays where it is */
	bool is_sending;      /* write is in flight */
	bool is_pushed;       /* since the last flush */
	bool is_full;         /* ... and the kernel took not all */
	bool is_shutdown_wanted;
	bool is_shut;
	int64_t progress_at;  /* ms */
	uint64_t taken;       /* bytes, by the kernel */
	struct turn flush;
	uv_write_t write;
	uv_shutdown_t shutdown;
};

static int error_of_uv(int err)
{
	if (err == UV_EOF)
		return HW_E_CLOSED;
	if (err == UV_ECANCELED)
		return HW_E_CANCELLED;
	return hw_error_of_errno(-err);
}

static void fail(struct tcp *t, int err)
{
	if (t->state != STATE_OPEN)
		return;
	t->state = STATE_FAILED;
	uv_read_stop(&t->uv.stream);
	turn_remove(&t->resume);
	turn_remove(&t->flush);
	t->events->on_failed(t->owner, error_of_uv(err));
}

/* A peer that vanished is noticed after 60 + 4 * 15 s of silence, or
 * when it has not acknowledged anything for 90 s. What is not yet sent stays
 * here, where it can still be counted. Sockets without an option do without. */
static void set_options(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 15 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 4 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 90000 },
		{ IPPROTO_TCP, TCP_NOTSENT_LOWAT, 65536 },
	};

	for (size_t i = 0; i < array_len(options); i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
				 &options[i].value, sizeof(options[i].value));
}

static void on_uv_closed(uv_handle_t *handle)
{
	struct tcp *t = handle->data;
	const struct tcp_events *events = t->events;
	void *owner = t->owner;

	loop_release(t->loop);
	buf_fini(&t->out);
	buf_fini(&t->sending);
	mem_free(&t);
	if (events)
		events->on_closed(owner);
}

static void flush_turn(void *owner);
static void resume_turn(void *owner);

static int open_handle(struct tcp *t, int fd)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	uv_loop_t *uv = loop_uv(t->loop);

	if (getsockname(fd, (struct sockaddr *)&own, &len) == 0 &&
	    own.ss_family == AF_UNIX) {
		uv_pipe_init(uv, &t->uv.pipe, 0);
		return uv_pipe_open(&t->uv.pipe, fd);
	}
	uv_tcp_init(uv, &t->uv.tcp);
	t->peer.len = sizeof(t->peer.ss);
	if (getpeername(fd, (struct sockaddr *)&t->peer.ss, &t->peer.len) != 0)
		return UV_ENOTCONN;
	set_options(fd);
	return uv_tcp_open(&t->uv.tcp, fd);
}

struct tcp *tcp_open(struct loop *loop, int owned_fd,
		     const struct tcp_events *events, void *owner)
{
	struct tcp *t = mem_new(struct tcp);

	loop_require_owner(loop);
	t->loop = loop;
	turn_init(&t->flush, flush_turn, t);
	turn_init(&t->resume, resume_turn, t);
	t->progress_at = loop_now(loop);
	loop_hold(loop);
	if (open_handle(t, owned_fd) != 0) {
		close(owned_fd);
		t->uv.handle.data = t;
		uv_close(&t->uv.handle, on_uv_closed);
		return NULL;
	}
	t->uv.handle.data = t;
	tcp_set_owner(t, events, owner);
	return t;
}

void tcp_set_owner(struct tcp *t, const struct tcp_events *events, void *owner)
{
	require(events->on_bytes && events->on_end && events->on_failed &&
		events->on_closed);
	t->events = events;
	t->owner = owner;
}

/* libuv reads into it only when there is something, and hands it over before it
 * asks for another: one does for all sockets of the loop. */
static void on_uv_alloc(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	const struct tcp *t = handle->data;

	(void)size;
	*out = uv_buf_init(loop_scratch(t->loop, READ_SIZE), READ_SIZE);
}

/* libuv reads on as long as the buffer comes back full; a partial read is the
 * last of a turn. */
static void count_burst(struct tcp *t, size_t len)
{
	t->burst = len == READ_SIZE ? t->burst + len : 0;
	if (t->burst < READ_SHARE)
		return;
	t->burst = 0;
	uv_read_stop(&t->uv.stream);
	loop_at_turn_end(t->loop, &t->resume);
}

static void on_uv_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct tcp *t = stream->data;

	if (len > 0) {
		count_burst(t, (size_t)len);
		t->events->on_bytes(t->owner, (unsigned char *)buf->base,
				    (size_t)len);
	} else if (len == UV_EOF) {
		t->has_ended = true;
		uv_read_stop(stream);
		t->events->on_end(t->owner);
	} else if (len < 0) {
		fail(t, (int)len);
	}
}

static void set_reading(struct tcp *t)
{
	int err;

	if (t->state != STATE_OPEN || t->has_ended)
		return;
	if (!t->is_read_wanted) {
		uv_read_stop(&t->uv.stream);
		return;
	}
	if (!list_is_empty(&t->resume.node))
		return; /* had its share of this turn */
	err = uv_read_start(&t->uv.stream, on_uv_alloc, on_uv_read);
	require(err == 0 || err == UV_EALREADY);
}

static void resume_turn(void *owner)
{
	set_reading(owner);
}

void tcp_read(struct tcp *t, bool on)
{
	loop_require_owner(t->loop);
	if (t->is_read_wanted == on)
		return;
	t->is_read_wanted = on;
	set_reading(t);
}

static void on_uv_shutdown(uv_shutdown_t *shutdown, int status)
{
	(void)shutdown;
	(void)status; /* a failure shows in reading too */
}

static void send_end(struct tcp *t)
{
	if (t->is_shut)
		return;
	t->is_shut = true;
	/* The only errors are those of a socket already gone. */
	(void)uv_shutdown(&t->shutdown, &t->uv.stream, on_uv_shutdown);
}

static void let_go(struct tcp *t, struct buf *b)
{
	if (b->cap == LOOP_BLOCK)
		loop_give_block(t->loop, b->data);
	else
		free(b->data);
	buf_init(b);
}

static void after_drain(struct tcp *t)
{
	/* A burst's buffers are not kept for quiet times. */
	if (t->out.cap + t->sending.cap > KEEP_SIZE) {
		let_go(t, &t->out);
		let_go(t, &t->sending);
	}
	if (t->is_shutdown_wanted)
		send_end(t);
	if (t->events->on_drained)
		t->events->on_drained(t->owner);
}

static size_t piece_len(const struct buf *b)
{
	return b->len < WRITE_SIZE ? b->len : WRITE_SIZE;
}

static void send_more(struct tcp *t);

static void on_uv_written(uv_write_t *write, int status)
{
	struct tcp *t = write->handle->data;
	size_t len = piece_len(&t->sending);

	t->is_sending = false;
	if (t->state != STATE_OPEN)
		return;
	if (status < 0) {
		fail(t, status);
		return;
	}
	t->progress_at = loop_now(t->loop);
	t->taken += len;
	buf_eat(&t->sending, len);
	send_more(t);
}

/* Let libuv wait with the next piece until the kernel takes it. */
static int start_write(struct tcp *t)
{
	uv_buf_t piece = uv_buf_init((char *)buf_data(&t->sending),
				     (unsigned)piece_len(&t->sending));
	int err = uv_write(&t->write, &t->uv.stream, &piece, 1, on_uv_written);

	t->is_sending = err == 0;
	return err;
}

static int try_write(struct tcp *t, struct buf *from)
{
	uv_buf_t piece = uv_buf_init((char *)buf_data(from),
				     (unsigned)piece_len(from));
	int len = uv_try_write(&t->uv.stream, &piece, 1);

	if (len > 0) {
		buf_eat(from, (size_t)len);
		t->taken += (uint64_t)len;
		t->progress_at = loop_now(t->loop);
	}
	return len == UV_EAGAIN ? 0 : len;
}

/* Not in flight: give the kernel what it takes at once, libuv the rest. */
static void send_more(struct tcp *t)
{
	int err = 0;

	if (t->sending.len == 0) {
		struct buf empty = t->sending;

		t->sending = t->out;
		t->out = empty;
		buf_clear(&t->out);
	}
	if (t->sending.len > 0)
		err = try_write(t, &t->sending);
	if (err >= 0 && t->sending.len > 0)
		err = start_write(t);
	if (err < 0)
		fail(t, err);
	else if (!t->is_sending && t->out.len == 0)
		after_drain(t);
}

void tcp_flush(struct tcp *t)
{
	bool was_pushed = t->is_pushed;

	loop_require_owner(t->loop);
	turn_remove(&t->flush);
	t->is_pushed = t->is_full = false;
	if (t->state != STATE_OPEN || t->is_sending)
		return;
	if (tcp_queued(t) > 0 || was_pushed)
		send_more(t);
	else if (t->is_shutdown_wanted)
		send_end(t);
}

static void flush_turn(void *owner)
{
	tcp_flush(owner);
}

void tcp_write(struct tcp *t, const void *data, size_t len)
{
	loop_require_owner(t->loop);
	if (t->state != STATE_OPEN || t->is_shutdown_wanted || len == 0)
		return;
	if (tcp_queued(t) == 0)
		t->progress_at = loop_now(t->loop);
	if (len >= BURST_FROM && t->out.len == 0 && t->out.cap < len) {
		let_go(t, &t->out);
		t->out.data = loop_take_block(t->loop);
		t->out.cap = LOOP_BLOCK;
	}
	buf_add(&t->out, data, len);
	loop_at_turn_end(t->loop, &t->flush);
}

void tcp_push(struct tcp *t)
{
	size_t len = t->out.len;

	if (t->state != STATE_OPEN || t->is_sending || t->sending.len > 0 ||
	    t->is_full || len < PUSH_SIZE)
		return;
	t->is_pushed = true;
	/* an error is there again at the flush */
	t->is_full = try_write(t, &t->out) < 0 || t->out.len > 0;
}

size_t tcp_queued(const struct tcp *t)
{
	return t->out.len + t->sending.len;
}

uint64_t tcp_taken(const struct tcp *t)
{
	uint64_t taken = t->taken;

	/* libuv may have written a part of what it has not reported */
	if (t->is_sending)
		taken += piece_len(&t->sending) -
			 uv_stream_get_write_queue_size(&t->uv.stream);
	return taken;
}

/* With the least time-out, 200 ms, the fourth repetition is about 3 s late. */
bool tcp_is_stalled(const struct tcp *t)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	uv_os_fd_t fd;

	return t->state == STATE_OPEN &&
	       uv_fileno(&t->uv.handle, &fd) == 0 &&
	       getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_unacked && info.tcpi_retransmits >= STALLED;
}

int64_t tcp_progress_at(const struct tcp *t)
{
	return t->progress_at;
}

void tcp_shutdown(struct tcp *t)
{
	loop_require_owner(t->loop);
	if (t->state != STATE_OPEN || t->is_shutdown_wanted)
		return;
	t->is_shutdown_wanted = true;
	loop_at_turn_end(t->loop, &t->flush);
}

void tcp_close(struct tcp *t)
{
	loop_require_owner(t->loop);
	if (t->state == STATE_CLOSING)
		return;
	if (t->state == STATE_OPEN && !t->is_sending && t->out.len > 0)
		(void)try_write(t, &t->out);
	t->state = STATE_CLOSING;
	turn_remove(&t->flush);
	turn_remove(&t->resume);
	uv_close(&t->uv.handle, on_uv_closed);
}

void tcp_set_abrupt(struct tcp *t)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };
	uv_os_fd_t fd;

	loop_require_owner(t->loop);
	if (t->state == STATE_OPEN && uv_fileno(&t->uv.handle, &fd) == 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none,
				 sizeof(none));
}

struct loop *tcp_loop(const struct tcp *t)
{
	return t->loop;
}

const struct addr *tcp_peer(const struct tcp *t)
{
	return t->peer.len > 0 ? &t->peer : NULL;
}
