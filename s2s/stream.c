/* SPDX-License-Identifier: MIT */
#include "s2s/stream_part.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/tcp.h"
#include "s2s/place.h"
#include "s2s/s2s.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"

#define TLS_HANDSHAKE_RECORD 0x16 /* no XML begins like this */

static const struct tcp_events tcp_events;
static const struct tls_events tls_events;

static void lose(struct stream *s, const char *text);

static void on_timeout(void *owner)
{
	struct stream *s = owner;

	if (s->state == STREAM_WAITING)
		lose(s, "no turn for TLS in time");
	else
		stream_drop(s);
}

/* ---- what they say ---- */

static void end_by_peer(struct stream *s, enum stream_end why,
			enum stream_cond cond, const char *text)
{
	s->events->on_ending(s->owner, why, cond, text);
}

static void fail_and_tell(struct stream *s, enum stream_cond cond,
			  const char *text)
{
	stream_fail(s, cond, text);
	end_by_peer(s, STREAM_END_FAULT, cond,
		    text ? text : stream_cond_element(cond));
}

static void take_header(struct stream *s, const struct elem *e,
			const char *default_ns)
{
	struct stream_header header;
	enum stream_cond fault;

	if (header_read(e, default_ns, &header, &fault))
		s->events->on_header(s->owner, &header);
	else
		fail_and_tell(s, fault, NULL);
	header_fini(&header);
}

static void take_end(struct stream *s)
{
	bool was_alive = stream_is_alive(s);

	if (was_alive && s->has_header && !s->is_finished)
		stream_say_close(s);
	stream_wind_up(s);
	if (was_alive)
		end_by_peer(s, STREAM_END_PEER, STREAM_COND_UNDEFINED_CONDITION,
			    "closed by peer");
}

static void take_error(struct stream *s, const struct elem *e)
{
	enum stream_cond cond;
	const char *text;
	char *quoted;
	char *line;

	(void)stream_error_read(e, &cond, &text);
	if (text) {
		quoted = str_quote(text, strlen(text), 200);
		line = str_format("%s %s", stream_cond_element(cond), quoted);
		mem_free(&quoted);
	} else {
		line = str_dup(stream_cond_element(cond));
	}
	if (s->has_header && !s->is_finished)
		stream_say_close(s);
	stream_wind_up(s);
	end_by_peer(s, STREAM_END_ERROR, cond, line);
	mem_free(&line);
}

static void take_event(struct stream *s, struct parse_event *event)
{
	if (event->kind == PARSE_END) {
		take_end(s);
	} else if (!stream_is_alive(s)) {
		/* we closed: what still comes was sent before they knew */
	} else if (event->kind == PARSE_HEADER) {
		take_header(s, event->elem, event->default_ns);
	} else if (elem_is(event->elem, "error", NS_STREAM)) {
		take_error(s, event->elem);
	} else {
		brake_charge(&s->brake, 0, 1);
		s->events->on_elem(s->owner, event->elem);
		event->elem = NULL;
	}
	elem_free(&event->elem);
	mem_free(&event->default_ns);
}

static enum stream_cond cond_of_fault(enum parse_fault fault)
{
	switch (fault) {
	case PARSE_FAULT_RESTRICTED:
		return STREAM_COND_RESTRICTED_XML;
	case PARSE_FAULT_ENCODING:
		return STREAM_COND_UNSUPPORTED_ENCODING;
	case PARSE_FAULT_PREFIX:
		return STREAM_COND_BAD_NAMESPACE_PREFIX;
	case PARSE_FAULT_TOO_BIG:
		return STREAM_COND_POLICY_VIOLATION;
	case PARSE_FAULT_NONE:
	case PARSE_FAULT_SYNTAX:
		break;
	}
	return STREAM_COND_NOT_WELL_FORMED;
}

static void take_fault(struct stream *s)
{
	enum parse_fault fault = parser_fault(s->parser);

	if (fault == PARSE_FAULT_NONE)
		return;
	if (stream_is_alive(s)) {
		log_debug(LOG_S2S, "%s: %s", s->peer,
			  parser_fault_text(s->parser));
		fail_and_tell(s, cond_of_fault(fault), NULL);
	} else {
		stream_wind_up(s);
	}
}

/* Reading stops for two reasons. */
static void set_reading(struct stream *s)
{
	transport_read(&s->transport, !s->is_paused && !s->brake.is_on);
}

/* A handler may pause, restart or end the stream: looked at again each time. */
static void take_events(struct stream *s)
{
	struct parse_event event;

	while (!s->is_paused && !s->brake.is_on &&
	       (stream_is_alive(s) || s->state == STREAM_CLOSING)) {
		if (!parser_next(s->parser, &event)) {
			take_fault(s);
			return;
		}
		take_event(s, &event);
	}
}

/* Take what is here; that may have been enough for now. */
static void go_on(struct stream *s)
{
	take_events(s);
	if (stream_is_alive(s) && s->brake.is_on)
		set_reading(s);
}

void stream_pause(struct stream *s, bool on)
{
	if (s->is_paused == on || !stream_is_alive(s))
		return;
	s->is_paused = on;
	set_reading(s);
	if (!on)
		go_on(s);
}

static void on_brake_released(void *owner)
{
	struct stream *s = owner;

	if (!stream_is_alive(s))
		return;
	set_reading(s);
	go_on(s);
}

/* ---- transport events ---- */

/* One per (re)start: nothing of what came before is left. */
static void begin_parser(struct stream *s)
{
	struct parser_settings settings;

	parser_settings_init(&settings);
	settings.max_bytes = s->max_stanza;
	parser_free(&s->parser);
	s->parser = parser_new(&settings);
	s->has_header = false;
}

static void shake_hands(struct stream *s, const struct tls_settings *settings,
			const void *head, size_t head_len)
{
	s->state = STREAM_HANDSHAKE;
	begin_parser(s);
	transport_start_tls(&s->transport, settings, head, head_len,
			    &tls_events, s);
}

static void accept_tls(void *owner)
{
	struct stream *s = owner;
	const struct tls_settings settings = {
		.role = TLS_SERVER,
		.creds = s->place->creds,
		.alpn = true,
		.timeout = s->place->settings->tls_timeout,
	};

	timer_stop(s->timer);
	shake_hands(s, &settings, buf_data(&s->head), s->head.len);
	buf_fini(&s->head);
}

static void wait_for_tls(struct stream *s, const void *head, size_t head_len)
{
	s->state = STREAM_WAITING;
	transport_read(&s->transport, false);
	buf_add(&s->head, head, head_len);
	timer_start(s->timer, s->place->settings->tls_timeout);
	pace_wait(s->place->pace, &s->turn, stream_peer_addr(s));
}

/* XEP-0368: on any port of ours TLS may come first, since SRV records point to
 * the wrong one now and then. */
static bool begins_with_tls(struct stream *s, const unsigned char *data)
{
	if (s->state != STREAM_NEW)
		return false;
	s->state = STREAM_PLAIN;
	return s->role == STREAM_SERVER && data[0] == TLS_HANDSHAKE_RECORD;
}

static void on_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct stream *s = owner;

	s->read_at = loop_now(s->place->loop);
	if (begins_with_tls(s, data)) {
		wait_for_tls(s, data, len);
		return;
	}
	if (!stream_is_alive(s) && s->state != STREAM_CLOSING)
		return;
	/* a bad result is looked at when all before it is taken */
	if (parser_fault(s->parser) == PARSE_FAULT_NONE &&
	    parser_feed(s->parser, data, len) == PARSE_BAD)
		transport_read(&s->transport, false);
	if (stream_is_alive(s))
		brake_charge(&s->brake, len, 0);
	go_on(s);
}

static void on_drained(void *owner)
{
	struct stream *s = owner;

	if (s->state == STREAM_SECURE)
		s->events->on_drained(s->owner);
}

/* No close_notify and no </stream:stream> needed for what is complete: half an
 * element stays in the parser and goes with it. */
static void lose(struct stream *s, const char *text)
{
	bool was_alive = stream_is_alive(s) || s->state == STREAM_HANDSHAKE ||
			 s->state == STREAM_WAITING;

	stream_abort(s);
	if (was_alive)
		end_by_peer(s, STREAM_END_LOST, STREAM_COND_UNDEFINED_CONDITION,
			    text);
}

static void on_end(void *owner)
{
	lose(owner, "connection closed by peer");
}

static void on_failed(void *owner, int error)
{
	struct stream *s = owner;
	char *text;

	if (error == HW_E_TLS && s->transport.tls) {
		text = str_format("TLS: %s", tls_fault(s->transport.tls));
		lose(s, text);
		mem_free(&text);
	} else {
		lose(s, hw_error_text(error));
	}
}

static void on_secure(void *owner)
{
	struct stream *s = owner;

	if (s->state != STREAM_HANDSHAKE)
		return;
	s->state = STREAM_SECURE;
	s->events->on_secure(s->owner);
}

static void on_closed(void *owner)
{
	struct stream *s = owner;

	s->events->on_closed(s->owner);
	parser_free(&s->parser);
	timer_free(&s->timer);
	brake_fini(&s->brake);
	buf_fini(&s->head);
	mem_free(&s);
}

static const struct tcp_events tcp_events = {
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

static const struct tls_events tls_events = {
	.on_secure = on_secure,
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

/* ---- life ---- */

struct stream *stream_open(const struct place *place, int owned_fd,
			   enum stream_role role,
			   const struct stream_events *events, void *owner)
{
	struct stream *s = mem_new(struct stream);

	if (!transport_open(&s->transport, place->loop, owned_fd, &tcp_events,
			    s)) {
		mem_free(&s);
		return NULL;
	}
	s->place = place;
	s->role = role;
	s->events = events;
	s->owner = owner;
	s->state = STREAM_NEW;
	s->max_stanza = place->settings->max_stanza_unauthenticated;
	s->timer = timer_new(place->loop, on_timeout, s);
	pace_turn_init(&s->turn, accept_tls, s);
	buf_init(&s->head);
	brake_init(&s->brake, place->loop, place->settings, on_brake_released,
		   s);
	s->wrote_at = s->read_at = loop_now(place->loop);
	addr_print(stream_peer_addr(s), s->peer);
	begin_parser(s);
	transport_read(&s->transport, true);
	return s;
}

static void call_tls(struct stream *s, const char *local, const char *sni)
{
	const struct tls_settings settings = {
		.role = TLS_CLIENT,
		.creds = s->place->creds,
		.domain = local,
		.sni = sni,
		/* XEP-0368: what is behind the port must know who is meant */
		.alpn = s->state == STREAM_NEW,
		.timeout = s->place->settings->tls_timeout,
	};

	shake_hands(s, &settings, NULL, 0);
}

bool stream_start_tls(struct stream *s, const char *local, const char *sni)
{
	require(s->state == STREAM_NEW || s->state == STREAM_PLAIN);
	if (!parser_is_idle(s->parser)) {
		if (stream_may_log(s, "STARTTLS"))
			log_warn(LOG_S2S, "%s: bytes in clear text behind "
				 "STARTTLS", s->peer);
		stream_abort(s);
		return false;
	}
	if (s->role == STREAM_SERVER)
		wait_for_tls(s, NULL, 0);
	else
		call_tls(s, local, sni);
	return true;
}

bool stream_restart(struct stream *s)
{
	require(s->state == STREAM_SECURE);
	if (!parser_is_idle(s->parser)) {
		log_warn(LOG_S2S, "%s: bytes of the old stream behind SASL",
			 s->peer);
		stream_abort(s);
		return false;
	}
	begin_parser(s);
	return true;
}

void stream_set_max_stanza(struct stream *s, size_t max_bytes)
{
	s->max_stanza = max_bytes;
	parser_set_max_bytes(s->parser, max_bytes);
}
