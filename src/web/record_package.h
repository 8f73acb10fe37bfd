/* SPDX-License-Identifier: MIT */
/*
 * record_package: what a session leaves behind, in one signed file: transcript,
 * minutes, what the datatracker takes, how many were there, what was taken back.
 * Made once, when the session has ended, and kept: what is behind its address
 * does not change. When something of it is taken back afterwards, the file goes,
 * its address says so, and the next revision gets an address of its own.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;
struct html;
struct record;
struct session_log;
struct web_desk;

/** Handlers: "/{room}/meeting/{id}/record.zip", and "record-2.zip" and so on. */
void record_package_answer(struct call *c);
void record_package_answer_revision(struct call *c);

/** The part of a session's page about it. */
void record_package_write(struct call *c, struct html *h,
			  const struct session_log *l);

/** Removes those whose lines archive.keep has ended. */
void record_package_sweep(const struct web_desk *desk);

/** A session ended, or a line was taken back. Borrowed. */
void record_package_heed(const struct web_desk *desk,
			 const struct record *record);
