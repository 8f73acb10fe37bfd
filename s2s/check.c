/* SPDX-License-Identifier: MIT */
#include "s2s/check.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "dns/target.h"
#include "jid/idna.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "net/dial.h"
#include "s2s/place.h"
#include "s2s/probe.h"
#include "s2s/route.h"

#define BUDGET 60000  /* ms for all */
#define CONNECT 5000  /* ms for an address */
#define MAX_ADDRS 8   /* tried */

enum check_service { SERVICE_XMPP, SERVICE_XMPPS, SERVICE_COUNT };

struct check {
	const struct place *place; /* borrowed */
	const struct check_events *events;
	void *owner;
	struct check_ask *ask; /* owned */
	char *local_ascii;     /* owned */
	char *remote_ascii;    /* owned */
	struct resolver_question *question;
	enum check_service service;
	struct target_search *search;
	struct route route;
	size_t place_next; /* of the route */
	char where[ADDR_TEXT_SIZE]; /* the address at hand, or "" */
	struct dial *dial;
	struct probe *probe;
	struct timer *timer;   /* the whole budget */
	struct turn ending;
	bool is_reached;       /* an address was connected to */
	bool is_believed;      /* by dialback */
	bool is_ending;
};

static void try_next(struct check *c);

/* ---- asks and rows ---- */

struct check_ask *check_ask_new(uint64_t id, const char *local,
				const char *remote, check_fn fn, void *owner)
{
	struct check_ask *ask = mem_new(struct check_ask);

	ask->id = id;
	ask->local = str_dup(local);
	ask->remote = str_dup(remote);
	ask->fn = fn;
	ask->owner = owner;
	return ask;
}

void check_ask_drop(struct check_ask **ask)
{
	if (!*ask)
		return;
	(*ask)->fn((*ask)->owner, (*ask)->id, NULL);
	mem_free(&(*ask)->local);
	mem_free(&(*ask)->remote);
	mem_free(ask);
}

void check_row_free(struct check_row **row)
{
	if (!*row)
		return;
	mem_free(&(*row)->where);
	mem_free(&(*row)->text);
	mem_free(row);
}

static void say(struct check *c, const char *step, enum check_result result,
		char *owned_text)
{
	struct check_row *row = mem_new(struct check_row);

	row->step = step;
	row->result = result;
	row->where = str_dup(c->where);
	row->text = owned_text;
	c->ask->fn(c->ask->owner, c->ask->id, row);
}

/* ---- the end ---- */

static void on_ending(void *owner)
{
	struct check *c = owner;

	c->events->on_closed(c->owner, c);
	check_ask_drop(&c->ask);
	route_fini(&c->route);
	timer_free(&c->timer);
	mem_free(&c->local_ascii);
	mem_free(&c->remote_ascii);
	mem_free(&c);
}

static void end(struct check *c)
{
	c->is_ending = true;
	resolver_cancel(&c->question);
	target_cancel(&c->search);
	dial_cancel(&c->dial);
	timer_stop(c->timer);
	if (c->probe)
		probe_close(c->probe); /* comes back by on_probed */
	else
		loop_at_turn_end(c->place->loop, &c->ending);
}

static void conclude(struct check *c)
{
	c->where[0] = '\0';
	if (c->is_believed)
		say(c, "result", CHECK_OK,
		    str_format("%s and %s reach each other, TLS and dialback "
			       "work", c->ask->local, c->ask->remote));
	else
		say(c, "result", CHECK_PROBLEM,
		    str_format("%s cannot be spoken to: see the %s above",
			       c->ask->remote,
			       c->is_reached ? "problems" : "first problem"));
	end(c);
}

static void on_budget(void *owner)
{
	struct check *c = owner;

	say(c, "time", CHECK_PROBLEM,
	    str_format("the minute for this check is over; what is missing "
		       "was not tried"));
	end(c);
}

/* ---- addresses ---- */

static void on_found(void *owner, const char *step, enum check_result result,
		     char *owned_text)
{
	say(owner, step, result, owned_text);
}

static void on_probed(void *owner, bool is_believed)
{
	struct check *c = owner;

	c->probe = NULL;
	c->is_believed |= is_believed;
	if (c->is_ending)
		loop_at_turn_end(c->place->loop, &c->ending);
	else
		try_next(c);
}

static const struct probe_events probe_events = {
	.on_found = on_found,
	.on_closed = on_probed,
};

static void on_dialled(void *owner, int owned_fd, size_t index)
{
	struct check *c = owner;
	const struct probe_task task = {
		.local = c->ask->local,
		.remote = c->ask->remote,
		.local_ascii = c->local_ascii,
		.remote_ascii = c->remote_ascii,
		.at = &c->route.places[c->place_next],
		.asserts = !c->is_believed,
	};

	(void)index;
	c->dial = NULL;
	c->is_reached = true;
	c->place_next++;
	say(c, "connect", CHECK_OK,
	    str_dup(task.at->direct_tls ? "connected, for TLS at once"
				    : "connected"));
	c->probe = probe_open(c->place, owned_fd, &task, &probe_events, c);
	if (!c->probe)
		try_next(c);
}

static void on_dial_failed(void *owner, int error)
{
	struct check *c = owner;
	bool is_ipv6 = addr_is_ipv6(
		&c->route.places[c->place_next].place.addr);

	c->dial = NULL;
	c->place_next++;
	say(c, "connect",
	    error == HW_E_UNREACHABLE && is_ipv6 ? CHECK_NOTE : CHECK_PROBLEM,
	    check_connect_text(error, is_ipv6));
	try_next(c);
}

static const struct dial_events dial_events = {
	.on_dialled = on_dialled,
	.on_dial_failed = on_dial_failed,
};

static void try_next(struct check *c)
{
	struct dial_settings settings;
	struct dial_place at;

	if (c->place_next >= c->route.count) {
		conclude(c);
		return;
	}
	dial_settings_init(&settings);
	settings.timeout = CONNECT;
	settings.allow_private = c->place->settings->allow_private;
	settings.book = c->place->book;
	at = c->route.places[c->place_next].place;
	addr_print(&at.addr, c->where);
	c->dial = dial_start(c->place->loop, &settings, &at, 1, &dial_events,
			     c);
}

/* ---- DNS ---- */

static void tell_target(struct check *c, const struct target *t)
{
	struct buf text = { 0 };
	char printed[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < t->addr_count; i++) {
		addr_print(&t->addrs[i], printed);
		buf_add_format(&text, "%s%s", i ? ", " : "", printed);
	}
	say(c, "address", CHECK_OK,
	    str_format("%s is at %s", t->host, buf_str(&text)));
	buf_fini(&text);
}

static void plan(struct check *c, const struct target_list *list)
{
	place_plan(c->place, list, &c->route);
	if (c->route.refused > 0)
		say(c, "address", CHECK_PROBLEM,
		    str_format("ports below %u other than 443 are not dialled "
			       "(s2s.lowest_port): its operator has to "
			       "move the server to another",
			       c->place->settings->lowest_port));
	if (c->route.count > MAX_ADDRS)
		c->route.count = MAX_ADDRS;
}

static void on_targets(void *owner, const struct target_list *list)
{
	struct check *c = owner;

	c->search = NULL;
	if (list->status == TARGET_FAILED)
		say(c, "address", CHECK_PROBLEM,
		    str_format("DNS did not answer: its operator has to mend "
			       "the name servers, or we the resolver"));
	else if (list->count == 0)
		say(c, "address", CHECK_PROBLEM,
		    str_format("no address was found: its operator has to "
			       "publish SRV records whose targets have "
			       "addresses"));
	for (size_t i = 0; i < list->count; i++)
		tell_target(c, &list->targets[i]);
	plan(c, list);
	try_next(c);
}

static void ask_service(struct check *c);

static char *service_name(const struct check *c)
{
	return str_format("%s.%s", c->service == SERVICE_XMPP
					   ? "_xmpp-server._tcp"
					   : "_xmpps-server._tcp",
			  c->remote_ascii);
}

static void on_service(void *owner, const struct answer *found)
{
	struct check *c = owner;
	enum check_result result;
	char *name = service_name(c);
	char *text = check_srv_text(found, name, c->service == SERVICE_XMPPS,
				    &result);

	c->question = NULL;
	say(c, "dns", result, text);
	mem_free(&name);
	if (++c->service < SERVICE_COUNT) {
		ask_service(c);
		return;
	}
	c->search = place_find(c->place, c->remote_ascii, on_targets, c);
}

static void ask_service(struct check *c)
{
	char *name = service_name(c);

	c->question = resolver_ask(c->place->resolver, name, ANSWER_SRV,
				   on_service, c);
	mem_free(&name);
}

/* ---- life ---- */

struct check *check_open(const struct place *place, struct check_ask *owned,
			 const struct check_events *events, void *owner)
{
	struct check *c = mem_new(struct check);

	c->place = place;
	c->ask = owned;
	c->events = events;
	c->owner = owner;
	c->local_ascii = idna_to_ascii(owned->local);
	c->remote_ascii = idna_to_ascii(owned->remote);
	turn_init(&c->ending, on_ending, c);
	c->timer = timer_new(place->loop, on_budget, c);
	timer_start(c->timer, BUDGET);
	if (!c->remote_ascii) {
		say(c, "dns", CHECK_PROBLEM,
		    str_format("that is no name that DNS could have"));
		end(c);
	} else if (!policy_allows(place->policy, owned->remote)) {
		say(c, "policy", CHECK_PROBLEM, check_policy_text());
		conclude(c);
	} else {
		ask_service(c);
	}
	return c;
}

void check_close(struct check *c)
{
	if (!c->is_ending)
		end(c);
}
