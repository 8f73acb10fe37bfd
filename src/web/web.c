/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "store/reader.h"
#include "store/record.h"
#include "web/asset.h"
#include "web/call.h"
#include "web/closed_day.h"
#include "web/live.h"
#include "web/ready.h"
#include "web/record_package.h"
#include "web/route.h"
#include "web/web_site.h"

#define PORT "5280"
#define PEM_MAX 65536     /* bytes of a certificate or key file */
#define IDLE 30           /* seconds until a silent client is let go */
#define CALL_MEMORY 16384 /* for a request's and an answer's head */
#define BACKLOG 256
#define NICE 5              /* of its thread */
#define IN_MEMORY (1 << 20) /* bytes of a kept answer */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

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

/* From the conference loop to the web thread. */
struct mail {
	struct list node;
	struct web_site *site; /* owned, or NULL */
	bool is_renewal;       /* the certificate may be another */
	struct record *record; /* owned, or NULL */
	char *room, *nick, *caption; /* owned; or NULL: none */
};

/* PEM; the keys' memory must outlive the daemon. */
struct identity {
	char *certificate, *key; /* owned; NULL: without TLS */
};

/* A listening address. An old one listens no more, and stays until its last
 * client has gone: its certificate was replaced. */
struct listener {
	struct MHD_Daemon *daemon;
	struct identity identity;
	bool is_old;
};

struct web {
	struct web_settings settings; /* read only, as the next */
	uint16_t *ports;              /* owned; by place in settings.listen */
	/* shared */
	pthread_t thread;
	pthread_mutex_t lock;
	struct list mails; /* under lock */
	bool is_ending;    /* under lock */
	int wake;          /* eventfd: something was posted */
	/* the web thread's, from its start to its end */
	struct web_desk desk;
	struct web_site *site;      /* owned; desk.site */
	struct listener *listeners; /* owned; one a listening address, in
				      * their order, and old ones behind */
	size_t listener_count;
	struct ready *ready;   /* owned */
	uint64_t generation;   /* of the days that those are */
	struct map *addresses; /* name -> struct visitor */
	size_t clients;        /* connections */
};

/* Connections of one address. */
struct visitor {
	size_t count;
};

void web_settings_init(struct web_settings *s)
{
	*s = (struct web_settings){
		.max_clients = 2000,
		.max_per_address = 100,
		.max_live = 1500,
		.ring = 1024,
		.search_rate = 30,
		.page_lines = 50,
		.cache_size = 256 << 20,
	};
}

/* ---- who is there ---- */

static bool is_mapped(const struct in6_addr *a)
{
	return IN6_IS_ADDR_V4MAPPED(a);
}

/* An IPv4 address, or the /64 of an IPv6 one: who is behind it, for limits. */
static void print_visitor(const struct sockaddr *sa, char *out, size_t size)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
	struct in6_addr net;

	out[0] = '\0';
	if (sa->sa_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, out, (socklen_t)size);
	} else if (sa->sa_family == AF_INET6 && is_mapped(&in6->sin6_addr)) {
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], out,
			  (socklen_t)size);
	} else if (sa->sa_family == AF_INET6) {
		net = in6->sin6_addr;
		memset(&net.s6_addr[8], 0, 8);
		inet_ntop(AF_INET6, &net, out, (socklen_t)size);
	}
}

static bool is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

	if (sa->sa_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	if (sa->sa_family != AF_INET6)
		return false;
	if (is_mapped(&in6->sin6_addr))
		return in6->sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static const struct sockaddr *address_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info->client_addr;
}

/* A proxy on this machine stands for many; it has limits of its own. */
static enum MHD_Result on_accept(void *owner, const struct sockaddr *sa,
				 socklen_t len)
{
	struct web *w = owner;
	struct visitor *visitor;
	char name[INET6_ADDRSTRLEN];

	(void)len;
	if (w->clients >= w->settings.max_clients)
		return MHD_NO;
	print_visitor(sa, name, sizeof(name));
	visitor = map_get(w->addresses, name);
	return !visitor || is_loopback(sa) ||
			       visitor->count < w->settings.max_per_address
		       ? MHD_YES
		       : MHD_NO;
}

static void count_visitor(struct web *w, const char *name, int change)
{
	struct visitor *visitor = map_get(w->addresses, name);

	if (!visitor) {
		visitor = mem_new(struct visitor);
		map_add(w->addresses, name, visitor);
	}
	visitor->count += (size_t)change;
	if (visitor->count == 0) {
		visitor = map_steal(w->addresses, name);
		mem_free(&visitor);
	}
}

static void on_connection(void *owner, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct web *w = owner;
	char name[INET6_ADDRSTRLEN];
	int change = code == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1;

	(void)context;
	print_visitor(address_of(connection), name, sizeof(name));
	w->clients += (size_t)change;
	count_visitor(w, name, change);
}

/* ---- a request ---- */

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
	const struct sockaddr *sa = address_of(connection);
	char *forwarded = header_of(connection, "X-Forwarded-For");
	char *other = header_of(connection, "Forwarded");
	char name[INET6_ADDRSTRLEN];
	const char *last;

	print_visitor(sa, name, sizeof(name));
	c->is_loopback = is_loopback(sa) && !forwarded && !other;
	if (is_loopback(sa) && forwarded) {
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

static struct MHD_Response *make_response(struct call *c)
{
	struct MHD_Response *response = c->response;
	void *bytes;

	if (c->is_kept && c->file >= 0 && c->file_size <= IN_MEMORY)
		response = make_in_memory(c);
	if (response && !c->response)
		return response;

	if (response) {
		c->response = NULL;
		return response;
	}
	if (c->file >= 0) {
		response = MHD_create_response_from_fd64(c->file_size, c->file);
		if (response)
			c->file = -1; /* closed by the library */
		return response;
	}
	require(c->body.start == 0);
	bytes = c->body.data;
	response = MHD_create_response_from_buffer(c->body.len, bytes,
						   MHD_RESPMEM_MUST_FREE);
	if (response)
		c->body = (struct buf){ 0 };
	return response;
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

static enum MHD_Result send_answer(struct web *w, struct call *c,
				   const char *url)
{
	struct MHD_Response *response;
	enum MHD_Result result;

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
		return MHD_NO;
	add_headers(c, response);
	result = MHD_queue_response(c->connection, c->status, response);
	if (c->is_kept && c->status == 200 && !c->is_head)
		ready_keep(w->ready, c->connection, url, response,
			   c->file_size);
	else
		MHD_destroy_response(response);
	return result;
}

/* The days that are asked for just now. NULL: think about it. */
static struct MHD_Response *
find_ready(struct web *w, struct MHD_Connection *connection, const char *url)
{
	uint64_t now = closed_days_generation(w->desk.days);

	if (w->generation != now)
		ready_forget(w->ready);
	w->generation = now;
	return ready_find(w->ready, connection, url);
}

static enum MHD_Result answer(struct web *w, struct MHD_Connection *connection,
			      const char *url, const char *method)
{
	struct call c;
	struct MHD_Response *response;
	enum MHD_Result result;
	bool may_ask = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
		       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	response = strcmp(method, MHD_HTTP_METHOD_GET) == 0
			   ? find_ready(w, connection, url)
			   : NULL;
	if (response) {
		closed_days_count_hit();
		return MHD_queue_response(connection, MHD_HTTP_OK, response);
	}
	call_init(&c, &w->desk);
	read_request(&c, connection, method);
	if (may_ask)
		route_answer(&c, url);
	else
		call_fail(&c, 405, NULL);
	log_debug(LOG_WEB, "%s: %s: %u", c.client, method, c.status);
	result = send_answer(w, &c, url);
	call_fini(&c);
	return result;
}

/* Called first when the head is there, then for each piece of a body, and at
 * last without one. What is not a question is answered at once, so that its
 * body need not be read. */
static enum MHD_Result on_request(void *owner,
				  struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *body,
				  size_t *body_len, void **context)
{
	static char seen;
	bool is_question = strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
			   strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

	(void)version;
	(void)body;
	if (!*context && is_question) {
		*context = &seen;
		return MHD_YES;
	}
	if (*body_len > 0) {
		*body_len = 0;
		return MHD_YES;
	}
	return answer(owner, connection, url, method);
}

/* Paths and arguments come as they are: route_decode() knows what is fit. */
static size_t on_unescape(void *owner, struct MHD_Connection *connection,
			  char *text)
{
	(void)owner;
	(void)connection;
	return strlen(text);
}

static void on_log(void *owner, const char *format, va_list args)
{
	char *text = str_format_va(format, args);
	char *quoted = str_quote(text, strcspn(text, "\n"), 200);

	(void)owner;
	log_debug(LOG_WEB, "http: %s", quoted);
	mem_free(&quoted);
	mem_free(&text);
}

/* ---- the thread ---- */

static void renew(struct web *w);

static void take_mail(struct web *w, struct mail *owned)
{
	if (owned->is_renewal)
		renew(w);
	if (owned->site) {
		web_site_unref(&w->site);
		w->site = owned->site;
		w->desk.site = w->site;
		if (w->desk.live)
			live_show(w->desk.live, w->site);
		ready_forget(w->ready);
	}
	if (owned->record && w->desk.live) {
		closed_days_heed(w->desk.days, owned->record);
		record_package_heed(&w->desk, owned->record);
		live_add(w->desk.live, owned->record);
	}
	if (owned->caption && w->desk.live)
		live_caption(w->desk.live, owned->room, owned->nick,
			     owned->caption);
	mem_free(&owned->room);
	mem_free(&owned->nick);
	mem_free(&owned->caption);
	record_free(&owned->record);
	mem_free(&owned);
}

/* False: the end was asked for. */
static bool take_mails(struct web *w)
{
	struct list mails;
	struct mail *mail, *tmp;
	eventfd_t count;
	bool is_ending;

	list_init(&mails);
	(void)eventfd_read(w->wake, &count);
	pthread_mutex_lock(&w->lock);
	list_move_all(&mails, &w->mails);
	is_ending = w->is_ending;
	pthread_mutex_unlock(&w->lock);
	list_each_safe(mail, tmp, &mails, node) {
		list_remove(&mail->node);
		take_mail(w, mail);
	}
	return !is_ending;
}

/* ms until one of the listeners, or who waits, must be looked after; -1: none
 * must. */
static int next_timeout(struct web *w)
{
	int tick = live_tick(w->desk.live, clock_mono());
	MHD_UNSIGNED_LONG_LONG ms, least = tick >= 0 ? (unsigned)tick : 3600000;
	bool is_one = tick >= 0;

	for (size_t i = 0; i < w->listener_count; i++) {
		if (MHD_get_timeout(w->listeners[i].daemon, &ms) != MHD_YES)
			continue;
		is_one = true;
		least = ms < least ? ms : least;
	}
	return is_one ? (int)least : -1;
}

static int epoll_of(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info->epoll_fd;
}

/* At its bound of connections a daemon stops to accept, and only in the run
 * after the one in which somebody went it begins again. */
static void run_listeners(struct web *w)
{
	size_t before;

	do {
		before = w->clients;
		for (size_t i = 0; i < w->listener_count; i++)
			(void)MHD_run(w->listeners[i].daemon);
	} while (w->clients < before);
}

static void wait_for_listeners(struct web *w)
{
	struct pollfd *polled =
		mem_zero(w->listener_count + 1, sizeof(*polled));

	polled[0] = (struct pollfd){ .fd = w->wake, .events = POLLIN };
	for (size_t i = 0; i < w->listener_count; i++)
		polled[i + 1] = (struct pollfd){
			.fd = epoll_of(w->listeners[i].daemon),
			.events = POLLIN,
		};
	(void)poll(polled, w->listener_count + 1, next_timeout(w));
	mem_free(&polled);
}

static void close_listener(struct listener *d)
{
	MHD_stop_daemon(d->daemon);
	mem_free(&d->identity.certificate);
	mem_free(&d->identity.key);
}

static bool is_empty(const struct listener *d)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		d->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info->num_connections == 0;
}

static void close_old_listeners(struct web *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->listener_count; i++) {
		if (w->listeners[i].is_old && is_empty(&w->listeners[i]))
			close_listener(&w->listeners[i]);
		else
			w->listeners[kept++] = w->listeners[i];
	}
	w->listener_count = kept;
}

static void *run(void *owner)
{
	struct web *w = owner;
	sigset_t pipe_signal;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
	/* Rooms come before pages where processors are scarce; on Linux that
	 * is this thread alone. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	while (take_mails(w)) {
		run_listeners(w);
		close_old_listeners(w);
		wait_for_listeners(w);
	}
	live_end(w->desk.live);
	run_listeners(w);
	return NULL;
}

static void post(struct web *w, struct mail *owned)
{
	pthread_mutex_lock(&w->lock);
	list_add_tail(&w->mails, &owned->node);
	pthread_mutex_unlock(&w->lock);
	(void)eventfd_write(w->wake, 1);
}

/* ---- start and end ---- */

/* "127.0.0.1:5280", "[::1]:5280", "*:5280"; the port may be left out. */
static int split_address(const char *text, char *host, size_t host_size,
			 char *port, size_t port_size)
{
	const char *colon = strrchr(text, ':');
	size_t len;

	if (colon && strchr(colon, ']'))
		colon = NULL;
	len = colon ? (size_t)(colon - text) : strlen(text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= host_size ||
	    !str_copy(port, port_size, colon ? colon + 1 : PORT))
		return HW_E_INVALID;
	memcpy(host, text, len);
	host[len] = '\0';
	return 0;
}

static int bind_socket(const struct addrinfo *at, bool is_any, int *fd_out)
{
	int fd = socket(at->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, only_6 = is_any ? 0 : 1;
	int error;

	if (fd < 0)
		return hw_error_of_errno(errno);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_6,
				 sizeof(only_6));
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG)) {
		error = hw_error_of_errno(errno);
		close(fd);
		return error;
	}
	*fd_out = fd;
	return 0;
}

/* Every address of both families where the machine has IPv6, for "*". */
static int open_socket(const char *text, int *fd_out)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo *found;
	char host[INET6_ADDRSTRLEN + 16], port[8];
	bool is_any;
	int error = split_address(text, host, sizeof(host), port, sizeof(port));

	if (error)
		return error;
	is_any = strcmp(host, "*") == 0;
	if (getaddrinfo(is_any ? "::" : host, port, &hints, &found))
		return HW_E_INVALID;
	error = bind_socket(found, is_any, fd_out);
	freeaddrinfo(found);
	if (!is_any || (error != HW_E_SYSTEM && error != HW_E_INVALID))
		return error;
	if (getaddrinfo("0.0.0.0", port, &hints, &found))
		return HW_E_INVALID;
	error = bind_socket(found, false, fd_out);
	freeaddrinfo(found);
	return error;
}

/* fd is the library's in any case. Takes identity. */
static int open_listener(struct web *w, int fd, struct identity *identity,
			 struct listener *listener_out)
{
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT,
		  (intptr_t)w->settings.max_clients, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, IDLE, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CALL_MEMORY, NULL },
		/* run() sees to it; else files are not sent by sendfile() */
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)on_unescape, w },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, w },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, w },
		{ identity->key ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0,
		  identity->key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, identity->certificate },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
			 MHD_ALLOW_SUSPEND_RESUME |
			 (identity->key ? MHD_USE_TLS : 0);
	int error = identity->key ? HW_E_TLS : HW_E_SYSTEM;

	*listener_out = (struct listener){ .identity = *identity };
	*identity = (struct identity){ 0 };
	listener_out->daemon =
		MHD_start_daemon(flags, 0, on_accept, w, on_request, w,
				 MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (listener_out->daemon)
		return 0;
	mem_free(&listener_out->identity.certificate);
	mem_free(&listener_out->identity.key);
	return error;
}

static int read_pem(const char *path, char **text_out)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (!file)
		return hw_error_of_errno(errno);
	text = mem_zero(PEM_MAX + 1, 1);
	len = fread(text, 1, PEM_MAX, file);
	fclose(file);
	text[len] = '\0';
	*text_out = text;
	return len == 0 || len == PEM_MAX ? HW_E_INVALID : 0;
}

/* What is in the files now. */
static int read_identity(const struct web_settings *s,
			 struct identity *identity_out)
{
	int error;

	*identity_out = (struct identity){ 0 };
	if (!s->certificate)
		return 0;
	error = read_pem(s->certificate, &identity_out->certificate);
	if (!error)
		error = read_pem(s->key ? s->key : s->certificate,
				 &identity_out->key);
	if (!error)
		return 0;
	log_error(LOG_WEB, "%s: %s", s->certificate, hw_error_text(error));
	mem_free(&identity_out->certificate);
	mem_free(&identity_out->key);
	return error;
}

static int open_at(struct web *w, const char *address)
{
	struct identity identity;
	int fd, error = read_identity(&w->settings, &identity);

	if (error)
		return error;
	error = open_socket(address, &fd);
	if (!error)
		error = open_listener(w, fd, &identity,
				      &w->listeners[w->listener_count]);
	if (!error)
		w->listener_count++;
	else
		log_error(LOG_WEB, "cannot listen on %s: %s", address,
			  hw_error_text(error));
	mem_free(&identity.certificate);
	mem_free(&identity.key);
	return error;
}

static uint16_t port_of(const struct listener *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info->port;
}

static int open_listeners(struct web *w)
{
	size_t count = w->settings.listen_count;
	int error = 0;

	w->listeners = mem_zero(count + 1, sizeof(*w->listeners));
	w->ports = mem_zero(count + 1, sizeof(*w->ports));
	for (size_t i = 0; i < count && !error; i++) {
		error = open_at(w, w->settings.listen[i]);
		if (!error)
			w->ports[i] = port_of(&w->listeners[i]);
	}
	return error;
}

static int fd_of(const struct listener *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_LISTEN_FD);

	return info->listen_fd;
}

/* Another daemon behind the same address; who is with the old one stays. */
static int replace_listener(struct web *w, size_t which)
{
	struct identity identity;
	struct listener fresh;
	int fd, error = read_identity(&w->settings, &identity);

	if (error)
		return error;
	fd = dup(fd_of(&w->listeners[which]));
	error = fd < 0 ? HW_E_SYSTEM : open_listener(w, fd, &identity, &fresh);
	mem_free(&identity.certificate);
	mem_free(&identity.key);
	if (error) {
		log_error(LOG_WEB,
			  "%s: not taken up: %s; the certificate "
			  "stays the old one",
			  w->settings.certificate, hw_error_text(error));
		return error;
	}
	w->listeners = mem_realloc(w->listeners, (w->listener_count + 1) *
							 sizeof(*w->listeners));
	w->listeners[w->listener_count] = w->listeners[which];
	w->listeners[w->listener_count++].is_old = true;
	close(MHD_quiesce_daemon(w->listeners[which].daemon));
	w->listeners[which] = fresh;
	return 0;
}

static void renew(struct web *w)
{
	int error = w->settings.certificate ? 0 : HW_E_NOT_FOUND;

	for (size_t i = 0; i < w->settings.listen_count && !error; i++)
		error = replace_listener(w, i);
	if (!error)
		log_info(LOG_WEB, "%s: taken up", w->settings.certificate);
}

static int start_thread(struct web *w)
{
	int error = pthread_create(&w->thread, NULL, run, w);

	return error ? hw_error_of_errno(error) : 0;
}

static void free_web(struct web *w)
{
	struct mail *mail, *tmp;

	for (size_t i = 0; i < w->listener_count; i++)
		close_listener(&w->listeners[i]);
	mem_free(&w->listeners);
	mem_free(&w->ports);
	list_each_safe(mail, tmp, &w->mails, node) {
		list_remove(&mail->node);
		mail->is_renewal = false;
		take_mail(w, mail);
	}
	web_site_unref(&w->site);
	live_free(&w->desk.live);
	closed_days_close(&w->desk.days);
	ready_free(&w->ready);
	reader_close(&w->desk.reader);
	quota_free(&w->desk.searches);
	map_free(&w->addresses, free);
	if (w->wake >= 0)
		close(w->wake);
	pthread_mutex_destroy(&w->lock);
	mem_free(&w);
}

static struct web *make_web(const struct web_settings *settings)
{
	struct web *w = mem_new(struct web);
	double rate = settings->search_rate / 60.0;

	w->settings = *settings;
	pthread_mutex_init(&w->lock, NULL);
	list_init(&w->mails);
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->addresses = map_new();
	w->site = web_site_new();
	w->ready = ready_new();
	w->desk = (struct web_desk){
		.settings = &w->settings,
		.site = w->site,
		.searches = quota_new(rate, settings->search_rate),
	};
	return w;
}

int web_open(const struct web_settings *settings, struct web **web_out)
{
	struct web *w;
	int error;

	require(settings->domain_count > 0);
	asset_start();
	w = make_web(settings);
	error = w->wake < 0 ? HW_E_SYSTEM : 0;
	if (!error)
		error = reader_open(settings->database, &w->desk.reader);
	if (!error)
		w->desk.live = live_new(&w->settings, w->desk.reader);
	if (!error)
		w->desk.days = closed_days_open(&w->settings, w->desk.reader);
	if (!error)
		record_package_sweep(&w->desk);
	if (!error)
		error = open_listeners(w);
	if (!error)
		error = start_thread(w);
	if (error) {
		free_web(w);
		return error;
	}
	*web_out = w;
	return 0;
}

void web_close(struct web **w)
{
	if (!*w)
		return;
	pthread_mutex_lock(&(*w)->lock);
	(*w)->is_ending = true;
	pthread_mutex_unlock(&(*w)->lock);
	(void)eventfd_write((*w)->wake, 1);
	pthread_join((*w)->thread, NULL);
	free_web(*w);
	*w = NULL;
}

void web_renew(struct web *w)
{
	struct mail *mail = mem_new(struct mail);

	mail->is_renewal = true;
	post(w, mail);
}

uint16_t web_port(const struct web *w, size_t which)
{
	require(which < w->settings.listen_count);
	return w->ports[which];
}

void web_committed(struct web *w, struct record *owned)
{
	struct mail *mail = mem_new(struct mail);

	mail->record = owned;
	post(w, mail);
}

void web_caption(struct web *w, const char *room, const char *nick,
		 const char *text)
{
	struct mail *mail = mem_new(struct mail);

	mail->room = str_dup(room);
	mail->nick = str_dup(nick);
	mail->caption = str_dup(text);
	post(w, mail);
}

static int compare_rooms(const void *a, const void *b)
{
	return strcmp(((const struct web_room *)a)->jid,
		      ((const struct web_room *)b)->jid);
}

void web_show(struct web *w, struct web_site *owned)
{
	struct mail *mail = mem_new(struct mail);

	/* web_site_find() halves */
	if (owned->room_count > 0)
		qsort(owned->rooms, owned->room_count, sizeof(*owned->rooms),
		      compare_rooms);
	mail->site = owned;
	post(w, mail);
}
