/* SPDX-License-Identifier: MIT */
#include "s2s/probe.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/initiator.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/anchor.h"
#include "s2s/features.h"
#include "s2s/place.h"
#include "s2s/route.h"
#include "s2s/stream.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

enum probe_state {
	PROBE_HEADER,          /* header sent */
	PROBE_FEATURES,        /* theirs came */
	PROBE_PROCEED,         /* <starttls/> sent */
	PROBE_TLS,             /* handshake */
	PROBE_ANCHOR,          /* TLS is there, its TLSA records are not */
	PROBE_SECURE_HEADER,   /* header sent again */
	PROBE_SECURE_FEATURES, /* theirs came */
	PROBE_ASKED,           /* db:result sent */
	PROBE_ENDED,
};

struct probe {
	const struct place *place; /* borrowed */
	const struct probe_events *events;
	void *owner;
	struct probe_task task;
	struct stream *stream;
	enum probe_state state;
	char *id;                  /* owned; of their latest header */
	struct initiator initiator;
	struct anchor anchor;
	bool is_direct_tls;
	struct timer *timer;       /* deadline of the step */
};

static void found(struct probe *p, const char *step, enum check_result result,
		  char *owned_text)
{
	p->events->on_found(p->owner, step, result, owned_text);
}

static const char *step_name(enum probe_state state)
{
	switch (state) {
	case PROBE_HEADER:
	case PROBE_SECURE_HEADER:
		return "stream";
	case PROBE_FEATURES:
	case PROBE_PROCEED:
		return "starttls";
	case PROBE_TLS:
		return "tls";
	case PROBE_ANCHOR:
		return "dane";
	case PROBE_ASKED:
		return "dialback";
	case PROBE_SECURE_FEATURES:
	case PROBE_ENDED:
		break;
	}
	return "features";
}

static void end(struct probe *p)
{
	p->state = PROBE_ENDED;
	timer_stop(p->timer);
	stream_close(p->stream);
}

static void fail(struct probe *p, char *owned_text)
{
	found(p, step_name(p->state), CHECK_PROBLEM, owned_text);
	end(p);
}

static void step(struct probe *p, enum probe_state next)
{
	const struct s2s_settings *settings = p->place->settings;

	p->state = next;
	if (next == PROBE_TLS)
		timer_stop(p->timer); /* it has its own */
	else
		timer_start(p->timer, next == PROBE_ASKED
					      ? settings->verify_timeout
					      : settings->header_timeout);
}

static void on_deadline(void *owner)
{
	struct probe *p = owner;

	if (p->state == PROBE_ASKED)
		fail(p, str_format("no answer to our key in time: %s perhaps "
				   "cannot call us back; our port must be "
				   "reachable from there", p->task.remote));
	else
		fail(p, str_format("connected, but no answer in time: its "
				   "operator has to look after the server, or "
				   "something else listens there"));
}

/* ---- header ---- */

static void tell_header(struct probe *p, const struct stream_header *header)
{
	if (p->state == PROBE_SECURE_HEADER && !p->is_direct_tls)
		return; /* said before */
	if (header->from && !str_equal(header->from, p->task.remote))
		found(p, "stream", CHECK_NOTE,
		      str_format("speaks XMPP, but calls itself %s",
				 header->from));
	else
		found(p, "stream", CHECK_OK,
		      str_format("speaks XMPP 1.0 for %s", p->task.remote));
}

static void on_header(void *owner, const struct stream_header *header)
{
	struct probe *p = owner;

	if (header->version == 0) {
		fail(p, str_format("does not speak XMPP 1.0, so no TLS either: "
				   "its operator has to renew the server"));
	} else if (!header->id) {
		fail(p, str_format("gives its stream no id: the server there "
				   "is at fault"));
	} else if (header->from && place_is_ours(p->place, header->from)) {
		fail(p, str_format("we reached ourselves: the DNS records of "
				   "%s lead here", p->task.remote));
	} else {
		str_set(&p->id, header->id);
		tell_header(p, header);
		step(p, p->state == PROBE_HEADER ? PROBE_FEATURES
						 : PROBE_SECURE_FEATURES);
	}
}

/* ---- TLS ---- */

static void ask_tls(struct probe *p, const struct elem *features)
{
	if (!(features_read(features) & FEATURE_STARTTLS))
		found(p, "starttls", CHECK_NOTE,
		      str_format("not offered; asking for it all the same"));
	stream_give(p->stream, elem_new("starttls", NS_TLS));
	step(p, PROBE_PROCEED);
}

static void start_tls(struct probe *p)
{
	if (stream_start_tls(p->stream, p->task.local_ascii,
			     p->task.remote_ascii)) {
		step(p, PROBE_TLS);
		return;
	}
	found(p, "starttls", CHECK_PROBLEM,
	      str_format("clear text behind the go-ahead: the server there, or "
			 "somebody between us, is at fault"));
	p->state = PROBE_ENDED;
	timer_stop(p->timer);
}

static void take_proceed(struct probe *p)
{
	found(p, "starttls", CHECK_OK, str_format("may go on with TLS"));
	start_tls(p);
}

static enum cert_verdict tell_certificate(struct probe *p)
{
	enum cert_verdict verdict = anchor_cert_verdict(&p->anchor, p->stream,
							p->task.remote_ascii);
	struct cert_summary cert;
	enum check_result result;
	char *text;

	stream_peer_summary(p->stream, &cert);
	text = check_cert_text(verdict, &cert, p->task.remote,
			       clock_wall() / 1000, &result);
	found(p, "certificate", result, text);
	cert_summary_fini(&cert);
	return verdict;
}

/* Do our own rules let dialback do for it? As links and claimants see it. */
static bool bears_bad_certificate(struct probe *p)
{
	const struct policy *policy = p->place->policy;
	const char *remote = p->task.remote;

	if (policy_needs_valid(policy, remote))
		found(p, "policy", CHECK_PROBLEM, check_needs_valid_text());
	else if (policy_refuses_downgrade(policy) &&
		 recall_has(p->place->proven, remote, loop_now(p->place->loop)))
		found(p, "policy", CHECK_PROBLEM, check_downgrade_text(remote));
	else
		return true;
	end(p);
	return false;
}

static void judge(struct probe *p)
{
	switch (anchor_judge(&p->anchor, p->stream, p->task.remote_ascii)) {
	case ANCHOR_MISMATCH:
		fail(p, str_format("its certificate does not match its TLSA "
				   "records: its operator has to correct "
				   "these, if it is not an impostor"));
		return;
	case ANCHOR_UNKNOWN:
		fail(p, str_format("its TLSA records cannot be had, or their "
				   "signatures are bad: its operator has to "
				   "look after the zone"));
		return;
	case ANCHOR_MATCH:
		found(p, "dane", CHECK_OK,
		      str_format("TLSA records vouch for its certificate"));
		break;
	case ANCHOR_SILENT:
		if (tell_certificate(p) != CERT_VALID &&
		    !bears_bad_certificate(p))
			return;
		break;
	}
	stream_send_header(p->stream, p->task.local, p->task.remote);
	step(p, PROBE_SECURE_HEADER);
}

static void on_secure(void *owner)
{
	struct probe *p = owner;

	found(p, "tls", CHECK_OK, str_dup(stream_cipher(p->stream)));
	step(p, PROBE_ANCHOR);
	if (p->anchor.state != ANCHOR_ASKING)
		judge(p);
}

static void on_anchor(void *owner)
{
	struct probe *p = owner;

	if (p->state == PROBE_ANCHOR)
		judge(p);
}

/* ---- what is offered ---- */

static bool has_external(const struct elem *features)
{
	const struct elem *list = elem_child(features, "mechanisms", NS_SASL);
	const struct elem *m = NULL;

	if (list)
		m = elem_child(list, "mechanism", NS_SASL);
	for (; m; m = elem_next(m, "mechanism", NS_SASL)) {
		if (str_equal(elem_text(m), "EXTERNAL"))
			return true;
	}
	return false;
}

static void tell_features(struct probe *p, const struct elem *features)
{
	bool has_dialback = features_read(features) & FEATURE_DIALBACK;

	if (has_external(features))
		found(p, "external", CHECK_OK,
		      str_format("offered: our certificate may be enough"));
	else
		found(p, "external", CHECK_NOTE,
		      str_format("not offered: our certificate does not "
				 "convince %s; one of a public authority for "
				 "%s would", p->task.remote, p->task.local));
	found(p, "dialback", has_dialback ? CHECK_OK : CHECK_NOTE,
	      str_dup(has_dialback ? "offered" : "not announced; trying it"));
}

static void take_features(struct probe *p, const struct elem *features)
{
	if (p->state == PROBE_FEATURES) {
		ask_tls(p, features);
		return;
	}
	tell_features(p, features);
	if (!p->task.asserts) {
		end(p);
		return;
	}
	step(p, PROBE_ASKED);
	stream_give(p->stream,
		    initiator_ask(&p->initiator, &p->place->key, p->id));
}

/* ---- dialback ---- */

static enum packet_type verdict_of(const struct initiator *i)
{
	if (i->state == INITIATOR_VALID)
		return PACKET_VALID;
	return i->state == INITIATOR_INVALID ? PACKET_INVALID : PACKET_ERROR;
}

static void take_dialback(struct probe *p, const struct elem *e)
{
	enum check_result result;
	struct packet answer;
	char *text;

	if (packet_read(e, &answer) == PACKET_OK && p->state == PROBE_ASKED &&
	    answer.kind == PACKET_RESULT && answer.type != PACKET_REQUEST &&
	    initiator_take_answer(&p->initiator, &answer)) {
		text = check_dialback_text(verdict_of(&p->initiator),
					   p->initiator.cond, p->task.local,
					   p->task.remote, &result);
		found(p, "dialback", result, text);
		end(p);
	}
	packet_fini(&answer);
}

/* ---- events ---- */

static void on_elem(void *owner, struct elem *owned)
{
	struct probe *p = owner;

	if (p->state == PROBE_ENDED)
		; /* what still comes */
	else if (str_equal(elem_ns(owned), NS_DIALBACK))
		take_dialback(p, owned);
	else if (elem_is(owned, "features", NS_STREAM) &&
		 (p->state == PROBE_FEATURES ||
		  p->state == PROBE_SECURE_FEATURES))
		take_features(p, owned);
	else if (p->state == PROBE_PROCEED &&
		 elem_is(owned, "proceed", NS_TLS))
		take_proceed(p);
	else if (p->state == PROBE_PROCEED &&
		 elem_is(owned, "failure", NS_TLS))
		fail(p, str_format("refused: its operator has to install a "
				   "certificate for %s", p->task.remote));
	elem_free(&owned);
}

static void on_drained(void *owner)
{
	(void)owner;
}

static char *lost_text(const struct probe *p, const char *text)
{
	if (p->state == PROBE_TLS)
		return str_format("%s: the TLS settings or the certificate "
				  "there have to be mended, or it does not "
				  "like ours", text);
	return str_format("%s: its operator will find the reason in the "
			  "server's log", text);
}

static void on_ending(void *owner, enum stream_end why, enum stream_cond cond,
		      const char *text)
{
	struct probe *p = owner;

	if (p->state == PROBE_ENDED)
		return;
	found(p, step_name(p->state), CHECK_PROBLEM,
	      why == STREAM_END_ERROR
		      ? check_stream_error_text(cond, text, p->task.local,
						p->task.remote)
		      : lost_text(p, text ? text : stream_cond_element(cond)));
	p->state = PROBE_ENDED;
	timer_stop(p->timer);
}

static void on_closed(void *owner)
{
	struct probe *p = owner;

	p->events->on_closed(p->owner,
			     p->initiator.state == INITIATOR_VALID);
	initiator_fini(&p->initiator);
	anchor_fini(&p->anchor);
	timer_free(&p->timer);
	mem_free(&p->id);
	mem_free(&p);
}

static const struct stream_events stream_events = {
	.on_header = on_header,
	.on_elem = on_elem,
	.on_secure = on_secure,
	.on_drained = on_drained,
	.on_ending = on_ending,
	.on_closed = on_closed,
};

struct probe *probe_open(const struct place *place, int owned_fd,
			 const struct probe_task *task,
			 const struct probe_events *events, void *owner)
{
	struct probe *p = mem_new(struct probe);

	p->stream = stream_open(place, owned_fd, STREAM_CLIENT, &stream_events,
				p);
	if (!p->stream) {
		mem_free(&p);
		return NULL;
	}
	p->place = place;
	p->task = *task;
	p->events = events;
	p->owner = owner;
	initiator_init(&p->initiator, task->local, task->remote);
	p->timer = timer_new(place->loop, on_deadline, p);
	p->is_direct_tls = task->at->direct_tls;
	p->task.at = NULL;
	anchor_init(&p->anchor, place, task->at, on_anchor, p);
	if (p->is_direct_tls) {
		start_tls(p);
	} else {
		stream_send_header(p->stream, task->local, task->remote);
		step(p, PROBE_HEADER);
	}
	return p;
}

void probe_close(struct probe *p)
{
	p->state = PROBE_ENDED;
	timer_stop(p->timer);
	stream_abort(p->stream);
}
