/* SPDX-License-Identifier: MIT */
#include "s2s/policy.h"

#include <stdatomic.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "s2s/s2s.h"

struct policy {
	atomic_size_t refs;
	struct map *allow; /* NULL: all */
	struct map *deny;
	struct map *require_valid;
	bool refuses_downgrade;
};

/* A set of patterns: "domain", "*.domain" (what is below it), "*" (all). */
static struct map *set_new(const struct s2s_domains *list)
{
	static char present;
	struct map *set = map_new();

	for (size_t i = 0; i < list->count; i++)
		(void)!map_put(set, list->names[i], &present);
	return set;
}

static bool has_parent(const struct map *set, const char *domain)
{
	const char *dot = domain;
	char *pattern;
	bool is_in = false;

	while (!is_in && (dot = strchr(dot, '.'))) {
		pattern = str_format("*%s", dot++);
		is_in = map_get(set, pattern) != NULL;
		mem_free(&pattern);
	}
	return is_in;
}

static bool has(const struct map *set, const char *domain)
{
	return map_count(set) > 0 &&
	       (map_get(set, domain) || map_get(set, "*") ||
		has_parent(set, domain));
}

struct policy *policy_new(const struct s2s_policy *settings)
{
	struct policy *p = mem_new(struct policy);

	atomic_init(&p->refs, 1);
	if (settings->allow.count > 0)
		p->allow = set_new(&settings->allow);
	p->deny = set_new(&settings->deny);
	p->require_valid = set_new(&settings->require_valid);
	p->refuses_downgrade = settings->refuse_downgrade;
	return p;
}

struct policy *policy_ref(struct policy *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void policy_unref(struct policy **p)
{
	struct policy *dead = *p;

	*p = NULL;
	if (!dead || atomic_fetch_sub(&dead->refs, 1) != 1)
		return;
	map_free(&dead->allow, NULL);
	map_free(&dead->deny, NULL);
	map_free(&dead->require_valid, NULL);
	mem_free(&dead);
}

bool policy_allows(const struct policy *p, const char *domain)
{
	return !has(p->deny, domain) && (!p->allow || has(p->allow, domain));
}

bool policy_needs_valid(const struct policy *p, const char *domain)
{
	return has(p->require_valid, domain);
}

bool policy_refuses_downgrade(const struct policy *p)
{
	return p->refuses_downgrade;
}
