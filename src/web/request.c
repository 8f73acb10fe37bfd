/* SPDX-License-Identifier: MIT */
#include "web/request.h"

#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/codec.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/call.h"
#include "web/closed_day.h"
#include "web/ready.h"
#include "web/route.h"
#include "web/visitors.h"

#define IN_MEMORY (1 << 20) /* bytes of a kept answer */

/* On every answer. Nothing is loaded but from here, nothing frames us, and no
 * page that a link leads to learns from where. */
static const struct {
	const char *name, *value;
} security[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; style-src 'self'; script-src 'self'; "
	  "img-src 'self'; connect-src 'self'; base-uri 'none'; "
	  "form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
};

static char *header_of(struct MHD_Connection *connection, const char *name)
{
	const char *value =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value && str_is_utf8(value, strlen(value)) ? str_dup(value)
							  : NULL;
}

/* Behind a proxy on this machine the last address it added is the client's. */
static void find_client(struct call *c, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info->client_addr;
	char *forwarded = header_of(connection, "X-Forwarded-For");
	char *other = header_of(connection, "Forwarded");
	char name[VISITORS_NAME];
	const char *last;

	visitors_name(sa, name);
	c->is_loopback = visitors_is_loopback(sa) && !forwarded && !other;
	if (visitors_is_loopback(sa) && forwarded) {
		last = strrchr(forwarded, ',');
		last = last ? last + 1 : forwarded;
		c->client = str_dup_n(last + strspn(last, " "), 64);
	} else {
		c->client = str_dup(name);
	}
	mem_free(&forwarded);
	mem_free(&other);
}

static enum MHD_Result on_arg(void *owner, enum MHD_ValueKind kind,
			      const char *name, const char *value)
{
	(void)kind;
	call_add_arg(owner, name, value);
	return MHD_YES;
}

static void read_request(struct call *c, struct MHD_Connection *connection,
			 const char *method)
{
	c->connection = connection;
	c->is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
	c->if_none_match = header_of(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
	c->accept_encoding =
		header_of(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	c->last_event_id = header_of(connection, "Last-Event-ID");
	find_client(c, connection);
	(void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND,
					on_arg, c);
}

/* Pages that nobody named otherwise are named by what they are made of. */
static void name_body(struct call *c)
{
	unsigned char digest[DIGEST_SHA256_SIZE];
	char *hex;

	if (c->status != 200 || c->etag || c->file >= 0 || c->response)
		return;
	digest_sha256(buf_data(&c->body), c->body.len, digest);
	hex = hex_encode(digest, 12);
	c->etag = str_format("\"%s\"", hex);
	mem_free(&hex);
}

/* One that many will get, and small: out of memory in one piece with its head.
 * NULL: it cannot be read. */
static struct MHD_Response *make_in_memory(const struct call *c)
{
	size_t len = (size_t)c->file_size;
	void *bytes = mem_alloc(len + 1);
	struct MHD_Response *response = NULL;

	if (pread(c->file, bytes, len, 0) == (ssize_t)len)
		response = MHD_create_response_from_buffer(
			len, bytes, MHD_RESPMEM_MUST_FREE);
	if (!response)
		mem_free(&bytes);
	return response;
}

static struct MHD_Response *make_of_file(struct call *c)
{
	struct MHD_Response *response = NULL;

	if (c->is_kept && c->file_size <= IN_MEMORY)
		response = make_in_memory(c);
	if (response)
		return response;
	response = MHD_create_response_from_fd64(c->file_size, c->file);
	if (response)
		c->file = -1; /* closed by the library */
	return response;
}

static struct MHD_Response *make_of_body(struct call *c)
{
	struct MHD_Response *response;

	require(c->body.start == 0);
	response = MHD_create_response_from_buffer(c->body.len, c->body.data,
						   MHD_RESPMEM_MUST_FREE);
	if (response)
		c->body = (struct buf){ 0 };
	return response;
}

static struct MHD_Response *make_response(struct call *c)
{
	struct MHD_Response *response = c->response;

	c->response = NULL;
	if (response)
		return response;
	return c->file >= 0 ? make_of_file(c) : make_of_body(c);
}

static void add_header(struct MHD_Response *response, const char *name,
		       const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		log_debug(LOG_WEB, "header %s cannot be sent", name);
}

static void add_headers(const struct call *c, struct MHD_Response *response)
{
	for (size_t i = 0; i < array_len(security); i++)
		add_header(response, security[i].name, security[i].value);
	add_header(response, "Content-Type", c->type);
	add_header(response, "Cache-Control", c->cache);
	if (c->etag)
		add_header(response, "ETag", c->etag);
	for (size_t i = 0; i < c->header_count; i++)
		add_header(response, c->headers[i].name, c->headers[i].value);
}

static bool send_answer(struct ready *ready, struct call *c, const char *url)
{
	struct MHD_Response *response;
	bool is_sent;

	name_body(c);
	if (c->status == 200 && c->etag && call_has(c, c->etag)) {
		c->status = 304;
		buf_clear(&c->body);
		if (c->file >= 0)
			close(c->file);
		c->file = -1;
	}
	response = make_response(c);
	if (!response)
		return false;
	add_headers(c, response);
	is_sent = MHD_queue_response(c->connection, c->status, response) ==
		  MHD_YES;
	if (c->is_kept && c->status == 200 && !c->is_head)
		ready_keep(ready, c->connection, url, response,
			   c->file_size);
	else
		MHD_destroy_response(response);
	return is_sent;
}

bool request_answer(const struct web_desk *desk, struct ready *ready,
		    struct MHD_Connection *connection, const char *url,
		    const char *method)
{
	struct call c;
	struct MHD_Response *response = NULL;
	bool is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0, is_sent;

	if (is_get)
		response = ready_find(ready, connection, url,
				      closed_days_generation(desk->days));
	if (response) {
		closed_days_count_hit();
		return MHD_queue_response(connection, MHD_HTTP_OK, response) ==
		       MHD_YES;
	}
	call_init(&c, desk);
	read_request(&c, connection, method);
	if (is_get || c.is_head)
		route_answer(&c, url);
	else
		call_fail(&c, 405, NULL);
	log_debug(LOG_WEB, "%s: %s: %u", c.client, method, c.status);
	is_sent = send_answer(ready, &c, url);
	call_fini(&c);
	return is_sent;
}
