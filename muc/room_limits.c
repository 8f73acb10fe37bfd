/* SPDX-License-Identifier: MIT */
#include "muc/room_limits.h"

#include "base/map.h"
#include "base/mem.h"

/* ms without a word after which every share is whole again. */
#define WHOLE_AFTER 60000
#define PRUNE_EVERY 60000

/** What somebody has left. */
struct person {
	struct throttle share[LIMIT_KINDS];
	int64_t spoke; /* ms; last line that counts for slow mode, or 0 */
	int64_t seen;  /* ms */
};

void room_limits_settings_init(struct room_limits_settings *s)
{
	*s = (struct room_limits_settings){
		.user_messages = 60,
		.user_presences = 40,
		.user_nicks = 12,
		.user_pages = 600,
		.user_captions = 4,
		.room_messages = 1200,
		.domain_joins = 3000,
		.room_joins = 12000,
		.domain_users = 5000,
		.notice_users = 300,
		.max_lines = 60,
		.max_body = 16384,
		.max_nick = 64,
	};
}

static void init_share(struct throttle *t, size_t a_minute, int64_t now)
{
	double at_once = (double)a_minute / 4;

	throttle_init(t, (double)a_minute / 60, at_once < 1 ? 1 : at_once, now);
}

void room_limits_init(struct room_limits *l,
		      const struct room_limits_settings *s, int64_t now)
{
	*l = (struct room_limits){ .pruned = now };
	init_share(&l->talk, s->room_messages, now);
	init_share(&l->joins, s->room_joins, now);
}

void room_limits_fini(struct room_limits *l)
{
	if (l->people)
		map_free(&l->people, free);
	if (l->domains)
		map_free(&l->domains, free);
}

static size_t rate_of(const struct room_limits_settings *s,
		      enum room_limits_kind kind)
{
	switch (kind) {
	case LIMIT_TALK:
		return s->user_messages;
	case LIMIT_CAPTIONS:
		return s->user_captions * 60;
	case LIMIT_PRESENCE:
		return s->user_presences;
	case LIMIT_NICK:
		return s->user_nicks;
	case LIMIT_PAGES:
		return s->user_pages;
	case LIMIT_KINDS:
		break;
	}
	return 0;
}

static struct person *get_person(struct room_limits *l,
				 const struct room_limits_settings *s,
				 const char *bare, int64_t now)
{
	struct person *p;

	if (!l->people)
		l->people = map_new();
	p = map_get(l->people, bare);
	if (!p) {
		p = mem_new(struct person);
		for (int i = 0; i < LIMIT_KINDS; i++)
			init_share(&p->share[i],
				   rate_of(s, (enum room_limits_kind)i), now);
		map_add(l->people, bare, p);
	}
	p->seen = now;
	return p;
}

bool room_limits_take(struct room_limits *l,
		      const struct room_limits_settings *s, const char *bare,
		      enum room_limits_kind kind, double cost, int64_t now)
{
	struct person *p;

	if (!rate_of(s, kind))
		return true;
	p = get_person(l, s, bare, now);
	return throttle_take(&p->share[kind], cost, now);
}

bool room_limits_take_talk(struct room_limits *l,
			   const struct room_limits_settings *s, double cost,
			   int64_t now)
{
	return !s->room_messages || throttle_take(&l->talk, cost, now);
}

static bool take_domain(struct room_limits *l,
			const struct room_limits_settings *s,
			const char *domain, int64_t now)
{
	struct throttle *t;

	if (!s->domain_joins)
		return true;
	if (!l->domains)
		l->domains = map_new();
	t = map_get(l->domains, domain);
	if (!t) {
		t = mem_new(struct throttle);
		init_share(t, s->domain_joins, now);
		map_add(l->domains, domain, t);
	}
	return throttle_take(t, 1, now);
}

bool room_limits_take_join(struct room_limits *l,
			   const struct room_limits_settings *s,
			   const char *domain, int64_t now)
{
	/* a flood from one domain must not use up the share of all */
	return take_domain(l, s, domain, now) &&
	       (!s->room_joins || throttle_take(&l->joins, 1, now));
}

int64_t room_limits_line(struct room_limits *l,
			 const struct room_limits_settings *s,
			 const char *bare, int64_t interval, int64_t now)
{
	struct person *p = get_person(l, s, bare, now);

	/* a clock that was set back holds nobody for long */
	if (p->spoke && now >= p->spoke && now - p->spoke < interval)
		return interval - (now - p->spoke);
	p->spoke = now;
	return 0;
}

static void prune_people(struct map *people, int64_t whole_after, int64_t now)
{
	struct map_cursor cursor;

	map_begin(people, &cursor);
	while (map_next(&cursor)) {
		const struct person *p = cursor.value;

		if (now - p->seen > whole_after)
			free(map_steal(people, cursor.key));
	}
}

static void prune_domains(struct map *domains, int64_t now)
{
	struct map_cursor cursor;

	map_begin(domains, &cursor);
	while (map_next(&cursor)) {
		const struct throttle *t = cursor.value;

		if (now - t->filled > WHOLE_AFTER)
			free(map_steal(domains, cursor.key));
	}
}

void room_limits_prune(struct room_limits *l, int64_t interval, int64_t now)
{
	if (now - l->pruned < PRUNE_EVERY)
		return;
	l->pruned = now;
	if (l->people)
		prune_people(l->people,
			     interval > WHOLE_AFTER ? interval : WHOLE_AFTER,
			     now);
	if (l->domains)
		prune_domains(l->domains, now);
}
