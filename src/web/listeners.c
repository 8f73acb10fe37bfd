/* SPDX-License-Identifier: MIT */
#include "web/listeners.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/pem_pair.h"
#include "web/socket.h"
#include "web/visitors.h"
#include "web/web.h"

#define IDLE 30           /* seconds until a silent client is let go */
#define CALL_MEMORY 16384 /* for a request's and an answer's head */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A listening address. An old one listens no more, and stays until its last
 * client has gone: its certificate was replaced. */
struct listener {
	struct MHD_Daemon *daemon;
	struct pem_pair pem;
	bool is_old;
};

struct listeners {
	const struct web_settings *settings; /* borrowed */
	listeners_request_fn *answer;
	void *owner;               /* for answer */
	struct visitors *visitors; /* owned */
	struct listener *all; /* owned; one a listening address, in their
				* order, and old ones behind */
	size_t count;
	uint16_t *ports; /* owned; by place in settings.listen */
};

/* ---- what the HTTP library asks and tells ---- */

/* A proxy on this machine stands for many; it has limits of its own. */
static enum MHD_Result on_accept(void *owner, const struct sockaddr *sa,
				 socklen_t len)
{
	const struct listeners *l = owner;

	(void)len;
	if (visitors_count(l->visitors) >= l->settings->max_clients)
		return MHD_NO;
	return visitors_is_loopback(sa) || visitors_of(l->visitors, sa) <
						   l->settings->max_per_address
		       ? MHD_YES
		       : MHD_NO;
}

static void on_connection(void *owner, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct listeners *l = owner;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	(void)context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		visitors_come(l->visitors, info->client_addr);
	else
		visitors_go(l->visitors, info->client_addr);
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
	const struct listeners *l = owner;
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
	return l->answer(l->owner, connection, url, method) ? MHD_YES
								 : MHD_NO;
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

/* ---- one of them ---- */

/* fd is the library's in any case. Takes pem. */
static int open_listener(struct listeners *l, int fd, struct pem_pair *pem,
			 struct listener *listener_out)
{
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT,
		  (intptr_t)l->settings->max_clients, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, IDLE, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CALL_MEMORY, NULL },
		/* the thread sees to it; else files are not sent by sendfile() */
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)on_unescape, l },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, l },
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, l },
		{ pem->key ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0,
		  pem->key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, pem->certificate },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
			 MHD_ALLOW_SUSPEND_RESUME |
			 (pem->key ? MHD_USE_TLS : 0);
	int error = pem->key ? HW_E_TLS : HW_E_SYSTEM;

	*listener_out = (struct listener){ .pem = *pem };
	*pem = (struct pem_pair){ 0 };
	listener_out->daemon =
		MHD_start_daemon(flags, 0, on_accept, l, on_request, l,
				 MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (listener_out->daemon)
		return 0;
	pem_pair_fini(&listener_out->pem);
	return error;
}

static void close_listener(struct listener *d)
{
	MHD_stop_daemon(d->daemon);
	pem_pair_fini(&d->pem);
}

static uint16_t port_of(const struct listener *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info->port;
}

static int socket_of(const struct listener *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_LISTEN_FD);

	return info->listen_fd;
}

static int epoll_of(const struct listener *d)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info->epoll_fd;
}

static bool is_empty(const struct listener *d)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		d->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info->num_connections == 0;
}

/* ---- all of them ---- */

static int open_at(struct listeners *l, const char *address)
{
	struct pem_pair pem;
	int fd, error = pem_pair_read(l->settings, &pem);

	if (error)
		return error;
	error = socket_open(address, &fd);
	if (!error)
		error = open_listener(l, fd, &pem,
				      &l->all[l->count]);
	if (!error)
		l->count++;
	else
		log_error(LOG_WEB, "cannot listen on %s: %s", address,
			  hw_error_text(error));
	mem_free(&pem.certificate);
	mem_free(&pem.key);
	return error;
}

int listeners_open(const struct web_settings *settings,
		   listeners_request_fn *answer, void *owner,
		   struct listeners **listeners_out)
{
	struct listeners *l = mem_new(struct listeners);
	size_t count = settings->listen_count;
	int error = 0;

	*l = (struct listeners){
		.settings = settings,
		.answer = answer,
		.owner = owner,
		.visitors = visitors_new(),
		.all = mem_zero(count + 1, sizeof(*l->all)),
		.ports = mem_zero(count + 1, sizeof(*l->ports)),
	};
	for (size_t i = 0; i < count && !error; i++) {
		error = open_at(l, settings->listen[i]);
		if (!error)
			l->ports[i] = port_of(&l->all[i]);
	}
	if (error)
		listeners_close(&l);
	else
		*listeners_out = l;
	return error;
}

void listeners_close(struct listeners **l)
{
	if (!*l)
		return;
	for (size_t i = 0; i < (*l)->count; i++)
		close_listener(&(*l)->all[i]);
	mem_free(&(*l)->all);
	mem_free(&(*l)->ports);
	visitors_free(&(*l)->visitors);
	mem_free(l);
}

uint16_t listeners_port(const struct listeners *l, size_t which)
{
	require(which < l->settings->listen_count);
	return l->ports[which];
}

/* Another daemon behind the same address; who is with the old one stays. */
static int replace_listener(struct listeners *l, size_t which)
{
	struct pem_pair pem;
	struct listener fresh;
	int fd, error = pem_pair_read(l->settings, &pem);

	if (error)
		return error;
	fd = dup(socket_of(&l->all[which]));
	error = fd < 0 ? HW_E_SYSTEM : open_listener(l, fd, &pem, &fresh);
	pem_pair_fini(&pem);
	if (error) {
		log_error(LOG_WEB,
			  "%s: not taken up: %s; the certificate "
			  "stays the old one",
			  l->settings->certificate, hw_error_text(error));
		return error;
	}
	l->all = mem_realloc(l->all, (l->count + 1) * sizeof(*l->all));
	l->all[l->count] = l->all[which];
	l->all[l->count++].is_old = true;
	close(MHD_quiesce_daemon(l->all[which].daemon));
	l->all[which] = fresh;
	return 0;
}

void listeners_renew(struct listeners *l)
{
	int error = l->settings->certificate ? 0 : HW_E_NOT_FOUND;

	for (size_t i = 0; i < l->settings->listen_count && !error; i++)
		error = replace_listener(l, i);
	if (!error)
		log_info(LOG_WEB, "%s: taken up", l->settings->certificate);
}

/* At its bound of connections a daemon stops to accept, and only in the run
 * after the one in which somebody went it begins again. */
void listeners_run(struct listeners *l)
{
	size_t before;

	do {
		before = visitors_count(l->visitors);
		for (size_t i = 0; i < l->count; i++)
			(void)MHD_run(l->all[i].daemon);
	} while (visitors_count(l->visitors) < before);
}

void listeners_close_old(struct listeners *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (l->all[i].is_old && is_empty(&l->all[i]))
			close_listener(&l->all[i]);
		else
			l->all[kept++] = l->all[i];
	}
	l->count = kept;
}

/* ms until one of them must be looked after, within timeout; -1: none must. */
static int next_timeout(const struct listeners *l, int timeout)
{
	MHD_UNSIGNED_LONG_LONG ms,
		least = timeout >= 0 ? (unsigned)timeout : 3600000;
	bool is_one = timeout >= 0;

	for (size_t i = 0; i < l->count; i++) {
		if (MHD_get_timeout(l->all[i].daemon, &ms) != MHD_YES)
			continue;
		is_one = true;
		least = ms < least ? ms : least;
	}
	return is_one ? (int)least : -1;
}

void listeners_wait(struct listeners *l, int wake, int timeout)
{
	struct pollfd *polled = mem_zero(l->count + 1, sizeof(*polled));

	polled[0] = (struct pollfd){ .fd = wake, .events = POLLIN };
	for (size_t i = 0; i < l->count; i++)
		polled[i + 1] = (struct pollfd){
			.fd = epoll_of(&l->all[i]),
			.events = POLLIN,
		};
	(void)poll(polled, l->count + 1, next_timeout(l, timeout));
	mem_free(&polled);
}
