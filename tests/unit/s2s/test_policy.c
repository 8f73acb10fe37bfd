/* SPDX-License-Identifier: MIT */
/* With whom we speak, and what is remembered of whom. */
#include "s2s/policy.h"

#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "s2s/recall.h"
#include "s2s/s2s.h"

static const char *const one[] = { "good.test" };
static const char *const below[] = { "*.good.test" };
static const char *const all[] = { "*" };

static const struct {
	const char *const *allow;
	const char *const *deny;
	const char *domain;
	bool is_allowed;
} cases[] = {
	{ NULL, NULL, "any.test", true },
	{ one, NULL, "good.test", true },
	{ one, NULL, "any.test", false },
	{ one, NULL, "sub.good.test", false },
	{ one, NULL, "notgood.test", false },
	{ below, NULL, "sub.good.test", true },
	{ below, NULL, "a.sub.good.test", true },
	{ below, NULL, "good.test", false },
	{ below, NULL, "notgood.test", false },
	{ NULL, one, "good.test", false },
	{ NULL, one, "any.test", true },
	{ one, one, "good.test", false }, /* deny counts more */
	{ all, one, "any.test", true },
	{ one, all, "good.test", false },
};

static void policy_allows_what_is_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct s2s_policy settings = {
			.allow = { cases[i].allow, cases[i].allow ? 1 : 0 },
			.deny = { cases[i].deny, cases[i].deny ? 1 : 0 },
		};
		struct policy *p = policy_new(&settings);

		if (policy_allows(p, cases[i].domain) != cases[i].is_allowed)
			fail_msg("case %zu: %s", i, cases[i].domain);
		policy_unref(&p);
		assert_null(p);
	}
}

static void policy_needs_valid_what_is_listed(void **state)
{
	struct s2s_policy settings = { .require_valid = { one, 1 } };
	struct policy *p = policy_new(&settings);
	struct policy *other = policy_ref(p);

	(void)state;
	policy_unref(&p);
	assert_true(policy_needs_valid(other, "good.test"));
	assert_false(policy_needs_valid(other, "any.test"));
	assert_false(policy_refuses_downgrade(other));
	policy_unref(&other);
	settings = (struct s2s_policy){ .require_valid = { all, 1 },
					.refuse_downgrade = true };
	p = policy_new(&settings);
	assert_true(policy_needs_valid(p, "any.test"));
	assert_true(policy_refuses_downgrade(p));
	policy_unref(&p);
}

static void recall_ends_at_its_time(void **state)
{
	struct recall r;

	(void)state;
	recall_init(&r);
	assert_false(recall_has(&r, "a.test", 0));
	assert_true(recall_add(&r, "a.test", 100, 0));
	assert_false(recall_add(&r, "a.test", 200, 50)); /* longer */
	assert_true(recall_has(&r, "a.test", 199));
	assert_false(recall_has(&r, "a.test", 200));
	assert_true(recall_add(&r, "a.test", 300, 200));
	assert_true(recall_remove(&r, "a.test"));
	assert_false(recall_has(&r, "a.test", 200));
	assert_false(recall_remove(&r, "a.test"));
	assert_true(recall_add(&r, "a.test", 300, 200));
	recall_fini(&r);
}

static void recall_keeps_the_old_when_full(void **state)
{
	struct recall r;
	char name[32];

	(void)state;
	recall_init(&r);
	for (size_t i = 0; i < RECALL_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%zu.test", i);
		assert_true(recall_add(&r, name,
				       i == 7 ? 100 : RECALL_FOR_EVER, 0));
	}
	assert_false(recall_add(&r, "new.test", RECALL_FOR_EVER, 99));
	assert_false(recall_has(&r, "new.test", 99));
	/* one has passed: there is room again */
	assert_true(recall_add(&r, "new.test", RECALL_FOR_EVER, 100));
	assert_true(recall_has(&r, "0.test", 100));
	recall_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_allows_what_is_listed),
		cmocka_unit_test(policy_needs_valid_what_is_listed),
		cmocka_unit_test(recall_ends_at_its_time),
		cmocka_unit_test(recall_keeps_the_old_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
