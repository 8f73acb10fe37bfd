/* SPDX-License-Identifier: MIT */
/*
 * entity: what every address answers - ping, version, time, last activity
 * (XEP-0199, 0092, 0202, 0012).
 *
 * Thread: conference loop.
 */
#pragma once

struct elem;
struct site;
struct stanza;

/** The answer to an iq get, owned; NULL when it asks for something else. */
struct elem *entity_answer(const struct site *site, const struct stanza *s);
/** Their features, for disco#info. */
void entity_add_features(struct elem *query);
