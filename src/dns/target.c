/* SPDX-License-Identifier: MIT */
#include "dns/target.h"

#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "dns/srv.h"
#include "loop/timer.h"

#define DEFAULT_PORT 5269

/* RFC 8305; ms */
#define SERVICE_DELAY 1000 /* for the other service's records */
#define TARGET_DELAY 1000  /* for targets without any address */
#define FAMILY_DELAY 50    /* for the other family (RFC 8305 3) */

/* what is asked for a target: families in the order of preference */
enum family { FAMILY_IPV6, FAMILY_IPV4, FAMILY_COUNT };

/* the two services, in the order of the merged list */
enum service { SERVICE_XMPP, SERVICE_XMPPS, SERVICE_COUNT };

/** One question about a target, and what came of it. */
struct address_question {
	struct target_search *search;
	struct resolver_question *question; /* NULL = answered */
	bool has_failed;
	bool is_secure;
	size_t count;
	struct addr addrs[TARGET_MAX_ADDRS];
};

/** One question about a service. */
struct service_question {
	struct target_search *search;
	struct resolver_question *question; /* NULL = answered, or not asked */
	bool is_direct_tls;
	bool is_asked;
	enum answer_status status;
	bool is_secure;
};

struct target_search {
	struct resolver *resolver;
	target_fn fn;
	void *owner;
	char *domain;                      /* owned */
	struct target_limits limits;
	struct service_question services[SERVICE_COUNT];
	size_t srv_count;
	struct srv srvs[2 * ANSWER_MAX_SRV]; /* usable ones of both services */
	struct target_list list;           /* what has been found so far */
	struct address_question addresses[TARGET_MAX][FAMILY_COUNT];
	size_t open_count;                 /* questions not yet answered */
	struct timer *patience;            /* with those, some being answered */
};

static void choose_targets(struct target_search *s);

/* A target that is an address literal is against RFC 2782, and a way around
 * whoever filters names. */
static bool is_literal(const char *host)
{
	struct addr a;

	return addr_parse(host, 1, &a) == 0;
}

/* The last word: the search is gone before its owner hears. */
static void answer(struct target_search *s, enum target_status status)
{
	target_fn fn = s->fn;
	void *owner = s->owner;
	struct target_list list = s->list;

	timer_stop(s->patience);
	list.status = status;
	if (status != TARGET_OK)
		list.count = 0;
	target_cancel(&s);
	fn(owner, &list);
}

/* Families take turns, beginning with IPv6 (RFC 8305 4). */
static void mix_addresses(struct address_question families[FAMILY_COUNT],
			  struct target *target, size_t most)
{
	target->is_addr_secure = true;
	for (size_t f = 0; f < FAMILY_COUNT; f++)
		if (families[f].count > 0 && !families[f].is_secure)
			target->is_addr_secure = false;
	for (size_t i = 0; i < most; i++)
		for (size_t f = 0; f < FAMILY_COUNT; f++)
			if (i < families[f].count && target->addr_count < most)
				target->addrs[target->addr_count++] =
					families[f].addrs[i];
	for (size_t i = 0; i < target->addr_count; i++)
		addr_set_port(&target->addrs[i], target->port);
}

/* All addresses are there: targets without one fall out. */
static void finish(struct target_search *s)
{
	size_t kept = 0;
	bool has_failed = false;

	for (size_t i = 0; i < s->list.count; i++) {
		struct target *target = &s->list.targets[i];

		mix_addresses(s->addresses[i], target, s->limits.addresses);
		for (size_t f = 0; f < FAMILY_COUNT; f++)
			has_failed |= s->addresses[i][f].has_failed;
		if (target->addr_count > 0)
			s->list.targets[kept++] = *target;
	}
	s->list.count = kept;
	if (kept > 0)
		answer(s, TARGET_OK);
	else
		answer(s, has_failed ? TARGET_FAILED : TARGET_NONE);
}

/* Questions that nobody waits for any more count as not answered. */
static void give_up_waiting(void *owner)
{
	struct target_search *s = owner;

	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		if (s->services[i].question)
			s->services[i].status = ANSWER_FAILED;
		resolver_cancel(&s->services[i].question);
	}
	for (size_t i = 0; i < TARGET_MAX; i++) {
		for (size_t f = 0; f < FAMILY_COUNT; f++) {
			struct address_question *q = &s->addresses[i][f];

			q->has_failed |= q->question != NULL;
			resolver_cancel(&q->question);
		}
	}
	s->open_count = 0;
	if (s->list.count == 0)
		choose_targets(s);
	else
		finish(s);
}

/* Has target i an address, or is known to have none? */
static bool is_settled(const struct target_search *s, size_t i)
{
	bool is_open = false;

	for (size_t f = 0; f < FAMILY_COUNT; f++) {
		if (s->addresses[i][f].count > 0)
			return true;
		is_open |= s->addresses[i][f].question != NULL;
	}
	return !is_open;
}

/* Some addresses are there: how long to wait for more. */
static void be_patient(struct target_search *s)
{
	for (size_t i = 0; i < s->list.count; i++) {
		if (is_settled(s, i))
			continue;
		if (!timer_is_running(s->patience))
			timer_start(s->patience, TARGET_DELAY);
		return;
	}
	timer_start(s->patience, FAMILY_DELAY);
}

static void on_addresses(void *owner, const struct answer *found)
{
	struct address_question *q = owner;
	struct target_search *s = q->search;

	q->question = NULL;
	q->has_failed = found->status == ANSWER_FAILED;
	q->is_secure = found->authentic;
	for (size_t i = 0;
	     i < found->addr_count && q->count < s->limits.addresses; i++)
		q->addrs[q->count++] = found->addrs[i];
	if (--s->open_count == 0)
		finish(s);
	else if (q->count > 0)
		be_patient(s);
}

static void ask_addresses(struct target_search *s, size_t index)
{
	static const enum answer_type types[FAMILY_COUNT] = {
		[FAMILY_IPV6] = ANSWER_AAAA,
		[FAMILY_IPV4] = ANSWER_A,
	};

	for (size_t f = 0; f < FAMILY_COUNT; f++) {
		struct address_question *q = &s->addresses[index][f];

		q->search = s;
		q->question = resolver_ask(s->resolver,
					   s->list.targets[index].host,
					   types[f], on_addresses, q);
		s->open_count++;
	}
}

static void add_target(struct target_search *s, const struct srv *srv)
{
	struct target *target;

	if (s->list.count == s->limits.targets || srv->port == 0 ||
	    is_literal(srv->target))
		return;
	target = &s->list.targets[s->list.count++];
	(void)str_copy(target->host, sizeof(target->host), srv->target);
	target->port = srv->port;
	target->priority = srv->priority;
	target->direct_tls = srv->direct_tls;
	target->is_srv_secure = srv->is_secure;
}

/* The domain's own name, where it has no SRV records. */
static void add_fallback(struct target_search *s)
{
	struct srv srv = { .port = DEFAULT_PORT, .is_secure = true };

	for (size_t i = 0; i < SERVICE_COUNT; i++)
		if (s->services[i].is_asked && !s->services[i].is_secure)
			srv.is_secure = false;

	if (str_copy(srv.target, sizeof(srv.target), s->domain))
		add_target(s, &srv);
}

static uint32_t draw(void *owner, uint32_t bound)
{
	(void)owner;
	return rand_below(bound + 1);
}

/* RFC 6120 3.2: A and AAAA of the domain itself only where it has no SRV record
 * whatever; "." anywhere says that there is a will not to be reached. */
static void choose_targets(struct target_search *s)
{
	bool has_records = false, has_failed = false;

	for (size_t i = 0; i < SERVICE_COUNT; i++) {
		if (!s->services[i].is_asked)
			continue;
		has_records |= s->services[i].status == ANSWER_OK;
		has_failed |= s->services[i].status == ANSWER_FAILED;
	}
	timer_stop(s->patience);
	srv_order(s->srvs, s->srv_count, draw, NULL);
	for (size_t i = 0; i < s->srv_count; i++)
		add_target(s, &s->srvs[i]);
	if (!has_records && !has_failed)
		add_fallback(s);
	if (s->list.count == 0) {
		answer(s, has_failed ? TARGET_FAILED : TARGET_NONE);
		return;
	}
	for (size_t i = 0; i < s->list.count; i++)
		ask_addresses(s, i);
}

static void on_service(void *owner, const struct answer *found)
{
	struct service_question *q = owner;
	struct target_search *s = q->search;

	q->question = NULL;
	q->status = found->status;
	q->is_secure = found->authentic;
	for (size_t i = 0; i < found->srv_count; i++) {
		struct srv *srv;

		if (!*found->srvs[i].target)
			continue;
		srv = &s->srvs[s->srv_count++];
		*srv = found->srvs[i];
		srv->direct_tls = q->is_direct_tls;
		srv->is_secure = found->authentic;
	}
	if (--s->open_count == 0)
		choose_targets(s);
	else if (s->srv_count > 0)
		timer_start(s->patience, SERVICE_DELAY);
}

static void ask_service(struct target_search *s, enum service which,
			const char *label)
{
	struct service_question *q = &s->services[which];
	/* A literal has no records: the empty name, which nobody has, is
	 * answered like any other, later. */
	char *name = is_literal(s->domain)
			     ? str_dup("")
			     : str_format("%s.%s", label, s->domain);

	q->search = s;
	q->is_asked = true;
	q->is_direct_tls = which == SERVICE_XMPPS;
	q->question =
		resolver_ask(s->resolver, name, ANSWER_SRV, on_service, q);
	s->open_count++;
	mem_free(&name);
}

struct target_search *target_find(struct resolver *r, const char *domain,
				  const struct target_limits *limits,
				  target_fn fn, void *owner)
{
	struct target_search *s = mem_new(struct target_search);

	require(limits->targets <= TARGET_MAX &&
		limits->addresses <= TARGET_MAX_ADDRS);
	s->limits = *limits;
	s->resolver = r;
	s->fn = fn;
	s->owner = owner;
	s->domain = str_dup(domain);
	s->patience = timer_new(resolver_loop(r), give_up_waiting, s);
	ask_service(s, SERVICE_XMPP, "_xmpp-server._tcp");
	return s;
}

void target_want_direct_tls(struct target_search *s)
{
	if (!s->services[SERVICE_XMPPS].is_asked)
		ask_service(s, SERVICE_XMPPS, "_xmpps-server._tcp");
}

void target_cancel(struct target_search **s)
{
	if (!*s)
		return;
	for (size_t i = 0; i < SERVICE_COUNT; i++)
		resolver_cancel(&(*s)->services[i].question);
	for (size_t i = 0; i < TARGET_MAX; i++)
		for (size_t f = 0; f < FAMILY_COUNT; f++)
			resolver_cancel(&(*s)->addresses[i][f].question);
	timer_free(&(*s)->patience);
	mem_free(&(*s)->domain);
	mem_free(s);
}
