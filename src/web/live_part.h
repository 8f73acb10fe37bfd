/* SPDX-License-Identifier: MIT */
/*
 * live_part: what the files of live share: live.c (the rooms, and what happens in
 * them), live_text.c (how that is written), live_page.c (one page that waits) and
 * live_catchup.c (what it missed). Nobody else includes it.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"
#include "base/list.h"
#include "web/live.h"
#include "web/live_ring.h"

struct MHD_Connection;
struct map;
struct record_message;

/** A room with pages that wait. */
struct live_room {
	struct live *live;        /* borrowed */
	char *jid;                /* owned */
	char *lang;               /* owned, or NULL; as the page that came
				   * first was told */
	struct list pages;
	struct live_marks *marks; /* owned */
	size_t watchers;          /* pages that show who comes and goes */
};

struct live_page {
	struct list node;
	struct live *live;
	struct live_room *room;
	struct MHD_Connection *connection; /* borrowed */
	uint64_t next;              /* number of the event that is next */
	struct live_event *current; /* a reference; is being sent, or NULL */
	size_t offset;              /* of it: what is sent */
	struct buf own;             /* goes first: what only this one gets */
	char last_id[RAND_ID_SIZE]; /* of the line that it had last; or "" */
	struct map *seen; /* ids that came from the archive and may come once
			   * more from the ring; or NULL */
	size_t caught_up;           /* lines from the archive */
	bool is_behind;             /* reads from the archive */
	bool has_presence;          /* shows who comes and goes */
	bool is_suspended;
	bool is_ended;
	int64_t written;            /* ms, monotonic */
};

struct live {
	const struct web_settings *settings; /* borrowed, as the next */
	struct reader *reader;
	struct map *rooms;     /* bare JID -> struct live_room, owned */
	size_t count;          /* pages */
	struct live_ring ring;
	int64_t ticked;        /* ms, monotonic */
	bool is_ended;
};

/* ---- live.c ---- */

/** Known from now on, until live_leave_room(). */
struct live_room *live_get_room(struct live *l, const char *jid,
				const char *lang);
/** Forget it, if no page waits there. */
void live_leave_room(struct live_room *room);

/* ---- live_text.c ---- */

/** An event; id may be NULL. */
void live_text_add(struct buf *out, const char *event, const char *id,
		   const char *data);
/** event: "line" or "change". False: nothing that a page shows. */
bool live_text_add_message(const struct live_room *room, struct buf *out,
			   const char *event, const struct record_message *m);
/** The line as it stands in the archive now, if anybody may see it. */
bool live_text_add_changed(const struct live_room *room, struct buf *out,
			   const char *id);
void live_text_add_presence(struct buf *out, const struct record *r);

/* ---- live_page.c ---- */

void live_page_register_counters(void);
/** It sends what it has not sent yet. */
void live_page_wake(struct live_page *p);
void live_page_end(struct live_page *p);
/** A sign of life from who has waited long; the end, if nobody waits any more.
 *  now: ms, monotonic. */
void live_page_tick(struct live_page *p, int64_t now);

/* ---- live_catchup.c ---- */

/** It comes back, and had that line last. */
void live_catchup_begin(struct live_page *p, const char *last_id);
/** The ring has gone on without it. */
void live_catchup_resume(struct live_page *p);
/** The next lines, while it is behind. */
void live_catchup_read(struct live_page *p);
/** Did that come from the archive just now? */
bool live_catchup_had(struct live_page *p, const char *id);
