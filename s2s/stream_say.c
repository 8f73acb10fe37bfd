/* SPDX-License-Identifier: MIT */
#include "s2s/stream_part.h"

#include "base/log.h"
#include "base/rand.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/place.h"
#include "s2s/s2s.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/ns.h"

#define CLOSE_TIMEOUT 5000 /* ms for the peer's part in closing */
#define ABRUPT_TIMEOUT 1 /* ms: the same, when nothing is hoped for. What the
			  * kernel still has is sent again elsewhere, and must
			  * not arrive when the network comes back. */

bool stream_is_alive(const struct stream *s)
{
	return s->state == STREAM_NEW || s->state == STREAM_PLAIN ||
	       s->state == STREAM_SECURE;
}

/* ---- bytes ---- */

static void say(struct stream *s, const void *data, size_t len)
{
	s->wrote_at = loop_now(s->place->loop);
	transport_write(&s->transport, data, len);
}

void stream_drop(struct stream *s)
{
	s->state = STREAM_CLOSED;
	timer_stop(s->timer);
	pace_leave(&s->turn);
	brake_release(&s->brake);
	transport_close(&s->transport);
	s->taken = transport_taken(&s->transport);
}

void stream_wind_up(struct stream *s)
{
	s->state = STREAM_ENDING;
	transport_shutdown(&s->transport);
	brake_release(&s->brake);
	transport_read(&s->transport, true);
	timer_start(s->timer, s->is_abrupt ? ABRUPT_TIMEOUT : CLOSE_TIMEOUT);
}

/* ---- what we say ---- */

void stream_say_close(struct stream *s)
{
	struct buf out;

	buf_init(&out);
	write_stream_close(&out);
	say(s, buf_data(&out), out.len);
	buf_fini(&out);
}

static void write_tree(struct stream *s, const struct elem *e)
{
	struct buf out;

	buf_init(&out);
	write_elem(&out, e, NS_SERVER);
	say(s, buf_data(&out), out.len);
	buf_fini(&out);
}

void stream_send_header(struct stream *s, const char *from, const char *to)
{
	struct write_header header = { .from = from, .to = to };
	struct buf out;

	require(stream_is_alive(s) && !s->has_header);
	if (s->state == STREAM_NEW)
		s->state = STREAM_PLAIN;
	s->has_header = true;
	if (s->role == STREAM_SERVER) {
		rand_hex(s->id, STREAM_ID_BYTES);
		header.id = s->id;
	}
	buf_init(&out);
	write_stream_open(&out, &header);
	say(s, buf_data(&out), out.len);
	buf_fini(&out);
}

void stream_give(struct stream *s, struct elem *owned)
{
	require(stream_is_alive(s) && s->has_header);
	if (!s->is_finished)
		write_tree(s, owned);
	elem_free(&owned);
}

void stream_write(struct stream *s, const void *data, size_t len)
{
	require(s->state == STREAM_SECURE && s->has_header);
	say(s, data, len);
}

void stream_flush(struct stream *s)
{
	if (s->state == STREAM_SECURE)
		transport_flush(&s->transport);
}

void stream_keep_alive(struct stream *s)
{
	if (s->state == STREAM_SECURE && s->has_header && !s->is_finished)
		say(s, " ", 1);
}

static void fail(struct stream *s, enum stream_cond cond, const char *text,
		 const struct elem *detail)
{
	struct elem *error;

	if (s->state == STREAM_HANDSHAKE || s->state == STREAM_WAITING)
		stream_drop(s);
	if (!stream_is_alive(s))
		return;
	if (s->is_finished) {
		stream_wind_up(s);
		return;
	}
	if (stream_may_log(s, stream_cond_element(cond)))
		log_info(LOG_S2S, "%s: stream error sent: %s%s%s", s->peer,
			 stream_cond_element(cond), text ? ": " : "",
			 text ? text : "");
	tally_count_error(cond);
	/* RFC 6120 4.9.1.2: our header comes before the error */
	if (!s->has_header)
		stream_send_header(s, s->place->settings->domains[0], NULL);
	error = stream_error_new(cond, text);
	if (detail)
		elem_add_copy(error, detail);
	write_tree(s, error);
	elem_free(&error);
	stream_say_close(s);
	stream_wind_up(s);
}

void stream_fail(struct stream *s, enum stream_cond cond, const char *text)
{
	fail(s, cond, text, NULL);
}

void stream_fail_with(struct stream *s, enum stream_cond cond,
		      const char *text, struct elem *owned_detail)
{
	fail(s, cond, text, owned_detail);
	elem_free(&owned_detail);
}

void stream_finish(struct stream *s)
{
	if (s->state != STREAM_SECURE || !s->has_header || s->is_finished)
		return;
	stream_say_close(s);
	s->is_finished = true;
}

void stream_close(struct stream *s)
{
	if (s->state == STREAM_HANDSHAKE || s->state == STREAM_WAITING ||
	    (stream_is_alive(s) && !s->has_header)) {
		stream_drop(s);
		return;
	}
	if (!stream_is_alive(s))
		return;
	if (s->is_finished) { /* they had their time */
		stream_drop(s);
		return;
	}
	stream_say_close(s);
	s->state = STREAM_CLOSING;
	s->is_paused = false;
	brake_release(&s->brake);
	transport_read(&s->transport, true);
	timer_start(s->timer, CLOSE_TIMEOUT);
}

void stream_set_abrupt(struct stream *s)
{
	s->is_abrupt = true;
	transport_set_abrupt(&s->transport);
}

void stream_abort(struct stream *s)
{
	if (s->state != STREAM_CLOSED)
		stream_drop(s);
}
