/* SPDX-License-Identifier: MIT */
#include "s2s/stream_part.h"

#include "base/str.h"
#include "loop/loop.h"
#include "net/tls.h"
#include "s2s/hush.h"
#include "s2s/place.h"
#include "s2s/report.h"

bool stream_may_log(const struct stream *s, const char *cause)
{
	return hush_allows(s->place->hush, cause, stream_peer_addr(s),
			   loop_now(s->place->loop));
}

const struct addr *stream_peer_addr(const struct stream *s)
{
	return transport_peer(&s->transport);
}

bool stream_is_secure(const struct stream *s)
{
	return s->state == STREAM_SECURE;
}

const char *stream_id(const struct stream *s)
{
	return s->id;
}

const char *stream_peer(const struct stream *s)
{
	return s->peer;
}

const char *stream_cipher(const struct stream *s)
{
	return transport_describe(&s->transport);
}

enum cert_verdict stream_peer_verdict(const struct stream *s,
				      const char *domain)
{
	return s->transport.tls ? tls_peer_verdict_by(s->transport.tls, domain,
						      s->place->verdicts,
						      s->place->creds)
				: CERT_NONE;
}

enum dane_verdict stream_peer_dane(const struct stream *s,
				   const struct tlsa_set *set,
				   const char *const *names,
				   size_t name_count)
{
	require(s->transport.tls);
	return tls_peer_dane(s->transport.tls, set, names, name_count);
}

size_t stream_queued(const struct stream *s)
{
	return transport_queued(&s->transport);
}

uint64_t stream_taken(const struct stream *s)
{
	return s->state == STREAM_CLOSED ? s->taken
					 : transport_taken(&s->transport);
}

bool stream_is_stalled(const struct stream *s)
{
	return s->state != STREAM_CLOSED &&
	       transport_is_stalled(&s->transport);
}

int64_t stream_progress_at(const struct stream *s)
{
	return transport_progress_at(&s->transport);
}

int64_t stream_wrote_at(const struct stream *s)
{
	return s->wrote_at;
}

int64_t stream_read_at(const struct stream *s)
{
	return s->read_at;
}

void stream_report(const struct stream *s, struct report_row *row)
{
	int64_t used_at = s->read_at > s->wrote_at ? s->read_at : s->wrote_at;

	str_set(&row->address, s->peer);
	report_row_set_tls(row, stream_cipher(s));
	row->bytes += stream_queued(s);
	row->idle = loop_now(s->place->loop) - used_at;
}

void stream_peer_summary(const struct stream *s, struct cert_summary *out)
{
	if (s->transport.tls)
		tls_peer_summary(s->transport.tls, out);
	else
		*out = (struct cert_summary){ 0 };
}
