/* SPDX-License-Identifier: MIT */
#include "dns/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <sys/time.h>

#include <ares.h>
#include <uv.h>

#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "dns/cache.h"
#include "loop/loop.h"
#include "loop/timer.h"

#define CLASS_IN 1
#define EDNS_SIZE 1232 /* fits into every path's packets */
#define CACHE_LIMIT 4096
#define MAX_NAME 253

/** c-ares with a set of servers. When they change there is a new one, and the old
 *  one goes with its last question. */
struct channel {
	struct list node; /* in resolver->retired, or alone */
	struct resolver *resolver;
	ares_channel ares;
	struct timer *timer; /* c-ares' next time-out */
	struct list watched; /* of struct watched */
	size_t open_count;   /* questions in it */
	bool trusts_ad;
};

/** A socket of c-ares that we watch for it. */
struct watched {
	uv_poll_t poll; /* first: freed through the handle */
	struct list node;
	struct channel *channel;
	int fd;
};

/** One question to the servers, shared by all who ask the same meanwhile. */
struct lookup {
	struct list node;      /* in resolver->done */
	struct list questions; /* of struct resolver_question; maybe none left */
	struct resolver *resolver;
	struct channel *channel; /* that it is in, or NULL */
	enum answer_type type;
	char name[MAX_NAME + 1];
	char key[MAX_NAME + 8]; /* type and name: of cache and pending */
	struct answer answer;   /* once done */
};

struct resolver_question {
	struct list node;
	resolver_fn fn;
	void *owner;
};

struct resolver {
	struct loop *loop;
	struct channel *channel; /* for new questions */
	struct list retired;    /* channels that still have questions */
	struct turn discard;    /* of those that have none any more */
	struct cache *cache;
	struct map *pending;    /* key to struct lookup, in channel */
	struct list done;       /* lookups whose askers are to be told */
	struct turn deliver;
	int64_t timeout;        /* of the settings, as tries */
	int tries;
	bool is_delivering;     /* somebody's fn is running */
	bool is_closed;
};

void resolver_settings_init(struct resolver_settings *s)
{
	*s = (struct resolver_settings){ .timeout = 2000, .tries = 2 };
}

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void init_library(void)
{
	require(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS);
}

static void on_time_out(void *owner)
{
	struct channel *c = owner;

	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/* After every call of c-ares: rounded up, or it would be called in vain. */
static void arm_timer(struct channel *c)
{
	struct timeval tv;

	if (ares_timeout(c->ares, NULL, &tv))
		timer_start(c->timer,
			    (int64_t)tv.tv_sec * 1000 + tv.tv_usec / 1000 + 1);
	else
		timer_stop(c->timer);
}

static void on_timer(void *owner)
{
	on_time_out(owner);
	arm_timer(owner);
}

/* c-ares may let go of this very socket inside, so nothing of it is touched
 * after the call. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watched *w = poll->data;
	struct channel *c = w->channel;
	ares_socket_t fd = w->fd, none = ARES_SOCKET_BAD;

	if (status < 0)
		ares_process_fd(c->ares, fd, fd);
	else
		ares_process_fd(c->ares, events & UV_READABLE ? fd : none,
				events & UV_WRITABLE ? fd : none);
	arm_timer(c);
}

static void on_watched_closed(uv_handle_t *handle)
{
	struct watched *w = handle->data;

	mem_free(&w);
}

static struct watched *find_watched(struct channel *c, int fd)
{
	struct watched *w;

	list_each(w, &c->watched, node)
		if (w->fd == fd)
			return w;
	return NULL;
}

static struct watched *watch(struct channel *c, int fd)
{
	struct watched *w = mem_new(struct watched);

	if (uv_poll_init(loop_uv(c->resolver->loop), &w->poll, fd) != 0) {
		mem_free(&w);
		return NULL;
	}
	w->poll.data = w;
	w->channel = c;
	w->fd = fd;
	list_add_tail(&c->watched, &w->node);
	return w;
}

/* c-ares closes the socket right after (0, 0), and may then get the same number
 * for another: each has a handle of its own. */
static void on_sock_state(void *data, ares_socket_t fd, int readable,
			  int writable)
{
	struct channel *c = data;
	struct watched *w = find_watched(c, fd);

	if (!readable && !writable) {
		if (!w)
			return;
		list_remove(&w->node);
		uv_close((uv_handle_t *)&w->poll, on_watched_closed);
		return;
	}
	if (!w)
		w = watch(c, fd);
	if (w)
		uv_poll_start(&w->poll,
			      (readable ? UV_READABLE : 0) |
				      (writable ? UV_WRITABLE : 0),
			      on_poll);
}

/* The AD bit of a resolver across a network says nothing. */
static bool are_servers_local(ares_channel channel)
{
	struct ares_addr_port_node *list = NULL, *node;
	bool are_local = true;

	if (ares_get_servers_ports(channel, &list) != ARES_SUCCESS)
		return false;
	for (node = list; node; node = node->next) {
		const unsigned char *v4 = (unsigned char *)&node->addr.addr4;

		if (node->family == AF_INET)
			are_local = are_local && v4[0] == 127;
		else
			are_local = are_local &&
				    IN6_IS_ADDR_LOOPBACK((struct in6_addr *)&node
								 ->addr.addr6);
	}
	are_local = are_local && list;
	ares_free_data(list);
	return are_local;
}

static int init_ares(struct channel *c, const char *servers)
{
	const struct resolver *r = c->resolver;
	struct ares_options options = {
		.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH |
			 ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP,
		.timeout = (int)r->timeout,
		.tries = r->tries,
		.ednspsz = EDNS_SIZE,
		.sock_state_cb = on_sock_state,
		.sock_state_cb_data = c,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB |
		   ARES_OPT_NOROTATE;

	require(pthread_once(&library_once, init_library) == 0);
	if (ares_init_options(&c->ares, &options, mask) != ARES_SUCCESS)
		return HW_E_DNS;
	if (!servers || !*servers)
		return 0;
	if (ares_set_servers_ports_csv(c->ares, servers) == ARES_SUCCESS)
		return 0;
	ares_destroy(c->ares);
	return HW_E_INVALID;
}

/* c-ares reads resolv.conf here, where no servers are named. */
static int channel_open(struct resolver *r, const char *servers, bool trust_ad,
			struct channel **channel_out)
{
	struct channel *c = mem_new(struct channel);
	int err;

	c->resolver = r;
	list_init(&c->node);
	list_init(&c->watched);
	err = init_ares(c, servers);
	if (err != 0) {
		mem_free(&c);
		return err;
	}
	c->timer = timer_new(r->loop, on_timer, c);
	c->trusts_ad = trust_ad && are_servers_local(c->ares);
	if (trust_ad && !c->trusts_ad)
		log_warn(LOG_DNS, "dns: trust_ad has no effect, not every "
				  "server is on this machine's loopback");
	*channel_out = c;
	return 0;
}

/* Never inside c-ares. What is still in it ends with ARES_EDESTRUCTION. */
static void channel_close(struct channel **c)
{
	list_remove(&(*c)->node);
	timer_free(&(*c)->timer);
	ares_destroy((*c)->ares);
	require(list_is_empty(&(*c)->watched));
	mem_free(c);
}

static void discard_turn(void *owner)
{
	struct resolver *r = owner;
	struct channel *c, *tmp;

	list_each_safe(c, tmp, &r->retired, node)
		if (c->open_count == 0)
			channel_close(&c);
}

static void deliver_turn(void *owner);

int resolver_open(struct loop *loop, const struct resolver_settings *settings,
		  struct resolver **resolver_out)
{
	struct resolver *r = mem_new(struct resolver);
	int err;

	loop_require_owner(loop);
	*resolver_out = NULL;
	r->loop = loop;
	r->timeout = settings->timeout;
	r->tries = settings->tries;
	err = channel_open(r, settings->servers, settings->trust_ad,
			   &r->channel);
	if (err != 0) {
		mem_free(&r);
		return err;
	}
	list_init(&r->retired);
	list_init(&r->done);
	turn_init(&r->discard, discard_turn, r);
	turn_init(&r->deliver, deliver_turn, r);
	r->cache = cache_new(CACHE_LIMIT);
	r->pending = map_new();
	loop_hold(loop);
	*resolver_out = r;
	return 0;
}

/* What the servers before said may be another network's truth: none of it is
 * kept, and nobody joins a question that is still with them. */
int resolver_change(struct resolver *r, const char *servers, bool trust_ad)
{
	struct channel *fresh;
	int err;

	loop_require_owner(r->loop);
	require(!r->is_closed);
	err = channel_open(r, servers, trust_ad, &fresh);
	if (err != 0)
		return err;
	list_add_tail(&r->retired, &r->channel->node);
	r->channel = fresh;
	loop_at_turn_end(r->loop, &r->discard);
	map_free(&r->pending, NULL);
	r->pending = map_new();
	cache_free(&r->cache);
	r->cache = cache_new(CACHE_LIMIT);
	return 0;
}

static struct lookup *lookup_new(struct resolver *r, const char *name,
				 enum answer_type type)
{
	struct lookup *l = mem_new(struct lookup);
	char *key = str_format("%d %s", (int)type, name);

	list_init(&l->node);
	list_init(&l->questions);
	l->resolver = r;
	l->type = type;
	(void)str_copy(l->name, sizeof(l->name), name);
	str_lower_ascii(l->name);
	(void)str_copy(l->key, sizeof(l->key), key);
	str_lower_ascii(l->key);
	mem_free(&key);
	return l;
}

static void lookup_free(struct lookup **l)
{
	struct resolver_question *q, *tmp;

	list_each_safe(q, tmp, &(*l)->questions, node)
		mem_free(&q);
	mem_free(l);
}

/* Askers are told in a turn of their own: never inside resolver_ask(), never
 * inside c-ares. */
static void finish(struct lookup *l)
{
	list_add_tail(&l->resolver->done, &l->node);
	loop_at_turn_end(l->resolver->loop, &l->resolver->deliver);
}

/* The answer to a question that may have been joined. */
static void settle(struct resolver *r, struct lookup *l)
{
	if (l->channel != r->channel)
		return;
	(void)map_steal(r->pending, l->key);
	cache_put(r->cache, l->key, &l->answer, loop_now(r->loop));
}

/* Also called inside ares_send() and, with ARES_EDESTRUCTION, ares_destroy(). */
static void on_answer(void *arg, int status, int timeouts,
		      unsigned char *packet, int len)
{
	struct lookup *l = arg;
	struct resolver *r = l->resolver;

	(void)timeouts;
	if (--l->channel->open_count == 0 && l->channel != r->channel)
		loop_at_turn_end(r->loop, &r->discard);
	if (r->is_closed) {
		lookup_free(&l);
		return;
	}
	if (status == ARES_SUCCESS)
		answer_read(packet, (size_t)len, l->name, l->type, &l->answer);
	else
		l->answer = (struct answer){ .status = ANSWER_FAILED };
	if (status != ARES_SUCCESS || l->answer.status == ANSWER_FAILED)
		log_debug(LOG_DNS, "%s: no answer: %s", l->name,
			  status == ARES_SUCCESS ? "refused, failed or malformed"
						 : ares_strerror(status));
	l->answer.authentic = l->answer.authentic && l->channel->trusts_ad;
	settle(r, l);
	finish(l);
}

/* Our own query, for the AD bit and an unguessable id. */
static void send_query(struct lookup *l)
{
	struct channel *c = l->resolver->channel;
	unsigned char *query = NULL;
	unsigned short id;
	int len = 0, status;

	rand_nonce(&id, sizeof(id));
	l->channel = c;
	c->open_count++;
	map_add(l->resolver->pending, l->key, l);
	status = ares_create_query(l->name, CLASS_IN, (int)l->type, id, 1,
				   &query, &len, EDNS_SIZE);
	if (status != ARES_SUCCESS) {
		on_answer(l, status, 0, NULL, 0);
		return;
	}
	query[3] |= 0x20; /* AD: tell us whether it was validated */
	if (c->trusts_ad)
		query[len - 4] |= 0x80; /* DO, of the OPT record behind */
	ares_send(c->ares, query, len, on_answer, l);
	ares_free_string(query);
	arm_timer(c);
}

static void take_host(const struct hostent *host, struct answer *out)
{
	*out = (struct answer){ .status = ANSWER_OK };
	for (size_t i = 0;
	     host->h_addr_list[i] && out->addr_count < ANSWER_MAX_ADDRS; i++)
		addr_from_bytes(&out->addrs[out->addr_count++],
				host->h_addr_list[i], (size_t)host->h_length,
				0);
}

/* /etc/hosts, for addresses only; read anew each time. */
static bool find_in_hosts(struct lookup *l)
{
	struct hostent *host = NULL;
	int family = l->type == ANSWER_AAAA ? AF_INET6 : AF_INET;

	if ((l->type != ANSWER_A && l->type != ANSWER_AAAA) ||
	    ares_gethostbyname_file(l->resolver->channel->ares, l->name, family,
				    &host) != ARES_SUCCESS)
		return false;
	if (host->h_addrtype == family)
		take_host(host, &l->answer);
	ares_free_hostent(host);
	return l->answer.addr_count > 0;
}

static struct resolver_question *question_add(struct lookup *l, resolver_fn fn,
					      void *owner)
{
	struct resolver_question *q = mem_new(struct resolver_question);

	q->fn = fn;
	q->owner = owner;
	list_add_tail(&l->questions, &q->node);
	return q;
}

struct resolver_question *resolver_ask(struct resolver *r, const char *name,
				       enum answer_type type, resolver_fn fn,
				       void *owner)
{
	struct lookup *l = lookup_new(r, name, type), *pending;
	struct resolver_question *q;

	loop_require_owner(r->loop);
	require(!r->is_closed);
	pending = map_get(r->pending, l->key);
	if (pending && strlen(name) <= MAX_NAME) {
		lookup_free(&l);
		return question_add(pending, fn, owner);
	}
	q = question_add(l, fn, owner);
	if (!*name || strlen(name) > MAX_NAME) {
		l->answer.status = ANSWER_NO_NAME; /* no such name can be */
		finish(l);
	} else if (find_in_hosts(l) ||
		   cache_find(r->cache, l->key, loop_now(r->loop),
			      &l->answer)) {
		finish(l);
	} else {
		send_query(l);
	}
	return q;
}

void resolver_cancel(struct resolver_question **q)
{
	if (!*q)
		return;
	list_remove(&(*q)->node);
	mem_free(q);
}

static void tell(struct resolver_question *q, const struct answer *answer)
{
	resolver_fn fn = q->fn;
	void *owner = q->owner;

	list_remove(&q->node);
	mem_free(&q);
	fn(owner, answer);
}

static void resolver_free(struct resolver **r)
{
	struct lookup *l, *tmp;

	list_each_safe(l, tmp, &(*r)->done, node)
		lookup_free(&l);
	cache_free(&(*r)->cache);
	map_free(&(*r)->pending, NULL);
	mem_free(r);
}

static void deliver_turn(void *owner)
{
	struct resolver *r = owner;
	struct lookup *l;

	r->is_delivering = true;
	while (!r->is_closed &&
	       (l = list_first(&r->done, struct lookup, node)) != NULL) {
		struct resolver_question *q;

		list_remove(&l->node);
		while (!r->is_closed &&
		       (q = list_first(&l->questions, struct resolver_question,
				       node)) != NULL)
			tell(q, &l->answer);
		lookup_free(&l);
	}
	r->is_delivering = false;
	if (r->is_closed)
		resolver_free(&r);
}

struct loop *resolver_loop(const struct resolver *r)
{
	return r->loop;
}

void resolver_close(struct resolver *r)
{
	struct channel *c, *tmp;

	loop_require_owner(r->loop);
	require(!r->is_closed);
	r->is_closed = true;
	turn_remove(&r->deliver);
	list_each_safe(c, tmp, &r->retired, node)
		channel_close(&c);
	channel_close(&r->channel);
	turn_remove(&r->discard);
	loop_release(r->loop);
	if (!r->is_delivering)
		resolver_free(&r);
}
