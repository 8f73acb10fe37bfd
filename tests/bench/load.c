/* SPDX-License-Identifier: MIT */
/*
 * load: a load generator for conference hosts. It plays domains with users over
 * real streams - TLS, dialback, its own DNS - and prints what a scenario cost
 * the host's process, what it cost itself, and whether every line came to
 * everybody once and in order, as one line of JSON.
 *
 *   load [OPTION=VALUE]... SCENARIO...
 *
 * Scenarios run one behind the other on the same streams; see run_scenario().
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cost.h"
#include "crowd.h"
#include "name.h"
#include "peer.h"
#include "wire.h"

#define SECOND	 INT64_C(1000000000)
#define PATIENCE (300 * SECOND)
#define JOINING	 64 /* joins on their way at once */

static struct options {
	const char *host;    /* its conference domain */
	const char *address; /* of everything */
	int port;            /* of the host */
	int own_port;        /* where the host finds the peers */
	int dns_port;
	int pid;             /* of the host; 0: not measured */
	int domains;
	int users;
	int size;            /* users of a room */
	int bytes;           /* of a body */
	int messages;        /* of a fan-out */
	int window;          /* messages on their way at once */
	int rate;            /* deliveries a second (paced) */
	int seconds;         /* of what is paced */
	int must_unlock;
} options = {
	.host = "rooms.bench", .address = "127.0.0.1", .port = 5269,
	.own_port = 25269, .dns_port = 25353, .domains = 10, .users = 500,
	.size = 500, .bytes = 100, .messages = 200, .window = 16,
	.rate = 5000, .seconds = 10, .must_unlock = 1,
};

static const struct {
	const char *name;
	int *number;
	const char **text;
} option_rows[] = {
	{ "host", NULL, &options.host },
	{ "address", NULL, &options.address },
	{ "port", &options.port, NULL },
	{ "own-port", &options.own_port, NULL },
	{ "dns-port", &options.dns_port, NULL },
	{ "pid", &options.pid, NULL },
	{ "domains", &options.domains, NULL },
	{ "users", &options.users, NULL },
	{ "size", &options.size, NULL },
	{ "bytes", &options.bytes, NULL },
	{ "messages", &options.messages, NULL },
	{ "window", &options.window, NULL },
	{ "rate", &options.rate, NULL },
	{ "seconds", &options.seconds, NULL },
	{ "unlock", &options.must_unlock, NULL },
};

/* ---- measuring ---- */

struct measure {
	int64_t at, cpu, own, memory;
	struct crowd_counts counts;
	uint64_t bytes;
};

static int64_t own_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * SECOND +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * INT64_C(1000);
}

static struct measure measure(void)
{
	struct measure m = {
		.at = wire_now(),
		.own = own_cpu(),
		.counts = crowd,
		.bytes = peer_bytes(),
	};

	if (options.pid) {
		m.cpu = cost_cpu(options.pid);
		m.memory = cost_memory(options.pid);
	}
	return m;
}

static double per(int64_t ns, uint64_t count)
{
	return count ? (double)ns / 1000 / (double)count : 0;
}

/* unit: what was counted, "delivered" and so on. */
static void report(const char *scenario, const struct measure *before,
		   const char *unit, uint64_t count)
{
	struct measure now = measure();
	double s = (double)(now.at - before->at) / 1e9;

	printf("{\"scenario\": \"%s\", \"domains\": %d, \"users\": %d, "
	       "\"size\": %d, \"unit\": \"%s\", \"count\": %" PRIu64
	       ", \"seconds\": %.4f, \"per_second\": %.0f, "
	       "\"server_us\": %.4f, \"load_us\": %.4f, \"server_cpu\": %.4f, "
	       "\"bytes_each\": %.0f, \"rss\": %" PRId64
	       ", \"rss_grown\": %" PRId64
	       ", \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, "
	       "\"wrong\": %" PRIu64 ", \"errors\": %" PRIu64 "}\n",
	       scenario, options.domains, options.users, options.size, unit,
	       count, s, (double)count / s, per(now.cpu - before->cpu, count),
	       per(now.own - before->own, count),
	       (double)(now.cpu - before->cpu) / 1e9,
	       count ? (double)(now.bytes - before->bytes) / (double)count : 0,
	       now.memory, now.memory - before->memory,
	       (double)crowd_latency(0.5) / 1e6,
	       (double)crowd_latency(0.99) / 1e6,
	       (double)crowd_latency(1) / 1e6, crowd.wrong - before->counts.wrong,
	       crowd.errors - before->counts.errors);
	fflush(stdout);
}

/* ---- waiting ---- */

static uint64_t goal;
static const uint64_t *reaching;

static bool is_reached(void)
{
	return *reaching >= goal;
}

static void await(const uint64_t *count, uint64_t wanted, const char *what)
{
	reaching = count;
	goal = wanted;
	if (!wire_run(is_reached, PATIENCE))
		errx(1, "%s: %" PRIu64 " of %" PRIu64, what, *count, wanted);
}

static bool never(void)
{
	return false;
}

static void rest(int64_t ns)
{
	(void)wire_run(never, ns);
}

static uint64_t connected;

static bool are_connected(void)
{
	connected = (uint64_t)peer_ready();
	return connected >= goal;
}

/* ---- scenarios ---- */

static void run_connect(void)
{
	struct measure before = measure();

	goal = (uint64_t)options.domains;
	for (int i = 0; i < options.domains; i += 50) {
		int left = options.domains - i;

		peer_call(i, left < 50 ? left : 50);
		goal = (uint64_t)(i + (left < 50 ? left : 50));
		if (!wire_run(are_connected, PATIENCE))
			errx(1, "%d of %d streams", peer_ready(),
			     options.domains);
	}
	report("connect", &before, "domain", (uint64_t)options.domains);
}

static int room_count(void)
{
	return (options.users + options.size - 1) / options.size;
}

static int room_size(int room)
{
	int left = options.users - room * options.size;

	return left < options.size ? left : options.size;
}

/* Each to each, and themselves. */
static uint64_t presences_of_joins(void)
{
	uint64_t sum = 0;

	for (int r = 0; r < room_count(); r++)
		sum += (uint64_t)room_size(r) * (uint64_t)room_size(r);
	return sum;
}

/* Rooms are made by their first users. */
static void make_rooms(void)
{
	uint64_t made = crowd.joined, results = crowd.results;

	for (int r = 0; r < room_count(); r++) {
		crowd_join(r * options.size);
		await(&crowd.joined, ++made, "a room");
		if (!options.must_unlock)
			continue;
		crowd_unlock(r * options.size);
		await(&crowd.results, ++results, "its configuration");
	}
}

static void run_join(void)
{
	uint64_t came = crowd.presences, joined, sent;
	struct measure before;

	make_rooms();
	before = measure();
	sent = joined = crowd.joined;
	for (int u = 0; u < options.users; u++) {
		if (u % options.size == 0)
			continue;
		crowd_join(u);
		if (++sent - joined > JOINING)
			await(&crowd.joined, sent - JOINING, "joins");
	}
	await(&crowd.joined, sent, "joins");
	await(&crowd.presences, came + presences_of_joins(), "presences");
	crowd_check_presences();
	report("join", &before, "presence",
	       crowd.presences - before.counts.presences);
}

/* The first of each room speaks, in turn. */
static void say_all(int messages)
{
	uint64_t own = crowd.own, lines = crowd.messages, wanted = 0;

	for (int i = 0; i < messages; i++) {
		int room = i % room_count();

		crowd_say(room * options.size, options.bytes);
		wanted += (uint64_t)room_size(room);
		if (i >= options.window)
			await(&crowd.own,
			      own + (uint64_t)(i - options.window + 1),
			      "lines of their own");
	}
	await(&crowd.messages, lines + wanted, "lines");
}

static void run_fanout(const char *name)
{
	struct measure before;

	say_all(options.window);
	crowd_forget_latencies();
	before = measure();
	say_all(options.messages);
	report(name, &before, "delivered",
	       crowd.messages - before.counts.messages);
}

/* Those in the room who read. */
static int audience_size(int room, int still)
{
	int first = room * options.size, size = room_size(room), count = size;

	for (int u = first; u < first + size; u++)
		if (u % options.domains == still)
			count--;
	return count;
}

/* still: a domain that reads nothing, -1: none */
static void run_paced(const char *name, int still)
{
	int64_t start, interval;
	uint64_t lines = crowd.messages, wanted = 0;
	struct measure before;
	int count;

	interval = SECOND * options.size / options.rate;
	count = (int)((int64_t)options.seconds * SECOND / interval);
	crowd_forget_latencies();
	before = measure();
	start = wire_now();
	for (int i = 0; i < count; i++) {
		int room = i % room_count();
		int64_t due = start + i * interval - wire_now();

		if (due > 0)
			rest(due);
		crowd_say(room * options.size, options.bytes);
		wanted += (uint64_t)audience_size(room, still);
	}
	await(&crowd.messages, lines + wanted, "lines");
	report(name, &before, "delivered",
	       crowd.messages - before.counts.messages);
}

/* A tenth of each room goes and comes again. */
static void run_churn(void)
{
	struct measure before = measure();
	uint64_t left = crowd.left, joined = crowd.joined;
	uint64_t came = crowd.presences, moved = 0, wanted = 0;

	for (int u = 0; u < options.users; u++) {
		if (u % options.size % 10 != 5)
			continue;
		crowd_leave(u);
		await(&crowd.left, ++left, "leaves");
		crowd_join(u);
		await(&crowd.joined, ++joined, "joins");
		/* gone to all and itself, then all to it and it to all */
		wanted += 3 * (uint64_t)room_size(u / options.size) - 1;
		moved++;
	}
	await(&crowd.presences, came + wanted, "presences");
	crowd_check_presences();
	report("churn", &before, "presence",
	       crowd.presences - before.counts.presences);
}

static void run_archive(void)
{
	struct measure before = measure();
	uint64_t results = crowd.results, pages = crowd.pages;

	for (int i = 0; i < 100; i++) {
		crowd_ask_archive(0, 50);
		await(&crowd.results, ++results, "archive pages");
	}
	if (crowd.pages == pages)
		errx(1, "the archive is empty");
	report("archive", &before, "page", 100);
}

static void run_idle(void)
{
	struct measure before;

	rest(2 * SECOND);
	before = measure();
	rest(SECOND);
	report("idle", &before, "second", 1);
}

/* The last domain reads 30 kB/s, then nothing; the others are looked at. */
static void run_slow(void)
{
	int slow = options.domains - 1;

	crowd_ignore_latency_of(slow);
	peer_set_rate(slow, 30000);
	run_paced("slow", -1);
	peer_set_rate(slow, -1);
}

/* The last domain reads nothing; the others are looked at. Whether the host gave
 * it up shows in the presences of those who are out. */
static void run_still(void)
{
	int still = options.domains - 1;
	uint64_t gone = crowd.gone;

	crowd_ignore_latency_of(still);
	peer_set_rate(still, 0);
	run_paced("still", still);
	fprintf(stderr, "still: %" PRIu64 " were told to the others as gone\n",
		crowd.gone - gone);
	peer_set_rate(still, -1);
}

static void run_scenario(const char *name)
{
	if (!strcmp(name, "connect"))
		run_connect();
	else if (!strcmp(name, "join"))
		run_join();
	else if (!strcmp(name, "fanout"))
		run_fanout(name);
	else if (!strcmp(name, "paced"))
		run_paced(name, -1);
	else if (!strcmp(name, "churn"))
		run_churn();
	else if (!strcmp(name, "archive"))
		run_archive();
	else if (!strcmp(name, "idle"))
		run_idle();
	else if (!strcmp(name, "slow"))
		run_slow();
	else if (!strcmp(name, "still"))
		run_still();
	else
		errx(2, "no scenario is called %s", name);
}

/* ---- start ---- */

static bool read_option(const char *arg)
{
	const char *value = strchr(arg, '=');
	size_t len;

	if (!value)
		return false;
	len = (size_t)(value++ - arg);
	for (size_t i = 0; i < sizeof(option_rows) / sizeof(*option_rows);
	     i++) {
		if (strncmp(option_rows[i].name, arg, len) ||
		    option_rows[i].name[len])
			continue;
		if (option_rows[i].number)
			*option_rows[i].number = atoi(value);
		else
			*option_rows[i].text = value;
		return true;
	}
	errx(2, "no option is called %s", arg);
}

static struct sockaddr_in place(int port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
	};

	if (inet_pton(AF_INET, options.address, &at.sin_addr) != 1)
		errx(2, "no address: %s", options.address);
	return at;
}

static void open_world(void)
{
	static const struct peer_events events = {
		.on_stanza = crowd_see,
		.on_again = crowd_see_again,
		.on_alike = crowd_see_alike,
	};
	struct sockaddr_in host = place(options.port);
	struct sockaddr_in own = place(options.own_port);
	struct sockaddr_in dns = place(options.dns_port);

	wire_init();
	name_set_places(&own, options.host, &host);
	wire_listen_udp(&dns, name_answer);
	peer_init(options.host, &host, &own, options.domains, &events);
	crowd_init(options.host, options.users, options.size, options.domains);
}

int main(int argc, char **argv)
{
	int i = 1;

	while (i < argc && read_option(argv[i]))
		i++;
	if (i == argc)
		errx(2, "which scenario?");
	open_world();
	for (; i < argc; i++)
		run_scenario(argv[i]);
	if (crowd.wrong)
		errx(1, "%" PRIu64 " lines came wrong", crowd.wrong);
	return 0;
}
