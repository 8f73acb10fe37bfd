/* SPDX-License-Identifier: MIT */
/*
 * conference: the conference loop's desk: stanzas that the links bring go to the
 * rooms, what the rooms send goes through the gate to the links, what they keep
 * goes to the store. Here s2s, muc and store meet, and nowhere else.
 *
 * Thread: conference loop; the s2s events arrive on I/O loops and are mailed.
 */
#pragma once

#include "base/base.h"
#include "muc/env.h"
#include "s2s/s2s.h"
#include "store/archive.h"
#include "store/store.h"

struct adhoc;
struct conference;
struct control;
struct loop;
struct meeting_desk;
struct muc;
struct web;

struct conference *conference_new(struct loop *loop);
/** Stops its timers and mailbox; mails unread are freed. */
void conference_close(struct conference *c);
/** When all threads have ended. */
void conference_free(struct conference **c);

/** What is handed down to the modules; their owner is the conference. */
extern const struct s2s_events conference_s2s_events;
extern const struct store_events conference_store_events;
void conference_archive_answered(void *conference, uint64_t id,
				 struct archive_page *owned);
void conference_fill_env(struct conference *c, struct muc_env *env_out);

/** The modules, borrowed, once each is there (NULL takes one away). */
void conference_set_store(struct conference *c, struct store *store);
void conference_set_archive(struct conference *c, struct archive *archive);
void conference_set_s2s(struct conference *c, struct s2s *s2s);
void conference_set_web(struct conference *c, struct web *web);
void conference_set_adhoc(struct conference *c, struct adhoc *adhoc);
void conference_set_control(struct conference *c, struct control *control);
void conference_set_meetings(struct conference *c, struct meeting_desk *desk);
/** With the rooms the clock starts: ticks, and a heartbeat in the store. */
void conference_set_muc(struct conference *c, struct muc *muc);

/** For the log: nobody was heard since that time (0: nothing was before). */
void conference_note_gap(struct conference *c, int64_t last_alive);
/** The store knows until when the daemon was alive. */
void conference_save_heartbeat(struct conference *c);
/** Read no more from the peers; on_last is called on the loop when what came
 *  before has been handled, outside of any other call. */
void conference_drain(struct conference *c, void (*on_last)(void *owner),
		      void *owner);
