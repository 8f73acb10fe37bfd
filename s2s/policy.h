/* SPDX-License-Identifier: MIT */
/*
 * policy: with whom we speak, and what they must prove: the operator's lists as
 * an immutable, ref-counted snapshot. A reload makes a new one.
 *
 * Thread: made on one; ref, unref and questions on any.
 */
#pragma once

#include "base/base.h"

struct policy;
struct s2s_policy;

/** Copies. */
struct policy *policy_new(const struct s2s_policy *settings);
struct policy *policy_ref(struct policy *p);
void policy_unref(struct policy **p);

/** Domains are normalised (U-labels). Neither denied, nor left out of a list of
 *  those that are allowed? */
bool policy_allows(const struct policy *p, const char *domain);
/** Must it show a valid certificate, whichever side calls? */
bool policy_needs_valid(const struct policy *p, const char *domain);
bool policy_refuses_downgrade(const struct policy *p);
