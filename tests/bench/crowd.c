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
	int speaker; /* user */
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

/* u12@... in "to"; -1: nobody of ours. */
static int addressee(const char *stanza, size_t len)
{
	size_t n;
	const char *to = scan_attr(stanza, len, "to", &n);
	int user = to && n > 2 && *to == 'u' ? atoi(to + 1) : -1;

	return user < users ? user : -1;
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
	size_t n;
	const char *from = scan_attr(stanza, len, "from", &n);
	const char *nick = from ? memchr(from, '/', n) : NULL;

	line->kind = GLANCE_LINE;
	line->number = strtoull(mark + MARK_LEN, &end, 10);
	line->sent = strtoll(end, NULL, 10);
	line->speaker = nick ? atoi(nick + 2) : -1;
	count_line(domain, user, line);
}

static void see_message(int domain, const char *stanza, size_t len)
{
	const char *mark = memmem(stanza, len, MARK, MARK_LEN);
	int user = addressee(stanza, len);

	if (user < 0 || !mark)
		return;
	if (memmem(stanza, len, "urn:xmpp:mam:2", 14))
		crowd.pages++;
	else
		see_line(domain, user, mark, stanza, len);
}

/* Of one's own nick, with the mark. */
static bool is_of_self(const char *stanza, size_t len)
{
	size_t n;
	const char *from = scan_attr(stanza, len, "from", &n);
	const char *nick = from ? memchr(from, '/', n) : NULL;

	return nick && atoi(nick + 2) == addressee(stanza, len) &&
	       (memmem(stanza, len, "'110'", 5) ||
		memmem(stanza, len, "\"110\"", 5));
}

static void see_presence(int domain, const char *stanza, size_t len)
{
	bool is_self = is_of_self(stanza, len);
	size_t n;
	const char *type = scan_attr(stanza, len, "type", &n);
	bool is_gone = type && n == 11;

	glances[domain].kind = is_self	 ? GLANCE_OTHER
			       : is_gone ? GLANCE_GONE
					 : GLANCE_PRESENCE;
	crowd.presences++;
	if (is_gone && !is_self)
		crowd.gone++;
	if (is_self && is_gone)
		crowd.left++;
	else if (is_self)
		crowd.joined++;
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
	int user = *to == 'u' ? atoi(to + 1) : -1;

	if (g->kind == GLANCE_LINE && user >= 0 && user < users)
		count_line(domain, user, g);
	else if (g->kind == GLANCE_PRESENCE)
		crowd.presences++;
	else if (g->kind == GLANCE_GONE)
		crowd.presences++, crowd.gone++;
	else
		crowd_see(domain, stanza, len);
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
