/* SPDX-License-Identifier: MIT */
/*
 * frame: what all pages have around what they say - head, navigation, footer.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;
struct html;

/** One of the links in the head: rel=alternate. Paths of ours; borrowed. */
struct frame_alternate {
	const char *type;
	const char *path;
	const char *title;
};

/** Strings are borrowed until frame_close(). */
struct frame {
	const char *title;      /* without the service's name */
	const char *lang;       /* of the page; NULL: en */
	const char *description; /* or NULL */
	const char *canonical;  /* path, or NULL */
	const char *room;       /* bare JID, for the way back, or NULL */
	const char *room_name;  /* or NULL: its local part */
	const char *prev, *next; /* paths, or NULL */
	const char *live;       /* path of the events, or NULL: not live */
	const struct frame_alternate *alternates;
	size_t alternate_count;
	int refresh;            /* seconds, or 0: for those without script */
	bool is_noindex;
};

/** Begins the page in c's body, up to within <main>. X-Robots-Tag is set. */
void frame_open(const struct frame *f, struct html *h, struct call *c);
void frame_close(const struct frame *f, struct html *h);
