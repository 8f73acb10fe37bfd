/* SPDX-License-Identifier: MIT */
/*
 * block_list: domains that an operator blocked by command, beyond what the
 * configuration denies. Kept as a text file, a domain a line.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"

struct block_list;
struct s2s_policy;

/** A file that is not there is an empty list; lines that are no domain are left
 *  out. */
HW_MUST_USE int block_list_open(const char *path, struct block_list **out);
void block_list_free(struct block_list **l);

/** Normalised. HW_E_EXISTS: it is so already; else the file could not be
 *  written, and all is as it was. */
HW_MUST_USE int block_list_set(struct block_list *l, const char *domain,
			       bool on);
size_t block_list_count(const struct block_list *l);
const char *block_list_get(const struct block_list *l, size_t i);

/** The policy with these domains denied, too. Borrows from both; good until the
 *  list changes. */
struct s2s_policy block_list_join(struct block_list *l,
				  const struct s2s_policy *policy);
