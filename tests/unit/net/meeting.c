/* SPDX-License-Identifier: MIT */
#include "tests/unit/net/meeting.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "tests/unit/net/make_cert.h"

static ssize_t push(gnutls_transport_ptr_t ptr, const void *data, size_t len)
{
	struct meeting_end *e = ptr;

	buf_add(e->out, data, len);
	return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t ptr, void *data, size_t size)
{
	struct meeting_end *e = ptr;
	size_t len = e->in->len < size ? e->in->len : size;

	if (len == 0) {
		gnutls_transport_set_errno(e->session, EAGAIN);
		return -1;
	}
	memcpy(data, buf_data(e->in), len);
	buf_eat(e->in, len);
	return (ssize_t)len;
}

static void end_init(struct meeting_end *e, unsigned flags,
		     gnutls_certificate_credentials_t creds)
{
	require(gnutls_init(&e->session, flags | GNUTLS_NONBLOCK) == 0);
	gnutls_set_default_priority(e->session);
	gnutls_credentials_set(e->session, GNUTLS_CRD_CERTIFICATE, creds);
	gnutls_transport_set_ptr(e->session, e);
	gnutls_transport_set_push_function(e->session, push);
	gnutls_transport_set_pull_function(e->session, pull);
}

void meeting_load(const char *folder, const char *name, const char *end,
		  gnutls_datum_t *out)
{
	char *path = make_cert_path(folder, name, end);

	require(gnutls_load_file(path, out) == 0);
	mem_free(&path);
}

/* The server shows the certificates of these names, the leaf first. */
static void load_chain(struct meeting *m, const char *folder,
		       const char *const names[MEETING_MAX_CERTS])
{
	struct buf chain = { 0 };
	gnutls_datum_t pem, key;

	for (size_t i = 0; i < MEETING_MAX_CERTS && names[i]; i++) {
		meeting_load(folder, names[i], "crt", &pem);
		buf_add(&chain, pem.data, pem.size);
		gnutls_free(pem.data);
	}
	meeting_load(folder, names[0], "key", &key);
	pem.data = (unsigned char *)buf_data(&chain);
	pem.size = (unsigned)chain.len;
	require(gnutls_certificate_set_x509_key_mem(m->server_creds, &pem, &key,
						    GNUTLS_X509_FMT_PEM) >= 0);
	gnutls_free(key.data);
	buf_fini(&chain);
}

static int give_staple(gnutls_session_t session, void *ptr, gnutls_datum_t *out)
{
	const struct buf *staple = ptr;

	(void)session;
	out->size = (unsigned)staple->len;
	out->data = gnutls_malloc(staple->len);
	memcpy(out->data, buf_data(staple), staple->len);
	return 0;
}

static void load_all(struct meeting *m, const char *folder,
		     const struct meeting_plan *plan)
{
	gnutls_datum_t pem;

	gnutls_certificate_allocate_credentials(&m->server_creds);
	gnutls_certificate_allocate_credentials(&m->client_creds);
	load_chain(m, folder, plan->chain);
	if (plan->staple)
		require(gnutls_certificate_set_ocsp_status_request_function2(
				m->server_creds, 0, give_staple,
				(void *)(uintptr_t)plan->staple) == 0);
	if (!plan->trust)
		return;
	meeting_load(folder, plan->trust, "crt", &pem);
	require(gnutls_certificate_set_x509_trust_mem(
			m->client_creds, &pem, GNUTLS_X509_FMT_PEM) == 1);
	gnutls_free(pem.data);
}

void meeting_init(struct meeting *m, const char *folder,
		  const struct meeting_plan *plan)
{
	int server = GNUTLS_E_AGAIN, client = GNUTLS_E_AGAIN;

	*m = (struct meeting){ 0 };
	load_all(m, folder, plan);
	m->server.in = m->client.out = &m->to_server;
	m->client.in = m->server.out = &m->to_client;
	end_init(&m->server, GNUTLS_SERVER, m->server_creds);
	end_init(&m->client, GNUTLS_CLIENT, m->client_creds);
	for (int i = 0; i < 10 && (server != 0 || client != 0); i++) {
		if (client != 0)
			client = gnutls_handshake(m->client.session);
		if (server != 0)
			server = gnutls_handshake(m->server.session);
	}
	require(client == 0 && server == 0);
}

void meeting_fini(struct meeting *m)
{
	gnutls_deinit(m->server.session);
	gnutls_deinit(m->client.session);
	gnutls_certificate_free_credentials(m->server_creds);
	gnutls_certificate_free_credentials(m->client_creds);
	buf_fini(&m->to_server);
	buf_fini(&m->to_client);
}
