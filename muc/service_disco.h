/* SPDX-License-Identifier: MIT */
/*
 * service_disco: what a conference domain tells of itself (XEP-0045
 * #disco-service-features, XEP-0128, XEP-0157, XEP-0455, XEP-0504).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct elem;
struct jid;
struct site;
struct stanza;

/** Append disco#info's query to a reply of that domain; node may be NULL. */
struct elem *service_disco_add(const struct site *site, const char *domain,
			       struct elem *reply, const char *node);
/** The domain's capabilities as a hash (XEP-0115); owned. */
char *service_disco_make_ver(const struct site *site, const char *domain);
