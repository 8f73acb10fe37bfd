/* SPDX-License-Identifier: MIT */
#include "s2s/transport.h"

#include "net/tcp.h"

bool transport_open(struct transport *t, struct loop *loop, int owned_fd,
		    const struct tcp_events *events, void *owner)
{
	t->tls = NULL;
	t->tcp = tcp_open(loop, owned_fd, events, owner);
	return t->tcp != NULL;
}

void transport_start_tls(struct transport *t,
			 const struct tls_settings *settings, const void *head,
			 size_t head_len, const struct tls_events *events,
			 void *owner)
{
	require(t->tcp);
	t->tls = tls_open(t->tcp, settings, head, head_len, events, owner);
	t->tcp = NULL;
	tls_read(t->tls, true);
}

void transport_read(struct transport *t, bool on)
{
	if (t->tls)
		tls_read(t->tls, on);
	else
		tcp_read(t->tcp, on);
}

void transport_write(struct transport *t, const void *data, size_t len)
{
	if (t->tls)
		tls_write(t->tls, data, len);
	else
		tcp_write(t->tcp, data, len);
}

void transport_flush(struct transport *t)
{
	if (t->tls)
		tls_flush(t->tls);
}

void transport_shutdown(struct transport *t)
{
	if (t->tls)
		tls_shutdown(t->tls);
	else
		tcp_shutdown(t->tcp);
}

void transport_set_abrupt(struct transport *t)
{
	if (t->tls)
		tls_set_abrupt(t->tls);
	else
		tcp_set_abrupt(t->tcp);
}

void transport_close(struct transport *t)
{
	if (t->tls)
		tls_close(t->tls);
	else
		tcp_close(t->tcp);
}

const struct addr *transport_peer(const struct transport *t)
{
	return t->tls ? tls_peer(t->tls) : tcp_peer(t->tcp);
}

const char *transport_describe(const struct transport *t)
{
	return t->tls ? tls_describe(t->tls) : "no TLS";
}

size_t transport_queued(const struct transport *t)
{
	return t->tls ? tls_queued(t->tls) : tcp_queued(t->tcp);
}

uint64_t transport_taken(const struct transport *t)
{
	return t->tls ? tls_taken(t->tls) : tcp_taken(t->tcp);
}

bool transport_is_stalled(const struct transport *t)
{
	return t->tls ? tls_is_stalled(t->tls) : tcp_is_stalled(t->tcp);
}

int64_t transport_progress_at(const struct transport *t)
{
	return t->tls ? tls_progress_at(t->tls) : tcp_progress_at(t->tcp);
}
