/* SPDX-License-Identifier: MIT */
/*
 * disco: builders for service discovery answers (XEP-0030, 0128).
 */
#pragma once

#include "base/base.h"

struct elem;
struct jid;

/** Append <query/> of disco#info or #items to a reply; node may be NULL and is
 *  echoed. Returns the query. */
struct elem *disco_add_info(struct elem *reply, const char *node);
struct elem *disco_add_items(struct elem *reply, const char *node);
void disco_add_identity(struct elem *query, const char *category,
			const char *type, const char *name);
void disco_add_feature(struct elem *query, const char *var);
void disco_add_item(struct elem *query, const struct jid *jid,
		    const char *node, const char *name);
