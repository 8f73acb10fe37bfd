/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "scan.h"
#include "wire.h"

#define BUCKETS	  4096
#define BUCKET_NS 50000 /* 50 us; the last one takes the rest */
#define MARK	  "<body>load "
#define MARK_LEN  (sizeof(MARK) - 1)

struct crowd_counts crowd;

static const char *host;
static int users, size, domains, ignored = -1;
static uint64_t *seen; /* by user: the number of the room's last line */
static uint64_t *said; /* by room */
static uint64_t *heard; /* by user: the sum of the marks of who is there */
static uint64_t buckets[BUCKETS];

/** What the last stanza for a domain was, should it come again. */
struct glance {
	enum {
		GLANCE_OTHER,
		GLANCE_LINE,
		GLANCE_PRESENCE,
		GLANCE_GONE,
	} kind;
	uint64_t number; /* of the line */
	int64_t sent;
	int speaker; /* user; who comes or goes */
};

static struct glance *glances; /* by domain */

void crowd_init(const char *host_name, int user_count, int room_size,
		int domain_count)
{
	host = host_name;
	users = user_count;
	size = room_size;
	domains = domain_count;
	seen = calloc((size_t)users, sizeof(*seen));
	heard = calloc((size_t)users, sizeof(*heard));
	glances = calloc((size_t)domains, sizeof(*glances));
	said = calloc((size_t)(users / size + 1), sizeof(*said));
}

static void put(int user, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(int user, const char *format, ...)
{
	char text[8192];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	peer_send(user % domains, text, (size_t)len);
}

#define FROM	  "from='u%d@d%d.bench/r'"
#define WHO(user) (user), (user) % domains

void crowd_join(int user)
{
	seen[user] = said[user / size];
	put(user,
	     "<presence " FROM " to='r%d@%s/n%d'>"
	     "<x xmlns='http://jabber.org/protocol/muc'>"
	     "<history maxstanzas='0'/></x></presence>",
	     WHO(user), user / size, host, user);
}

void crowd_leave(int user)
{
	put(user, "<presence type='unavailable' " FROM " to='r%d@%s/n%d'/>",
	     WHO(user), user / size, host, user);
}

void crowd_unlock(int user)
{
	put(user,
	     "<iq type='set' id='unlock' " FROM " to='r%d@%s'>"
	     "<query xmlns='http://jabber.org/protocol/muc#owner'>"
	     "<x xmlns='jabber:x:data' type='submit'/></query></iq>",
	     WHO(user), user / size, host);
}

void crowd_say(int user, int bytes)
{
	char body[4096];
	int len = snprintf(body, sizeof(body), "load %" PRIu64 " %" PRId64 " ",
			   ++said[user / size], wire_now());

	while (len < bytes && len < (int)sizeof(body) - 1)
		body[len++] = 'x';
	body[len] = '\0';
	put(user,
	     "<message type='groupchat' id='m' " FROM " to='r%d@%s'>"
	     "<body>%s</body></message>",
	     WHO(user), user / size, host, body);
}

void crowd_ask_archive(int user, int max)
{
	put(user,
	     "<iq type='set' id='page' " FROM " to='r%d@%s'>"
	     "<query xmlns='urn:xmpp:mam:2'>"
	     "<set xmlns='http://jabber.org/protocol/rsm'><max>%d</max>"
	     "<before/></set></query></iq>",
	     WHO(user), user / size, host, max);
}

/* ---- what comes ---- */

static void count_latency(int domain, int64_t sent)
{
	int64_t i = (wire_read_at() - sent) / BUCKET_NS;

	if (domain == ignored)
		return;
	buckets[i < 0 ? 0 : i < BUCKETS ? i : BUCKETS - 1]++;
}

/* atoi() asks what a digit is here. */
static int read_number(const char *at)
{
	int number = 0;

	while (*at >= '0' && *at <= '9')
		number = 10 * number + *at++ - '0';
	return number;
}

/* u12@...; -1: nobody of ours. */
static int user_of(const char *to)
{
	int user = *to == 'u' ? read_number(to + 1) : -1;

	return user < users ? user : -1;
}

static int addressee(const char *stanza, size_t len)
{
	size_t n;
	const char *to = scan_attr(stanza, len, "to", &n);

	return to ? user_of(to) : -1;
}

/* .../n12 in an attribute; -1: the room itself. */
static int nick_of(const char *from)
{
	char quote = from[-1];

	while (*from != '/' && *from != quote)
		from++;
	return *from == '/' ? read_number(from + 2) : -1;
}

static int speaker(const char *stanza, size_t len)
{
	size_t n;
	const char *from = scan_attr(stanza, len, "from", &n);

	return from ? nick_of(from) : -1;
}

static void count_line(int domain, int user, const struct glance *line)
{
	crowd.messages++;
	if (line->speaker == user)
		crowd.own++;
	if (line->number != ++seen[user]) {
		crowd.wrong++;
		seen[user] = line->number;
	}
	count_latency(domain, line->sent);
}

static void see_line(int domain, int user, const char *mark,
		     const char *stanza, size_t len)
{
	struct glance *line = &glances[domain];
	char *end;

	line->kind = GLANCE_LINE;
	line->number = strtoull(mark + MARK_LEN, &end, 10);
	line->sent = strtoll(end, NULL, 10);
	line->speaker = speaker(stanza, len);
	count_line(domain, user, line);
}

static void see_message(int domain, const char *stanza, size_t len)
{
	const char *mark = memmem(stanza, len, MARK, MARK_LEN);
	int user = addressee(stanza, len);

	if (user < 0 || !mark)
		return;
	if (memmem(stanza, (size_t)(mark - stanza), "urn:xmpp:mam:2", 14))
		crowd.pages++;
	else
		see_line(domain, user, mark, stanza, len);
}

/* Of one's own nick, with the mark. */
static bool is_of_self(const char *stanza, size_t len, int user, int who)
{
	return who >= 0 && who == user &&
	       (memmem(stanza, len, "'110'", 5) ||
		memmem(stanza, len, "\"110\"", 5));
}

/* Sums in which no two of a room can stand for a third. */
static uint64_t mark_of(int user)
{
	uint64_t x = ((uint64_t)user + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ x >> 32;
}

/* That of a room itself (COMPAT ejabberd: its picture) is nobody's. */
static void count_presence(int user, int who, bool is_gone)
{
	if (who < 0)
		return;
	crowd.presences++;
	crowd.gone += is_gone && who != user;
	if (user >= 0)
		heard[user] += is_gone ? -mark_of(who) : mark_of(who);
}

static void see_presence(int domain, const char *stanza, size_t len)
{
	struct glance *g = &glances[domain];
	int user = addressee(stanza, len), who = speaker(stanza, len);
	bool is_self = is_of_self(stanza, len, user, who);
	size_t n;
	const char *type = scan_attr(stanza, len, "type", &n);
	bool is_gone = type && n == 11;

	g->kind = is_self ? GLANCE_OTHER : is_gone ? GLANCE_GONE
						   : GLANCE_PRESENCE;
	g->speaker = who;
	count_presence(user, who, is_gone);
	if (is_self && is_gone) {
		crowd.left++;
		heard[user] = 0;
	} else if (is_self) {
		crowd.joined++;
	}
}

static bool is_error(const char *stanza, size_t len)
{
	size_t n;
	const char *type = scan_attr(stanza, len, "type", &n);

	return type && n == 5 && !memcmp(type, "error", 5);
}

void crowd_see(int domain, const char *stanza, size_t len)
{
	glances[domain].kind = GLANCE_OTHER;
	if (is_error(stanza, len)) {
		if (!crowd.errors++)
			warnx("error: %.*s", (int)(len < 500 ? len : 500),
			      stanza);
	} else if (scan_is(stanza, len, "message")) {
		see_message(domain, stanza, len);
	} else if (scan_is(stanza, len, "presence")) {
		see_presence(domain, stanza, len);
	} else if (scan_is(stanza, len, "iq")) {
		crowd.results++;
	}
}

void crowd_see_again(int domain, const char *stanza, size_t len,
		     const char *to)
{
	const struct glance *g = &glances[domain];
	int user = user_of(to);

	if (g->kind == GLANCE_OTHER || user < 0) {
		crowd_see(domain, stanza, len);
	} else if (g->kind == GLANCE_LINE) {
		count_line(domain, user, g);
	} else {
		count_presence(user, g->speaker, g->kind == GLANCE_GONE);
	}
}

void crowd_see_alike(int domain, const char *stanza, size_t len,
		     const char *from, const char *to)
{
	struct glance *g = &glances[domain];

	if (g->kind == GLANCE_PRESENCE || g->kind == GLANCE_GONE) {
		g->speaker = nick_of(from);
		crowd_see_again(domain, stanza, len, to);
	} else {
		crowd_see(domain, stanza, len);
	}
}

void crowd_check_presences(void)
{
	for (int first = 0; first < users; first += size) {
		int end = first + size < users ? first + size : users;
		uint64_t all = 0;

		for (int u = first; u < end; u++)
			all += mark_of(u);
		for (int u = first; u < end; u++)
			crowd.wrong += heard[u] != all;
	}
}

/* ---- latencies ---- */

void crowd_forget_latencies(void)
{
	memset(buckets, 0, sizeof(buckets));
}

void crowd_ignore_latency_of(int domain)
{
	ignored = domain;
}

int64_t crowd_latency(double share)
{
	uint64_t all = 0, sum = 0;

	for (int i = 0; i < BUCKETS; i++)
		all += buckets[i];
	for (int i = 0; i < BUCKETS; i++) {
		sum += buckets[i];
		if (sum && (double)sum >= share * (double)all)
			return (int64_t)(i + 1) * BUCKET_NS;
	}
	return 0;
}
