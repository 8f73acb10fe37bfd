/* SPDX-License-Identifier: MIT */
/*
 * caption: what somebody is typing at this moment, put together from what their
 * client sends of it (XEP-0301).
 *
 * Thread: conference loop; pure. Owner: embedded, or whoever made it.
 */
#pragma once

#include "base/base.h"

#define CAPTION_MAX 2000 /* characters; more are not shown */

struct elem;

struct caption {
	uint32_t *chars; /* owned; Unicode code points */
	size_t count;
	int64_t seq;     /* of the last edit */
	bool is_known;   /* false: wait for a whole text */
};

void caption_init(struct caption *c);
void caption_fini(struct caption *c);
/** Take an <rtt/>. False: nothing is different for who looks. */
bool caption_take(struct caption *c, const struct elem *rtt);
/** The line was said, or will not be. */
void caption_clear(struct caption *c);
/** On one line; owned. */
char *caption_print(const struct caption *c);
