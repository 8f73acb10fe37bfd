/* SPDX-License-Identifier: MIT */
#include "admin/control.h"

#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "admin/command.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/listen.h"
#include "net/tcp.h"

#define SOCKET_MODE 0660
#define QUEUE_MAX 262144 /* bytes of answers not yet read, then we wait */
#define KEEP_SIZE 65536  /* of an empty input buffer */
#define ID_MAX 64        /* bytes of a textual id */
#define LINGER 1000      /* ms for the last answers at the end */

struct control {
	struct loop *loop;
	struct admin *admin; /* borrowed */
	size_t max_line;
	size_t max_clients;
	struct listen *listen; /* NULL when closed */
	struct list clients;
	size_t client_count;
	struct timer *linger; /* runs after control_close() */
	int64_t commit_wait;
	uint64_t committed; /* ticket */
	size_t waiting;     /* clients that wait for the store */
	bool is_closing;
};

enum client_state {
	CLIENT_OPEN,    /* reads, answers */
	CLIENT_LAST,    /* answers what is there, then closes */
	CLIENT_CLOSING, /* waits for on_closed */
	CLIENT_GONE,    /* waits for the end of its command */
};

/** A connection; answers one request after the other. */
struct client {
	struct list node;
	struct control *control;
	struct tcp *tcp; /* NULL when gone */
	enum client_state state;
	struct buf in;
	size_t scanned;   /* bytes of in without a line's end */
	bool is_skipping; /* the rest of a line that was too long */
	bool is_running;  /* a command that has not ended */
	bool is_working;  /* in client_work() */
	json_t *id;       /* of the request being answered, or NULL */
	uint64_t before;  /* last ticket when the command began */
	uint64_t ticket;  /* the end waits until it is committed, or 0 */
	struct timer *patience; /* runs meanwhile */
	unsigned uid;     /* for the log */
};

static void client_work(struct client *cl);

void control_settings_init(struct control_settings *s)
{
	*s = (struct control_settings){
		.max_line = (size_t)16 << 20,
		.max_clients = 64,
		.commit_wait = 10000,
	};
}

/* ---- lines out ---- */

static int add_bytes(const char *data, size_t len, void *out)
{
	buf_add(out, data, len);
	return 0;
}

/* Appends the line; takes message. */
static void add_line(struct buf *out, json_t *owned_message)
{
	require(json_dump_callback(owned_message, add_bytes, out,
				   JSON_COMPACT) == 0);
	buf_add_char(out, '\n');
	json_decref(owned_message);
}

static void client_send(struct client *cl, json_t *owned_message)
{
	struct buf line = { 0 };

	add_line(&line, owned_message);
	if (cl->state <= CLIENT_LAST)
		tcp_write(cl->tcp, buf_data(&line), line.len);
	buf_fini(&line);
}

/* What is no UTF-8 (a parser's complaint that was cut, say) is escaped. */
static json_t *json_of_text(const char *text)
{
	json_t *json = json_string(text);
	struct buf escaped = { 0 };

	if (json)
		return json;
	str_add_escaped(&escaped, text, strlen(text), "");
	json = json_string(buf_str(&escaped));
	buf_fini(&escaped);
	return json;
}

static json_t *message_new(json_t *id)
{
	json_t *message = json_object();

	json_object_set_new(message, "id", id ? json_incref(id) : json_null());
	return message;
}

static json_t *message_end(json_t *id, const char *error, const char *text)
{
	json_t *message = message_new(id);

	json_object_set_new(message, "ok", json_boolean(!error));
	if (error) {
		json_object_set_new(message, "error", json_of_text(error));
		json_object_set_new(message, "text", json_of_text(text));
	}
	return message;
}

static void client_refuse(struct client *cl, const char *error,
			  const char *text)
{
	client_send(cl, message_end(cl->id, error, text));
	json_decref(cl->id);
	cl->id = NULL;
}

/* ---- a command's answers ---- */

static void on_row(void *owner, const struct command_value *values,
		   size_t count)
{
	struct client *cl = owner;
	json_t *message = message_new(cl->id);
	json_t *row = json_object();

	require(cl->is_running);
	for (size_t i = 0; i < count; i++) {
		const struct command_value *v = &values[i];

		json_object_set_new(row, v->name,
				    v->text ? json_of_text(v->text)
					    : json_integer(v->number));
	}
	json_object_set_new(message, "row", row);
	client_send(cl, message);
}

static void client_end(struct client *cl, const char *error, const char *text)
{
	cl->is_running = false;
	client_send(cl, message_end(cl->id, error, text));
	json_decref(cl->id);
	cl->id = NULL;
	client_work(cl);
}

/* ... and it was done, or at least not undone: its change is kept in memory. */
static void client_end_wait(struct client *cl, const char *error,
			    const char *text)
{
	cl->ticket = 0;
	cl->control->waiting--;
	timer_stop(cl->patience);
	client_end(cl, error, text);
}

static void on_impatience(void *owner)
{
	client_end_wait(owner, "unsaved",
			"it is done, but not on disk yet: the store cannot "
			"write, and goes on trying");
}

static uint64_t last_ticket(const struct control *c)
{
	return c->admin->last_ticket ? c->admin->last_ticket(c->admin->owner)
				     : 0;
}

/* "ok" is said of what a crash cannot undo. */
static void on_command_end(void *owner, const char *error, const char *text)
{
	struct client *cl = owner;
	struct control *c = cl->control;
	uint64_t ticket = last_ticket(c);

	require(cl->is_running && !cl->ticket);
	if (error || c->is_closing || ticket == cl->before ||
	    ticket <= c->committed) {
		client_end(cl, error, text);
		return;
	}
	cl->ticket = ticket;
	c->waiting++;
	timer_start(cl->patience, c->commit_wait);
}

void control_committed(struct control *c, uint64_t ticket)
{
	struct client *cl, *next;

	c->committed = ticket;
	if (c->waiting == 0)
		return;
	list_each_safe(cl, next, &c->clients, node)
		if (cl->ticket && cl->ticket <= ticket)
			client_end_wait(cl, NULL, NULL);
}

/* ---- requests ---- */

static bool is_id(const json_t *id)
{
	return !id || json_is_null(id) || json_is_integer(id) ||
	       (json_is_string(id) && json_string_length(id) <= ID_MAX);
}

static bool read_value(json_t *json, struct command_value *value_out)
{
	value_out->text = json_string_value(json);
	value_out->number = json_is_true(json) ? 1 : json_integer_value(json);
	return json_is_string(json) || json_is_integer(json) ||
	       json_is_boolean(json);
}

/* Arguments borrow from args. NULL when one is neither text, a whole number
 * nor true or false; *bad_out is its name then. */
static struct command_value *read_args(json_t *args, const char **bad_out)
{
	struct command_value *values =
		mem_zero(json_object_size(args), sizeof(*values));
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach(args, name, value)
	{
		values[count].name = name;
		if (!read_value(value, &values[count++])) {
			*bad_out = name;
			mem_free(&values);
			return NULL;
		}
	}
	return values;
}

static void refuse_argument(struct client *cl, const char *name)
{
	char *quoted = str_quote(name, strlen(name), 64);
	char *text = str_format("the argument %s is neither a text, a whole "
				"number, true nor false",
				quoted);

	client_refuse(cl, "bad-request", text);
	mem_free(&text);
	mem_free(&quoted);
}

static void client_run(struct client *cl, const char *name, json_t *args)
{
	const struct command_reply reply = {
		.owner = cl,
		.row = on_row,
		.end = on_command_end,
	};
	const struct command_caller caller = { .jid = NULL };
	const char *bad = NULL;
	struct command_value *values = read_args(args, &bad);

	if (!values) {
		refuse_argument(cl, bad);
		return;
	}
	cl->is_running = true;
	cl->before = last_ticket(cl->control);
	command_run(cl->control->admin, &caller, name, values,
		    json_object_size(args), &reply);
	mem_free(&values);
}

static void log_command(const struct client *cl, const char *name)
{
	char *quoted = str_quote(name, strlen(name), 64);

	log_debug(LOG_ADMIN, "control: command %s of user id %u", quoted,
		  cl->uid);
	mem_free(&quoted);
}

static void client_request(struct client *cl, json_t *request)
{
	json_t *id = json_object_get(request, "id");
	json_t *args = json_object_get(request, "args");
	const char *name =
		json_string_value(json_object_get(request, "command"));

	if (!is_id(id)) {
		client_refuse(cl, "bad-request",
			      "\"id\" is neither a whole number nor a short "
			      "text");
		return;
	}
	cl->id = json_incref(id);
	if (!name) {
		client_refuse(cl, "bad-request",
			      "\"command\" is missing or no text");
	} else if (args && !json_is_object(args)) {
		client_refuse(cl, "bad-request", "\"args\" is no object");
	} else {
		log_command(cl, name);
		client_run(cl, name, args);
	}
}

static void refuse_malformed(struct client *cl, const json_error_t *error)
{
	char *text = str_format("the line is no JSON: %s (byte %d)",
				error->text, error->position);

	client_refuse(cl, "malformed", text);
	mem_free(&text);
}

static void refuse_too_long(struct client *cl)
{
	char *text = str_format("the line is longer than %zu bytes",
				cl->control->max_line);

	client_refuse(cl, "too-long", text);
	mem_free(&text);
}

/* ---- lines in ---- */

static void client_eat(struct client *cl, size_t len)
{
	buf_eat(&cl->in, len);
	cl->scanned = 0;
	if (cl->in.len == 0 && cl->in.cap > KEEP_SIZE)
		buf_fini(&cl->in);
}

/* The line is eaten before its command runs, which may end us all. */
static void client_line(struct client *cl, size_t len, size_t eat)
{
	json_error_t error;
	json_t *request;

	if (cl->is_skipping || len > cl->control->max_line) {
		if (!cl->is_skipping)
			refuse_too_long(cl);
		cl->is_skipping = false;
		client_eat(cl, eat);
		return;
	}
	request = json_loadb((const char *)buf_data(&cl->in), len,
			     JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	client_eat(cl, eat);
	if (!request)
		refuse_malformed(cl, &error);
	else if (!json_is_object(request))
		client_refuse(cl, "malformed", "the line is no JSON object");
	else
		client_request(cl, request);
	json_decref(request);
}

/* Part of a line is there; one that is too long is not kept. */
static void client_part(struct client *cl)
{
	cl->scanned = cl->in.len;
	if (!cl->is_skipping && cl->in.len <= cl->control->max_line)
		return;
	if (!cl->is_skipping)
		refuse_too_long(cl);
	cl->is_skipping = true;
	client_eat(cl, cl->in.len);
}

/* False when no line is left. The last one needs no end. */
static bool client_next(struct client *cl)
{
	const unsigned char *data = buf_data(&cl->in);
	const unsigned char *end =
		memchr(data + cl->scanned, '\n', cl->in.len - cl->scanned);

	if (end) {
		size_t len = (size_t)(end - data);

		client_line(cl, len, len + 1);
		return true;
	}
	if (cl->state == CLIENT_LAST && cl->in.len > 0)
		client_line(cl, cl->in.len, cl->in.len);
	else
		client_part(cl);
	return false;
}

/* ---- a client's life ---- */

static void control_try_free(struct control *c)
{
	if (!c->is_closing || c->listen || !list_is_empty(&c->clients))
		return;
	timer_free(&c->linger);
	loop_release(c->loop);
	mem_free(&c);
}

static void client_free(struct client **cl)
{
	struct control *c = (*cl)->control;

	list_remove(&(*cl)->node);
	c->client_count--;
	json_decref((*cl)->id);
	timer_free(&(*cl)->patience);
	buf_fini(&(*cl)->in);
	mem_free(cl);
	control_try_free(c);
}

static void client_close(struct client *cl)
{
	cl->state = CLIENT_CLOSING;
	tcp_close(cl->tcp);
}

/* One command at a time, and none while answers pile up. */
static bool client_is_ready(const struct client *cl)
{
	return cl->state <= CLIENT_LAST && !cl->is_running &&
	       tcp_queued(cl->tcp) < QUEUE_MAX;
}

static void client_settle(struct client *cl)
{
	switch (cl->state) {
	case CLIENT_OPEN:
		tcp_read(cl->tcp, client_is_ready(cl));
		break;
	case CLIENT_LAST:
		if (!cl->is_running && cl->in.len == 0 &&
		    tcp_queued(cl->tcp) == 0)
			client_close(cl);
		break;
	case CLIENT_CLOSING:
		break;
	case CLIENT_GONE:
		if (!cl->is_running)
			client_free(&cl);
		break;
	}
}

/* Go on as far as possible. A command that ends at once comes back here. */
static void client_work(struct client *cl)
{
	if (cl->is_working)
		return;
	cl->is_working = true;
	while (client_is_ready(cl) && client_next(cl))
		;
	cl->is_working = false;
	client_settle(cl);
}

static void on_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct client *cl = owner;

	buf_add(&cl->in, data, len);
	client_work(cl);
}

static void on_drained(void *owner)
{
	client_work(owner);
}

static void on_end(void *owner)
{
	struct client *cl = owner;

	cl->state = CLIENT_LAST;
	client_work(cl);
}

static void on_failed(void *owner, int error)
{
	(void)error; /* it went before its answer: its own affair */
	client_close(owner);
}

static void on_closed(void *owner)
{
	struct client *cl = owner;

	cl->tcp = NULL;
	cl->state = CLIENT_GONE;
	client_settle(cl);
}

static const struct tcp_events client_events = {
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

static void client_new(struct control *c, int owned_fd)
{
	struct client *cl = mem_new(struct client);
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (!getsockopt(owned_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		cl->uid = peer.uid;
	cl->tcp = tcp_open(c->loop, owned_fd, &client_events, cl);
	if (!cl->tcp) {
		mem_free(&cl);
		return;
	}
	cl->control = c;
	cl->patience = timer_new(c->loop, on_impatience, cl);
	list_add_tail(&c->clients, &cl->node);
	c->client_count++;
	tcp_read(cl->tcp, true);
}

/* ---- the socket ---- */

/* One line, if the kernel takes it at once: a fresh socket has room. */
static void turn_away(struct control *c, int owned_fd)
{
	struct buf line = { 0 };
	ssize_t sent;

	add_line(&line, message_end(NULL, "busy",
				    "too many control connections are open"));
	sent = send(owned_fd, buf_data(&line), line.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_fini(&line);
	close(owned_fd);
	log_warn(LOG_ADMIN, "control: %zu connections are open, no other is %s",
		 c->client_count, sent > 0 ? "taken" : "taken, nor told");
}

static void on_accept(void *owner, int owned_fd, const struct addr *peer)
{
	struct control *c = owner;

	(void)peer;
	if (c->client_count < c->max_clients)
		client_new(c, owned_fd);
	else
		turn_away(c, owned_fd);
}

static void on_listen_closed(void *owner)
{
	struct control *c = owner;

	c->listen = NULL;
	control_try_free(c);
}

/* Who does not read their last answer goes without. */
static void on_linger(void *owner)
{
	struct control *c = owner;
	struct client *cl;

	list_each(cl, &c->clients, node)
		if (cl->state <= CLIENT_LAST)
			client_close(cl);
}

int control_open(struct loop *loop, const struct control_settings *settings,
		 struct admin *admin, struct control **control_out)
{
	static const struct listen_events events = {
		.on_accept = on_accept,
		.on_closed = on_listen_closed,
	};
	struct control *c = mem_new(struct control);
	int error;

	*control_out = NULL;
	json_set_alloc_funcs(mem_alloc, free);
	c->loop = loop;
	c->admin = admin;
	c->max_line = settings->max_line;
	c->max_clients = settings->max_clients;
	c->commit_wait = settings->commit_wait;
	list_init(&c->clients);
	error = listen_unix(loop, settings->socket, SOCKET_MODE, &events, c,
			    &c->listen);
	if (error) {
		mem_free(&c);
		return error;
	}
	c->linger = timer_new(loop, on_linger, c);
	loop_hold(loop);
	*control_out = c;
	return 0;
}

void control_close(struct control *c)
{
	struct client *cl, *next;

	loop_require_owner(c->loop);
	if (c->is_closing)
		return;
	c->is_closing = true;
	listen_close(c->listen);
	timer_start(c->linger, LINGER);
	list_each_safe(cl, next, &c->clients, node) {
		if (cl->state <= CLIENT_LAST) {
			cl->state = CLIENT_LAST;
			tcp_read(cl->tcp, false);
			client_eat(cl, cl->in.len);
		}
		if (cl->ticket)
			client_end_wait(cl, NULL, NULL);
		else if (cl->state == CLIENT_LAST)
			client_work(cl);
	}
}
