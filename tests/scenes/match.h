/* SPDX-License-Identifier: MIT */
/*
 * match: does a stanza look as a scene expects? What the pattern names must be
 * there; what it does not name may be.
 */
#pragma once

#include "base/base.h"

struct elem;
struct map;

/** Names of a scene: written $name, set by id='=name'. */
struct names {
	struct map *values; /* owned; name -> owned text */
};
void names_init(struct names *n);
void names_fini(struct names *n);
void names_set(struct names *n, const char *name, const char *value);
/** Text with names filled in and short namespaces written out; owned, NULL when
 *  a name is unknown. */
char *names_fill(const struct names *n, const char *text);

/** NULL when e matches, else what does not; owned. In the pattern:
 *  an attribute "*" is any value, "-" none, "=name" keeps the value;
 *  codes='110 170' on <x/> is the exact list of its status codes;
 *  <not><body/></not> holds children that must not be there;
 *  text must be equal unless the pattern has none. */
char *match_elem(const struct elem *pattern, const struct elem *e,
		 struct names *names);
