/* SPDX-License-Identifier: MIT */
/*
 * caps: entity capabilities (XEP-0115): a disco#info answer as one short string.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"

struct elem;

#define CAPS_NODE "urn:hallway:caps"

/** The verification string of a disco#info query, base64; owned. */
char *caps_make_ver(const struct elem *query);
/** Append <c/> to a presence. */
void caps_add(struct elem *presence, const char *ver);
/** Does a node name exactly this answer, or nothing at all? */
bool caps_is_node(const char *node, const char *ver);
