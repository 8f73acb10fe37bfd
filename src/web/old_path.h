/* SPDX-License-Identifier: MIT */
/*
 * old_path: addresses of logs as other programs had them, sent to ours, and
 * what robots are told.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handlers of "/logs/{name}/", "/logs/{name}/{name}" and
 *  "/logs/{name}/{year}/{name}/{name}". A room called "logs" comes first. */
void old_path_answer(struct call *c);
/** Handler of "/logs/". */
void old_path_answer_index(struct call *c);
/** Handler of "/robots.txt". */
void old_path_answer_robots(struct call *c);
